"""api.twilio.com: one account, of which SMS and WhatsApp are two channels."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.e2e.stand_ins import Called, Delivery, Planned, StandIn

PATH = "/webhooks/twilio/webhook"
# BONAFIDE_PUBLIC_URL of the tests: Twilio signs the address that it knows.
PUBLIC_URL = "https://bot.example"
SID, TOKEN = "AC" + "1d" * 16, "7e" * 16
NUMBERS = {"sms": "+15005550006", "whatsapp": "+14155238886"}


def stand_in() -> StandIn:
    """Return the API of both channels; a new one after it was stopped."""
    if _start().is_stopped:
        _start.cache_clear()
    return _start()


@cache
def _start() -> StandIn:
    return StandIn(lambda called: {"sid": f"SM{'0' * 32}", "status": "queued"})


class Twilio:
    """What the two channels have in common."""

    name = "twilio"
    has_taps = False
    # Nothing in a webhook says which of two messages was the first.
    is_ordered = False
    channel = ""
    prefix = ""

    def __init__(self) -> None:
        self.stand_in = stand_in()
        self.login = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        self.secrets = [TOKEN, self.login]
        self.environ = {
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_SMS_FROM": NUMBERS["sms"],
            "TWILIO_WHATSAPP_FROM": NUMBERS["whatsapp"],
            "TWILIO_API_URL": self.stand_in.url,
        }
        self._chats, self._sids = count(447_700_900_000), count(1)

    def new_chat(self) -> str:
        return f"{self.prefix}+{next(self._chats)}"

    def sign(
        self, fields: dict[str, str], *, url: str = f"{PUBLIC_URL}{PATH}", token: str = TOKEN
    ) -> str:
        text = url + "".join(name + fields[name] for name in sorted(fields))
        return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()

    def deliver(self, fields: dict[str, str], **how: str) -> Delivery:
        return self.seal(urlencode(fields).encode(), self.sign(fields, **how))

    def seal(self, body: bytes, signature: str, kind: str = "") -> Delivery:
        kind = kind or "application/x-www-form-urlencoded; charset=UTF-8"
        return Delivery(PATH, body, {"Content-Type": kind, "X-Twilio-Signature": signature})

    def fields(self, chat: str, body: str) -> dict[str, str]:
        sid = f"SM{hashlib.md5(f'{self.channel}{next(self._sids)}'.encode()).hexdigest()}"
        return {
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": body,
            "To": f"{self.prefix}{NUMBERS[self.channel]}",
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": SID,
            "From": chat,
            "ApiVersion": "2010-04-01",
        }

    def text(self, chat: str, text: str, *, number: int = 0) -> Delivery:
        return self.deliver(self.fields(chat, text))

    def hello(self, chat: str) -> Delivery:
        return self.text(chat, "Hello")

    def tap(self, chat: str, code: str) -> Delivery:
        raise NotImplementedError

    def picture(self, chat: str) -> Delivery:
        media = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "Body": "my scan"}
        return self.deliver({**self.fields(chat, ""), **media})

    def odd(self, chat: str) -> dict[str, Delivery]:
        changes: dict[str, dict[str, str | None]] = {
            "sent": {"SmsStatus": "sent", "MessageStatus": "sent"},
            "delivered": {"MessageStatus": "delivered"},
            "undelivered": {"MessageStatus": "undelivered", "ErrorCode": "30003"},
            "read": {"MessageStatus": "read", "EventType": "READ"},
            "unknown status": {"MessageStatus": "status of 2031"},
            "opted out": {"Body": "STOP", "OptOutType": "STOP"},
            "opted in": {"Body": "START", "OptOutType": "START"},
            "asked for help": {"Body": "HELP", "OptOutType": "HELP"},
            "from a short code": {"From": f"{self.prefix}32665"},
            "from a name": {"From": f"{self.prefix}BANK"},
            "from ourselves": {"From": f"{self.prefix}{NUMBERS[self.channel]}"},
            "from nobody": {"From": ""},
            "no sender": {"From": None},
            "from a long number": {"From": f"{self.prefix}+1{'5' * 60}"},
            "from an address": {"From": "https://x.example"},
            "from Messenger": {"From": "messenger:1"},
            "from RCS": {"From": "rcs:+447700900123"},
            "no words": {"Body": None},
            "to another number": {"To": f"{self.prefix}+15005550099"},
            "to nobody": {"To": ""},
            "no number": {"To": None},
            "to RCS": {"To": "rcs:agent"},
            "of another account": {"AccountSid": "AC" + "2e" * 16},
            "no account": {"AccountSid": None},
            "no id": {"MessageSid": None},
            "id is empty": {"MessageSid": ""},
            "id is short": {"MessageSid": "SM1"},
            "id of a call": {"MessageSid": "CA" + "0" * 32},
            "id is huge": {"MessageSid": "SM" + "0" * 40_000},
        }
        # Nothing but the address is signed where the body is no form.
        bare = self.sign({})
        raw = {
            "empty": self.seal(b"", bare),
            "no form": self.seal(b'{"Body": "hello"}', bare, "application/json"),
            "no kind": self.seal(b"hello", bare, "x"),
            "many fields": self.seal(b"a=1&" * 300, bare),
            "huge": self.seal(b"Body=" + b"x" * 600_000, bare),
        }
        return {
            **{what: self.deliver(self.changed(chat, each)) for what, each in changes.items()},
            **raw,
            "nested": self.deliver({"Body[text]": "hello", "Body[0]": "hello"}),
            "not UTF-8": self.seal(b"Body=%ff%fe", self.sign({"Body": "\ufffd\ufffd"})),
        }

    def changed(self, chat: str, changes: dict[str, str | None]) -> dict[str, str]:
        fields: dict[str, Any] = {**self.fields(chat, "hello"), **changes}
        return {name: value for name, value in fields.items() if value is not None}

    def forged(self, delivery: Delivery) -> dict[str, Delivery]:
        fields = dict(parse_qsl(delivery.body.decode(), keep_blank_values=True))
        genuine = self.sign(fields)
        signatures = {
            "empty": "",
            "part": genuine[:-1],
            "of another account": self.sign(fields, token="8f" * 16),
            "of another host": self.sign(fields, url=f"https://evil.example{PATH}"),
            "of another path": self.sign(fields, url=f"{PUBLIC_URL}/"),
            "of another scheme": self.sign(fields, url=f"http://bot.example{PATH}"),
            "of another text": self.sign({**fields, "Body": "x"}),
            "not ASCII": "é" * 28,
        }
        altered = urlencode({**fields, "From": f"{self.prefix}+15550100000"}).encode()
        kind = delivery.headers["Content-Type"]
        return {
            **{what: self.seal(delivery.body, each) for what, each in signatures.items()},
            "none": Delivery(PATH, delivery.body, {"Content-Type": kind}),
            "altered": self.seal(altered, genuine),
            "a field more": self.seal(delivery.body + b"&Body=x", genuine),
        }

    def is_answer(self, chat: str) -> Callable[[Called], bool]:
        path = f"/2010-04-01/Accounts/{SID}/Messages.json"
        return lambda called: called.path == path and called.body["To"] == chat

    def shown(self, called: Called) -> str:
        assert called.headers["authorization"] == f"Basic {self.login}"
        assert called.body["From"] == f"{self.prefix}{NUMBERS[self.channel]}"
        text: str = called.body["Body"]
        return text

    def codes(self, called: Called) -> dict[str, str]:
        return {}

    def too_many(self) -> Planned:
        body = {"code": 20429, "message": "Too Many Requests", "status": 429}
        return Planned(429, body, {"Retry-After": "1"})


class Sms(Twilio):
    """SMS."""

    channel = "sms"

    def odd(self, chat: str) -> dict[str, Delivery]:
        keywords = ("stop", "STOP ", "Unsubscribe", "end", "HELP", "info", "START", "unstop")
        return {**super().odd(chat), **{each: self.text(chat, each) for each in keywords}}


class WhatsApp(Twilio):
    """WhatsApp."""

    channel = "whatsapp"
    prefix = "whatsapp:"
