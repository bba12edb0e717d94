"""Slack: https://docs.slack.dev, its Events API and the buttons of its messages.

Direct messages are answered where they were written. In a channel only who mentions the bot is
answered, in the thread of the mention; the people of a channel have a conversation each.
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
    read_retry_after,
)
from bot.channels.messaging.incoming import Content, IncomingMessage, MessageKind, ParsedWebhook
from bot.channels.messaging.json_fields import Json, find_list, find_object, find_text, find_value
from bot.channels.messaging.rendering.tap_codes import decode_tap
from bot.channels.messaging.settings import Account, Spec
from bot.channels.messaging.slack.render import render
from bot.channels.messaging.webhook import (
    InvalidSignature,
    MalformedWebhook,
    Webhook,
    WebhookResponse,
    read_json,
    secrets_equal,
)
from contract.turn import Turn
from settings import reading

TOKEN, SECRET, API_URL = "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL"
# https://docs.slack.dev/authentication/verifying-requests-from-slack: what is older may be somebody
# who sends again what they overheard.
MAX_AGE_S = 300
# Whoever else writes a message is no person, or what happened is no message: message_changed,
# channel_join, … (https://docs.slack.dev/reference/events/message).
SUBTYPES = {None, "file_share", "me_message", "thread_broadcast"}
SLACKBOT = "USLACKBOT"
# Errors in a reply with status 200 that another try can help (chat.postMessage, "Errors").
TRANSIENT = {
    *("ratelimited", "rate_limited", "request_timeout"),
    *("fatal_error", "internal_error", "service_unavailable"),
}
_ID = re.compile(r"[A-Z0-9]{2,40}")
_TIME = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_SECONDS = re.compile(r"[0-9]{1,12}")
# What Slack puts between angle brackets: links and mentions, with the words shown after a bar
# (https://docs.slack.dev/messaging/formatting-message-text).
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


class Slack:
    """A bot of a Slack workspace."""

    name = "slack"
    # Events and taps have one address; taps come as forms.
    paths: Mapping[str, tuple[str, ...]] = {"webhook": ("POST",)}

    def __init__(
        self, account: Account, client: ApiClient, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            client: Calls the API.
            clock: Seconds since 1970.
        """
        self._secret = account[SECRET]
        self._url = f"{account[API_URL]}/chat.postMessage"
        self._headers = {"Authorization": f"Bearer {account[TOKEN]}"}
        self._client = client
        self._clock = clock

    def verify_headers(self, webhook: Webhook) -> None:
        """Refuse webhooks without a signature of the last five minutes.

        Raises:
            InvalidSignature: If there is none, or it is too old.
        """
        sent_at = webhook.headers.get("x-slack-request-timestamp", "")
        if not _SECONDS.fullmatch(sent_at):
            raise InvalidSignature("the time is wrong or missing")
        if not _SIGNATURE.fullmatch(webhook.headers.get("x-slack-signature", "")):
            raise InvalidSignature("the signature is wrong or missing")
        if abs(self._clock() - int(sent_at)) > MAX_AGE_S:
            raise InvalidSignature("the signature is too old")

    async def verify_signature(self, webhook: Webhook) -> None:
        """Refuse webhooks that Slack did not sign within the last five minutes.

        Raises:
            InvalidSignature: If the signature is wrong.
        """
        self.verify_headers(webhook)
        sent_at = webhook.headers["x-slack-request-timestamp"]
        # Not by slack_sdk's SignatureVerifier, which fails on a body that is not UTF-8.
        message = f"v0:{sent_at}:".encode() + webhook.body
        signature = hmac.new(self._secret.encode(), message, hashlib.sha256).hexdigest()
        if not secrets_equal(webhook.headers.get("x-slack-signature", ""), f"v0={signature}"):
            raise InvalidSignature("the signature is wrong or missing")

    def parse_webhook(self, webhook: Webhook) -> ParsedWebhook:
        """Return the message of an event, or the tap of a form; none for other kinds.

        Raises:
            MalformedWebhook: If it is neither.
        """
        if webhook.is_form:
            tap = _read_tap(read_json(dict(webhook.form()).get("payload", "")))
            return ParsedWebhook((tap,) if tap else ())
        envelope = webhook.json()
        kind = find_text(envelope, "type")
        if kind is None:
            raise MalformedWebhook("Not an event.")
        if kind == "url_verification":
            return ParsedWebhook(
                response=WebhookResponse.json({"challenge": find_text(envelope, "challenge")})
            )
        event = find_object(envelope, "event") if kind == "event_callback" else None
        incoming = _read_message(event) if event else None
        return ParsedWebhook((incoming,) if incoming else ())

    async def show_typing(self, to: IncomingMessage) -> None:
        """Show nothing: Slack has no such sign for bots that are called over HTTP."""

    async def render_turn(self, to: IncomingMessage, payload: Turn) -> list[Json]:
        """Return the messages of a turn."""
        return render(payload)

    async def send_message(self, to: IncomingMessage, message: Json) -> None:
        """Send a message.

        Raises:
            SendFailed: If it could not be sent: the bot was removed, the channel archived.
        """
        body = {**to.address, **message}
        await self._client.call(
            ApiCall(self._url, json=body, headers=self._headers), check_response=_check_response
        )


def _read_message(event: Json) -> IncomingMessage | None:
    """Return a direct message or a mention; None for anything else, and for bots."""
    is_mention = find_value(event, "type") == "app_mention"
    is_direct = find_value(event, "type") == "message" and find_value(event, "channel_type") == "im"
    is_persons = not find_value(event, "bot_id") and find_value(event, "user") != SLACKBOT
    subtype = find_value(event, "subtype")
    is_new = (subtype is None or isinstance(subtype, str)) and subtype in SUBTYPES
    sent_at = find_text(event, "ts") or ""
    text = find_text(event, "text")
    if not (is_mention or is_direct) or not is_persons or not is_new or text is None:
        return None
    # A mention that was added afterwards is an edit as any other.
    if find_value(event, "edited") or not _TIME.fullmatch(sent_at):
        return None
    content: Content = strip_markup(text)
    if find_list(event, "files") or subtype == "file_share":
        content = MessageKind.NO_WORDS
    elif is_mention and not content:
        content = MessageKind.HELLO
    thread = find_value(event, "thread_ts") or (sent_at if is_mention else None)
    return _address(
        find_text(event, "channel"),
        find_text(event, "user"),
        thread,
        content=content,
        sent_at=sent_at,
    )


def _read_tap(payload: object) -> IncomingMessage | None:
    """Return the tap on a button; None for other interactions."""
    kind, actions = find_text(payload, "type"), find_list(payload, "actions")
    if kind is None:
        raise MalformedWebhook("Not an interaction.")
    action = actions[0] if actions else None
    sent_at = find_text(action, "action_ts") or ""
    if (
        kind != "block_actions"
        or find_value(action, "type") != "button"
        or not _TIME.fullmatch(sent_at)
    ):
        return None
    return _address(
        find_text(payload, "channel", "id"),
        find_text(payload, "user", "id"),
        find_value(payload, "message", "thread_ts"),
        content=decode_tap(find_value(action, "value")) or MessageKind.OLD_TAP,
        sent_at=sent_at,
        message_id="tap",
    )


def _address(
    channel: str | None,
    person: str | None,
    thread: object,
    *,
    content: Content,
    sent_at: str,
    message_id: str = "",
) -> IncomingMessage | None:
    """Return a message with its sender; None if an id is invalid."""
    if not channel or not person or not _ID.fullmatch(channel) or not _ID.fullmatch(person):
        return None
    address = {"channel": channel}
    if isinstance(thread, str) and _TIME.fullmatch(thread):
        address["thread_ts"] = thread
    # Ids of direct messages begin with a D. In a mention's channel, each person is for themselves.
    is_direct = channel.startswith("D")
    return IncomingMessage(
        # A message in a channel has one time. An event that comes again, because the answer was
        # late (X-Slack-Retry-Num) or because it is a mention too, has the same.
        id=" ".join(filter(None, (message_id, channel, person, sent_at))),
        conversation=channel if is_direct else f"{channel} {person}",
        sender=person,
        content=content,
        order=float(sent_at),
        address=address,
    )


def strip_markup(text: str) -> str:
    """Return the words of a message: links by their words, without the names of people."""
    text = _MARKED.sub(_read_mark, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _read_mark(mark: re.Match[str]) -> str:
    target, shown = mark[1], mark[2] or ""
    if target[:1] in ("@", "!"):
        return shown if target.startswith("!date") else ""
    return f"#{shown}" if target[:1] == "#" else shown or target


def _check_response(response: ApiResponse) -> ApiError | None:
    """Return what is wrong with a reply; Slack says most of it with status 200."""
    error = check_response(response)
    if error is not None or find_value(response.body, "ok") is True:
        return error
    code = find_text(response.body, "error") or ""
    known = code if re.fullmatch(r"[a-z_]{1,60}", code) else "unknown"
    wait_s = read_retry_after(response.headers.get("retry-after", ""))
    return ApiError(f"error {known}", code in TRANSIENT, wait_s)


SPEC = Spec(
    name=Slack.name,
    settings=(
        reading.credential(TOKEN, r"xoxb-[A-Za-z0-9-]{10,}", "the bot user's OAuth token (xoxb-…)"),
        reading.credential(
            SECRET, r"[A-Za-z0-9]{32}", "the app's signing secret, 32 letters and digits"
        ),
        reading.url(API_URL, default="https://slack.com/api"),
    ),
    open=Slack,
)
