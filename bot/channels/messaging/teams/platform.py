"""Microsoft Teams, by the Bot Framework: https://learn.microsoft.com/microsoftteams/platform/bots.

In private chats everything is answered, in group chats and channels what mentions the bot.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from bot.channels.messaging.api_client import (
    ApiCall,
    ApiClient,
    ApiError,
    ApiResponse,
    check_response,
)
from bot.channels.messaging.incoming import Content, IncomingMessage, MessageKind, ParsedWebhook
from bot.channels.messaging.json_fields import Json, find_list, find_object, find_text, find_value
from bot.channels.messaging.rendering.tap_codes import decode_tap
from bot.channels.messaging.settings import Account, Spec
from bot.channels.messaging.teams.render import render
from bot.channels.messaging.teams.tokens import BotToken, Keys, read_token, verify_token
from bot.channels.messaging.webhook import (
    InvalidSignature,
    MalformedWebhook,
    Webhook,
    WebhookResponse,
)
from contract.turn import Turn
from settings import reading

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
    paths: Mapping[str, tuple[str, ...]] = {"webhook": ("POST",)}

    def __init__(self, account: Account, client: ApiClient) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            client: Calls the API.
        """
        self._app_id = account[APP_ID].lower()
        self._tenant = account[TENANT].lower()
        self._stand_in = account[API_URL]
        self._client = client
        self._keys = Keys(client, self._stand_in or KEYS_URL)
        self._token = BotToken(
            client,
            f"{self._stand_in or TOKEN_URL}/{self._tenant or ANY_TENANT}/oauth2/v2.0/token",
            app_id=self._app_id,
            password=account[PASSWORD],
        )

    def verify_headers(self, webhook: Webhook) -> None:
        """Refuse webhooks without a token.

        Raises:
            InvalidSignature: If there is none.
        """
        read_token(webhook.headers.get("authorization", ""))

    async def verify_signature(self, webhook: Webhook) -> None:
        """Refuse webhooks without a token of the Bot Framework for this bot and this activity.

        Raises:
            InvalidSignature: If the token is wrong, or answers would go elsewhere than to
                Microsoft.
            MalformedWebhook: If the token is right, and the body is not an activity.
            SendFailed: If the keys could not be fetched.
        """
        claims = await verify_token(
            webhook.headers.get("authorization", ""), self._keys, audience=self._app_id
        )
        activity = find_object(webhook.json())
        if activity is None:
            raise MalformedWebhook("Not an activity.")
        if find_text(activity, "channelId") != CHANNEL:
            raise InvalidSignature("the activity is of another channel than Teams")
        if CHANNEL not in claims.channels:
            raise InvalidSignature("the key may not sign for Teams")
        url = find_text(activity, "serviceUrl") or ""
        if not url or url.rstrip("/") != claims.service_url.rstrip("/"):
            raise InvalidSignature("the token is for another service URL")
        if not self._is_microsofts(url):
            raise InvalidSignature("the service URL is not one of Teams'")
        if self._tenant:
            _check_tenant(activity, self._tenant)

    def _is_microsofts(self, url: str) -> bool:
        """Return whether the bot's token may be sent there."""
        is_stand_in = bool(self._stand_in) and url.startswith(f"{self._stand_in}/")
        return is_stand_in or _SERVICE_URL.fullmatch(url) is not None

    def parse_webhook(self, webhook: Webhook) -> ParsedWebhook:
        """Return the message, the tap or the greeting that an activity asks for.

        There is none in reactions, edits, people who join a team, and kinds of a later day.

        Raises:
            MalformedWebhook: If it is not an activity.
        """
        activity = webhook.json()
        kind = find_text(activity, "type")
        if kind is None:
            raise MalformedWebhook("Not an activity.")
        if kind == "invoke":
            return ParsedWebhook(response=_refuse(find_text(activity, "name")))
        content = self._read_message(activity) if kind == "message" else _read_event(activity, kind)
        incoming = None if content is None else self._address(activity, content, kind)
        return ParsedWebhook((incoming,) if incoming else ())

    async def show_typing(self, to: IncomingMessage) -> None:
        """Show that the bot is typing, until the answer comes.

        Raises:
            SendFailed: If it cannot be shown.
        """
        await self._post(to, {"type": "typing"}, tries=1)

    async def render_turn(self, to: IncomingMessage, payload: Turn) -> list[Json]:
        """Return the messages of a turn."""
        return render(payload)

    async def send_message(self, to: IncomingMessage, message: Json) -> None:
        """Send a message.

        Raises:
            SendFailed: If it could not be sent: most often, the person blocked the bot (403).
        """
        await self._post(to, message)

    async def _post(self, to: IncomingMessage, activity: Json, *, tries: int | None = None) -> None:
        address = to.address
        call_url = f"{address['service_url']}/v3/conversations/{address['conversation']}/activities"
        if address["reply_to"]:
            call_url += f"/{quote(address['reply_to'], safe='')}"
            activity = {**activity, "replyToId": address["reply_to"]}
        body = {**activity, "from": {"id": address["bot"]}, "recipient": {"id": to.sender}}
        token = await self._token.get()
        response = await self._client.call(
            _call(call_url, body, token), check_response=_check_response, tries=tries
        )
        if response.status == _UNAUTHORIZED:  # spoilt before its time: once more with a new one
            self._token.forget(token)
            call = _call(call_url, body, await self._token.get())
            await self._client.call(call, check_response=_check_second_response, tries=tries)

    def _read_message(self, activity: object) -> Content | None:
        tap = find_value(activity, "value", "tap")
        if tap is not None:
            return decode_tap(tap) or MessageKind.OLD_TAP
        text, is_meant = self._read_text(activity)
        if not (is_meant or _is_private(activity)):
            return None
        attachments = find_list(activity, "attachments")
        if any(_FILE.fullmatch(find_text(each, "contentType") or "") for each in attachments):
            return MessageKind.NO_WORDS
        if text:
            return text
        if find_object(activity, "value") is not None:
            return MessageKind.OLD_TAP
        # The bot's name alone calls it; what came in HTML only is a sticker.
        return MessageKind.HELLO if is_meant else MessageKind.NO_WORDS if attachments else None

    def _read_text(self, activity: object) -> tuple[str, bool]:
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

    def _address(self, activity: object, content: Content, kind: str) -> IncomingMessage | None:
        """Return a message with its sender; None for bots, and if ids are missing."""
        chat, sender = _find_id(activity, "conversation"), _find_id(activity, "from")
        own = _find_id(activity, "recipient") or f"28:{self._app_id}"
        number = find_text(activity, "id") or ""
        is_message = kind == "message"
        is_person = sender and sender != own and not sender.startswith("28:")
        if not (chat and is_person and 0 < len(number) <= _MAX_ID):
            return None
        is_time = number.isascii() and number.isdigit() and len(number) < 18
        return IncomingMessage(
            # Ids are the milliseconds of their time, and two chats can have the same. Whether by
            # one event or by three, somebody who begins to talk is greeted once.
            id=f"{chat} {number if is_message else 'hello'}",
            conversation=f"{chat} {sender}",
            sender=sender,
            content=content,
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


def _read_event(activity: object, kind: str) -> Content | None:
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
    return MessageKind.HELLO if begins.get(kind) else None


def _check_tenant(activity: object, tenant: str) -> None:
    """Refuse what is not of a tenant, and what does not say of which it is.

    Raises:
        InvalidSignature: If it is of another tenant or names none.
    """
    places = (("channelData", "tenant", "id"), ("conversation", "tenantId"))
    given = {(find_text(activity, *place) or "").lower() for place in places} - {""}
    if not given:
        raise InvalidSignature("the activity names no tenant")
    if given != {tenant}:
        raise InvalidSignature("the activity is of another tenant")


def _is_private(activity: object) -> bool:
    return find_text(activity, "conversation", "conversationType") == "personal"


def _find_id(activity: object, name: str) -> str:
    found = find_text(activity, name, "id") or ""
    return found if len(found) <= _MAX_ID else ""


def _refuse(name: str | None) -> WebhookResponse:
    """Return the answer to an invoke activity: Teams wants one though no card of ours causes it.

    Microsoft's own libraries answer 501 to those that a bot does not know; those of cards have an
    answer of their own form.
    """
    if name != "adaptiveCard/action":
        return WebhookResponse(501)
    error = {"code": "NotSupported", "message": "This bot has no such action."}
    return WebhookResponse.json(
        {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": error}
    )


def _call(url: str, body: Json, token: str) -> ApiCall:
    return ApiCall(url, json=body, headers={"Authorization": f"Bearer {token}"})


def _check_response(response: ApiResponse) -> ApiError | None:
    """Return what is wrong with a reply; a refused token is the caller's to handle."""
    return None if response.status == _UNAUTHORIZED else _check_second_response(response)


def _check_second_response(response: ApiResponse) -> ApiError | None:
    """Return what is wrong, with the code of the API; 412 may pass too.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
    """
    error = check_response(response)
    if error is None:
        return None
    code = find_text(response.body, "error", "code") or ""
    known = f" {code}" if _CODE.fullmatch(code) else ""
    is_transient = error.is_transient or response.status == _PRECONDITION
    return ApiError(f"{error.reason}{known}", is_transient, error.wait_s)


_GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
SPEC = Spec(
    name=Teams.name,
    settings=(
        reading.credential(APP_ID, _GUID, "the app's id (01234567-89ab-cdef-0123-456789abcdef)"),
        reading.credential(
            PASSWORD, r"[!-~]{16,256}", "a client secret of the app (its value, not its id)"
        ),
        reading.text(TENANT, _GUID, "the tenant's id (01234567-89ab-cdef-0123-456789abcdef)"),
        reading.text(
            API_URL,
            r"http://(?:127\.0\.0\.1|localhost)(?::\d{1,5})?",
            "an address on this machine (http://127.0.0.1:8080), for tests",
        ),
    ),
    open=Teams,
)
