"""The parts of the web channel by themselves."""

import asyncio
import gzip
import json
import stat
from collections.abc import Callable
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from multidict import CIMultiDict
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels import settings as keys
from bot.channels.body import read_feedback, read_form, read_json, read_locale, read_message
from bot.channels.errors import (
    BadJson,
    BadMessage,
    BadToken,
    NotJson,
    OriginNotAllowed,
    RateLimited,
    TooLong,
    Unavailable,
    WebError,
)
from bot.channels.files import ENTRY, Folder, accepts_gzip, is_named
from bot.channels.forget import CannotForget, OutcomesForgetter, forget_events
from bot.channels.limits import Limit, read_address
from bot.channels.origins import Origins
from bot.channels.page import SITE, Pages
from bot.channels.sessions import Sessions
from bot.channels.settings import SettingInvalid, Settings
from bot.channels.tokens import SecretUnavailable, Tokens, read_bearer, read_secret
from bot.channels.turns import TurnCollector
from bot.tracker_store import LiveTrackerStore
from outcomes import Turn as Outcome
from outcomes.settings import Settings as OutcomesSettings
from outcomes.store import Store

SECRET = "s" * 32


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0

    def __call__(self) -> float:
        return self.time


def request(ip: str = "192.0.2.1", **headers: str) -> Any:
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return SimpleNamespace(ip=ip, headers=MultiHeaders(named), ctx=SimpleNamespace(), method="GET")


class MultiHeaders(CIMultiDict):
    def getall(self, key: str, default: Any = ()) -> Any:
        return super().getall(key, default)


# settings


def test_settings_have_defaults():
    assert Settings.from_env({}) == Settings()
    assert Settings().max_body_bytes == 16384


def test_settings_are_read():
    settings = Settings.from_env(
        {keys.WEB_ORIGINS: " https://A.example  http://b.example:8080 ", keys.MAX_CHARS: "500",
         keys.PROXIES: "1", keys.SESSION_RATE: "0", keys.SECRET: SECRET}
    )  # fmt: skip

    assert settings.origins == {"https://a.example", "http://b.example:8080"}
    assert (settings.max_chars, settings.proxies, settings.session_rate) == (500, 1, 0)
    assert settings.secret == SECRET


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (keys.SECRET, "too short"),
        (keys.SESSION_HOURS, "0"),
        (keys.SESSION_HOURS, "a day"),
        (keys.MAX_CHARS, "-1"),
        (keys.MAX_CHARS, "9" * 5000),
        (keys.PROXIES, "\u0663"),
        (keys.WEB_ORIGINS, "*"),
        (keys.WEB_ORIGINS, "https://a.example/path"),
        (keys.WEB_ORIGINS, "a.example"),
        (keys.SESSION_RATE, "1.5"),
    ],
)
def test_a_malformed_setting_is_refused_by_its_name(key, value):
    with pytest.raises(SettingInvalid, match=key) as caught:
        Settings.from_env({key: value})

    assert value not in str(caught.value).replace(key, "") or len(value) < 3


# tokens


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> Tokens:
    return Tokens(SECRET, session_s=3600, clock=clock)


def test_a_token_says_who_speaks(tokens):
    token = tokens.read(tokens.sign("web-me"))

    assert (token.sender_id, token.is_old) == ("web-me", False)
    assert tokens.end_of(tokens.sign("web-me")) == "2023-11-14T23:13:20Z"


def test_sender_ids_are_long_and_never_the_same(tokens):
    ids = {tokens.new_sender_id() for _ in range(100)}

    assert len(ids) == 100
    assert all(len(one) == len("web-") + 32 for one in ids)


def test_a_token_grows_old_and_expires(tokens, clock):
    token = tokens.sign("web-me")
    clock.time += 1800
    assert tokens.read(token).is_old
    clock.time += 1800
    with pytest.raises(BadToken, match="expired"):
        tokens.read(token)

    assert tokens.read(token, even_expired=True).sender_id == "web-me"


def forged(**changes: Any) -> str:
    claims = {"sub": "web-you", "aud": "bonafide-web", "iat": 1_700_000_000, "exp": 1_700_003_600}
    claims = {key: value for key, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(claims, SECRET, algorithm="HS256")


def test_a_token_of_our_own_making_is_read(tokens):
    assert tokens.read(forged()).sender_id == "web-you"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        forged()[:-4] + "AAAA",
        jwt.encode({"sub": "web-you"}, "t" * 32, algorithm="HS256"),
        jwt.encode({"sub": "web-you", "aud": "bonafide-web", "iat": 1, "exp": 9e9}, "", "none"),
        forged(aud="another"),
        forged(aud=None),
        forged(sub=None),
        forged(exp=None),
        forged(iat=None),
        forged(sub=17),
        forged(exp="tomorrow"),
    ],
)
@pytest.mark.parametrize("even_expired", [False, True])
def test_a_forged_token_is_refused(tokens, token, even_expired):
    with pytest.raises(BadToken):
        tokens.read(token, even_expired=even_expired)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_a_header_without_a_token_is_refused(header):
    with pytest.raises(BadToken):
        read_bearer(header)


def test_a_bearer_header_is_read():
    assert read_bearer("bearer  a.b.c ") == "a.b.c"


def test_the_secret_is_made_once_and_for_this_user_only(tmp_path):
    path = tmp_path / "build" / "web.secret"
    secret = read_secret(path)

    assert read_secret(path) == secret
    assert len(secret) >= 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "short", b"\xff" * 64])
def test_a_file_without_a_secret_is_refused(tmp_path, content):
    path = tmp_path / "web.secret"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(SecretUnavailable, match="BONAFIDE_SECRET"):
        read_secret(path)


# bodies


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'"text"', b"1", b"null", b"\xff\xfe", b'{"a": NaN}',
        b'{"a": 1' + b"0" * 5000,
        b'{"a":' + b"[" * 8000, b'{"a":' * 900 + b"1" + b"}" * 900, '{"a": 1}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_what_is_no_flat_json_object_is_refused(body):
    with pytest.raises(BadJson):
        read_json(body, "application/json")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/jsonp", "application/json; charset=latin-1"]
)
def test_another_content_type_is_refused(content_type):
    with pytest.raises(NotJson):
        read_json(b"{}", content_type)


@pytest.mark.parametrize("content_type", ["application/json", 'Application/JSON; charset="UTF-8"'])
def test_json_is_read(content_type):
    assert read_json('{"text": "é"}'.encode(), content_type) == {"text": "é"}


def message(text: Any = "hello", **fields: Any) -> Any:
    return read_message({"id": "m-1", "text": text, **fields}, max_chars=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  what is lupus?\r\n", "what is lupus?"),
        ("/restart", "restart"),
        (" // /greet{}", "greet{}"),
        ("/", "\u2215"),
        ("a/b", "a/b"),
        ("a\x00b\x1b[0m", "a b [0m"),
        ("a\ud83db", "a\ufffdb"),
        ("🦴" * 20, "🦴" * 20),
        ("a\nb", "a\nb"),
    ],
)
def test_words_are_cleaned_and_never_a_command(text, expected):
    assert message(text).text == expected


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": "m"},
        {"text": "hello"},
        {"id": 1, "text": "hello"},
        {"id": "", "text": "hello"},
        {"id": "a b", "text": "hello"},
        {"id": "x" * 65, "text": "hello"},
        {"id": "/greet", "text": "hello"},
        {"id": "m", "text": ""},
        {"id": "m", "text": " \x00\n"},
        {"id": "m", "text": 1},
        {"id": "m", "text": ["hello"]},
        {"id": "m", "text": "hello", "feedback": {"rating": "up"}},
        {"id": "m", "feedback": "up"},
        {"id": "m", "feedback": {}},
        {"id": "m", "feedback": {"rating": "sideways"}},
        {"id": "m", "feedback": {"rating": ["up"]}},
        {"id": "m", "feedback": {"rating": "up", "answer_id": 'x"}'}},
        {"id": "m", "feedback": {"rating": "up", "reason": {}}},
    ],
)
def test_a_malformed_message_is_refused(data):
    with pytest.raises(BadMessage):
        read_message(data, max_chars=20)


def test_too_long_a_text_is_refused_with_the_limit():
    with pytest.raises(TooLong) as caught:
        message("x" * 21)

    assert caught.value.body["error"]["limit"] == 20
    with pytest.raises(TooLong):
        read_feedback({"rating": "down", "reason": "x" * 1001})


def test_feedback_becomes_the_command_of_the_contract():
    read = read_message(
        {"id": "m", "feedback": {"answer_id": "5f0c", "rating": "down", "reason": 'a "b"}\n/x é'}},
        max_chars=20,
    )

    expected = '{"answer_id": "5f0c", "rating": "down", "reason": "a \\"b\\"}\\n/x \\u00e9"}'
    assert read.text == f"/give_feedback{expected}"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("en-GB", "en-GB"), ("de", "de"), ("x" * 30, None), (7, None), (None, None), ("en GB", None)],
)
def test_a_locale_counts_where_it_is_one(locale, expected):
    assert read_locale({"locale": locale}) == expected


def test_a_form_is_read():
    assert read_form(b"message=a+b%C3%A9&message=c&token=") == {"message": "a bé"}
    with pytest.raises(BadMessage):
        read_form(b"&".join(b"a=1" for _ in range(30)))


# limits


def test_a_limit_refuses_one_too_many_and_says_when(clock):
    limit = Limit(2, clock=clock)
    limit.take("me")
    clock.time += 20
    limit.take("me")
    limit.take("you")
    with pytest.raises(RateLimited) as caught:
        limit.take("me")

    assert caught.value.retry_after_s in (40, 41)
    clock.time += 41
    limit.take("me")


def test_a_heavier_request_costs_more(clock):
    limit = Limit(10, clock=clock)
    limit.take("me", weight=5)
    limit.take("me", weight=5)

    with pytest.raises(RateLimited):
        limit.take("me")
    Limit(2, clock=clock).take("me", weight=5)


def test_no_limit_and_a_bounded_memory(clock):
    for _ in range(1000):
        Limit(0, clock=clock).take("me")
    limit = Limit(1, max_keys=3, clock=clock)
    for key in "abcd":
        limit.take(key)

    assert len(limit._buckets) == 3


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_only_trusted_proxies_say_who_asks(proxies, forwarded, expected):
    headers = {"x_forwarded_for": forwarded} if forwarded else {}

    assert read_address(request(**headers), proxies=proxies) == expected


# origins


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://bot.example", "host": "bot.example"},
        {"origin": "http://bot.example:5005", "host": "Bot.Example:5005"},
        {"origin": "https://OK.example", "host": "bot.example"},
        {"origin": "null", "host": "bot.example", "sec_fetch_site": "same-origin"},
    ],
)
def test_own_and_listed_sites_are_let_in(headers):
    Origins(frozenset({"https://ok.example"}), proxies=0).check(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "null"},
        {"origin": "null", "host": "null"},
        {"origin": "http://ok.example"},
        {"origin": "https://ok.example.evil.example"},
        {"origin": "https://[bad"},
        {"origin": "https://evil.example", "x_forwarded_host": "evil.example"},
        {"origin": "https://evil.example", "sec_fetch_site": "cross-site"},
    ],
)
def test_other_sites_are_refused_and_can_read_why(headers):
    origins = Origins(frozenset({"https://ok.example"}), proxies=0)
    asked = request(**{"host": "bot.example", **headers})
    with pytest.raises(OriginNotAllowed):
        origins.check(asked)

    assert origins.headers(asked)["Access-Control-Allow-Origin"] == headers["origin"]
    assert "Access-Control-Allow-Credentials" not in origins.preflight(asked)


def test_a_trusted_proxy_names_the_host():
    headers = {"origin": "https://bot.example", "host": "10.0.0.2:5005"}
    asked = request(**headers, x_forwarded_host="bot.example")

    Origins(frozenset(), proxies=1).check(asked)
    with pytest.raises(OriginNotAllowed):
        Origins(frozenset(), proxies=0).check(asked)


# turns


def test_a_payload_is_a_turn_and_plain_words_are_chat():
    collector = TurnCollector()
    button = {"title": "Lupus", "payload": "What is lupus?", "type": "postback"}
    payload = {"kind": "answer", "text": "quoted"}
    said = [
        {"text": "quoted, with its source", "custom": payload},
        {"text": "plain"},
        {"text": "choose", "buttons": [button, {"title": "no payload"}]},
        {"text": "odd", "custom": {"no": "kind"}},
        {"image": "https://x.example/a.png"},
        {"text": None, "custom": {}},
    ]
    for one in said:
        asyncio.run(collector.send_response("me", one))

    choice = {"title": "Lupus", "payload": "What is lupus?"}
    assert collector.turns == [
        payload,
        {"kind": "chat", "text": "plain"},
        {"kind": "chat", "text": "choose", "suggestions": [choice]},
        {"kind": "chat", "text": "odd"},
        {"kind": "chat", "text": "https://x.example/a.png"},
    ]


# sessions


class Replies:
    """Counts how often it is asked, and answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    def of(self, name: str) -> Callable[[], Any]:
        async def reply() -> list[dict[str, Any]]:
            self.asked.append(name)
            await self.gate.wait()
            if self.error is not None:
                raise self.error
            return [{"kind": "chat", "text": name}]

        return reply


def test_the_same_message_is_answered_once_also_while_it_is_in_work():
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        tasks = [
            asyncio.ensure_future(sessions.reply_once("me", "1", replies.of("a"))) for _ in range(5)
        ]
        await asyncio.sleep(0.01)
        replies.gate.set()
        found = await asyncio.gather(*tasks)
        again = await sessions.reply_once("me", "1", replies.of("a"))
        return replies.asked, [*found, again]

    asked, found = asyncio.run(run())
    assert asked == ["a"]
    assert found == [[{"kind": "chat", "text": "a"}]] * 6


def test_a_client_that_goes_away_gets_its_reply_later():
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        gone = asyncio.ensure_future(sessions.reply_once("me", "1", replies.of("a")))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0.01)
        replies.gate.set()
        return await sessions.reply_once("me", "1", replies.of("a")), replies.asked

    assert asyncio.run(run()) == ([{"kind": "chat", "text": "a"}], ["a"])


def test_messages_of_a_session_are_answered_in_order_and_sessions_beside_each_other():
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        names = [("me", "1"), ("me", "2"), ("you", "3"), ("me", "4")]
        tasks = [
            asyncio.ensure_future(sessions.reply_once(who, name, replies.of(name)))
            for who, name in names
        ]
        await asyncio.sleep(0.01)
        first = list(replies.asked)
        replies.gate.set()
        await asyncio.gather(*tasks)
        return first, replies.asked

    first, asked = asyncio.run(run())
    assert first == ["1", "3"]
    assert [name for name in asked if name != "3"] == ["1", "2", "4"]


def test_a_failure_is_told_without_its_words_and_tried_anew(caplog):
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        replies.gate.set()
        replies.error = RuntimeError("what the user said")
        with pytest.raises(Unavailable):
            await sessions.reply_once("me", "1", replies.of("a"))
        replies.error = None
        await sessions.reply_once("me", "1", replies.of("a"))
        return replies.asked

    assert asyncio.run(run()) == ["a", "a"]
    assert "RuntimeError at" in caplog.text
    assert "what the user said" not in caplog.text


def test_a_slow_reply_is_unavailable_and_there_the_next_time():
    async def run() -> Any:
        sessions, replies = Sessions(timeout_s=0.02), Replies()
        with pytest.raises(Unavailable):
            await sessions.reply_once("me", "1", replies.of("a"))
        replies.gate.set()
        return await sessions.reply_once("me", "1", replies.of("a")), replies.asked

    assert asyncio.run(run()) == ([{"kind": "chat", "text": "a"}], ["a"])


def test_too_much_at_once_is_refused():
    async def run() -> None:
        sessions, replies = Sessions(max_in_work=1, timeout_s=0.02), Replies()
        with pytest.raises(Unavailable, match="long"):
            await sessions.reply_once("me", "1", replies.of("a"))
        with pytest.raises(Unavailable, match="at once"):
            await sessions.reply_once("you", "1", replies.of("a"))
        replies.gate.set()

    asyncio.run(run())


def test_memory_is_bounded():
    async def run() -> Any:
        sessions, replies = Sessions(max_sessions=3, max_replies=2, max_deleted=2), Replies()
        replies.gate.set()
        for who in "abcde":
            for message_id in "12345":
                await sessions.reply_once(who, message_id, replies.of(message_id))
        for who in "abcde":
            await sessions.delete(who, replies.of("forget"))
        return sessions

    sessions = asyncio.run(run())
    assert len(sessions._sessions) <= 3
    assert all(len(session.replies) <= 2 for session in sessions._sessions.values())
    assert len(sessions._deleted) == 2


def test_deleting_waits_for_the_message_in_work_and_refuses_those_behind_it():
    async def run() -> Any:
        sessions, replies = Sessions(), Replies()
        done: list[str] = []

        async def forget() -> None:
            done.append(f"forgot after {replies.asked}")

        first = asyncio.ensure_future(sessions.reply_once("me", "1", replies.of("a")))
        await asyncio.sleep(0.01)
        second = asyncio.ensure_future(sessions.reply_once("me", "2", replies.of("b")))
        end = asyncio.ensure_future(sessions.delete("me", forget))
        await asyncio.sleep(0.01)
        replies.gate.set()
        await end
        assert await first == [{"kind": "chat", "text": "a"}]
        with pytest.raises(BadToken):
            await second
        with pytest.raises(BadToken):
            await sessions.reply_once("me", "1", replies.of("a"))
        await sessions.delete("me", forget)
        return done

    assert asyncio.run(run()) == ["forgot after ['a']"] * 2


def test_a_session_whose_deletion_failed_is_dead_all_the_same():
    async def run() -> None:
        sessions, replies = Sessions(), Replies()
        replies.gate.set()
        replies.error = OSError("disk")
        with pytest.raises(Unavailable):
            await sessions.delete("me", replies.of("forget"))
        with pytest.raises(BadToken):
            await sessions.reply_once("me", "1", replies.of("a"))

    asyncio.run(run())


# forgetting


def stores(domain: Any) -> dict[str, Any]:
    return {
        "live": LiveTrackerStore(domain),
        "memory": InMemoryTrackerStore(domain),
        "sql": SQLTrackerStore(domain, dialect="sqlite", db=":memory:"),
        "wrapped": FailSafeTrackerStore(LiveTrackerStore(domain)),
        "fallback": FailSafeTrackerStore(
            LiveTrackerStore(domain), fallback_tracker_store=InMemoryTrackerStore(domain)
        ),
    }


@pytest.mark.parametrize("name", ["live", "memory", "sql", "wrapped", "fallback"])
def test_events_of_one_conversation_are_deleted(domain, name):
    async def run() -> Any:
        store = stores(domain)[name]
        for sender_id in ("me", "you"):
            tracker = DialogueStateTracker.from_events(sender_id, [UserUttered("hello")])
            await store.save(tracker)
            fallback = getattr(store, "_fallback_tracker_store", None)
            if fallback is not None:
                await fallback.save(tracker)
        await forget_events(store, "me")
        await forget_events(store, "me")
        return await store.retrieve("me"), list(await store.keys()), fallback and fallback.store

    mine, left, of_fallback = asyncio.run(run())
    assert (mine, left) == (None, ["you"])
    assert of_fallback is None or list(of_fallback) == ["you"]


def test_a_store_that_cannot_forget_is_named(domain):
    class Archive:
        """Keeps everything."""

    with pytest.raises(CannotForget, match="Archive"):
        asyncio.run(forget_events(FailSafeTrackerStore(fake_store(Archive(), domain)), "me"))


def fake_store(store: Any, domain: Any) -> Any:
    store.domain, store.event_broker = domain, None
    return store


@pytest.fixture
def outcomes(tmp_path: Path) -> OutcomesSettings:
    return OutcomesSettings(url=f"sqlite:///{tmp_path}/outcomes.db")


def write(settings: OutcomesSettings, *senders: str) -> None:
    store = Store.open(settings)
    store.write([Outcome(kind="chat", sender_id=sender) for sender in senders])
    store.close()


def count(settings: OutcomesSettings) -> int:
    store = Store.open(settings)
    rows = list(store.read())
    store.close()
    return len(rows)


def test_outcomes_are_deleted_also_those_that_come_late(outcomes):
    async def run() -> None:
        forgetter = OutcomesForgetter(outcomes, written_after_s=0.0, late_after_s=0.1)
        write(outcomes, "me", "me", "you")
        await forgetter.forget("me")
        assert count(outcomes) == 1
        write(outcomes, "me")
        await asyncio.sleep(0.6)
        assert count(outcomes) == 1
        await forgetter.forget("you")
        write(outcomes, "you")
        await forgetter.close()

    asyncio.run(run())
    assert count(outcomes) == 0


def test_a_table_that_is_away_is_said_and_one_that_is_off_is_nothing(tmp_path):
    missing = OutcomesSettings(url="postgresql://127.0.0.1:1/none", salt="s" * 16)
    with pytest.raises(CannotForget, match="not deleted"):
        asyncio.run(OutcomesForgetter(missing, written_after_s=0.0).forget("me"))

    asyncio.run(OutcomesForgetter(OutcomesSettings(url="")).forget("me"))


# files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        ENTRY: '/** @import { A } from "./types.js" */\nimport { a } from "./a.js";\n'
        "const late = () => import('./b.js');\nconst text = \"./a.js\";\n",
        "a.js": 'import "./leaf.js";\nexport const a = 1;\n',
        "b.js": "// late\nexport const b = 1;\n",
        "leaf.js": "export const leaf = 1;\n",
        "types.d.ts": "export {};\n",
        ".hidden.js": "secret\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "tests.js").mkdir()
    return tmp_path


def test_only_scripts_and_style_sheets_are_served(folder):
    assert Folder(folder).names == ["a.js", "b.js", ENTRY, "leaf.js"]
    assert Folder(folder).find("../a.js") is None
    assert Folder(folder / "nowhere").names == []
    assert Folder(folder / "nowhere", entry=ENTRY).entry is None


def test_the_entry_is_sent_with_all_that_it_imports(folder):
    served = Folder(folder, entry=ENTRY)
    entry = served.entry.body.decode()

    assert "const a = 1" in entry
    assert 'from "' not in entry
    assert f"import('./{served.version}/b.js')" in entry
    assert 'const text = "./a.js"' in entry
    assert served.modules == []
    assert served.find("b.js").body == b"export const b = 1;\n"


def test_modules_that_cannot_be_joined_are_sent_one_by_one(folder, caplog):
    (folder / "a.js").write_text('import "./leaf.js";\nexport default 1;\n')
    served = Folder(folder, entry=ENTRY)
    entry = served.entry.body.decode()

    assert f'from "./{served.version}/a.js"' in entry
    assert f"import('./{served.version}/b.js')" in entry
    assert 'const text = "./a.js"' in entry
    assert served.modules == ["a.js", "leaf.js"]
    assert served.find("a.js").body.startswith(b'import "./leaf.js";')
    assert "in pieces: a.js" in caplog.text


def test_a_change_makes_a_new_version(folder):
    served = Folder(folder)
    before = served.version
    assert Folder(folder).version == before
    (folder / "leaf.js").write_text("export const changed = true;\n")

    assert served.version != before
    assert b"changed" in served.find("leaf.js").body


def test_a_file_is_compressed_and_asked_for_again_by_its_etag(folder):
    file = Folder(folder).find("a.js")
    plain = file.respond(request(), cache="no-cache", headers={})
    zipped = file.respond(request(accept_encoding="br, gzip"), cache="no-cache", headers={})

    assert gzip.decompress(zipped.body) == plain.body == file.body
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    again = request(if_none_match=f'"x", W/{plain.headers["ETag"]}')
    assert file.respond(again, cache="no-cache", headers={}).status == 304


@pytest.mark.parametrize(
    ("header", "expected"),
    [("", False), ("gzip", True), ("br, gzip;q=0.5", True), ("gzip; q=0", False), ("*", True)],
)
def test_encodings_are_read(header, expected):
    assert accepts_gzip(header) is expected


def test_any_etag_is_named_by_a_star():
    assert is_named('"a"', "*")
    assert not is_named('"a"', '"b"')


# pages

PAYLOADS = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)", "' autofocus onfocus=alert(1) x='", "</textarea><svg onload=alert(1)>",
    "\ud800<b>", "data:text/html,<script>alert(1)</script>", "&lt;script&gt;", "<!--", "]]>",
]  # fmt: skip


@pytest.fixture
def pages(folder: Path) -> Pages:
    return Pages(Settings(), widget=Folder(folder, entry=ENTRY), style=Folder(SITE))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_of_a_reply_becomes_html(pages, payload):
    citation = dict.fromkeys(
        ["title", "section", "publisher", "url", "reviewed", "text", "document_id"], payload
    )
    turn = {
        "kind": "answer", "preface": payload, "heading": payload, "text": payload,
        "quote": payload, "marks": [payload], "disclaimer": payload,
        "citations": [citation], "suggestions": [{"title": payload, "payload": payload}],
        "numbers": [{"label": payload, "number": payload, "href": payload}],
    }  # fmt: skip
    page = pages.answer(question=payload, turns=[turn], token=payload, nonce=payload)
    html = page.body.decode()

    assert "<script" not in html
    assert "onerror=alert(1)>" not in html.replace("&gt;", "")
    assert "49" not in html
    for start in (
        "<img",
        "<svg",
        "<b>",
        "<!--",
        'href="javascript',
        'href="data:text',
        "' autofocus",
    ):
        assert start not in html


TURNS = Path(__file__).parents[1] / "data" / "messaging" / "turns"


@pytest.mark.parametrize("path", sorted(TURNS.glob("*.json")), ids=lambda path: path.stem)
def test_the_page_has_the_parts_of_a_turn_in_order(pages, path):
    turn = json.loads(path.read_text("utf-8"))
    html = unescape(pages.answer(question="q", turns=[turn], token="", nonce="").body.decode())
    names = ("preface", "text", "heading", "quote", "disclaimer")
    if turn["kind"] == "answer":
        names = ("preface", "heading", "text", "disclaimer")
    places = [html.index(turn[name]) for name in names if turn.get(name)]

    assert places == sorted(places)


@pytest.mark.parametrize(("heading", "count"), [("What is it?", 1), ("", 2)])
def test_the_page_repeats_neither_heading_nor_passage(pages, heading, count):
    cited = {"title": "T", "section": "What is it?", "text": "It is a bone."}
    other = {"title": "U", "section": "What is it?", "text": "It is a joint."}
    turn = {
        "kind": "answer",
        "heading": heading,
        "text": "It is a bone.",
        "citations": [cited, other],
    }
    html = pages.answer(question="q", turns=[turn], token="", nonce="").body.decode()

    assert html.count('<span class="from">What is it?</span>') == count
    assert html.count("It is a bone.") == 1
    assert html.count("It is a joint.") == 1


def test_links_go_to_pages_and_telephones_only(pages):
    citation = {"title": "T", "url": "https://x.example/a?b=1&c=2", "text": "t"}
    number = {"label": "Emergency number", "number": "999", "href": "tel:999"}
    turn = {"kind": "emergency", "text": "Call now.", "numbers": [number], "citations": [citation]}
    html = pages.answer(question="q", turns=[turn], token="", nonce="").body.decode()

    assert 'href="https://x.example/a?b=1&amp;c=2"' in html
    assert 'href="tel:999"' in html


def test_the_home_page_preloads_the_modules_and_shows_the_snippet(pages, folder):
    (folder / "a.js").write_text('import "./leaf.js";\nexport default 1;\n')
    html = pages.home(host="bot.example:5005", scheme="https").body.decode()

    version = Folder(folder).version
    for name in ("a.js", "leaf.js"):
        assert f'<link rel="modulepreload" href="/widget/{version}/{name}">' in html
    assert "https://bot.example:5005/widget/bonafide-chat.js" in html
    assert "<style" not in html
    assert " style=" not in html
    assert html.count("<script") == 1


def test_a_host_that_is_none_is_not_shown(pages):
    html = pages.home(host='x"><script>', scheme="http").body.decode()

    assert "https://bot.example.org/widget" in html


def test_every_error_has_its_own_code():
    codes = {cls.code for cls in all_subclasses(WebError) if cls.code}

    assert codes == {
        "bad_json", "bad_message", "bad_token", "origin_not_allowed", "too_long", "not_json",
        "rate_limited", "unavailable",
    }  # fmt: skip


def all_subclasses(cls: type) -> set[Any]:
    return {one for sub in cls.__subclasses__() for one in {sub, *all_subclasses(sub)}}
