"""Telegram: https://core.telegram.org/bots/api.

Only private chats are answered: what a bot says in a group, all of its members read.
"""

from typing import Any, Dict, Mapping, Optional

from bot.channels.platforms.fields import find, find_number, find_object, find_text
from bot.channels.platforms.incoming import Incoming, Reading, Said, Sign
from bot.channels.platforms.outgoing import Call, Outgoing, Problem, Reply, judge
from bot.channels.platforms.settings import Account, Spec, Variable, api_url
from bot.channels.platforms.webhook import Answer, Forged, Unreadable, Webhook, is_same
from bot.messaging.actions import decode
from bot.messaging.telegram import render

Json = Dict[str, Any]

TOKEN, SECRET, API_URL = "TELEGRAM_TOKEN", "TELEGRAM_SECRET", "TELEGRAM_API_URL"
SECRET_HEADER = "x-telegram-bot-api-secret-token"
START = "/start"
# What people send that is not text. Anything else in a message is about the chat: a new title, a
# pinned message, somebody who came.
NOT_TEXT = {
    *("animation", "audio", "checklist", "contact", "dice", "document", "game", "invoice"),
    *("location", "paid_media", "photo", "poll", "sticker", "story", "venue", "video"),
    *("video_note", "voice"),
}


class Telegram:
    """A bot of Telegram's."""

    name = "telegram"
    paths: Mapping[str, "tuple[str, ...]"] = {"webhook": ("POST",)}

    def __init__(self, account: Account, outgoing: Outgoing) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            outgoing: Calls the API.
        """
        self._secret = account[SECRET]
        self._url = f"{account[API_URL]}/bot{account[TOKEN]}"
        self._outgoing = outgoing

    async def check(self, webhook: Webhook) -> None:
        """Refuse what does not bear the secret token that setWebhook was given.

        Raises:
            Forged: It does not.
        """
        if not is_same(webhook.headers.get(SECRET_HEADER, ""), self._secret):
            raise Forged("the secret token is wrong or missing")

    def read(self, webhook: Webhook) -> Reading:
        """Return the message, or the tap, of an update; nothing for updates of other kinds.

        Raises:
            Unreadable: It is no update.
        """
        update = webhook.json()
        number = find_number(update, "update_id")
        if number is None:
            raise Unreadable("no update")
        if find(update, "callback_query") is not None:
            return _read_tap(update["callback_query"], number)
        incoming = _read_message(find(update, "message"), number)
        return Reading((incoming,) if incoming else ())

    async def show_typing(self, to: Incoming) -> None:
        """Show "typing…" for five seconds, or until the answer comes.

        Raises:
            SendFailed: It cannot be shown.
        """
        await self._call("sendChatAction", {**to.address, "action": "typing"}, tries=1)

    async def send(self, to: Incoming, payload: Mapping[str, Any]) -> None:
        """Send a turn.

        Raises:
            SendFailed: A message could not be sent: most often, the person blocked the bot (403).
        """
        for message in render(payload):
            await self._call("sendMessage", {**to.address, **message})

    async def _call(self, method: str, body: Json, *, tries: Optional[int] = None) -> None:
        call = Call(f"{self._url}/{method}", json=body)
        await self._outgoing.call(call, judge=_judge, tries=tries)


def _read_message(message: Any, number: int) -> Optional[Incoming]:
    said = _read_said(message)
    # An album comes as one message for each of its pictures, and gets one line.
    album = find_text(message, "media_group_id")
    message_id = f"album {album}" if album else ""
    if said is None:
        return None
    return _address(message, find(message, "from"), said, message_id=message_id, n=number)


def _read_said(message: Any) -> Optional[Said]:
    text = find_text(message, "text")
    if text is not None:
        command = text.split(maxsplit=1)[:1] == [START]
        return Sign.HELLO if command else text
    is_content = isinstance(message, dict) and not NOT_TEXT.isdisjoint(message)
    return Sign.NO_WORDS if is_content else None


def _read_tap(query: Any, number: int) -> Reading:
    said = decode(find(query, "data")) or Sign.OLD_TAP
    incoming = _address(find(query, "message"), find(query, "from"), said, n=number)
    tap_id = find_text(query, "id")
    if incoming is None or tap_id is None:
        return Reading()
    # The reply to a webhook may be a call of the API: this one ends the button's waiting sign.
    done = {"method": "answerCallbackQuery", "callback_query_id": tap_id}
    return Reading((incoming,), Answer.json(done))


def _address(
    message: Any, person: Any, said: Said, *, n: int, message_id: str = ""
) -> Optional[Incoming]:
    """Return a message with who sent it; nothing in groups, for bots, and where ids are missing."""
    chat, sender = find_number(message, "chat", "id"), find_number(person, "id")
    is_private = find(message, "chat", "type") == "private"
    is_bot = bool((find_object(person) or {}).get("is_bot"))
    if chat is None or sender is None or is_bot or not is_private:
        return None
    return Incoming(
        id=message_id or str(n),
        conversation=str(chat),
        sender=str(sender),
        said=said,
        order=n,
        locale=find_text(person, "language_code"),
        address={"chat_id": chat},
    )


def _judge(reply: Reply) -> Optional[Problem]:
    """Return what is wrong with a reply; Telegram says in its body how long to wait."""
    problem = judge(reply)
    wait_s = find_number(reply.body, "parameters", "retry_after")
    if problem is None or not problem.may_pass or wait_s is None:
        return problem
    return Problem(problem.reason, problem.may_pass, float(wait_s))


SPEC = Spec(
    name=Telegram.name,
    variables=(
        Variable(TOKEN, r"\d+:[A-Za-z0-9_-]{20,}", "the token that BotFather gave (12345:ABC…)"),
        Variable(
            SECRET, r"[A-Za-z0-9_-]{16,256}", 'a secret of 16 to 256 letters, digits, "_" and "-"'
        ),
        api_url(API_URL, "https://api.telegram.org"),
    ),
    open=Telegram,
)
