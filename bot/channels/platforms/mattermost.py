"""Mattermost: https://docs.mattermost.com/developers/integrate.

A slash command is answered in direct messages with the bot; a post that an outgoing webhook brings,
in its thread. A post is what everybody in its channel reads, a command only who gave it. In a
channel each person has a conversation of their own.

A tap comes from the Mattermost server, which signs nothing. What it brings back is the context of
the button, which no client ever gets to see; so the context is signed here, with the channel that
it was made for, and the thread or the person there.

What requests hold is read in server/channels/app of github.com/mattermost/mattermost: webhook.go,
command.go, integration_action.go.
"""

import base64
import hashlib
import hmac
import json
import re
from typing import Any, Dict, Mapping, Optional, Tuple

from bot.channels.platforms import words
from bot.channels.platforms.fields import find, find_list, find_number, find_text
from bot.channels.platforms.incoming import Incoming, Reading, Said, Sign
from bot.channels.platforms.outgoing import Call, Outgoing, Problem, SendFailed
from bot.channels.platforms.settings import URL_EXPECTED, URL_PATTERN, Account, Spec, Variable
from bot.channels.platforms.webhook import Answer, Forged, Unreadable, Webhook, is_same
from bot.messaging.actions import decode
from bot.messaging.mattermost import render

Json = Dict[str, Any]

URL, TOKEN, WEBHOOK_TOKEN = "MATTERMOST_URL", "MATTERMOST_TOKEN", "MATTERMOST_WEBHOOK_TOKEN"
WEBHOOK, ACTION = "webhook", "action"
# model.IsValidId: ids stand in addresses of the API.
_ID = re.compile(r"[a-z0-9]{26}")


class Mattermost:
    """A bot of a Mattermost server."""

    name = "mattermost"
    paths: Mapping[str, "tuple[str, ...]"] = {WEBHOOK: ("POST",), ACTION: ("POST",)}

    def __init__(self, account: Account, outgoing: Outgoing) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            outgoing: Calls the API.
        """
        self._tokens = re.split(r"\s*,\s*", account[WEBHOOK_TOKEN])
        self._url = f"{account[URL]}/api/v4"
        self._headers = {"Authorization": f"Bearer {account[TOKEN]}"}
        self._key = account[TOKEN].encode()
        self._action_url = f"{account.public_url}/webhooks/{self.name}/{ACTION}"
        self._outgoing = outgoing
        # The bot's own id, once the server was asked for it.
        self._bot = ""

    async def check(self, webhook: Webhook) -> None:
        """Refuse what does not bear a token of ours, and taps on buttons that are not ours.

        Raises:
            Forged: It does not.
            Unreadable: It is no request of Mattermost's.
            SendFailed: The server does not say who the bot is: it could talk to itself.
        """
        fields = _read_fields(webhook)
        if webhook.path == ACTION:
            code = find_text(fields, "context", "tap") or ""
            signature = self._sign(code, *_read_place(fields), _read_id(fields, "user_id"))
            if not is_same(find_text(fields, "context", "signature") or "", signature):
                raise Forged("the signature of the button is wrong or missing")
        else:
            token = find_text(fields, "token") or ""
            if not any(is_same(token, each) for each in self._tokens):
                raise Forged("the token is wrong or missing")
        if not self._bot:
            # Once. The person waits, and has somebody to say so if it fails.
            self._bot = await self._ask_id("users/me", method="GET", tries=1)

    def read(self, webhook: Webhook) -> Reading:
        """Return the tap, command or post; nothing where an id is missing.

        Raises:
            Unreadable: It is no request of Mattermost's.
        """
        fields = _read_fields(webhook)
        if webhook.path == ACTION:
            tap = _read_tap(fields)
            # Older servers take an empty reply to a tap for an error.
            return Reading((tap,) if tap else (), Answer.json({}))
        if find(fields, "command") is not None:
            # Shown to the person alone, and not needed where the answer comes.
            is_here = self._bot in (find_text(fields, "channel_name") or "").split("__")
            command = _read_command(fields)
            answer = Answer() if is_here or not command else Answer(body=words.DIRECT)
            return Reading((command,) if command else (), answer)
        post = _read_post(fields) if find(fields, "user_id") != self._bot else None
        return Reading((post,) if post else ())

    async def show_typing(self, to: Incoming) -> None:
        """Show "bot is typing…" for some seconds.

        Raises:
            SendFailed: It cannot be shown.
        """
        channel = to.address.get("channel") or await self._open_direct(to.address["user"])
        await self._call("users/me/typing", {"channel_id": channel}, tries=1)

    async def send(self, to: Incoming, payload: Mapping[str, Any]) -> None:
        """Send a turn.

        Raises:
            SendFailed: A post could not be made: most often, the bot is not in the channel (403).
        """
        channel, root = await self._find_place(to.address)
        for message in render(payload, action_url=self._action_url):
            for attachment in find_list(message, "props", "attachments"):
                for action in attachment["actions"]:
                    context = action["integration"]["context"]
                    signature = self._sign(context["tap"], channel, root, to.sender)
                    context.update({"root": root, "signature": signature})
            await self._call("posts", {"channel_id": channel, "root_id": root, **message})

    async def _find_place(self, address: Mapping[str, str]) -> Tuple[str, str]:
        """Return the channel of an answer, and the first post of its thread."""
        if "user" in address:
            return await self._open_direct(address["user"]), ""
        if "post" not in address:
            return address["channel"], address["root"]
        # The webhook does not say whether its post was an answer itself, which has no thread.
        reply = await self._call(f"posts/{address['post']}", method="GET")
        return address["channel"], _read_id(reply, "root_id") or address["post"]

    async def _open_direct(self, person: str) -> str:
        return await self._ask_id("channels/direct", [self._bot, person])

    async def _ask_id(
        self, path: str, body: Any = None, *, method: str = "POST", tries: Optional[int] = None
    ) -> str:
        found = _read_id(await self._call(path, body, method=method, tries=tries), "id")
        if not found:
            raise SendFailed(Problem("no id in the reply"), 1)
        return found

    async def _call(
        self, path: str, body: Any = None, *, method: str = "POST", tries: Optional[int] = None
    ) -> Any:
        call = Call(f"{self._url}/{path}", json=body, headers=self._headers, method=method)
        return (await self._outgoing.call(call, tries=tries)).body

    def _sign(self, code: str, channel: str, root: str, person: str) -> str:
        # In a thread everybody can tap; in direct messages it is whom they are with.
        message = json.dumps(["mattermost tap", code, channel, root or person])
        return hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest()


def _read_fields(webhook: Webhook) -> Any:
    """Return what a request says: webhooks are forms or JSON, as they were set; taps are JSON."""
    fields = dict(webhook.form()) if webhook.is_form else webhook.json()
    if not isinstance(fields, dict):
        raise Unreadable("no request of Mattermost's")
    return fields


def _read_id(data: Any, *path: str) -> str:
    """Return the id there; an empty one for what is none."""
    value = find_text(data, *path) or ""
    return value if _ID.fullmatch(value) else ""


def _read_place(fields: Any) -> Tuple[str, str]:
    """Return the channel of a tap, and the first post of its thread: none in direct messages."""
    return _read_id(fields, "channel_id"), find_text(fields, "context", "root") or ""


def _read_post(fields: Json) -> Optional[Incoming]:
    channel, post = _read_id(fields, "channel_id"), _read_id(fields, "post_id")
    text = find_text(fields, "text")
    if text is None or not channel or not post:
        return None
    if find_text(fields, "trigger_word"):
        # What the webhook was called by is the whole first word, or its beginning.
        text = "".join(text.split(maxsplit=1)[1:])
        said: Said = text or Sign.HELLO
    else:
        said = text
    return _address(
        fields,
        Sign.NO_WORDS if find(fields, "file_ids") else said,
        message_id=f"post {post}",
        order=_read_time(fields),
        address={"channel": channel, "post": post},
    )


def _read_command(fields: Json) -> Optional[Incoming]:
    trigger, text = find_text(fields, "trigger_id"), find_text(fields, "text")
    if not trigger or text is None:
        return None
    return _address(
        fields,
        text.strip() or Sign.HELLO,
        message_id=f"trigger {trigger}",
        order=_read_trigger_time(trigger),
        address={"user": _read_id(fields, "user_id")},
    )


def _read_tap(fields: Json) -> Optional[Incoming]:
    trigger = find_text(fields, "trigger_id")
    channel, root = _read_place(fields)
    if not trigger or not channel:
        return None
    return _address(
        fields,
        decode(find(fields, "context", "tap")) or Sign.OLD_TAP,
        message_id=f"trigger {trigger}",
        order=_read_trigger_time(trigger),
        address={"channel": channel, "root": root},
    )


def _address(
    fields: Json, said: Said, *, message_id: str, order: float, address: Mapping[str, str]
) -> Optional[Incoming]:
    """Return a message with who sent it; nothing where that is missing."""
    person = _read_id(fields, "user_id")
    is_direct = not address.get("root") and "post" not in address
    place = "direct" if is_direct else address["channel"]
    if not person:
        return None
    return Incoming(
        id=message_id,
        conversation=f"{place} {person}",
        sender=person,
        said=said,
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
    variables=(
        Variable(TOKEN, r"[a-z0-9]{26}", "the bot account's access token, 26 letters and digits"),
        Variable(
            WEBHOOK_TOKEN,
            r"[a-z0-9]{26}(\s*,\s*[a-z0-9]{26})*",
            "the tokens of slash commands and outgoing webhooks, 26 letters and digits each, "
            "with commas between them",
        ),
        Variable(URL, URL_PATTERN, URL_EXPECTED),
    ),
    open=Mattermost,
    needs_public_url=True,
)
