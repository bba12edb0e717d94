"""Twilio, for SMS and WhatsApp: https://www.twilio.com/docs/messaging.

A webhook is answered with an empty document; answers go to the REST API. There is no sign of
somebody typing: SMS has none, and Twilio's for WhatsApp is "not HIPAA-eligible"
(https://www.twilio.com/docs/whatsapp/api/typing-indicators-resource).
"""

import base64
import hashlib
import hmac
import re
from typing import Any, Dict, List, Mapping, Optional, Tuple

from bot.channels.platforms.fields import find_number
from bot.channels.platforms.incoming import Incoming, Reading, Said, Sign
from bot.channels.platforms.outgoing import Call, Outgoing, Problem, Reply, judge
from bot.channels.platforms.settings import Account, Spec, Variable, api_url
from bot.channels.platforms.webhook import Answer, Forged, Unreadable, Webhook, is_same
from bot.messaging import sms, whatsapp

ACCOUNT_SID, AUTH_TOKEN = "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"
SMS_FROM, WHATSAPP_FROM = "TWILIO_SMS_FROM", "TWILIO_WHATSAPP_FROM"
API_URL = "TWILIO_API_URL"
SMS, WHATSAPP = "sms", "whatsapp"
SENDER = r"\+[1-9]\d{6,14}|MG[0-9a-f]{32}"
SENDER_EXPECTED = "a number with its country code (+15551234567) or a messaging service (MG…)"
SIGNATURE_HEADER = "x-twilio-signature"
EMPTY = Answer(200, "<Response/>", "text/xml; charset=utf-8")

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
    paths: Mapping[str, "tuple[str, ...]"] = {"webhook": ("POST",)}

    def __init__(self, account: Account, outgoing: Outgoing) -> None:
        """Take the account.

        Args:
            account: What `SPEC` reads.
            outgoing: Calls the API.
        """
        sid, token = account[ACCOUNT_SID], account[AUTH_TOKEN]
        self._sid, self._token = sid, token
        self._senders = {SMS: account[SMS_FROM], WHATSAPP: account[WHATSAPP_FROM]}
        self._public_urls = _spell(account.public_url)
        self._url = f"{account[API_URL]}/2010-04-01/Accounts/{sid}/Messages.json"
        login = base64.b64encode(f"{sid}:{token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"}
        self._outgoing = outgoing

    async def check(self, webhook: Webhook) -> None:
        """Refuse what does not bear the account's signature of address and fields.

        Raises:
            Forged: It does not.
            Unreadable: It is no form: of anything else the signature would not cover the body.
        """
        if not webhook.is_form:
            raise Unreadable("no form")
        given, fields = webhook.headers.get(SIGNATURE_HEADER, ""), webhook.form()
        signatures = [sign(self._token, url + webhook.target, fields) for url in self._public_urls]
        if not any([is_same(given, signature) for signature in signatures]):
            raise Forged("the signature is wrong or missing")

    def read(self, webhook: Webhook) -> Reading:
        """Return the message; nothing for reports, for keywords of Twilio's and for machines.

        Raises:
            Unreadable: It is no message to a number of ours. Twilio's log will show the 400.
        """
        fields = dict(webhook.form())
        sid, to = fields.get("MessageSid", ""), fields.get("To", "")
        if not _MESSAGE_SID.fullmatch(sid) or fields.get("AccountSid") != self._sid:
            raise Unreadable("no message of this account")
        if (fields.get("MessageStatus") or fields.get("SmsStatus", "")) not in ARRIVED:
            return Reading(answer=EMPTY)
        channel = WHATSAPP if to.startswith("whatsapp:") else SMS
        sender = self._senders[channel]
        if not sender or (sender.startswith("+") and to.removeprefix("whatsapp:") != sender):
            raise Unreadable("not a number of ours")
        said = _read_said(fields, channel)
        person = fields.get("From", "")
        if said is None or not _PEOPLE[channel].fullmatch(person) or person == to:
            return Reading(answer=EMPTY)
        incoming = Incoming(
            id=sid,
            conversation=person,
            sender=person,
            said=said,
            channel=channel,
            locale=_read_locale(fields),
            address={"To": person, **_from(sender, channel)},
        )
        return Reading((incoming,), EMPTY)

    async def show_typing(self, to: Incoming) -> None:
        """Show nothing."""

    async def send(self, to: Incoming, payload: Mapping[str, Any]) -> None:
        """Send a turn.

        Raises:
            SendFailed: A message was not taken: most often, the person wrote STOP (21610). What
                the networks refuse later (63016, outside of WhatsApp's day) stands in Twilio's
                log alone.
        """
        render = whatsapp.render if to.channel == WHATSAPP else sms.render
        for message in render(payload):
            form = {**to.address, **message}
            call = Call(self._url, form=form, headers=self._headers)
            await self._outgoing.call(call, judge=_judge)


def sign(token: str, url: str, fields: List[Tuple[str, str]]) -> str:
    """Return the signature of a form that is posted to an address.

    https://www.twilio.com/docs/usage/security#validating-requests; that fields of one name and
    value count once is the way of Twilio's own library (`RequestValidator`).
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), text.encode("utf-8", "replace"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _spell(url: str) -> List[str]:
    """Return an address with and without its port: Twilio signs now the one, now the other."""
    match = _URL.fullmatch(url)
    if match is None:
        return [url]
    scheme, host, path = match["scheme"], match["host"], match["path"]
    port = match["port"] or _PORTS[scheme]
    return [f"{scheme}://{host}{path}", f"{scheme}://{host}{port}{path}"]


def _read_said(fields: Mapping[str, str], channel: str) -> Optional[Said]:
    body = fields.get("Body")
    is_keyword = channel == SMS and (body or "").strip().upper() in KEYWORDS
    if is_keyword or fields.get("OptOutType"):
        return None
    if fields.get("NumMedia", "0") not in ("", "0") or "Latitude" in fields:
        return Sign.NO_WORDS
    return body


def _read_locale(fields: Mapping[str, str]) -> Optional[str]:
    """Return the country of an SMS, in a language that nobody knows; WhatsApp does not say."""
    country = fields.get("FromCountry", "")
    return f"und-{country}" if _COUNTRY.fullmatch(country) else None


def _from(sender: str, channel: str) -> Dict[str, str]:
    if sender.startswith("MG"):
        return {"MessagingServiceSid": sender}
    return {"From": f"whatsapp:{sender}" if channel == WHATSAPP else sender}


def _judge(reply: Reply) -> Optional[Problem]:
    """Return what is wrong with a reply, with Twilio's number for it."""
    problem = judge(reply)
    code = find_number(reply.body, "code")
    if problem is None or code is None:
        return problem
    return Problem(f"{problem.reason}, code {code}", problem.may_pass, problem.wait_s)


SPEC = Spec(
    name=Twilio.name,
    variables=(
        Variable(ACCOUNT_SID, r"AC[0-9a-f]{32}", "the account's SID (AC…)"),
        Variable(AUTH_TOKEN, r"[0-9a-f]{32}", "the auth token: 32 digits and letters a to f"),
        Variable(SMS_FROM, SENDER, SENDER_EXPECTED, default=""),
        Variable(WHATSAPP_FROM, SENDER, SENDER_EXPECTED, default=""),
        api_url(API_URL, "https://api.twilio.com"),
    ),
    open=Twilio,
    needs_public_url=True,
    channels={SMS: SMS_FROM, WHATSAPP: WHATSAPP_FROM},
)
