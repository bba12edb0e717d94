"""Mattermost: https://docs.mattermost.com/developers/integrate.

A slash command is answered in direct messages with the bot; a post that an outgoing webhook brings,
in its thread. A post is what everybody in its channel reads, a command only who gave it. In a
channel each person has a conversation of their own.

A tap comes from the Mattermost server, which signs nothing. What it brings back is the context of
the button, which no client ever gets to see; so the context is signed here, with its time, the
channel that it was made for, and the thread or the person there.

What requests hold is read in server/channels/app of github.com/mattermost/mattermost: webhook.go,
command.go, integration_action.go.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping

from bot.channels.messaging.api_client import ApiCall, ApiClient, ApiError, SendFailed
from bot.channels.messaging.canned_replies import CannedReply
from bot.channels.messaging.incoming import Content, IncomingMessage, MessageKind, ParsedWebhook
from bot.channels.messaging.json_fields import (
    Json,
    find_list,
    find_number,
    find_object,
    find_text,
    find_value,
)
from bot.channels.messaging.mattermost.render import render
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

URL, TOKEN, WEBHOOK_TOKEN = "MATTERMOST_URL", "MATTERMOST_TOKEN", "MATTERMOST_WEBHOOK_TOKEN"
WEBHOOK, ACTION = "webhook", "action"
# How long a button can be tapped.
MAX_TAP_AGE_S = 30 * 24 * 3600
# model.IsValidId: ids stand in addresses of the API.
_ID = re.compile(r"[a-z0-9]{26}")


class Mattermost:
    """A bot of a Mattermost server."""

    name = "mattermost"
    paths: Mapping[str, tuple[str, ...]] = {WEBHOOK: ("POST",), ACTION: ("POST",)}

    def __init__(
        self, account: Account, client: ApiClient, *, now: Callable[[], float] = time.time
    ) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            client: Calls the API.
            now: Seconds since 1970.
        """
        self._tokens = [token.strip() for token in account[WEBHOOK_TOKEN].split(",")]
        self._url = f"{account[URL]}/api/v4"
        self._headers = {"Authorization": f"Bearer {account[TOKEN]}"}
        self._key = account[TOKEN].encode()
        self._action_url = f"{account.public_url}/webhooks/{self.name}/{ACTION}"
        self._client = client
        self._now = now
        # The bot's own id, once the server was asked for it.
        self._bot = ""

    def verify_headers(self, webhook: Webhook) -> None:
        """Refuse nothing yet: Mattermost shows its tokens in the body."""

    async def verify_signature(self, webhook: Webhook) -> None:
        """Refuse requests without one of our tokens, and taps on buttons that are not ours.

        Raises:
            InvalidSignature: If the token or the button's signature is wrong.
            MalformedWebhook: If it is not a request of Mattermost's.
            SendFailed: If the server does not say who the bot is: it could talk to itself.
        """
        fields = _read_fields(webhook)
        if webhook.path == ACTION:
            code, made_at = (find_text(fields, "context", each) or "" for each in ("tap", "at"))
            channel, root = _read_place(fields)
            signature = self._sign(code, channel, root, _read_id(fields, "user_id"), made_at)
            if not secrets_equal(find_text(fields, "context", "signature") or "", signature):
                raise InvalidSignature("the signature of the button is wrong or missing")
        else:
            token = find_text(fields, "token") or ""
            if not any(secrets_equal(token, each) for each in self._tokens):
                raise InvalidSignature("the token is wrong or missing")
        # Once. The person waits, and has somebody to say so if it fails.
        await self._find_bot(tries=1)

    def parse_webhook(self, webhook: Webhook) -> ParsedWebhook:
        """Return the tap, command or post; none if an id is missing.

        Raises:
            MalformedWebhook: If it is not a request of Mattermost's.
        """
        fields = _read_fields(webhook)
        if webhook.path == ACTION:
            tap = _read_tap(fields, now=self._now())
            # Older servers take an empty reply to a tap for an error.
            return ParsedWebhook((tap,) if tap else (), WebhookResponse.json({}))
        if find_value(fields, "command") is not None:
            # Shown to the person alone, and not needed where the answer comes.
            is_here = self._bot in (find_text(fields, "channel_name") or "").split("__")
            command = _read_command(fields)
            answer = (
                WebhookResponse()
                if is_here or not command
                else WebhookResponse(body=CannedReply.DIRECT.value)
            )
            return ParsedWebhook((command,) if command else (), answer)
        post = _read_post(fields) if find_value(fields, "user_id") != self._bot else None
        return ParsedWebhook((post,) if post else ())

    async def show_typing(self, to: IncomingMessage) -> None:
        """Show "bot is typing…" for some seconds.

        Raises:
            SendFailed: If it cannot be shown.
        """
        channel = to.address.get("channel") or await self._open_direct(to.address["user"])
        await self._call("users/me/typing", {"channel_id": channel}, tries=1)

    async def render_turn(self, to: IncomingMessage, payload: Turn) -> list[Json]:
        """Return the posts of a turn, for the channel and thread where it belongs.

        Raises:
            SendFailed: If the server does not say where that is.
        """
        channel, root = await self._find_place(to.address)
        messages = render(payload, action_url=self._action_url)
        for message in messages:
            for attachment in find_list(message, "props", "attachments"):
                for action in find_list(attachment, "actions"):
                    context = find_object(action, "integration", "context") or {}
                    code, made_at = str(context.get("tap")), str(int(self._now()))
                    signature = self._sign(code, channel, root, to.sender, made_at)
                    context.update({"root": root, "at": made_at, "signature": signature})
        return [{"channel_id": channel, "root_id": root, **message} for message in messages]

    async def send_message(self, to: IncomingMessage, message: Json) -> None:
        """Make a post.

        Raises:
            SendFailed: If it could not be made: most often, the bot is not in the channel (403).
        """
        await self._call("posts", message)

    async def _find_place(self, address: Mapping[str, str]) -> tuple[str, str]:
        """Return the channel of an answer, and the first post of its thread."""
        if "user" in address:
            return await self._open_direct(address["user"]), ""
        if "post" not in address:
            return address["channel"], address["root"]
        # The webhook does not say whether its post was an answer itself, which has no thread.
        response = await self._call(f"posts/{address['post']}", method="GET")
        return address["channel"], _read_id(response, "root_id") or address["post"]

    async def _open_direct(self, person: str) -> str:
        return await self._ask_id("channels/direct", [await self._find_bot(), person])

    async def _find_bot(self, *, tries: int | None = None) -> str:
        if not self._bot:
            self._bot = await self._ask_id("users/me", method="GET", tries=tries)
        return self._bot

    async def _ask_id(
        self, path: str, body: object = None, *, method: str = "POST", tries: int | None = None
    ) -> str:
        found = _read_id(await self._call(path, body, method=method, tries=tries), "id")
        if not found:
            raise SendFailed(ApiError("no id in the reply"), 1)
        return found

    async def _call(
        self, path: str, body: object = None, *, method: str = "POST", tries: int | None = None
    ) -> object:
        call = ApiCall(f"{self._url}/{path}", json=body, headers=self._headers, method=method)
        return (await self._client.call(call, tries=tries)).body

    def _sign(self, code: str, channel: str, root: str, person: str, made_at: str) -> str:
        # In a thread everybody can tap; in direct messages it is whom they are with.
        whose = "" if root else person
        message = json.dumps(["mattermost tap", code, channel, root, whose, made_at])
        return hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest()


def _read_fields(webhook: Webhook) -> Json:
    """Return what a request says: webhooks are forms or JSON, as they were set; taps are JSON."""
    fields = dict(webhook.form()) if webhook.is_form else webhook.json()
    if not isinstance(fields, dict):
        raise MalformedWebhook("Not a request of Mattermost's.")
    return fields


def _read_id(data: object, *path: str) -> str:
    """Return the id there; an empty string for anything else."""
    value = find_text(data, *path) or ""
    return value if _ID.fullmatch(value) else ""


def _read_place(fields: object) -> tuple[str, str]:
    """Return the channel of a tap, and the first post of its thread: none in direct messages."""
    return _read_id(fields, "channel_id"), find_text(fields, "context", "root") or ""


def _read_post(fields: Json) -> IncomingMessage | None:
    channel, post = _read_id(fields, "channel_id"), _read_id(fields, "post_id")
    text = find_text(fields, "text")
    if text is None or not channel or not post:
        return None
    if find_text(fields, "trigger_word"):
        # What the webhook was called by is the whole first word, or its beginning.
        text = "".join(text.split(maxsplit=1)[1:])
        content: Content = text or MessageKind.HELLO
    else:
        content = text
    return _address(
        fields,
        MessageKind.NO_WORDS if find_value(fields, "file_ids") else content,
        message_id=f"post {post}",
        order=_read_time(fields),
        address={"channel": channel, "post": post},
    )


def _read_command(fields: Json) -> IncomingMessage | None:
    trigger, text = find_text(fields, "trigger_id"), find_text(fields, "text")
    if not trigger or text is None:
        return None
    return _address(
        fields,
        text.strip() or MessageKind.HELLO,
        message_id=f"trigger {trigger}",
        order=_read_trigger_time(trigger),
        address={"user": _read_id(fields, "user_id")},
    )


def _read_tap(fields: Json, *, now: float) -> IncomingMessage | None:
    trigger = find_text(fields, "trigger_id")
    channel, root = _read_place(fields)
    # Signed, and so a time of ours.
    is_old = now - float(find_text(fields, "context", "at") or 0) > MAX_TAP_AGE_S
    if not trigger or not channel:
        return None
    return _address(
        fields,
        (None if is_old else decode_tap(find_value(fields, "context", "tap")))
        or MessageKind.OLD_TAP,
        message_id=f"trigger {trigger}",
        order=_read_trigger_time(trigger),
        address={"channel": channel, "root": root},
    )


def _address(
    fields: Json, content: Content, *, message_id: str, order: float, address: Mapping[str, str]
) -> IncomingMessage | None:
    """Return a message with its sender; None if that is missing."""
    person = _read_id(fields, "user_id")
    is_direct = not address.get("root") and "post" not in address
    place = "direct" if is_direct else address["channel"]
    if not person:
        return None
    return IncomingMessage(
        id=message_id,
        conversation=f"{place} {person}",
        sender=person,
        content=content,
        order=order,
        address=address,
    )


def _read_time(fields: Json) -> float:
    """Return the time of a post in milliseconds; a form has only its seconds."""
    seconds = find_text(fields, "timestamp") or ""
    if re.fullmatch(r"[0-9]{1,12}", seconds):
        return float(seconds) * 1000
    return float(find_number(fields, "timestamp") or 0)


def _read_trigger_time(trigger: str) -> float:
    """Return the time within a trigger_id in milliseconds; 0 where there is none.

    It is the Base64 of "id:user:milliseconds:signature" (model.GenerateTriggerId).
    """
    try:
        # The first 96 characters hold all but the signature.
        parts = base64.b64decode(trigger[:96]).split(b":")
    except ValueError:
        return 0.0
    is_time = len(parts) > 2 and re.fullmatch(rb"[0-9]{1,15}", parts[2])
    return float(parts[2]) if is_time else 0.0


SPEC = Spec(
    name=Mattermost.name,
    settings=(
        reading.credential(
            TOKEN, r"[a-z0-9]{26}", "the bot account's access token, 26 letters and digits"
        ),
        reading.credential(
            WEBHOOK_TOKEN,
            r"[a-z0-9]{26}(\s*,\s*[a-z0-9]{26})*",
            "the tokens of slash commands and outgoing webhooks, 26 letters and digits each, "
            "with commas between them",
        ),
        reading.url(URL, is_required=True),
    ),
    open=Mattermost,
    needs_public_url=True,
)
