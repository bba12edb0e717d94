"""The library over HTTP: caches, an action server that is away, limits, search engines."""

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from bot import action_server
from bot.channels.web.library_client import FRESH_S, LibraryClient, document_path
from bot.server.errors import Unavailable
from tests.bot.channels.web.test_library_pages import document, listed, passage

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class ActionServer:
    """What stands in for the action server."""

    def __init__(self) -> None:
        self.etag = '"1"'
        self.pages = {
            "/library": listed().data,
            "/library/leaflets/hip": document(),
            "/library/100%25/%C3%A9": document(title="Any id"),
        }
        self.error: Exception | None = None
        self.status = 200
        self.delay_s = 0.0
        self.calls: list[tuple[str, str, Any]] = []

    async def request(self, method: str, path: str, **options: Any) -> tuple[int, str, bytes]:
        self.calls.append((method, path, options))
        await asyncio.sleep(self.delay_s)
        if self.error:
            raise self.error
        if self.status != 200:
            return self.status, "", b""
        if path == "/library-search":
            hit = {"document_id": "d", "title": "D", "heading": "H", "anchor": "h", "text": "T"}
            return 200, self.etag, json.dumps({"found": [hit]}).encode()
        if options.get("headers", {}).get("If-None-Match") == self.etag:
            return 304, self.etag, b""
        if path not in self.pages:
            return 404, self.etag, b"{}"
        return 200, self.etag, json.dumps(self.pages[path]).encode()


@pytest.fixture
def actions(monkeypatch: pytest.MonkeyPatch) -> ActionServer:
    server = ActionServer()
    monkeypatch.setattr(action_server, "request", server.request)
    return server


def get(client: Any, path: str, **headers: str) -> tuple[int, Any, Any]:
    return client.request("GET", path, None, headers)


def test_a_document_is_a_page_that_may_be_kept(client, actions):
    status, body, headers = get(client, "/library/leaflets/hip")

    assert status == 200
    assert b"<h1" in body
    assert headers["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert get(client, "/library/leaflets/hip", **{"If-None-Match": headers["ETag"]})[0] == 304
    assert get(client, "/library/100%25/%C3%A9")[0] == 200


def test_what_is_not_there_says_so(client, actions):
    status, body, headers = get(client, "/library/nothing")

    assert status == 404
    assert b"There is no document at this address" in body
    assert headers["Cache-Control"] == "no-store"


def test_many_readers_cost_one_call(client, actions):
    for _ in range(5):
        get(client, "/library")

    assert len(actions.calls) == 1


def test_headings_can_be_read_by_the_pages_that_embed_the_chat(client, actions):
    status, reply, headers = get(client, "/library/headings.json", Origin="https://x.example")

    assert status == 200
    assert reply["sections"][1]["path"] == "/library/leaflets/hip#what%20now"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in headers["Cache-Control"]
    assert headers["ETag"]


def test_the_home_page_lists_the_documents(client, actions):
    assert b'<a href="/library/leaflets/hip">Your hip</a>' in get(client, "/")[1]


def test_an_action_server_that_is_away_leaves_the_home_page(client, actions):
    actions.error = OSError()

    assert get(client, "/")[0] == 200
    status, body, headers = get(client, "/library")
    assert (status, headers["Retry-After"]) == (503, "2")
    assert b"cannot be shown at the moment" in body


def test_an_action_server_that_hangs_does_not_hold_the_home_page(client, actions):
    actions.delay_s = 1.5
    started = time.monotonic()

    assert get(client, "/")[0] == 200
    assert time.monotonic() - started < 1.2
    actions.delay_s = 0.0
    deadline = started + 10
    while b"Your hip" not in get(client, "/")[1]:
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    ("setting", "robots"), [({}, "noindex"), ({"indexable": True}, None)], ids=["no", "yes"]
)
def test_search_engines_list_the_pages_only_if_the_owner_wants(
    start,
    actions,
    setting,
    robots,
):
    client = start(**setting)

    for path in ("/library", "/library/leaflets/hip", "/library/nothing"):
        assert get(client, path)[2]["X-Robots-Tag"] == robots
    # They have to read the header: nothing but forms is forbidden to them.
    assert get(client, "/robots.txt")[1] == b"User-agent: *\nDisallow: /webhooks/\n"


def search(client, **fields):
    return client.request("POST", "/webhooks/web/library", urlencode(fields), FORM)


def test_a_search_keeps_its_words_out_of_addresses(client, actions):
    status, body, headers = search(client, q="my hip")

    assert status == 200
    assert b'<a href="/library/d#h">H</a>' in body
    assert headers["Cache-Control"] == "no-store"
    assert actions.calls == [("POST", "/library-search", {"json": {"query": "my hip"}})]
    assert get(client, "/webhooks/web/library")[0] == 303


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), (" ", 400), ("x" * 501, 413), ("x" * 90_000, 413)]
)
def test_a_search_of_nothing_or_too_much_is_told(client, actions, query, status):
    assert search(client, q=query)[0] == status
    assert actions.calls == []


def test_one_address_cannot_ask_for_all(start, actions):
    client = start(address_rate=20)
    statuses = [get(client, f"/library/{n}")[0] for n in range(21)]

    assert statuses == [404] * 20 + [429]
    assert get(client, "/library/0")[0] == 404  # at hand


# the client


def make_client() -> tuple[LibraryClient, list[float]]:
    clock = [100.0]
    return LibraryClient(now=lambda: clock[0]), clock


def test_a_new_index_is_seen_and_an_old_one_is_not_read_again(actions):
    made, clock = make_client()
    first = asyncio.run(made.get("/library"))
    clock[0] += FRESH_S + 1

    assert asyncio.run(made.get("/library")) is first
    actions.etag = '"2"'
    actions.pages["/library"] = listed(2).data
    clock[0] += FRESH_S + 1
    assert asyncio.run(made.get("/library")).data["n_documents"] == 2


@pytest.mark.parametrize("status", [200, 401, 500, 503])
def test_what_was_known_is_shown_while_the_action_server_is_away(actions, status):
    made, clock = make_client()
    first = asyncio.run(made.get("/library"))
    clock[0] += FRESH_S + 1
    actions.error, actions.status = (OSError() if status == 200 else None), status

    assert asyncio.run(made.get("/library")) is first
    with pytest.raises(Unavailable):
        asyncio.run(made.get("/library/leaflets/hip"))


def test_an_action_server_that_hangs_is_soon_asked_less_often(actions):
    made, _ = make_client()
    actions.error = asyncio.TimeoutError()
    for _ in range(9):
        with pytest.raises(Unavailable):
            asyncio.run(made.get("/library"))

    assert len(actions.calls) == 3


def test_a_document_that_went_is_gone(actions):
    made, clock = make_client()
    path = document_path("leaflets/hip")
    asyncio.run(made.get(path))
    actions.etag = '"2"'
    del actions.pages[path]
    clock[0] += FRESH_S + 1

    assert asyncio.run(made.get(path)).data is None


def test_passages_are_as_they_were_sent(client, actions):
    actions.pages["/library/leaflets/hip"] = document(
        sections=[{"heading": "", "passages": [passage(text="Sit <down> & rest.")]}]
    )

    assert "Sit &lt;down&gt; &amp; rest." in get(client, "/library/leaflets/hip")[1].decode()
