"""Telegram: https://core.telegram.org/bots/api.

Only private chats are answered: what a bot says in a group, all of its members read.
"""

from collections.abc import Mapping

from bot.channels.messaging.api_client import (
    ApiCall,
    ApiClient,
    ApiError,
    ApiResponse,
    SendFailed,
    check_response,
)
from bot.channels.messaging.incoming import Content, IncomingMessage, MessageKind, ParsedWebhook
from bot.channels.messaging.json_fields import Json, find_number, find_object, find_text, find_value
from bot.channels.messaging.rendering.tap_codes import decode_tap
from bot.channels.messaging.settings import Account, Spec
from bot.channels.messaging.telegram.render import render
from bot.channels.messaging.webhook import (
    InvalidSignature,
    MalformedWebhook,
    Webhook,
    WebhookResponse,
    secrets_equal,
)
from contract.turn import Turn
from settings import reading

TOKEN, SECRET, API_URL = "TELEGRAM_TOKEN", "TELEGRAM_SECRET", "TELEGRAM_API_URL"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
START = "/start"
# Messages about the chat (https://core.telegram.org/bots/api#message, "Service message"). Any other
# without words is something that a person sent, also of a kind of a later day.
SERVICE = {
    *("new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo"),
    *("delete_chat_photo", "group_chat_created", "supergroup_chat_created", "channel_chat_created"),
    *("migrate_to_chat_id", "migrate_from_chat_id", "pinned_message", "chat_background_set"),
    *("message_auto_delete_timer_changed", "paid_message_price_changed"),
    *("direct_message_price_changed", "successful_payment", "refunded_payment", "passport_data"),
    *("users_shared", "chat_shared", "connected_website", "write_access_allowed", "web_app_data"),
    *("proximity_alert_triggered", "boost_added", "giveaway_created", "giveaway_completed"),
    *("checklist_tasks_done", "checklist_tasks_added", "chat_owner_left", "chat_owner_changed"),
    *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
    *("general_forum_topic_hidden", "general_forum_topic_unhidden"),
    *("suggested_post_approved", "suggested_post_approval_failed", "suggested_post_declined"),
    *("suggested_post_paid", "suggested_post_refunded", "video_chat_scheduled"),
    *("video_chat_started", "video_chat_ended", "video_chat_participants_invited"),
}
THREAD = "message_thread_id"
NO_THREAD = "HTTP 400, no such topic"


class Telegram:
    """A bot of Telegram's."""

    name = "telegram"
    paths: Mapping[str, tuple[str, ...]] = {"webhook": ("POST",)}

    def __init__(self, account: Account, client: ApiClient) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            client: Calls the API.
        """
        self._secret = account[SECRET]
        self._url = f"{account[API_URL]}/bot{account[TOKEN]}"
        self._client = client

    def verify_headers(self, webhook: Webhook) -> None:
        """Refuse webhooks without the secret token that setWebhook was given.

        Raises:
            InvalidSignature: If the token is wrong or missing.
        """
        if not secrets_equal(webhook.headers.get(SECRET_HEADER, ""), self._secret):
            raise InvalidSignature("the secret token is wrong or missing")

    async def verify_signature(self, webhook: Webhook) -> None:
        """Refuse the same: the body bears no proof.

        Raises:
            InvalidSignature: If the token is wrong or missing.
        """
        self.verify_headers(webhook)

    def parse_webhook(self, webhook: Webhook) -> ParsedWebhook:
        """Return the message, or the tap, of an update; none for updates of other kinds.

        Raises:
            MalformedWebhook: If it is not an update.
        """
        update = webhook.json()
        number = find_number(update, "update_id")
        if number is None:
            raise MalformedWebhook("Not an update.")
        query = find_value(update, "callback_query")
        if query is not None:
            return _read_tap(query, number)
        incoming = _read_message(find_value(update, "message"), number)
        return ParsedWebhook((incoming,) if incoming else ())

    async def show_typing(self, to: IncomingMessage) -> None:
        """Show "typing…" for five seconds, or until the answer comes.

        Raises:
            SendFailed: If it cannot be shown.
        """
        await self._call("sendChatAction", {**to.address, "action": "typing"}, tries=1)

    async def render_turn(self, to: IncomingMessage, payload: Turn) -> list[Json]:
        """Return the messages of a turn."""
        return render(payload)

    async def send_message(self, to: IncomingMessage, message: Json) -> None:
        """Send a message.

        Raises:
            SendFailed: If it could not be sent: most often, the person blocked the bot (403).
        """
        body = {**to.address, **message}
        try:
            await self._call("sendMessage", body)
        except SendFailed as err:
            if err.error.reason != NO_THREAD or THREAD not in body:
                raise
            # The topic has gone since, or takes no messages of bots: the chat does.
            del body[THREAD]
            await self._call("sendMessage", body)

    async def _call(self, method: str, body: Json, *, tries: int | None = None) -> None:
        call = ApiCall(f"{self._url}/{method}", json=body)
        await self._client.call(call, check_response=_check_response, tries=tries)


def _read_message(message: object, number: int) -> IncomingMessage | None:
    content = _read_content(message)
    # An album comes as one message for each of its pictures, and gets one line.
    album = find_text(message, "media_group_id")
    message_id = f"album {album}" if album else ""
    if content is None:
        return None
    return _address(message, find_value(message, "from"), content, message_id=message_id, n=number)


def _read_content(message: object) -> Content | None:
    text = find_text(message, "text")
    if text is not None:
        command = text.split(maxsplit=1)[:1] == [START]
        return MessageKind.HELLO if command else text
    # A "text" that is not a text is no message of Telegram's.
    is_content = isinstance(message, dict) and SERVICE.isdisjoint(message) and "text" not in message
    return MessageKind.NO_WORDS if is_content else None


def _read_tap(query: object, number: int) -> ParsedWebhook:
    content = decode_tap(find_value(query, "data")) or MessageKind.OLD_TAP
    incoming = _address(find_value(query, "message"), find_value(query, "from"), content, n=number)
    tap_id = find_text(query, "id")
    if incoming is None or tap_id is None:
        return ParsedWebhook()
    # The reply to a webhook may be a call of the API: this one ends the button's waiting sign.
    done = {"method": "answerCallbackQuery", "callback_query_id": tap_id}
    return ParsedWebhook((incoming,), WebhookResponse.json(done))


def _address(
    message: object, person: object, content: Content, *, n: int, message_id: str = ""
) -> IncomingMessage | None:
    """Return a message with its sender; None in groups, for bots, and if ids are missing."""
    chat, sender = find_number(message, "chat", "id"), find_number(person, "id")
    is_private = find_value(message, "chat", "type") == "private"
    is_bot = bool((find_object(person) or {}).get("is_bot"))
    if chat is None or sender is None or is_bot or not is_private:
        return None
    address = {"chat_id": chat}
    thread = find_number(message, THREAD)
    if thread is not None and find_value(message, "is_topic_message") is True:
        address[THREAD] = thread
    return IncomingMessage(
        id=message_id or str(n),
        conversation=str(chat),
        sender=str(sender),
        content=content,
        order=n,
        locale=find_text(person, "language_code"),
        address=address,
    )


def _check_response(response: ApiResponse) -> ApiError | None:
    """Return what is wrong with a reply; Telegram says in its body how long to wait."""
    error = check_response(response)
    if response.status == 400 and "thread not found" in (
        find_text(response.body, "description") or ""
    ):
        return ApiError(NO_THREAD)
    wait_s = find_number(response.body, "parameters", "retry_after")
    if error is None or not error.is_transient or wait_s is None:
        return error
    return ApiError(error.reason, error.is_transient, float(wait_s))


SPEC = Spec(
    name=Telegram.name,
    settings=(
        reading.credential(
            TOKEN, r"\d+:[A-Za-z0-9_-]{20,}", "the token that BotFather gave (12345:ABC…)"
        ),
        reading.credential(
            SECRET, r"[A-Za-z0-9_-]{16,256}", 'a secret of 16 to 256 letters, digits, "_" and "-"'
        ),
        reading.url(API_URL, default="https://api.telegram.org"),
    ),
    open=Telegram,
)
