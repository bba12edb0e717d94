"""Facebook Messenger: https://developers.facebook.com/docs/messenger-platform.

One Page answers; a conversation with a Page is always private.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping

from bot.channels.messaging.api_client import (
    ApiCall,
    ApiClient,
    ApiError,
    ApiResponse,
    check_response,
)
from bot.channels.messaging.incoming import Content, IncomingMessage, MessageKind, ParsedWebhook
from bot.channels.messaging.json_fields import (
    Json,
    find_list,
    find_number,
    find_object,
    find_text,
    find_value,
)
from bot.channels.messaging.messenger.render import render
from bot.channels.messaging.rendering.tap_codes import decode_tap
from bot.channels.messaging.settings import Account, Spec
from bot.channels.messaging.webhook import (
    InvalidSignature,
    MalformedWebhook,
    Webhook,
    WebhookResponse,
    secrets_equal,
)
from contract.turn import Turn
from settings import reading

PAGE_TOKEN, APP_SECRET = "MESSENGER_PAGE_TOKEN", "MESSENGER_APP_SECRET"
VERIFY_TOKEN, API_URL = "MESSENGER_VERIFY_TOKEN", "MESSENGER_API_URL"
SIGNATURE_HEADER = "x-hub-signature-256"
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
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
    paths: Mapping[str, tuple[str, ...]] = {"webhook": ("GET", "POST")}

    def __init__(
        self, account: Account, client: ApiClient, *, now: Callable[[], float] = time.time
    ) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            client: Calls the API.
            now: Seconds since 1970.
        """
        self._app_secret = account[APP_SECRET]
        self._verify_token = account[VERIFY_TOKEN]
        token = account[PAGE_TOKEN]
        # With the proof, a stolen token alone is worth nothing to an app that asks for it
        # (https://developers.facebook.com/docs/graph-api/guides/secure-requests).
        claims = _sign(self._app_secret, token.encode())
        self._url = f"{account[API_URL]}/me/messages?appsecret_proof={claims}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = client
        self._now = now

    def verify_headers(self, webhook: Webhook) -> None:
        """Refuse events without a signature, and registrations without the token.

        Raises:
            InvalidSignature: If it is one of these.
        """
        if webhook.method == "GET":
            token = webhook.query.get("hub.verify_token", "")
            if webhook.query.get("hub.mode") != "subscribe" or not secrets_equal(
                token, self._verify_token
            ):
                raise InvalidSignature("the verify token is wrong or missing")
        elif not _SIGNATURE.fullmatch(webhook.headers.get(SIGNATURE_HEADER, "")):
            raise InvalidSignature("the signature is wrong or missing")

    async def verify_signature(self, webhook: Webhook) -> None:
        """Refuse events without the signature of the app, and registrations without the token.

        Raises:
            InvalidSignature: If it is one of these.
        """
        self.verify_headers(webhook)
        if webhook.method == "GET":
            return
        signature = f"sha256={_sign(self._app_secret, webhook.body)}"
        if not secrets_equal(webhook.headers.get(SIGNATURE_HEADER, ""), signature):
            raise InvalidSignature("the signature is wrong or missing")

    def parse_webhook(self, webhook: Webhook) -> ParsedWebhook:
        """Return the messages and taps of all events; for a registration, the challenge.

        Raises:
            MalformedWebhook: If it is not a notification.
        """
        if webhook.method == "GET":
            return ParsedWebhook(
                response=WebhookResponse(body=webhook.query.get("hub.challenge", ""))
            )
        notification = webhook.json()
        kind = find_text(notification, "object")
        if kind is None:
            raise MalformedWebhook("Not a notification.")
        # What stands under "standby" is another app's to answer, or a person's at the Page.
        events = [
            self._read_event(event)
            for entry in find_list(notification, "entry")
            for event in find_list(entry, "messaging")
        ]
        is_page = kind == "page"
        return ParsedWebhook(tuple(event for event in events if event and is_page))

    async def show_typing(self, to: IncomingMessage) -> None:
        """Show the dots for 20 seconds, or until the answer comes.

        Raises:
            SendFailed: If they cannot be shown.
        """
        await self._call({**to.address, "sender_action": "typing_on"}, tries=1)

    async def render_turn(self, to: IncomingMessage, payload: Turn) -> list[Json]:
        """Return the messages of a turn."""
        return render(payload)

    async def send_message(self, to: IncomingMessage, message: Json) -> None:
        """Send a message.

        Raises:
            SendFailed: If it could not be sent: the person cannot be reached (551), or wrote more
                than a day ago (10).
        """
        await self._call({**to.address, **message})

    async def _call(self, body: Json, *, tries: int | None = None) -> None:
        call = ApiCall(self._url, json=body, headers=self._headers)
        await self._client.call(call, check_response=_check_response, tries=tries)

    def _read_event(self, event: object) -> IncomingMessage | None:
        content, message_id = _read_content(event)
        sender = find_text(event, "sender", "id")
        at_ms = find_number(event, "timestamp")
        if content is None or not sender or at_ms is None:
            return None
        if self._now() - at_ms / 1000 > MAX_AGE_S:
            return None
        return IncomingMessage(
            id=message_id or f"{sender} {at_ms}",
            conversation=sender,
            sender=sender,
            content=content,
            order=at_ms,
            address={"recipient": {"id": sender}},
        )


def _read_content(event: object) -> tuple[Content | None, str | None]:
    """Return what somebody said and its id; None for receipts, reactions, referrals, logins."""
    message, postback = find_object(event, "message"), find_object(event, "postback")
    if message is not None:
        return _read_message(message), find_text(message, "mid")
    return (_read_postback(postback) if postback else None), find_text(postback, "mid")


def _read_message(message: Json) -> Content | None:
    # An echo is what the Page said: this bot, another app, or a person at the Page.
    if message.get("is_echo") or message.get("is_deleted"):
        return None
    tap = decode_tap(find_value(message, "quick_reply", "payload"))
    if tap:
        return tap
    attachments = find_list(message, "attachments")
    if any(_read_sticker(each) in LIKES for each in attachments):
        return LIKED
    # A text with a picture: nobody looked at the picture.
    is_text = all(find_value(each, "type") == PREVIEW for each in attachments)
    text = find_text(message, "text") if is_text and not message.get("is_unsupported") else None
    if text or attachments or message.get("is_unsupported"):
        return text or MessageKind.NO_WORDS
    # What has neither words nor files is of a kind that Meta shows in its apps alone; but what has
    # no id, or a text or files that are none, is no message of Meta's.
    is_odd = "text" in message or "attachments" in message or not find_text(message, "mid")
    return None if is_odd else MessageKind.NO_WORDS


def _read_sticker(attachment: object) -> str:
    number = find_number(attachment, "payload", "sticker_id")
    return str(number or find_text(attachment, "payload", "sticker_id"))


def _read_postback(postback: Json) -> Content | None:
    """Return the tap on a button outside of a message: Get Started, an ice breaker, the menu."""
    payload = find_text(postback, "payload") or ""
    if payload.lower() in STARTS:
        return MessageKind.HELLO
    # Ours hold what is asked; what a Page's own buttons ask is their title.
    return decode_tap(payload) or find_text(postback, "title") or MessageKind.OLD_TAP


def _check_response(response: ApiResponse) -> ApiError | None:
    """Return what is wrong with a reply, by the code in it where there is one."""
    error = check_response(response)
    code = find_number(response.body, "error", "code")
    if error is None or code is None:
        return error
    subcode = find_number(response.body, "error", "error_subcode")
    reason = f"{error.reason}, code {code}" + (f"/{subcode}" if subcode else "")
    is_rate = code in RATE_CODES
    is_passing = code in PASSING_CODES or find_value(response.body, "error", "is_transient") is True
    wait_s = error.wait_s or (RATE_WAIT_S if is_rate else None)
    return ApiError(reason, error.is_transient or is_rate or is_passing, wait_s)


def _sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


SPEC = Spec(
    name=Messenger.name,
    settings=(
        reading.credential(PAGE_TOKEN, r"[A-Za-z0-9_|-]{20,1000}", "the token of the Page (EAA…)"),
        reading.credential(
            APP_SECRET, r"[0-9a-f]{32}", "the app's secret: 32 digits and letters a to f"
        ),
        reading.credential(
            VERIFY_TOKEN,
            r"[A-Za-z0-9_-]{16,256}",
            'a secret of 16 to 256 letters, digits, "_" and "-"',
        ),
        # Versions of the Graph API last two years; this one until July 2028.
        reading.url(API_URL, default="https://graph.facebook.com/v25.0"),
    ),
    open=Messenger,
)
