"""Messaging platforms on loopback: each sends webhooks as the real one does, and takes answers.

A new platform is a class like `Telegram` here and an entry in `DRIVERS`.
"""

import html
import http.client
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from itertools import count
from typing import Any, Protocol
from urllib.parse import parse_qsl

TIMEOUT_S = 15.0


@dataclass(frozen=True)
class Called:
    """A request that the bot sent to a platform's API."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Planned:
    """How the next request is to be answered."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


class Listener(ThreadingHTTPServer):
    """Ends when its last connection does, and says nothing of those that broke."""

    daemon_threads = False

    def handle_error(self, *args: Any) -> None:
        pass


class StandIn:
    """An HTTP server that keeps what it was sent and answers as it is told."""

    def __init__(self, default: Callable[[Called], Any] = lambda called: {"ok": True}) -> None:
        """Start it.

        Args:
            default: The reply in JSON to a request for which nothing else is planned.
        """
        self.is_stopped = False
        self._called: list[Called] = []
        self._planned: list[tuple[Callable[[Called], bool], Planned]] = []
        self._news = threading.Condition()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                called = Called(
                    self.command,
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    parse(raw, self.headers.get("content-type", "")),
                )
                planned = stand_in.take(called) or Planned(body=default(called))
                time.sleep(planned.delay_s)
                content = json.dumps(planned.body).encode()
                self.send_response(planned.status)
                for name, value in planned.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = serve

            def log_message(self, *args: Any) -> None:
                pass

        self._server = Listener(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self.is_stopped = True
        self._server.shutdown()
        self._server.server_close()

    def take(self, called: Called) -> Planned | None:
        """Keep a request; return the plan for it."""
        with self._news:
            self._called.append(called)
            self._news.notify_all()
            for place, (is_meant, planned) in enumerate(self._planned):
                if is_meant(called):
                    del self._planned[place]
                    return planned
        return None

    def plan(self, is_meant: Callable[[Called], bool], *planned: Planned) -> None:
        """Answer the next requests of a kind so, one after the other."""
        with self._news:
            self._planned.extend((is_meant, each) for each in planned)

    def calls(self, is_meant: Callable[[Called], bool]) -> list[Called]:
        with self._news:
            return [called for called in self._called if is_meant(called)]

    def wait(self, is_meant: Callable[[Called], bool], n: int) -> list[Called]:
        """Return the first requests of a kind, once there are `n`."""
        deadline = time.monotonic() + TIMEOUT_S
        with self._news:
            while True:
                found = [called for called in self._called if is_meant(called)]
                if len(found) >= n:
                    return found
                left = deadline - time.monotonic()
                assert left > 0, f"{len(found)} calls of {n} came: {found}"
                self._news.wait(left)


def parse(raw: bytes, content_type: str) -> Any:
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode(), keep_blank_values=True))
    return json.loads(raw) if raw else None


@dataclass(frozen=True)
class Delivery:
    """A signed webhook, ready to be posted (again)."""

    path: str
    body: bytes
    headers: dict[str, str]
    method: str = "POST"

    def post(self, port: int) -> tuple[int, str]:
        """Deliver it; return status and body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        try:
            connection.request(self.method, self.path, self.body, self.headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


class Driver(Protocol):
    """A platform as the tests speak it.

    Attributes:
        name: As in /webhooks/<name>/webhook.
        channel: As outcomes call it.
        environ: The variables that switch it on, secrets among them.
        secrets: What must never be in a log.
        stand_in: Its API.
        has_taps: Whether it has buttons that talk.
        is_ordered: False where its webhooks bear neither a number nor a time; may be missing.
    """

    name: str
    channel: str
    environ: dict[str, str]
    secrets: list[str]
    stand_in: StandIn
    has_taps: bool

    def new_chat(self) -> str:
        """Return the id of a conversation in which nothing was said yet."""

    def text(self, chat: str, text: str, *, number: int = 0) -> Delivery:
        """Return the webhook of a message; `number` orders it among others, where that is so."""

    def hello(self, chat: str) -> Delivery:
        """Return the webhook by which a conversation begins on this platform."""

    def tap(self, chat: str, code: str) -> Delivery:
        """Return the webhook of a tap on a button with this code."""

    def picture(self, chat: str) -> Delivery:
        """Return the webhook of a message without words."""

    def odd(self, chat: str) -> dict[str, Delivery]:
        """Return correctly signed webhooks that are not to be answered, by what is odd."""

    def forged(self, delivery: Delivery) -> dict[str, Delivery]:
        """Return the same webhook with the proofs that are wrong, by what is wrong."""

    def is_answer(self, chat: str) -> Callable[[Called], bool]:
        """Return what says whether a call sends a message to a conversation."""

    def shown(self, called: Called) -> str:
        """Return the words that a person sees of a message."""

    def codes(self, called: Called) -> dict[str, str]:
        """Return the codes of a message's buttons by their titles."""

    def too_many(self) -> Planned:
        """Return how the platform says: too many requests, one second."""


class Telegram:
    """api.telegram.org."""

    name = channel = "telegram"
    has_taps = True

    def __init__(self) -> None:
        self.stand_in = StandIn(lambda called: {"ok": True, "result": {}})
        self.token, self.secret = "4242:telegram-token-of-these-tests", "telegram-secret-of-tests"
        self.secrets = [self.token, self.token.partition(":")[2], self.secret]
        self.environ = {
            "TELEGRAM_TOKEN": self.token,
            "TELEGRAM_SECRET": self.secret,
            "TELEGRAM_API_URL": self.stand_in.url,
        }
        self._chats, self._updates = count(700_000), count(1000)

    def new_chat(self) -> str:
        return str(next(self._chats))

    def sign(self, update: Any) -> Delivery:
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": self.secret,
        }
        return Delivery("/webhooks/telegram/webhook", body, headers)

    def update(self, *, number: int = 0, **event: Any) -> Delivery:
        return self.sign({"update_id": number or next(self._updates), **event})

    def message(self, chat: str, **content: Any) -> dict[str, Any]:
        return {
            "message_id": 1,
            "date": 1_700_000_000,
            "chat": {"id": int(chat), "type": "private", "first_name": "A"},
            "from": {"id": int(chat), "is_bot": False, "language_code": "en-GB"},
            **content,
        }

    def text(self, chat: str, text: str, *, number: int = 0) -> Delivery:
        return self.update(message=self.message(chat, text=text), number=number)

    def hello(self, chat: str) -> Delivery:
        return self.text(chat, "/start")

    def tap(self, chat: str, code: str) -> Delivery:
        query = {
            "id": "900",
            "from": {"id": int(chat), "is_bot": False},
            "message": self.message(chat, text="the message with the buttons"),
            "chat_instance": "1",
            "data": code,
        }
        return self.update(callback_query=query)

    def picture(self, chat: str) -> Delivery:
        photo = [{"file_id": "x", "width": 9, "height": 9}]
        return self.update(message=self.message(chat, photo=photo, caption="my scan"))

    def odd(self, chat: str) -> dict[str, Delivery]:
        plain = self.message(chat, text="hello")
        group = {"id": -100, "type": "supergroup", "title": "G"}
        deep: Any = "hello"
        for _ in range(200):
            deep = {"text": deep}
        events = {
            "no event": {},
            "edited": {"edited_message": plain},
            "channel post": {"channel_post": plain},
            "edited channel post": {"edited_channel_post": plain},
            "joined": {"my_chat_member": {"chat": plain["chat"], "new_chat_member": {}}},
            "member": {"chat_member": {"chat": plain["chat"]}},
            "reaction": {"message_reaction": {"chat": plain["chat"], "new_reaction": []}},
            "poll": {"poll": {"id": "1"}},
            "inline query": {"inline_query": {"id": "1", "query": "hello"}},
            "unknown event": {"event_of_2031": {"text": "hello"}},
            "message is null": {"message": None},
            "message is a text": {"message": "hello"},
            "message is a list": {"message": [plain]},
            "message is empty": {"message": {}},
            "no chat": {"message": {"text": "hello", "from": plain["from"]}},
            "chat is a number": {"message": {**plain, "chat": int(chat)}},
            "chat id is a text": {"message": {**plain, "chat": {"id": chat, "type": "private"}}},
            "chat id is true": {"message": {**plain, "chat": {"id": True, "type": "private"}}},
            "chat id is huge": {"message": {**plain, "chat": {"id": 10**40, "type": "private"}}},
            "no sender": {"message": {**plain, "from": None}},
            "from a bot": {"message": {**plain, "from": {"id": int(chat), "is_bot": True}}},
            "text is a number": {"message": {**plain, "text": 5}},
            "text is an object": {"message": {**plain, "text": {"a": "hello"}}},
            "deep": {"message": {**plain, "text": deep}},
            "in a group": {"message": {**plain, "chat": group}},
            "tap in a group": {
                "callback_query": {"id": "1", "from": plain["from"], "message": {"chat": group}}
            },
            "tap is a text": {"callback_query": "c:1=hello"},
            "tap without a message": {"callback_query": {"id": "1", "from": plain["from"]}},
            "new title": {"message": {**self.message(chat), "new_chat_title": "T"}},
            "pinned": {"message": {**self.message(chat), "pinned_message": plain}},
        }
        raw = {
            "empty": b"",
            "no JSON": b"hello",
            "half": b'{"update_id": 5, "message": {',
            "a list": b"[1, 2]",
            "a number": b"7",
            "null": b"null",
            "no id": json.dumps({"message": plain}).encode(),
            "id is a text": json.dumps({"update_id": "a", "message": plain}).encode(),
            "nested too deep": b'{"update_id": 1, "message": ' + b"[" * 200_000,
            "huge": b'{"update_id": 1, "message": "' + b"x" * 600_000 + b'"}',
            "not UTF-8": b'{"update_id": 1, "message": "\xff\xfe"}',
        }
        return {
            **{name: self.update(**event) for name, event in events.items()},
            **{name: self.sign(body) for name, body in raw.items()},
        }

    def forged(self, delivery: Delivery) -> dict[str, Delivery]:
        name = "X-Telegram-Bot-Api-Secret-Token"
        others = {key: value for key, value in delivery.headers.items() if key != name}
        wrong = {
            "none": {},
            "empty": {name: ""},
            "wrong": {name: "x" * len(self.secret)},
            "part": {name: self.secret[:-1]},
            "longer": {name: self.secret + "x"},
            "not ASCII": {name: "é" * 24},
        }
        return {
            what: Delivery(delivery.path, delivery.body, {**others, **header})
            for what, header in wrong.items()
        }

    def is_answer(self, chat: str) -> Callable[[Called], bool]:
        return lambda called: (
            called.path == f"/bot{self.token}/sendMessage" and str(called.body["chat_id"]) == chat
        )

    def shown(self, called: Called) -> str:
        assert called.body["parse_mode"] == "HTML"
        links = re.sub(r'<a href="([^"]*)">(.*?)</a>', r"\2 <\1>", called.body["text"])
        return html.unescape(re.sub(r"</?[bi]>", "", links))

    def codes(self, called: Called) -> dict[str, str]:
        rows = called.body.get("reply_markup", {}).get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}

    def too_many(self) -> Planned:
        return Planned(429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 1}})


def in_module(name: str, driver: str) -> Callable[[], Driver]:
    """Return what makes the driver of a module, which itself needs this one."""
    return lambda: getattr(import_module(f"tests.e2e.{name}"), driver)()


DRIVERS: dict[str, Callable[[], Driver]] = {
    "telegram": Telegram,
    "teams": in_module("stand_in_teams", "Teams"),
    "slack": in_module("stand_in_slack", "Slack"),
    "mattermost": in_module("stand_in_mattermost", "Mattermost"),
    "messenger": in_module("stand_in_messenger", "Messenger"),
    "sms": in_module("stand_in_twilio", "Sms"),
    "whatsapp": in_module("stand_in_twilio", "WhatsApp"),
}
