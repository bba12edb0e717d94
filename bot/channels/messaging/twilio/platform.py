"""Twilio, for SMS and WhatsApp: https://www.twilio.com/docs/messaging.

A webhook is answered with an empty document; answers go to the REST API. There is no sign of
somebody typing: SMS has none, and Twilio's for WhatsApp is "not HIPAA-eligible"
(https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from bot.channels.messaging.api_client import (
    ApiCall,
    ApiClient,
    ApiError,
    ApiResponse,
    check_response,
)
from bot.channels.messaging.incoming import Content, IncomingMessage, MessageKind, ParsedWebhook
from bot.channels.messaging.json_fields import Json, find_number
from bot.channels.messaging.settings import Account, Spec
from bot.channels.messaging.twilio import sms, whatsapp
from bot.channels.messaging.webhook import (
    InvalidSignature,
    MalformedWebhook,
    Webhook,
    WebhookResponse,
    secrets_equal,
)
from contract.turn import Turn
from settings import reading

ACCOUNT_SID, AUTH_TOKEN = "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"
SMS_FROM, WHATSAPP_FROM = "TWILIO_SMS_FROM", "TWILIO_WHATSAPP_FROM"
API_URL = "TWILIO_API_URL"
SMS, WHATSAPP = "sms", "whatsapp"
SENDER = r"\+[1-9]\d{6,14}|MG[0-9a-f]{32}"
SENDER_EXPECTED = "a number with its country code (+15551234567) or a messaging service (MG…)"
SIGNATURE_HEADER = "x-twilio-signature"
EMPTY = WebhookResponse(200, "<Response/>", "text/xml; charset=utf-8")

# Base 64 of 20 bytes.
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=")
_MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
# Short codes and senders with a name are machines: two that answer each other would cost money.
# People on WhatsApp who hide their number have an id instead ("US.1349120…").
_PEOPLE = {
    SMS: re.compile(r"\+[1-9]\d{6,14}"),
    WHATSAPP: re.compile(r"whatsapp:(?:\+[1-9]\d{6,14}|[A-Z]{2}\.[A-Za-z0-9.]{1,140})"),
}
_COUNTRY = re.compile(r"[A-Z]{2}")
# Twilio stops, starts and helps by itself when one of these comes alone
# (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out, and Twilio's help article
# 223134027). So does "YES", after a stop; here it answers a question.
KEYWORDS = {
    *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
    *("START", "UNSTOP", "HELP", "INFO"),
}
# How a message that came in calls itself; the others are reports of what became of an answer.
ARRIVED = {"", "received", "receiving"}
_URL = re.compile(r"(?P<scheme>https?)://(?P<host>\[[^\]]*\]|[^:/]*)(?P<port>:\d+)?(?P<path>.*)")
_PORTS = {"http": ":80", "https": ":443"}


class Twilio:
    """An account of Twilio's: a number for SMS, one for WhatsApp, or both."""

    name = "twilio"
    paths: Mapping[str, tuple[str, ...]] = {"webhook": ("POST",)}

    def __init__(self, account: Account, client: ApiClient) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            client: Calls the API.
        """
        sid, token = account[ACCOUNT_SID], account[AUTH_TOKEN]
        self._sid, self._token = sid, token
        self._senders = {SMS: account[SMS_FROM], WHATSAPP: account[WHATSAPP_FROM]}
        self._public_urls = _port_variants(account.public_url)
        self._url = f"{account[API_URL]}/2010-04-01/Accounts/{sid}/Messages.json"
        login = base64.b64encode(f"{sid}:{token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"}
        self._client = client

    def verify_headers(self, webhook: Webhook) -> None:
        """Refuse webhooks without a signature, and those that are not a form.

        Raises:
            InvalidSignature: If there is no signature.
            MalformedWebhook: If it is not a form: else the signature would not cover the body.
        """
        if not webhook.is_form:
            raise MalformedWebhook("Not a form.")
        if not _SIGNATURE.fullmatch(webhook.headers.get(SIGNATURE_HEADER, "")):
            raise InvalidSignature("the signature is wrong or missing")

    async def verify_signature(self, webhook: Webhook) -> None:
        """Refuse webhooks without the account's signature of address and fields.

        Raises:
            InvalidSignature: If the signature is wrong.
            MalformedWebhook: If it is not a form, or has too many fields.
        """
        self.verify_headers(webhook)
        given, fields = webhook.headers.get(SIGNATURE_HEADER, ""), webhook.form()
        signatures = [sign(self._token, url + webhook.target, fields) for url in self._public_urls]
        if not any([secrets_equal(given, signature) for signature in signatures]):
            raise InvalidSignature("the signature is wrong or missing")

    def parse_webhook(self, webhook: Webhook) -> ParsedWebhook:
        """Return the message; none for reports, for keywords of Twilio's and for machines.

        Raises:
            MalformedWebhook: If it is not a message to one of our numbers. Twilio's log shows the
                400.
        """
        fields = dict(webhook.form())
        sid, to = fields.get("MessageSid", ""), fields.get("To", "")
        if not _MESSAGE_SID.fullmatch(sid) or fields.get("AccountSid") != self._sid:
            raise MalformedWebhook("Not a message of this account.")
        if (fields.get("MessageStatus") or fields.get("SmsStatus", "")) not in ARRIVED:
            return ParsedWebhook(response=EMPTY)
        channel = WHATSAPP if to.startswith("whatsapp:") else SMS
        sender = self._senders[channel]
        if not sender or (sender.startswith("+") and to.removeprefix("whatsapp:") != sender):
            raise MalformedWebhook("Not one of our numbers.")
        content = _read_content(fields, channel)
        person = fields.get("From", "")
        if content is None or not _PEOPLE[channel].fullmatch(person) or person == to:
            return ParsedWebhook(response=EMPTY)
        incoming = IncomingMessage(
            id=sid,
            conversation=person,
            sender=person,
            content=content,
            channel=channel,
            country=_read_country(fields),
            address={"To": person, **_from(sender, channel)},
        )
        return ParsedWebhook((incoming,), EMPTY)

    async def show_typing(self, to: IncomingMessage) -> None:
        """Show nothing."""

    async def render_turn(self, to: IncomingMessage, payload: Turn) -> list[Json]:
        """Return the messages of a turn."""
        render = whatsapp.render if to.channel == WHATSAPP else sms.render
        return render(payload)

    async def send_message(self, to: IncomingMessage, message: Json) -> None:
        """Send a message.

        Raises:
            SendFailed: If it was refused: most often, the person wrote STOP (21610). What the
                networks refuse later (63016, outside of WhatsApp's day) stands in Twilio's log
                alone.
        """
        form = {**to.address, **message}
        call = ApiCall(self._url, form=form, headers=self._headers)
        await self._client.call(call, check_response=_check_response)


def sign(token: str, url: str, fields: list[tuple[str, str]]) -> str:
    """Return the signature of a form that is posted to an address.

    https://www.twilio.com/docs/usage/security#validating-requests; that fields of one name and
    value count once is the way of Twilio's own library (`RequestValidator`). That one is not used:
    it compares sign by sign, in a time that tells how many are right, and garbles IPv6 hosts.
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), text.encode("utf-8", "replace"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _port_variants(url: str) -> list[str]:
    """Return an address with and without its port: Twilio signs now the one, now the other."""
    match = _URL.fullmatch(url)
    if match is None:
        return [url]
    scheme, host, path = match["scheme"], match["host"], match["path"]
    port = match["port"] or _PORTS[scheme]
    return [f"{scheme}://{host}{path}", f"{scheme}://{host}{port}{path}"]


def _read_content(fields: Mapping[str, str], channel: str) -> Content | None:
    body = fields.get("Body")
    is_keyword = channel == SMS and (body or "").strip().upper() in KEYWORDS
    if is_keyword or fields.get("OptOutType"):
        return None
    if fields.get("NumMedia", "0") not in ("", "0") or "Latitude" in fields:
        return MessageKind.NO_WORDS
    return body


def _read_country(fields: Mapping[str, str]) -> str | None:
    """Return `GB` for an SMS from a British number; None for WhatsApp."""
    country = fields.get("FromCountry", "")
    return country if _COUNTRY.fullmatch(country) else None


def _from(sender: str, channel: str) -> dict[str, str]:
    if sender.startswith("MG"):
        return {"MessagingServiceSid": sender}
    return {"From": f"whatsapp:{sender}" if channel == WHATSAPP else sender}


def _check_response(response: ApiResponse) -> ApiError | None:
    """Return what is wrong with a reply, with Twilio's number for it."""
    error = check_response(response)
    code = find_number(response.body, "code")
    if error is None or code is None:
        return error
    return ApiError(f"{error.reason}, code {code}", error.is_transient, error.wait_s)


SPEC = Spec(
    name=Twilio.name,
    settings=(
        reading.credential(ACCOUNT_SID, r"AC[0-9a-f]{32}", "the account's SID (AC…)"),
        reading.credential(
            AUTH_TOKEN, r"[0-9a-f]{32}", "the auth token: 32 digits and letters a to f"
        ),
        reading.text(SMS_FROM, SENDER, SENDER_EXPECTED),
        reading.text(WHATSAPP_FROM, SENDER, SENDER_EXPECTED),
        reading.url(API_URL, default="https://api.twilio.com"),
    ),
    open=Twilio,
    needs_public_url=True,
    channels={SMS: SMS_FROM, WHATSAPP: WHATSAPP_FROM},
)
