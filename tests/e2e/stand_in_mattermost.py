"""Mattermost on loopback: an outgoing webhook, buttons, and the REST API of a bot."""

import hashlib
import hmac
import json
import re
import time
from base64 import b64encode
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.e2e.stand_ins import Called, Delivery, Planned, StandIn

Json = dict[str, Any]

BOT = "b" * 26
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class Mattermost:
    """A server; each conversation is that of one person in a channel of their own."""

    name = channel = "mattermost"
    has_taps = True

    def __init__(self) -> None:
        self.stand_in = StandIn(reply)
        self.token, self.hook, self.command = "t0" * 13, "h0" * 13, "c0" * 13
        self.secrets = [self.token, self.hook, self.command]
        self.environ = {
            "MATTERMOST_TOKEN": self.token,
            "MATTERMOST_WEBHOOK_TOKEN": f"{self.hook},{self.command}",
            "MATTERMOST_URL": self.stand_in.url,
        }
        self._chats, self._numbers = count(700_000), count(1)

    def new_chat(self) -> str:
        return f"k{next(self._chats):025d}"

    def person(self, chat: str) -> str:
        return f"u{chat[1:]}"

    def webhook(self, fields: Any) -> Delivery:
        body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
        return Delivery("/webhooks/mattermost/webhook", body, JSON)

    def action(self, fields: Any) -> Delivery:
        body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
        return Delivery("/webhooks/mattermost/action", body, JSON)

    def posted(self, chat: str, *, number: int = 0, **fields: Any) -> Json:
        own = next(self._numbers)
        return {
            "token": self.hook,
            "team_id": "e" * 26,
            "team_domain": "team",
            "channel_id": chat,
            "channel_name": "town-square",
            "timestamp": 1_700_000_000_000 + (number or own),
            "user_id": self.person(chat),
            "user_name": "sam",
            "post_id": f"p{own:025d}",
            "trigger_word": "#ask",
            "file_ids": "",
            **fields,
        }

    def commanded(self, chat: str, **fields: Any) -> Json:
        return {
            "token": self.command,
            "channel_id": chat,
            "channel_name": "town-square",
            "user_id": self.person(chat),
            "command": "/ask",
            "text": "hello",
            "trigger_id": self.trigger(chat),
            **fields,
        }

    def trigger(self, chat: str) -> str:
        number = 1_700_000_000_000 + next(self._numbers)
        return b64encode(f"{'x' * 26}:{self.person(chat)}:{number}:MEUCIQ==".encode()).decode()

    def text(self, chat: str, text: str, *, number: int = 0) -> Delivery:
        return self.webhook(self.posted(chat, text=f"#ask {text}", number=number))

    def hello(self, chat: str) -> Delivery:
        return self.webhook(self.posted(chat, text="#ask"))

    def tapped(self, chat: str, code: str, **fields: Any) -> Json:
        return {
            "user_id": self.person(chat),
            "user_name": "sam",
            "channel_id": chat,
            "channel_name": "town-square",
            "post_id": f"a{next(self._numbers):025d}",
            "trigger_id": self.trigger(chat),
            "type": "button",
            "data_source": "",
            "context": self.context(chat, code),
            **fields,
        }

    def context(self, chat: str, code: str) -> Json:
        """Return what the server keeps of a button; what was never shown is signed by the bot."""
        for called in self.stand_in.calls(self.is_answer(chat)):
            for action in buttons(called):
                context: Json = action["integration"]["context"]
                if context["tap"] == code:
                    return context
        root = "r" * 26
        at = str(int(time.time()))
        message = json.dumps(["mattermost tap", code, chat, root, "", at]).encode()
        signature = hmac.new(self.token.encode(), message, hashlib.sha256).hexdigest()
        return {"tap": code, "root": root, "at": at, "signature": signature}

    def tap(self, chat: str, code: str) -> Delivery:
        return self.action(self.tapped(chat, code))

    def picture(self, chat: str) -> Delivery:
        return self.webhook(self.posted(chat, text="#ask my scan", file_ids="f" * 26))

    def odd(self, chat: str) -> dict[str, Delivery]:
        deep: Any = "hello"
        for _ in range(200):
            deep = {"text": deep}
        posts: dict[str, Any] = {
            "no text": {},
            "text is null": {"text": None},
            "text is a number": {"text": 5},
            "text is a list": {"text": ["hello"]},
            "deep": {"text": deep},
            "the bot itself": {"text": "hello", "user_id": BOT},
            "no sender": {"text": "hello", "user_id": None},
            "sender is short": {"text": "hello", "user_id": "u1"},
            "sender is an object": {"text": "hello", "user_id": {"id": "u" * 26}},
            "sender is huge": {"text": "hello", "user_id": "u" * 100_000},
            "no channel": {"text": "hello", "channel_id": ""},
            "channel is a number": {"text": "hello", "channel_id": 5},
            "channel is a path": {"text": "hello", "channel_id": "../" + "k" * 23},
            "no post": {"text": "hello", "post_id": None},
            "post is a path": {"text": "hello", "post_id": "../" + "p" * 23},
            "post is a list": {"text": "hello", "post_id": ["p" * 26]},
        }
        commands: dict[str, Any] = {
            "command of nobody": {"user_id": None},
            "command of a path": {"user_id": "../" + "u" * 23},
            "command without words": {"text": None},
            "command is a list": {"text": ["hello"]},
            "command without a trigger": {"trigger_id": None},
            "command with an odd trigger": {"trigger_id": [5]},
        }
        taps: dict[str, Any] = {
            "tap of nobody": {"user_id": None},
            "tap of a number": {"user_id": 5},
            "tap without a trigger": {"trigger_id": ""},
            "tap with an odd trigger": {"trigger_id": {}},
        }
        raw = {
            "empty": b"",
            "no JSON": b"hello",
            "half": b'{"token": "',
            "a list": b"[1, 2]",
            "null": b"null",
            "nested too deep": b'{"token": ' + b"[" * 200_000,
            "huge": b'{"token": "' + b"x" * 600_000 + b'"}',
            "not UTF-8": b'{"token": "\xff\xfe"}',
        }
        tap = self.tapped(chat, "c:1=hello")
        return {
            **{name: self.webhook(self.posted(chat, **post)) for name, post in posts.items()},
            **{name: self.webhook(self.commanded(chat, **each)) for name, each in commands.items()},
            **{name: self.action({**tap, **fields}) for name, fields in taps.items()},
            **{name: self.webhook(body) for name, body in raw.items()},
            **{f"tap, {name}": self.action(body) for name, body in raw.items()},
        }

    def forged(self, delivery: Delivery) -> dict[str, Delivery]:
        fields = json.loads(delivery.body)
        tokens: dict[str, Any] = {
            "none": None,
            "empty": "",
            "wrong": "x" * 26,
            "part": self.hook[:-1],
            "longer": self.hook + "x",
            "both": f"{self.hook},{self.command}",
            "a list": [self.hook],
            "of the bot": self.token,
        }
        tap = self.tapped(fields["channel_id"], "c:1=is pampelmousse forged?")
        context = tap["context"]
        contexts: dict[str, Any] = {
            "tap without context": None,
            "tap without signature": {**context, "signature": None},
            "tap on something else": {**context, "tap": "c:1=another pampelmousse"},
            "tap in another thread": {**context, "root": ""},
            "tap with a wrong signature": {**context, "signature": "0" * 64},
        }
        return {
            **{what: self.webhook({**fields, "token": token}) for what, token in tokens.items()},
            **{what: self.action({**tap, "context": each}) for what, each in contexts.items()},
            "tap in another channel": self.action({**tap, "channel_id": "q" * 26}),
        }

    def is_answer(self, chat: str) -> Callable[[Called], bool]:
        return lambda called: (
            (called.method, called.path) == ("POST", "/api/v4/posts")
            and called.headers["authorization"] == f"Bearer {self.token}"
            and called.body["channel_id"] == chat
            and len(called.body["root_id"]) == 26
        )

    def shown(self, called: Called) -> str:
        links = re.sub(r"\[((?:\\.|[^\]\\])*)\]\(([^)]*)\)", r"\1 \2", called.body["message"])
        return re.sub(r"\\([^\w\s])", r"\1", re.sub(r"^> ", "", links, flags=re.MULTILINE))

    def codes(self, called: Called) -> dict[str, str]:
        return {each["name"]: each["integration"]["context"]["tap"] for each in buttons(called)}

    def too_many(self) -> Planned:
        return Planned(429, {"message": "limit exceeded"}, {"Retry-After": "1"})


def buttons(called: Called) -> list[Json]:
    attachments = called.body.get("props", {}).get("attachments", [])
    return [action for attachment in attachments for action in attachment["actions"]]


def reply(called: Called) -> Json:
    """Return what the REST API replies."""
    if called.path == "/api/v4/users/me":
        return {"id": BOT, "username": "ask", "is_bot": True}
    if called.path == "/api/v4/channels/direct":
        return {"id": f"d{called.body[1][1:]}", "type": "D"}
    return {"id": called.path.rpartition("/")[2], "root_id": ""}
