"""graph.facebook.com, as Messenger speaks it."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.e2e.stand_ins import Called, Delivery, Planned, StandIn

PATH = "/webhooks/messenger/webhook"
# How long the second message of a turn may take after the first.
FOLLOWS_S = 0.6


class Messenger:
    """A Page. A turn can be words and, after them, a template with its source and buttons."""

    name = channel = "messenger"
    has_taps = True

    def __init__(self) -> None:
        self.stand_in = StandIn(lambda called: {"recipient_id": "1", "message_id": "m_x"})
        self.token = "EAAtests-token-of-the-page-of-these-tests"
        self.app_secret, self.verify_token = "5a" * 16, "messenger-verify-token-of-tests"
        self.secrets = [self.token, self.app_secret, self.verify_token]
        self.environ = {
            "MESSENGER_PAGE_TOKEN": self.token,
            "MESSENGER_APP_SECRET": self.app_secret,
            "MESSENGER_VERIFY_TOKEN": self.verify_token,
            "MESSENGER_API_URL": f"{self.stand_in.url}/v25.0",
        }
        self._chats, self._mids = count(7_000_000_000_000_000), count(1)
        self._start_ms = int(time.time() * 1000)

    def new_chat(self) -> str:
        return str(next(self._chats))

    def sign(self, body: bytes, secret: str = "") -> Delivery:
        signature = hmac.new((secret or self.app_secret).encode(), body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": f"sha256={signature.hexdigest()}",
        }
        return Delivery(PATH, body, headers)

    def notify(self, *events: Any, **fields: Any) -> Delivery:
        entry = {"id": "page", "time": self._start_ms, "messaging": list(events)}
        return self.sign(json.dumps({"object": "page", "entry": [entry], **fields}).encode())

    def event(self, chat: str, *, number: int = 0, **fields: Any) -> dict[str, Any]:
        return {
            "sender": {"id": chat},
            "recipient": {"id": "page"},
            "timestamp": self._start_ms + (number or next(self._mids)),
            **fields,
        }

    def message(self, chat: str, *, number: int = 0, **content: Any) -> dict[str, Any]:
        return self.event(chat, number=number, message={"mid": f"m_{next(self._mids)}", **content})

    def text(self, chat: str, text: str, *, number: int = 0) -> Delivery:
        return self.notify(self.message(chat, number=number, text=text))

    def hello(self, chat: str) -> Delivery:
        return self.notify(self.event(chat, postback={"title": "Get Started", "payload": "start"}))

    def tap(self, chat: str, code: str) -> Delivery:
        return self.notify(
            self.message(chat, text="the title of a button", quick_reply={"payload": code})
        )

    def picture(self, chat: str) -> Delivery:
        image = {"type": "image", "payload": {"url": "https://cdn.example/x.jpg"}}
        return self.notify(self.message(chat, attachments=[image]))

    def registration(self, token: str) -> Delivery:
        query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "77"}
        return Delivery(f"{PATH}?{urlencode(query)}", b"", {}, method="GET")

    def odd(self, chat: str) -> dict[str, Delivery]:
        plain = self.message(chat, text="hello")
        content = plain["message"]
        deep: Any = "hello"
        for _ in range(200):
            deep = {"text": deep}
        day_ms = 24 * 60 * 60 * 1000
        events = {
            "echo": {"message": {**content, "is_echo": True, "app_id": 5}},
            "deleted": {"message": {**content, "is_deleted": True}},
            "delivery": {"delivery": {"mids": ["m_1"], "watermark": 1}},
            "read": {"read": {"watermark": 1}},
            "reaction": {"reaction": {"mid": "m_1", "action": "react", "reaction": "love"}},
            "edit": {"message_edit": {"mid": "m_1", "text": "hello", "num_edit": 1}},
            "referral": {"referral": {"ref": "x", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
            "opt-in": {"optin": {"ref": "x", "user_ref": "y"}},
            "login": {"account_linking": {"status": "linked", "authorization_code": "x"}},
            "handover": {"pass_thread_control": {"new_owner_app_id": "1", "metadata": "x"}},
            "unknown event": {"event_of_2031": {"text": "hello"}},
            "no event": {},
            "message is null": {"message": None},
            "message is a text": {"message": "hello"},
            "message is a list": {"message": [content]},
            "message is empty": {"message": {}},
            "text is empty": {"message": {"mid": "m_1", "text": ""}},
            "text is a number": {"message": {"mid": "m_1", "text": 5}},
            "text is an object": {"message": {"mid": "m_1", "text": {"a": "hello"}}},
            "deep": {"message": {"mid": "m_1", "text": deep}},
            "attachments are an object": {"message": {"mid": "m_1", "attachments": {"type": "x"}}},
            "no sender": {**plain, "sender": None},
            "sender has no id": {**plain, "sender": {"user_ref": "x"}},
            "sender id is a number": {**plain, "sender": {"id": int(chat)}},
            "no time": {**plain, "timestamp": None},
            "time is a text": {**plain, "timestamp": "yesterday"},
            "time is huge": {**plain, "timestamp": 10**40},
            "two days old": {**plain, "timestamp": self._start_ms - 2 * day_ms},
            "in 1970": {**plain, "timestamp": 5},
            "postback is a text": {"postback": "start"},
            "postback is empty": {"postback": {}},
        }
        wholes = {
            "another object": {"object": "instagram", "entry": [{"messaging": [plain]}]},
            "no entry": {"object": "page"},
            "entry is an object": {"object": "page", "entry": {"messaging": [plain]}},
            "entries are texts": {"object": "page", "entry": ["hello", None, 7]},
            "events are texts": {"object": "page", "entry": [{"messaging": ["hello", None]}]},
            "standby": {"object": "page", "entry": [{"standby": [plain]}]},
            "a change": {"object": "page", "entry": [{"changes": [{"value": plain}]}]},
            "no object": {"entry": [{"messaging": [plain]}]},
            "object is a number": {"object": 5, "entry": [{"messaging": [plain]}]},
        }
        raw = {
            "empty": b"",
            "no JSON": b"hello",
            "half": b'{"object": "page", "entry": [{',
            "a list": b"[1, 2]",
            "null": b"null",
            "nested too deep": b'{"object": "page", "entry": ' + b"[" * 200_000,
            "huge": b'{"object": "page", "x": "' + b"x" * 600_000 + b'"}',
            "not UTF-8": b'{"object": "page", "x": "\xff\xfe"}',
        }
        return {
            **{name: self.notify(self.event(chat, **fields)) for name, fields in events.items()},
            **{name: self.sign(json.dumps(whole).encode()) for name, whole in wholes.items()},
            **{name: self.sign(body) for name, body in raw.items()},
            "registration": self.registration(self.verify_token),
        }

    def forged(self, delivery: Delivery) -> dict[str, Delivery]:
        name = "X-Hub-Signature-256"
        genuine = delivery.headers[name]
        others = {key: value for key, value in delivery.headers.items() if key != name}
        sha1 = hmac.new(self.app_secret.encode(), delivery.body, hashlib.sha1).hexdigest()
        wrong = {
            "none": {},
            "empty": {name: ""},
            "old algorithm": {"X-Hub-Signature": f"sha1={sha1}"},
            "without its name": {name: genuine.removeprefix("sha256=")},
            "part": {name: genuine[:-1]},
            "of another app": {name: self.sign(delivery.body, "6b" * 16).headers[name]},
            "of another body": {name: self.sign(delivery.body + b" ").headers[name]},
            "not ASCII": {name: "é" * 24},
        }
        altered = delivery.body.replace(b"timestamp", b"timestomp")
        return {
            **{
                what: Delivery(PATH, delivery.body, {**others, **header})
                for what, header in wrong.items()
            },
            "altered": Delivery(PATH, altered, delivery.headers),
            "registration": self.registration(self.verify_token + "x"),
        }

    def _is_sent(self, called: Called, chat: str) -> bool:
        is_message = called.path.startswith("/v25.0/me/messages") and "message" in called.body
        return is_message and called.body["recipient"] == {"id": chat}

    def is_answer(self, chat: str) -> Callable[[Called], bool]:
        """Each turn has one message that is words, and it is the first."""
        return lambda called: self._is_sent(called, chat) and "text" in called.body["message"]

    def _turn(self, called: Called) -> list[dict[str, Any]]:
        """Return the messages of a turn, when the second of them has had its time."""
        chat = called.body["recipient"]["id"]
        deadline = called.at + FOLLOWS_S
        while True:
            sent = self.stand_in.calls(lambda each: self._is_sent(each, chat))
            place = next(n for n, each in enumerate(sent) if each is called)
            messages = [each.body["message"] for each in sent[place:]]
            if len(messages) > 1 or "quick_replies" in messages[0] or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        ends = [n for n, message in enumerate(messages) if n and "text" in message]
        return messages[: ends[0]] if ends else messages

    def shown(self, called: Called) -> str:
        assert called.headers["authorization"] == f"Bearer {self.token}"
        proof = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        assert called.path == f"/v25.0/me/messages?appsecret_proof={proof}"
        assert called.body["messaging_type"] == "RESPONSE"
        lines = []
        for message in self._turn(called):
            template = message.get("attachment", {}).get("payload", {})
            buttons = [f"[{each['title']}] {each['url']}" for each in template.get("buttons", [])]
            lines += [message.get("text") or template["text"], *buttons]
        return "\n".join(lines)

    def codes(self, called: Called) -> dict[str, str]:
        replies = self._turn(called)[-1].get("quick_replies", [])
        return {reply["title"]: reply["payload"] for reply in replies}

    def too_many(self) -> Planned:
        error = {"message": "Calls to this API have exceeded the rate limit", "code": 613}
        return Planned(400, {"error": {**error, "type": "OAuthException", "fbtrace_id": "x"}})
