"""Microsoft Teams on loopback: the Bot Framework's login hosts and its connector in one."""

import base64
import json
import time
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tests.e2e.stand_ins import Called, Delivery, Planned, StandIn

Json = dict[str, Any]

APP_ID = "11111111-2222-4333-8444-555555555555"
TENANT = "99999999-8888-4777-8666-555555555555"
BOT = f"28:{APP_ID}"
OWN_TOKEN = "token-of-the-bot-in-these-tests"


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encode_number(number: int) -> str:
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


class Signer:
    """A key that signs tokens."""

    def __init__(self, key_id: str, endorsements: list[str]) -> None:
        self.key_id = key_id
        self.endorsements = endorsements
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self) -> Json:
        """Return the public half, as the Bot Framework publishes it."""
        numbers = self._key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.key_id,
            "n": encode_number(numbers.n),
            "e": encode_number(numbers.e),
            "endorsements": self.endorsements,
        }

    def sign(self, claims: Json, **header: Any) -> str:
        head = {"alg": "RS256", "typ": "JWT", "kid": self.key_id, **header}
        text = ".".join(encode(json.dumps(part).encode()) for part in (head, claims))
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), SHA256())
        return f"{text}.{encode(signature)}"


class Teams:
    """A bot of Microsoft Teams'."""

    name = channel = "teams"
    has_taps = True

    def __init__(self) -> None:
        self.stand_in = StandIn(self.reply)
        self.signer = Signer("genuine", ["msteams", "webchat"])
        self.other_channel = Signer("webchat only", ["webchat"])
        self.stranger = Signer("genuine", ["msteams"])
        self.password = "password~of~the~bot.in_these-tests"
        self.secrets = [self.password, OWN_TOKEN]
        self.service_url = f"{self.stand_in.url}/amer/"
        self.environ = {
            "TEAMS_APP_ID": APP_ID,
            "TEAMS_APP_PASSWORD": self.password,
            "TEAMS_TENANT_ID": TENANT,
            "TEAMS_API_URL": self.stand_in.url,
        }
        self._chats, self._ids = count(1), count(1_700_000_000_000)

    def reply(self, called: Called) -> Any:
        """Reply as the login hosts and the connector do."""
        if called.path == "/v1/.well-known/openidconfiguration":
            return {
                "issuer": "https://api.botframework.com",
                "jwks_uri": f"{self.stand_in.url}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        if called.path == "/v1/.well-known/keys":
            return {"keys": [self.signer.jwk(), self.other_channel.jwk()]}
        if called.path == f"/{TENANT}/oauth2/v2.0/token":
            assert called.body["client_id"] == APP_ID
            assert called.body["client_secret"] == self.password
            return {"token_type": "Bearer", "expires_in": 3599, "access_token": OWN_TOKEN}
        return {"id": "1"}

    def new_chat(self) -> str:
        return f"a:chat/{next(self._chats)}=="

    def claims(self, **other: Any) -> Json:
        now = int(time.time())
        return {
            "iss": "https://api.botframework.com",
            "aud": APP_ID,
            "serviceurl": self.service_url,
            "nbf": now - 60,
            "exp": now + 3600,
            **other,
        }

    def deliver(self, body: bytes, token: str) -> Delivery:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        return Delivery("/webhooks/teams/webhook", body, {**headers, **bearer})

    def sign(self, activity: Any) -> Delivery:
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        return self.deliver(body, self.signer.sign(self.claims()))

    def activity(self, chat: str, kind: str, *, number: int = 0, **content: Any) -> Json:
        return {
            "type": kind,
            "id": str(number or next(self._ids)),
            "timestamp": "2026-02-01T21:10:07.437Z",
            "serviceUrl": self.service_url,
            "channelId": "msteams",
            "from": {"id": f"29:person of {chat}", "name": "A", "aadObjectId": "1"},
            "conversation": {"conversationType": "personal", "id": chat, "tenantId": TENANT},
            "recipient": {"id": BOT, "name": "Bonafide"},
            "channelData": {"tenant": {"id": TENANT}},
            "locale": "en-GB",
            **content,
        }

    def message(self, chat: str, text: str, **content: Any) -> Json:
        html = {"contentType": "text/html", "content": f"<div><div>{text}</div></div>"}
        words = {"text": text, "textFormat": "plain", "attachments": [html]}
        return self.activity(chat, "message", **{**words, **content})

    def text(self, chat: str, text: str, *, number: int = 0) -> Delivery:
        return self.sign(self.message(chat, text, number=number))

    def hello(self, chat: str) -> Delivery:
        members = [{"id": BOT}, {"id": f"29:person of {chat}", "aadObjectId": "1"}]
        return self.sign(self.activity(chat, "conversationUpdate", membersAdded=members))

    def tap(self, chat: str, code: str) -> Delivery:
        content = {"text": "what would have been typed", "value": {"tap": code}, "replyToId": "1"}
        return self.sign(self.activity(chat, "message", **content))

    def picture(self, chat: str) -> Delivery:
        picture = {"contentType": "image/*", "contentUrl": f"{self.service_url}v3/attachments/1"}
        html = {"contentType": "text/html", "content": "<div>my scan <img></div>"}
        return self.sign(self.message(chat, "my scan", attachments=[picture, html]))

    def odd(self, chat: str) -> dict[str, Delivery]:
        plain = self.message(chat, "hello")
        group = {"conversationType": "groupChat", "isGroup": True, "id": "19:group@thread.v2"}
        channel = {"conversationType": "channel", "isGroup": True, "id": "19:c;messageid=1"}
        member = [{"id": "29:somebody"}]
        deep: Any = "hello"
        for _ in range(200):
            deep = {"text": deep}
        events = {
            "edited": {"type": "messageUpdate"},
            "deleted": {"type": "messageDelete"},
            "undeleted": {"type": "messageUpdate", "channelData": {"eventType": "undelete"}},
            "reaction": {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
            "reaction gone": {"type": "messageReaction", "reactionsRemoved": [{"type": "like"}]},
            "typing": {"type": "typing"},
            "removed": {"type": "installationUpdate", "action": "remove"},
            "upgraded": {"type": "installationUpdate", "action": "add-upgrade"},
            "installed in a team": {
                **{"type": "installationUpdate", "action": "add", "conversation": channel}
            },
            "joined a team": {
                **{"type": "conversationUpdate", "membersAdded": member, "conversation": channel}
            },
            "the bot joined": {"type": "conversationUpdate", "membersAdded": [{"id": BOT}]},
            "left": {"type": "conversationUpdate", "membersRemoved": member},
            "renamed": {"type": "conversationUpdate", "topicName": "T"},
            "card's action": {"type": "invoke", "name": "adaptiveCard/action", "value": {}},
            "read": {"type": "event", "name": "application/vnd.microsoft.readReceipt"},
            "meeting": {"type": "event", "name": "application/vnd.microsoft.meetingStart"},
            "end": {"type": "endOfConversation"},
            "unknown kind": {"type": "kindOf2031"},
            "from the bot": {"from": {"id": BOT}},
            "from another bot": {"from": {"id": "28:another"}},
            "not mentioned in a group": {"conversation": group},
            "not mentioned in a channel": {"conversation": channel},
            "no sender": {"from": None},
            "sender is a text": {"from": "29:somebody"},
            "sender id is a number": {"from": {"id": 5}},
            "sender id is empty": {"from": {"id": ""}},
            "sender id is huge": {"from": {"id": "29:" + "x" * 100_000}},
            "no conversation": {"conversation": None},
            "conversation is a list": {"conversation": [chat]},
            "conversation id is true": {"conversation": {"id": True}},
            "no id": {"id": None},
            "id is a number": {"id": 7},
            "id is huge": {"id": "7" * 100_000},
            "nothing in it": {"text": None, "attachments": None},
            "text is a number": {"text": 5, "attachments": []},
            "text is deep": {"text": deep, "attachments": {}},
        }
        raw = {
            "empty": b"",
            "no JSON": b"hello",
            "half": b'{"type": "message", "text": {',
            "a list": b"[1, 2]",
            "a number": b"7",
            "null": b"null",
            "no type": json.dumps({**plain, "type": None}).encode(),
            "type is a list": json.dumps({**plain, "type": ["message"]}).encode(),
            "nested too deep": b'{"type": "message", "text": ' + b"[" * 200_000,
            "huge": b'{"type": "message", "text": "' + b"x" * 600_000 + b'"}',
            "not UTF-8": b'{"type": "message", "text": "\xff\xfe"}',
        }
        signed = {name: self.sign({**plain, **event}) for name, event in events.items()}
        return {**signed, **{name: self.sign(body) for name, body in raw.items()}}

    def forged(self, delivery: Delivery) -> dict[str, Delivery]:
        body, now = delivery.body, int(time.time())
        genuine = delivery.headers["Authorization"].removeprefix("Bearer ")
        head, claims, signature = genuine.split(".")
        plain = encode(json.dumps({"alg": "none", "typ": "JWT", "kid": "genuine"}).encode())
        later = encode(json.dumps(self.claims(exp=now + 99_999)).encode())
        sign = self.signer.sign
        tokens = {
            "none": "",
            "no token": "hello",
            "three parts": "a.b.c",
            "no signature": f"{head}.{claims}.",
            "altered": f"{head}.{later}.{signature}",
            "algorithm none": f"{plain}.{claims}.",
            "another algorithm": sign(self.claims(), alg="HS256"),
            "a stranger's key": self.stranger.sign(self.claims()),
            "an unknown key": sign(self.claims(), kid="unknown"),
            "no key": sign(self.claims(), kid=None),
            "a key for another channel": self.other_channel.sign(self.claims()),
            "of another issuer": sign(self.claims(iss=f"https://sts.windows.net/{TENANT}/")),
            "for another bot": sign(self.claims(aud="another")),
            "over": sign(self.claims(exp=now - 301)),
            "not yet": sign(self.claims(nbf=now + 400)),
            "without an end": sign({k: v for k, v in self.claims().items() if k != "exp"}),
            "for another address": sign(self.claims(serviceurl="https://smba.trafficmanager.net/")),
            "for no address": sign(self.claims(serviceurl=None)),
            "no claims": sign({}),
        }
        elsewhere = "https://evil.example/amer/"
        activity = json.loads(body)
        changed = {
            "answered elsewhere": (elsewhere, {"serviceUrl": elsewhere}),
            "answered nowhere": (self.service_url, {"serviceUrl": None}),
            "of another channel": (self.service_url, {"channelId": "webchat"}),
            "of another tenant": (
                self.service_url,
                {"channelData": {"tenant": {"id": APP_ID}}},
            ),
        }
        return {
            **{name: self.deliver(body, token) for name, token in tokens.items()},
            **{
                name: self.deliver(
                    json.dumps({**activity, **change}).encode(), sign(self.claims(serviceurl=url))
                )
                for name, (url, change) in changed.items()
            },
        }

    def is_answer(self, chat: str) -> Callable[[Called], bool]:
        # Some clients escape fewer characters of a path than others.
        path = f"/amer/v3/conversations/{chat}/activities"
        return lambda called: (
            unquote(called.path) == path
            and called.body["type"] == "message"
            and called.headers["authorization"] == f"Bearer {OWN_TOKEN}"
        )

    def shown(self, called: Called) -> str:
        if "text" in called.body:
            return str(called.body["text"])
        lines = []
        for block in called.body["attachments"][0]["content"]["body"]:
            runs = block.get("inlines", [])
            lines.append("".join(run["text"] + self.link(run) for run in runs))
        return "\n".join(lines)

    def link(self, run: Json) -> str:
        return f" <{run['selectAction']['url']}>" if "selectAction" in run else ""

    def codes(self, called: Called) -> dict[str, str]:
        attachments = called.body.get("attachments", [])
        blocks = [block for each in attachments for block in each["content"]["body"]]
        actions = [action for block in blocks for action in block.get("actions", [])]
        return {action["title"]: action["data"]["msteams"]["value"]["tap"] for action in actions}

    def too_many(self) -> Planned:
        error = {"error": {"code": "RateLimited", "message": "Too many requests."}}
        return Planned(429, error, {"Retry-After": "1"})
