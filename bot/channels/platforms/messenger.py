"""Facebook Messenger: https://developers.facebook.com/docs/messenger-platform.

One Page answers; a conversation with a Page is always private.
"""

import hashlib
import hmac
import time
from typing import Any, Callable, Dict, Mapping, Optional, Tuple

from bot.channels.platforms.fields import find, find_list, find_number, find_object, find_text
from bot.channels.platforms.incoming import Incoming, Reading, Said, Sign
from bot.channels.platforms.outgoing import Call, Outgoing, Problem, Reply, judge
from bot.channels.platforms.settings import Account, Spec, Variable, api_url
from bot.channels.platforms.webhook import Answer, Forged, Unreadable, Webhook, is_same
from bot.messaging.actions import decode
from bot.messaging.messenger import render

Json = Dict[str, Any]

PAGE_TOKEN, APP_SECRET = "MESSENGER_PAGE_TOKEN", "MESSENGER_APP_SECRET"
VERIFY_TOKEN, API_URL = "MESSENGER_VERIFY_TOKEN", "MESSENGER_API_URL"
SIGNATURE_HEADER = "x-hub-signature-256"
# Signatures bear no time, events do. Messenger takes no answer a day after a message (error 10,
# subcode 2018278), so nothing older is worth reading, and nothing older can be played again.
MAX_AGE_S = 24 * 60 * 60
# Payloads of the Get Started button: the one of docs/channels.md, and Meta's own example.
STARTS = {"start", "get_started"}
# The thumb beside the app's text field, in its three sizes: a sticker, but meant as a word. Meta
# lists no stickers; these numbers are what other clients compare with.
LIKES = {"369239263222822", "369239343222814", "369239383222810"}
LIKED = "good answer"
# The app adds one to a text with an address in it: a preview of the page.
PREVIEW = "fallback"

# https://developers.facebook.com/docs/graph-api/overview/rate-limiting and
# https://developers.facebook.com/docs/messenger-platform/error-codes: too many calls of the app
# (4), the user (17), the Page (32, 80006), this API (613). Most of them come as HTTP 400.
RATE_CODES = {4, 17, 32, 613, 80006}
# "Pause requests", without a number. Longer than the first wait between tries.
RATE_WAIT_S = 2.0
# "Please retry your request later", and "Temporary send message failure".
PASSING_CODES = {2, 1200}


class Messenger:
    """A Page on Messenger."""

    name = "messenger"
    paths: Mapping[str, "tuple[str, ...]"] = {"webhook": ("GET", "POST")}

    def __init__(
        self, account: Account, outgoing: Outgoing, *, now: Callable[[], float] = time.time
    ) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            outgoing: Calls the API.
            now: Seconds since 1970.
        """
        self._app_secret = account[APP_SECRET]
        self._verify_token = account[VERIFY_TOKEN]
        token = account[PAGE_TOKEN]
        # With the proof, a stolen token alone is worth nothing to an app that asks for it
        # (https://developers.facebook.com/docs/graph-api/guides/secure-requests).
        proof = _sign(self._app_secret, token.encode())
        self._url = f"{account[API_URL]}/me/messages?appsecret_proof={proof}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._outgoing = outgoing
        self._now = now

    async def check(self, webhook: Webhook) -> None:
        """Refuse events without the signature of the app, and registrations without the token.

        Raises:
            Forged: They are.
        """
        if webhook.method == "GET":
            token = webhook.query.get("hub.verify_token", "")
            if webhook.query.get("hub.mode") != "subscribe" or not is_same(
                token, self._verify_token
            ):
                raise Forged("the verify token is wrong or missing")
            return
        signature = f"sha256={_sign(self._app_secret, webhook.body)}"
        if not is_same(webhook.headers.get(SIGNATURE_HEADER, ""), signature):
            raise Forged("the signature is wrong or missing")

    def read(self, webhook: Webhook) -> Reading:
        """Return the messages and taps of all events; for a registration, the challenge.

        Raises:
            Unreadable: It is no notification.
        """
        if webhook.method == "GET":
            return Reading(answer=Answer(body=webhook.query.get("hub.challenge", "")))
        notification = webhook.json()
        kind = find_text(notification, "object")
        if kind is None:
            raise Unreadable("no notification")
        # What stands under "standby" is another app's to answer, or a person's at the Page.
        events = [
            self._read_event(event)
            for entry in find_list(notification, "entry")
            for event in find_list(entry, "messaging")
        ]
        is_page = kind == "page"
        return Reading(tuple(event for event in events if event and is_page))

    async def show_typing(self, to: Incoming) -> None:
        """Show the dots for 20 seconds, or until the answer comes.

        Raises:
            SendFailed: They cannot be shown.
        """
        await self._call({**to.address, "sender_action": "typing_on"}, tries=1)

    async def send(self, to: Incoming, payload: Mapping[str, Any]) -> None:
        """Send a turn.

        Raises:
            SendFailed: A message could not be sent: the person cannot be reached (551), or wrote
                more than a day ago (10).
        """
        for message in render(payload):
            await self._call({**to.address, **message})

    async def _call(self, body: Json, *, tries: Optional[int] = None) -> None:
        call = Call(self._url, json=body, headers=self._headers)
        await self._outgoing.call(call, judge=_judge, tries=tries)

    def _read_event(self, event: Any) -> Optional[Incoming]:
        said, message_id = _read_said(event)
        sender = find_text(event, "sender", "id")
        at_ms = find_number(event, "timestamp")
        if said is None or not sender or at_ms is None:
            return None
        if self._now() - at_ms / 1000 > MAX_AGE_S:
            return None
        return Incoming(
            id=message_id or f"{sender} {at_ms}",
            conversation=sender,
            sender=sender,
            said=said,
            order=at_ms,
            address={"recipient": {"id": sender}},
        )


def _read_said(event: Any) -> Tuple[Optional[Said], Optional[str]]:
    """Return what somebody said and its id; nothing for receipts, reactions, referrals, logins."""
    message, postback = find_object(event, "message"), find_object(event, "postback")
    if message is not None:
        return _read_message(message), find_text(message, "mid")
    return (_read_postback(postback) if postback else None), find_text(postback, "mid")


def _read_message(message: Json) -> Optional[Said]:
    # An echo is what the Page said: this bot, another app, or a person at the Page.
    if message.get("is_echo") or message.get("is_deleted"):
        return None
    tap = decode(find(message, "quick_reply", "payload"))
    if tap:
        return tap
    attachments = find_list(message, "attachments")
    if any(_read_sticker(each) in LIKES for each in attachments):
        return LIKED
    # A text with a picture: nobody looked at the picture.
    is_text = all(find(each, "type") == PREVIEW for each in attachments)
    text = find_text(message, "text") if is_text else None
    return text or (Sign.NO_WORDS if attachments else None)


def _read_sticker(attachment: Any) -> str:
    number = find_number(attachment, "payload", "sticker_id")
    return str(number or find_text(attachment, "payload", "sticker_id"))


def _read_postback(postback: Json) -> Optional[Said]:
    """Return the tap on a button outside of a message: Get Started, an ice breaker, the menu."""
    payload = find_text(postback, "payload") or ""
    if payload.lower() in STARTS:
        return Sign.HELLO
    # Ours hold what is asked; what a Page's own buttons ask is their title.
    return decode(payload) or find_text(postback, "title") or Sign.OLD_TAP


def _judge(reply: Reply) -> Optional[Problem]:
    """Return what is wrong with a reply, by the code in it where there is one."""
    problem = judge(reply)
    code = find_number(reply.body, "error", "code")
    if problem is None or code is None:
        return problem
    subcode = find_number(reply.body, "error", "error_subcode")
    reason = f"{problem.reason}, code {code}" + (f"/{subcode}" if subcode else "")
    is_rate = code in RATE_CODES
    is_passing = code in PASSING_CODES or find(reply.body, "error", "is_transient") is True
    wait_s = problem.wait_s or (RATE_WAIT_S if is_rate else None)
    return Problem(reason, problem.may_pass or is_rate or is_passing, wait_s)


def _sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


SPEC = Spec(
    name=Messenger.name,
    variables=(
        Variable(PAGE_TOKEN, r"[A-Za-z0-9_|-]{20,1000}", "the token of the Page (EAA…)"),
        Variable(APP_SECRET, r"[0-9a-f]{32}", "the app's secret: 32 digits and letters a to f"),
        Variable(
            VERIFY_TOKEN,
            r"[A-Za-z0-9_-]{16,256}",
            'a secret of 16 to 256 letters, digits, "_" and "-"',
        ),
        # Versions of the Graph API last two years; this one until July 2028.
        api_url(API_URL, "https://graph.facebook.com/v25.0"),
    ),
    open=Messenger,
)
