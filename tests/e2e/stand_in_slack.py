"""Slack on loopback: its Events API, its buttons and chat.postMessage."""

import hashlib
import hmac
import html
import json
import re
import time
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.e2e.stand_ins import Called, Delivery, Planned, StandIn

Json = dict[str, Any]


class Slack:
    """slack.com/api, and a workspace."""

    name = channel = "slack"
    has_taps = True

    def __init__(self) -> None:
        self.stand_in = StandIn(lambda called: {"ok": True, "ts": "1700000000.000001"})
        self.token, self.secret = "xoxb-4242-slack-token-of-these-tests", "5" * 31 + "e"
        self.secrets = [self.token, self.secret]
        self.environ = {
            "SLACK_BOT_TOKEN": self.token,
            "SLACK_SIGNING_SECRET": self.secret,
            "SLACK_API_URL": self.stand_in.url,
        }
        self._chats, self._times = count(700_000), count(1)

    def new_chat(self) -> str:
        return f"D{next(self._chats)}"

    def person(self, chat: str) -> str:
        return f"U{chat[1:]}"

    def time(self, number: int = 0) -> str:
        return f"1700000000.{number or next(self._times):06d}"

    def sign(
        self, body: bytes, content_type: str = "application/json", *, age_s: int = 0
    ) -> Delivery:
        sent_at = str(int(time.time()) - age_s)
        message = f"v0:{sent_at}:".encode() + body
        signature = hmac.new(self.secret.encode(), message, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": sent_at,
            "X-Slack-Signature": f"v0={signature}",
        }
        return Delivery("/webhooks/slack/webhook", body, headers)

    def wrap(self, event: Any, **fields: Any) -> Delivery:
        envelope = {
            "token": "an-old-verification-token",
            "team_id": "T1",
            "api_app_id": "A1",
            "type": "event_callback",
            "event_id": f"Ev{next(self._times)}",
            "event_time": 1_700_000_000,
            "event": event,
            **fields,
        }
        return self.sign(json.dumps(envelope).encode())

    def message(self, chat: str, *, number: int = 0, **fields: Any) -> Json:
        return {
            "type": "message",
            "channel": chat,
            "channel_type": "im",
            "user": self.person(chat),
            "ts": self.time(number),
            "team": "T1",
            **fields,
        }

    def text(self, chat: str, text: str, *, number: int = 0) -> Delivery:
        return self.wrap(self.message(chat, text=html.escape(text, quote=False), number=number))

    def hello(self, chat: str) -> Delivery:
        return self.text(chat, "hello")

    def interact(self, payload: Any) -> Delivery:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self.sign(body, "application/x-www-form-urlencoded")

    def tapped(self, chat: str, code: Any, **fields: Any) -> Json:
        return {
            "type": "block_actions",
            "user": {"id": self.person(chat), "username": "a", "team_id": "T1"},
            "api_app_id": "A1",
            "container": {"type": "message", "message_ts": self.time(), "channel_id": chat},
            "channel": {"id": chat, "name": "directmessage"},
            "message": {"ts": self.time(), "text": "the message with the buttons"},
            "actions": [
                {
                    "type": "button",
                    "action_id": "choice_1",
                    "block_id": "b",
                    "value": code,
                    "action_ts": self.time(),
                }
            ],
            **fields,
        }

    def tap(self, chat: str, code: str) -> Delivery:
        return self.interact(self.tapped(chat, code))

    def picture(self, chat: str) -> Delivery:
        files = [{"id": "F1", "mimetype": "image/png"}]
        return self.wrap(self.message(chat, subtype="file_share", text="my scan", files=files))

    def odd(self, chat: str) -> dict[str, Delivery]:
        plain = self.message(chat, text="hello")
        deep: Any = "hello"
        for _ in range(200):
            deep = {"text": deep}
        events: dict[str, Any] = {
            "no event": None,
            "event is a text": "hello",
            "event is a list": [plain],
            "event is empty": {},
            "unknown event": {**plain, "type": "event_of_2031"},
            "changed": {**plain, "subtype": "message_changed", "message": plain, "hidden": True},
            "deleted": {**plain, "subtype": "message_deleted", "deleted_ts": plain["ts"]},
            "joined": {**plain, "subtype": "channel_join"},
            "huddle": {**plain, "subtype": "huddle_thread"},
            "the bot itself": {**plain, "bot_id": "B1", "app_id": "A1"},
            "an old bot": {**plain, "subtype": "bot_message", "bot_id": "B1"},
            "slackbot": {**plain, "user": "USLACKBOT"},
            "reaction": {"type": "reaction_added", "user": plain["user"], "item": plain},
            "opened": {"type": "app_home_opened", "user": plain["user"], "channel": chat},
            "in a channel": {**plain, "channel": "C1", "channel_type": "channel"},
            "in a group": {**plain, "channel": "G1", "channel_type": "mpim"},
            "no channel": {**plain, "channel": None},
            "channel is a number": {**plain, "channel": 5},
            "channel is huge": {**plain, "channel": "D" * 100_000},
            "no sender": {**plain, "user": None},
            "sender is an object": {**plain, "user": {"id": plain["user"]}},
            "no time": {**plain, "ts": None},
            "time is a number": {**plain, "ts": 1.5},
            "time is huge": {**plain, "ts": "9" * 5000},
            "no text": {**plain, "text": None},
            "text is a number": {**plain, "text": 5},
            "deep": {**plain, "text": deep},
            "subtype is an object": {**plain, "subtype": {}},
        }
        interactions: dict[str, Any] = {
            "shortcut": {"type": "shortcut", "user": {"id": plain["user"]}},
            "form is a list": [1],
            "form is null": None,
            "tap without actions": self.tapped(chat, "c:1=A?", actions=[]),
            "tap without a channel": self.tapped(chat, "c:1=A?", channel=None),
            "tap of nobody": self.tapped(chat, "c:1=A?", user=None),
            "tap of a menu": self.tapped(chat, "", actions=[{"type": "static_select"}]),
        }
        raw = {
            "empty": b"",
            "no JSON": b"hello",
            "half": b'{"type": "event_callback", "event": {',
            "a list": b"[1, 2]",
            "null": b"null",
            "no type": json.dumps({"event": plain}).encode(),
            "rate limited": b'{"type": "app_rate_limited"}',
            "nested too deep": b'{"type": "event_callback", "event": ' + b"[" * 200_000,
            "huge": b'{"type": "event_callback", "event": "' + b"x" * 600_000 + b'"}',
            "not UTF-8": b'{"type": "event_callback", "event": "\xff\xfe"}',
        }
        form = "application/x-www-form-urlencoded"
        return {
            **{name: self.wrap(event) for name, event in events.items()},
            **{name: self.interact(payload) for name, payload in interactions.items()},
            **{name: self.sign(body) for name, body in raw.items()},
            "form without a payload": self.sign(b"a=b", form),
            "form with too much": self.sign(b"&a=b" * 300, form),
        }

    def forged(self, delivery: Delivery) -> dict[str, Delivery]:
        stamp, proof = "X-Slack-Request-Timestamp", "X-Slack-Signature"
        genuine = delivery.headers
        wrong = {
            "none": {proof: "", stamp: ""},
            "no time": {stamp: ""},
            "another time": {stamp: str(int(genuine[stamp]) + 1)},
            "time is no number": {stamp: "soon"},
            "wrong": {proof: "v0=" + "0" * 64},
            "part": {proof: genuine[proof][:-1]},
            "without version": {proof: genuine[proof].removeprefix("v0=")},
            "of another webhook": {proof: self.sign(b"{}").headers[proof]},
            "old": self.sign(delivery.body, age_s=301).headers,
            "of the future": self.sign(delivery.body, age_s=-330).headers,
            "not ASCII": {proof: "v0=é"},
        }
        altered = delivery.body.replace(b"pampelmousse", b"pampelmoussa")
        return {
            **{
                what: Delivery(delivery.path, delivery.body, {**genuine, **headers})
                for what, headers in wrong.items()
            },
            "altered": Delivery(delivery.path, altered + b" ", genuine),
        }

    def is_answer(self, chat: str) -> Callable[[Called], bool]:
        return lambda called: (
            called.path == "/chat.postMessage"
            and called.headers["authorization"] == f"Bearer {self.token}"
            and called.body["channel"] == chat
        )

    def shown(self, called: Called) -> str:
        assert called.body["text"]
        texts = []
        for block in called.body["blocks"]:
            texts += [block["text"]["text"]] if "text" in block else []
            texts += [e["text"] for e in block.get("elements", []) if e["type"] == "mrkdwn"]
        links = re.sub(r"<([^<>|]+)\|([^<>]+)>", r"\2 \1", "\n".join(texts))
        return html.unescape(re.sub(r"<([^<>]+)>", r"\1", links))

    def codes(self, called: Called) -> dict[str, str]:
        rows = [b["elements"] for b in called.body["blocks"] if b["type"] == "actions"]
        return {button["text"]["text"]: button["value"] for row in rows for button in row}

    def too_many(self) -> Planned:
        return Planned(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})
