"""Slack: https://docs.slack.dev, its Events API and the buttons of its messages.

Direct messages are answered where they were written. In a channel only who mentions the bot is
answered, in the thread of the mention; the people of a channel have a conversation each.
"""

import hashlib
import hmac
import re
import time
from typing import Any, Callable, Dict, Mapping, Optional

from bot.channels.platforms.fields import find, find_list, find_object, find_text
from bot.channels.platforms.incoming import Incoming, Reading, Said, Sign
from bot.channels.platforms.outgoing import (
    Call,
    Outgoing,
    Problem,
    Reply,
    judge,
    read_retry_after,
)
from bot.channels.platforms.settings import Account, Spec, Variable, api_url
from bot.channels.platforms.webhook import Answer, Forged, Unreadable, Webhook, is_same, read_json
from bot.messaging.actions import decode
from bot.messaging.slack import render

TOKEN, SECRET, API_URL = "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL"
# https://docs.slack.dev/authentication/verifying-requests-from-slack: what is older may be somebody
# who sends again what they overheard.
MAX_AGE_S = 300
# Whoever else writes a message is no person, or what happened is no message: message_changed,
# channel_join, … (https://docs.slack.dev/reference/events/message).
SUBTYPES = {None, "file_share", "me_message", "thread_broadcast"}
SLACKBOT = "USLACKBOT"
# Errors in a reply with status 200 that another try can help (chat.postMessage, "Errors").
MAY_PASS = {
    *("ratelimited", "rate_limited", "request_timeout"),
    *("fatal_error", "internal_error", "service_unavailable"),
}
_ID = re.compile(r"[A-Z0-9]{2,40}")
_TIME = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")
_SECONDS = re.compile(r"[0-9]{1,12}")
# What Slack puts between angle brackets: links and mentions, with the words shown after a bar
# (https://docs.slack.dev/messaging/formatting-message-text).
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


class Slack:
    """A bot of a Slack workspace."""

    name = "slack"
    # Events and taps have one address; taps come as forms.
    paths: Mapping[str, "tuple[str, ...]"] = {"webhook": ("POST",)}

    def __init__(
        self, account: Account, outgoing: Outgoing, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            outgoing: Calls the API.
            clock: Seconds since 1970.
        """
        self._secret = account[SECRET]
        self._url = f"{account[API_URL]}/chat.postMessage"
        self._headers = {"Authorization": f"Bearer {account[TOKEN]}"}
        self._outgoing = outgoing
        self._clock = clock

    async def check(self, webhook: Webhook) -> None:
        """Refuse what Slack did not sign within the last five minutes.

        Raises:
            Forged: It did not.
        """
        sent_at = webhook.headers.get("x-slack-request-timestamp", "")
        if not _SECONDS.fullmatch(sent_at):
            raise Forged("the time is wrong or missing")
        message = f"v0:{sent_at}:".encode() + webhook.body
        signature = hmac.new(self._secret.encode(), message, hashlib.sha256).hexdigest()
        if not is_same(webhook.headers.get("x-slack-signature", ""), f"v0={signature}"):
            raise Forged("the signature is wrong or missing")
        if abs(self._clock() - int(sent_at)) > MAX_AGE_S:
            raise Forged("the signature is too old")

    def read(self, webhook: Webhook) -> Reading:
        """Return the message of an event, or the tap of a form; nothing for other kinds.

        Raises:
            Unreadable: It is neither.
        """
        if webhook.is_form:
            tap = _read_tap(read_json(dict(webhook.form()).get("payload", "")))
            return Reading((tap,) if tap else ())
        envelope = webhook.json()
        kind = find_text(envelope, "type")
        if kind is None:
            raise Unreadable("no event")
        if kind == "url_verification":
            return Reading(answer=Answer.json({"challenge": find_text(envelope, "challenge")}))
        event = find_object(envelope, "event") if kind == "event_callback" else None
        incoming = _read_message(event) if event else None
        return Reading((incoming,) if incoming else ())

    async def show_typing(self, to: Incoming) -> None:
        """Show nothing: Slack has no such sign for bots that are called over HTTP."""

    async def send(self, to: Incoming, payload: Mapping[str, Any]) -> None:
        """Send a turn.

        Raises:
            SendFailed: A message could not be sent: the bot was removed, the channel archived.
        """
        for message in render(payload):
            body = {**to.address, **message}
            await self._outgoing.call(
                Call(self._url, json=body, headers=self._headers), judge=_judge
            )


def _read_message(event: Mapping[str, Any]) -> Optional[Incoming]:
    """Return a direct message or a mention; nothing for what is neither, or not a person's."""
    is_mention = find(event, "type") == "app_mention"
    is_direct = find(event, "type") == "message" and find(event, "channel_type") == "im"
    is_persons = not find(event, "bot_id") and find(event, "user") != SLACKBOT
    subtype = find(event, "subtype")
    is_new = (subtype is None or isinstance(subtype, str)) and subtype in SUBTYPES
    sent_at = find_text(event, "ts") or ""
    text = find_text(event, "text")
    if not (is_mention or is_direct) or not is_persons or not is_new or text is None:
        return None
    # A mention that was added afterwards is an edit as any other.
    if find(event, "edited") or not _TIME.fullmatch(sent_at):
        return None
    said: Said = plain(text)
    if find_list(event, "files") or subtype == "file_share":
        said = Sign.NO_WORDS
    elif is_mention and not said:
        said = Sign.HELLO
    thread = find(event, "thread_ts") or (sent_at if is_mention else None)
    return _address(event.get("channel"), event.get("user"), thread, said=said, sent_at=sent_at)


def _read_tap(payload: Any) -> Optional[Incoming]:
    """Return the tap on a button; nothing for other interactions."""
    kind, actions = find_text(payload, "type"), find_list(payload, "actions")
    if kind is None:
        raise Unreadable("no interaction")
    action = actions[0] if actions else None
    sent_at = find_text(action, "action_ts") or ""
    if kind != "block_actions" or find(action, "type") != "button" or not _TIME.fullmatch(sent_at):
        return None
    return _address(
        find(payload, "channel", "id"),
        find(payload, "user", "id"),
        find(payload, "message", "thread_ts"),
        said=decode(find(action, "value")) or Sign.OLD_TAP,
        sent_at=sent_at,
        message_id="tap",
    )


def _address(
    channel: Any, person: Any, thread: Any, *, said: Said, sent_at: str, message_id: str = ""
) -> Optional[Incoming]:
    """Return a message with who sent it; nothing where an id is none."""
    if not all(isinstance(each, str) and _ID.fullmatch(each) for each in (channel, person)):
        return None
    address: Dict[str, str] = {"channel": channel}
    if isinstance(thread, str) and _TIME.fullmatch(thread):
        address["thread_ts"] = thread
    # Ids of direct messages begin with a D. In a mention's channel, each person is for themselves.
    is_direct = channel.startswith("D")
    return Incoming(
        # A message in a channel has one time. An event that comes again, because the answer was
        # late (X-Slack-Retry-Num) or because it is a mention too, has the same.
        id=" ".join(filter(None, (message_id, channel, person, sent_at))),
        conversation=channel if is_direct else f"{channel} {person}",
        sender=person,
        said=said,
        order=float(sent_at),
        address=address,
    )


def plain(text: str) -> str:
    """Return the words of a message: links by their words, without the names of people."""
    text = _MARKED.sub(_read_mark, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _read_mark(mark: "re.Match[str]") -> str:
    target, shown = mark[1], mark[2] or ""
    if target[:1] in ("@", "!"):
        return shown if target.startswith("!date") else ""
    return f"#{shown}" if target[:1] == "#" else shown or target


def _judge(reply: Reply) -> Optional[Problem]:
    """Return what is wrong with a reply; Slack says most of it with status 200."""
    problem = judge(reply)
    if problem is not None or find(reply.body, "ok") is True:
        return problem
    error = find_text(reply.body, "error") or ""
    code = error if re.fullmatch(r"[a-z_]{1,60}", error) else "unknown"
    wait_s = read_retry_after(reply.headers.get("retry-after", ""))
    return Problem(f"error {code}", error in MAY_PASS, wait_s)


SPEC = Spec(
    name=Slack.name,
    variables=(
        Variable(TOKEN, r"xoxb-[A-Za-z0-9-]{10,}", "the bot user's OAuth token (xoxb-…)"),
        Variable(SECRET, r"[A-Za-z0-9]{32}", "the app's signing secret, 32 letters and digits"),
        api_url(API_URL, "https://slack.com/api"),
    ),
    open=Slack,
)
