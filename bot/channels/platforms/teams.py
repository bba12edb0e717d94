"""Microsoft Teams, by the Bot Framework: https://learn.microsoft.com/microsoftteams/platform/bots.

In private chats everything is answered, in group chats and channels what mentions the bot.
"""

import re
from typing import Any, Dict, Mapping, Optional, Tuple
from urllib.parse import quote

from bot.channels.platforms.fields import find, find_list, find_object, find_text
from bot.channels.platforms.incoming import Incoming, Reading, Said, Sign
from bot.channels.platforms.outgoing import Call, Outgoing, Problem, Reply, judge
from bot.channels.platforms.settings import Account, Spec, Variable
from bot.channels.platforms.teams_tokens import BotToken, Keys, prove
from bot.channels.platforms.webhook import Answer, Forged, Unreadable, Webhook
from bot.messaging.actions import decode
from bot.messaging.teams import render

Json = Dict[str, Any]

APP_ID, PASSWORD, TENANT = "TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"
API_URL = "TEAMS_API_URL"
CHANNEL = "msteams"
# Who publishes the keys of webhooks, and who gives tokens: two hosts, one of a stand-in.
KEYS_URL, TOKEN_URL = "https://login.botframework.com", "https://login.microsoftonline.com"
# The directory of bots that belong to no single tenant.
ANY_TENANT = "botframework.com"
# Where Teams lets bots answer, in its public cloud and in GCC:
# https://microsoft.github.io/teams-sdk/python/essentials/app-configuration/service-url-validation.
# (The clouds of other governments have other issuers of tokens too.)
HOSTS = (
    "smba.trafficmanager.net",
    "smba.onyx.prod.teams.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
)
_HOST = "|".join(map(re.escape, HOSTS))
_SERVICE_URL = re.compile(rf"https://(?:{_HOST})(?::443)?(?:/[A-Za-z0-9._~-]+)*/?")
# Every message has its words as text/html attached. These are files and pictures:
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4.
_FILE = re.compile(
    r"(?:image|video|audio)/.*|application/vnd\.microsoft\.teams\.file\..*", re.DOTALL
)
_TAG = re.compile(r"</?at\b[^>]{0,200}>")
# What stands for a quoted message: https://github.com/microsoft/teams.py/pull/321.
_QUOTED = re.compile(r"<quoted\b[^>]{0,200}/>")
_CODE = re.compile(r"[A-Za-z]{1,40}")
# Far longer than any id of Teams', and far more mentions than anyone makes.
_MAX_ID, _MAX_MENTIONS = 500, 50
# Statuses with a meaning of their own here: the token was not taken; the chat is being changed.
_UNAUTHORIZED, _PRECONDITION = 401, 412


class Teams:
    """A bot of Microsoft Teams'."""

    name = "teams"
    paths: Mapping[str, "tuple[str, ...]"] = {"webhook": ("POST",)}

    def __init__(self, account: Account, outgoing: Outgoing) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            outgoing: Calls the API.
        """
        self._app_id = account[APP_ID].lower()
        self._tenant = account[TENANT].lower()
        self._stand_in = account[API_URL]
        self._outgoing = outgoing
        self._keys = Keys(outgoing, self._stand_in or KEYS_URL)
        self._token = BotToken(
            outgoing,
            f"{self._stand_in or TOKEN_URL}/{self._tenant or ANY_TENANT}/oauth2/v2.0/token",
            app_id=self._app_id,
            password=account[PASSWORD],
        )

    async def check(self, webhook: Webhook) -> None:
        """Refuse what bears no token of the Bot Framework for this bot and this activity.

        Raises:
            Forged: It does not, or it would have the bot answer elsewhere than at Microsoft's.
            Unreadable: It has the token, and is no activity.
            SendFailed: The keys could not be got.
        """
        proof = await prove(
            webhook.headers.get("authorization", ""), self._keys, audience=self._app_id
        )
        activity = find_object(webhook.json())
        if activity is None:
            raise Unreadable("no activity")
        if find_text(activity, "channelId") != CHANNEL:
            raise Forged("the activity is of another channel than Teams")
        if CHANNEL not in proof.channels:
            raise Forged("the key may not sign for Teams")
        url = find_text(activity, "serviceUrl") or ""
        if not url or url.rstrip("/") != proof.service_url.rstrip("/"):
            raise Forged("the token is for another service URL")
        if not self._is_microsofts(url):
            raise Forged("the service URL is not one of Teams'")
        tenant = find_text(activity, "channelData", "tenant", "id")
        if self._tenant and tenant and tenant.lower() != self._tenant:
            raise Forged("the activity is of another tenant")

    def _is_microsofts(self, url: str) -> bool:
        """Say whether the bot's token can be shown there."""
        is_stand_in = bool(self._stand_in) and url.startswith(f"{self._stand_in}/")
        return is_stand_in or _SERVICE_URL.fullmatch(url) is not None

    def read(self, webhook: Webhook) -> Reading:
        """Return the message, the tap or the greeting that an activity asks for.

        Nothing for reactions, edits, people who join a team, and kinds of a later day.

        Raises:
            Unreadable: It is no activity.
        """
        activity = webhook.json()
        kind = find_text(activity, "type")
        if kind is None:
            raise Unreadable("no activity")
        if kind == "invoke":
            return Reading(answer=_refuse(find_text(activity, "name")))
        said = self._read_message(activity) if kind == "message" else _read_event(activity, kind)
        incoming = None if said is None else self._address(activity, said, kind)
        return Reading((incoming,) if incoming else ())

    async def show_typing(self, to: Incoming) -> None:
        """Show that the bot is typing, until the answer comes.

        Raises:
            SendFailed: It cannot be shown.
        """
        await self._post(to, {"type": "typing"}, tries=1)

    async def send(self, to: Incoming, payload: Mapping[str, Any]) -> None:
        """Send a turn.

        Raises:
            SendFailed: A message could not be sent: most often, the person blocked the bot (403).
        """
        for message in render(payload):
            await self._post(to, message)

    async def _post(self, to: Incoming, activity: Json, *, tries: Optional[int] = None) -> None:
        address = to.address
        call_url = f"{address['service_url']}/v3/conversations/{address['conversation']}/activities"
        if address["reply_to"]:
            call_url += f"/{quote(address['reply_to'], safe='')}"
            activity = {**activity, "replyToId": address["reply_to"]}
        body = {**activity, "from": {"id": address["bot"]}, "recipient": {"id": to.sender}}
        token = await self._token.get()
        reply = await self._outgoing.call(_call(call_url, body, token), judge=_judge, tries=tries)
        if reply.status == _UNAUTHORIZED:  # spoilt before its time: once more with a new one
            self._token.forget(token)
            call = _call(call_url, body, await self._token.get())
            await self._outgoing.call(call, judge=_judge_again, tries=tries)

    def _read_message(self, activity: Any) -> Optional[Said]:
        tap = find(activity, "value", "tap")
        if tap is not None:
            return decode(tap) or Sign.OLD_TAP
        text, is_meant = self._read_text(activity)
        if not (is_meant or _is_private(activity)):
            return None
        attachments = find_list(activity, "attachments")
        if any(_FILE.fullmatch(find_text(each, "contentType") or "") for each in attachments):
            return Sign.NO_WORDS
        if text:
            return text
        if find_object(activity, "value") is not None:
            return Sign.OLD_TAP
        # The bot's name alone calls it; what came in HTML only is a sticker.
        return Sign.HELLO if is_meant else Sign.NO_WORDS if attachments else None

    def _read_text(self, activity: Any) -> Tuple[str, bool]:
        """Return the words without the bot's name, and whether it was mentioned."""
        text = _QUOTED.sub(" ", find_text(activity, "text") or "")
        own = {f"28:{self._app_id}", find_text(activity, "recipient", "id")} - {None}
        is_meant = False
        for entity in find_list(activity, "entities")[:_MAX_MENTIONS]:
            if find_text(entity, "type") == "mention":
                spelled = find_text(entity, "text") or ""
                is_own = find_text(entity, "mentioned", "id") in own
                is_meant = is_meant or is_own
                if spelled:
                    text = text.replace(spelled, " " if is_own else _TAG.sub("", spelled))
        return text.strip(), is_meant

    def _address(self, activity: Any, said: Said, kind: str) -> Optional[Incoming]:
        """Return a message with who sent it; nothing for bots and where ids are missing."""
        chat, sender = _find_id(activity, "conversation"), _find_id(activity, "from")
        own = _find_id(activity, "recipient") or f"28:{self._app_id}"
        number = find_text(activity, "id") or ""
        is_message = kind == "message"
        is_person = sender and sender != own and not sender.startswith("28:")
        if not (chat and is_person and 0 < len(number) <= _MAX_ID):
            return None
        is_time = number.isascii() and number.isdigit() and len(number) < 18
        return Incoming(
            # Ids are the milliseconds of their time, and two chats can have the same. Whether by
            # one event or by three, somebody who begins to talk is greeted once.
            id=f"{chat} {number if is_message else 'hello'}",
            conversation=f"{chat} {sender}",
            sender=sender,
            said=said,
            order=int(number) if is_time else 0,
            locale=find_text(activity, "locale"),
            address={
                "service_url": (find_text(activity, "serviceUrl") or "").rstrip("/"),
                "conversation": quote(chat, safe=""),
                # In a private chat an answer is no reply, which would quote the question.
                "reply_to": number if is_message and not _is_private(activity) else "",
                "bot": own,
            },
        )


def _read_event(activity: Any, kind: str) -> Optional[Said]:
    """Return a greeting for somebody who began a private chat.

    Teams tells of that by the one event, the other, or both: a `conversationUpdate` with the bot
    and the person as new members, an `installationUpdate` that adds the app.
    """
    if not _is_private(activity):
        return None
    members = [find_text(each, "id") for each in find_list(activity, "membersAdded")]
    has_joined = any(each and not each.startswith("28:") for each in members)
    is_installed = find_text(activity, "action") == "add"
    begins = {"conversationUpdate": has_joined, "installationUpdate": is_installed}
    return Sign.HELLO if begins.get(kind) else None


def _is_private(activity: Any) -> bool:
    return find_text(activity, "conversation", "conversationType") == "personal"


def _find_id(activity: Any, name: str) -> str:
    found = find_text(activity, name, "id") or ""
    return found if len(found) <= _MAX_ID else ""


def _refuse(name: Optional[str]) -> Answer:
    """Return the answer to an invoke: nothing of ours sends one, and all of them need an answer.

    Microsoft's own libraries answer 501 to those that a bot does not know; those of cards have an
    answer of their own form.
    """
    if name != "adaptiveCard/action":
        return Answer(501)
    error = {"code": "NotSupported", "message": "This bot has no such action."}
    return Answer.json(
        {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": error}
    )


def _call(url: str, body: Json, token: str) -> Call:
    return Call(url, json=body, headers={"Authorization": f"Bearer {token}"})


def _judge(reply: Reply) -> Optional[Problem]:
    """Return what is wrong with a reply; a token that is not taken is seen to by who called."""
    return None if reply.status == _UNAUTHORIZED else _judge_again(reply)


def _judge_again(reply: Reply) -> Optional[Problem]:
    """Return what is wrong, with the code of the API; 412 may pass too.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
    """
    problem = judge(reply)
    if problem is None:
        return None
    code = find_text(reply.body, "error", "code") or ""
    known = f" {code}" if _CODE.fullmatch(code) else ""
    may_pass = problem.may_pass or reply.status == _PRECONDITION
    return Problem(f"{problem.reason}{known}", may_pass, problem.wait_s)


_GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
SPEC = Spec(
    name=Teams.name,
    variables=(
        Variable(APP_ID, _GUID, "the app's id (01234567-89ab-cdef-0123-456789abcdef)"),
        Variable(PASSWORD, r"[!-~]{16,256}", "a client secret of the app (its value, not its id)"),
        Variable(TENANT, _GUID, "the tenant's id (01234567-89ab-cdef-0123-456789abcdef)", ""),
        Variable(
            API_URL,
            r"http://(?:127\.0\.0\.1|localhost)(?::\d{1,5})?",
            "an address on this machine (http://127.0.0.1:8080), for tests",
            "",
        ),
    ),
    open=Teams,
)
