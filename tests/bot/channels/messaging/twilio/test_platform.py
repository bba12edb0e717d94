"""What Twilio sends, and what is sent to it."""

import asyncio
import base64
from urllib.parse import parse_qsl, urlencode

import pytest
from twilio.request_validator import RequestValidator

from bot.channels.messaging.api_client import ApiClient, SendFailed
from bot.channels.messaging.incoming import IncomingMessage, MessageKind
from bot.channels.messaging.registry import print_channels, read_accounts
from bot.channels.messaging.settings import read_account
from bot.channels.messaging.twilio.platform import KEYWORDS, SPEC, Twilio, sign
from bot.channels.messaging.webhook import InvalidSignature, MalformedWebhook, Webhook
from settings import SettingInvalid
from tests.bot.channels.messaging.sending import deliver

SID, TOKEN = "AC" + "0a" * 16, "9f" * 16
SMS_NUMBER, WHATSAPP_NUMBER, SERVICE = "+15005550006", "+14155238886", "MG" + "0b" * 16
PERSON = "+447700900123"
ON = {
    "TWILIO_ACCOUNT_SID": SID,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_SMS_FROM": SMS_NUMBER,
    "TWILIO_WHATSAPP_FROM": WHATSAPP_NUMBER,
    "BONAFIDE_PUBLIC_URL": "https://bot.example",
}
PATH = "/webhooks/twilio/webhook"
FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
MESSAGE_SID = "SM" + "0c" * 16
SMS = {
    "ToCountry": "US",
    "SmsMessageSid": MESSAGE_SID,
    "NumMedia": "0",
    "FromCity": "",
    "SmsSid": MESSAGE_SID,
    "FromCountry": "GB",
    "SmsStatus": "received",
    "Body": "is it <b> hereditary?",
    "To": SMS_NUMBER,
    "NumSegments": "1",
    "MessageSid": MESSAGE_SID,
    "AccountSid": SID,
    "From": PERSON,
    "ApiVersion": "2010-04-01",
}
WHATSAPP = {
    **{name: value for name, value in SMS.items() if "Country" not in name},
    "To": f"whatsapp:{WHATSAPP_NUMBER}",
    "From": f"whatsapp:{PERSON}",
    "ProfileName": "A",
    "WaId": PERSON[1:],
    "MessageType": "text",
}
TURN = {
    "kind": "clarify",
    "text": "Which one?",
    "suggestions": [{"title": "A", "payload": "A?"}, {"title": "B", "payload": "B?"}],
}


def make(client=None, **environ):
    return Twilio(read_account(SPEC, {**ON, **environ}), client)


def read(fields, **environ):
    body = urlencode(fields).encode()
    return make(**environ).parse_webhook(Webhook("webhook", "POST", FORM, body=body))


def test_an_sms():
    parsed = read(SMS)

    assert parsed.messages == (
        IncomingMessage(
            id=MESSAGE_SID,
            conversation=PERSON,
            sender=PERSON,
            content="is it <b> hereditary?",
            channel="sms",
            country="GB",
            address={"To": PERSON, "From": SMS_NUMBER},
        ),
    )
    assert (parsed.response.status, parsed.response.body) == (200, "<Response/>")
    assert parsed.response.content_type.startswith("text/xml")


def test_a_message_on_whatsapp():
    assert read(WHATSAPP).messages == (
        IncomingMessage(
            id=MESSAGE_SID,
            conversation=f"whatsapp:{PERSON}",
            sender=f"whatsapp:{PERSON}",
            content="is it <b> hereditary?",
            channel="whatsapp",
            address={"To": f"whatsapp:{PERSON}", "From": f"whatsapp:{WHATSAPP_NUMBER}"},
        ),
    )


def test_who_hides_the_number_on_whatsapp_is_answered():
    person = "whatsapp:US.13491208655302741918"
    (incoming,) = read({**WHATSAPP, "From": person}).messages

    assert incoming.address["To"] == person


@pytest.mark.parametrize(
    ("fields", "key"), [(SMS, "TWILIO_SMS_FROM"), (WHATSAPP, "TWILIO_WHATSAPP_FROM")]
)
def test_a_messaging_service_answers_by_the_number_of_its_choice(fields, key):
    number = "whatsapp:+15005550009" if "whatsapp" in fields["To"] else "+15005550009"
    (incoming,) = read({**fields, "To": number}, **{key: SERVICE}).messages

    assert incoming.address == {"To": fields["From"], "MessagingServiceSid": SERVICE}


@pytest.mark.parametrize("country", ["", "gb", "GBR", "G", "xx-GB"])
def test_a_country_that_is_none_is_nothing(country):
    assert read({**SMS, "FromCountry": country}).messages[0].country is None


@pytest.mark.parametrize(
    "content",
    [
        {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "Body": ""},
        {"NumMedia": "10", "Body": "what is this?"},
        {"NumMedia": "x"},
        {"Latitude": "1.5", "Longitude": "2", "Body": ""},
    ],
)
@pytest.mark.parametrize("fields", [SMS, WHATSAPP])
def test_what_is_no_text_is_a_sign(fields, content):
    assert read({**fields, **content}).messages[0].content is MessageKind.NO_WORDS


@pytest.mark.parametrize("word", sorted(KEYWORDS))
def test_keywords_are_left_to_twilio(word):
    bodies = [word, word.lower(), f" {word.title()}\n"]

    assert [read({**SMS, "Body": body}).messages for body in bodies] == [()] * 3


@pytest.mark.parametrize("fields", [SMS, WHATSAPP])
@pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
def test_what_the_advanced_opt_out_took_is_left_to_it(fields, kind):
    assert read({**fields, "Body": "arrêt", "OptOutType": kind}).messages == ()


@pytest.mark.parametrize("body", ["stop please", "yes", "2", "helpful?", ""])
def test_other_words_are_the_persons(body):
    assert read({**SMS, "Body": body}).messages[0].content == body


def test_whatsapp_has_no_keywords():
    assert read({**WHATSAPP, "Body": "help"}).messages[0].content == "help"


@pytest.mark.parametrize(
    "fields",
    [
        {"SmsStatus": "sent"},
        {"SmsStatus": "delivered", "MessageStatus": "delivered"},
        {"MessageStatus": "undelivered", "ErrorCode": "30003"},
        {"From": "32665"},
        {"From": "BANK"},
        {"From": ""},
        {"From": SMS_NUMBER},
        {"From": "+1" + "5" * 40},
        {"From": f"whatsapp:{PERSON}"},
        {"From": "messenger:123"},
    ],
)
def test_reports_and_machines_get_silence(fields):
    parsed = read({**SMS, **fields})

    assert parsed.messages == ()
    assert parsed.response.body == "<Response/>"


@pytest.mark.parametrize("gone", ["Body", "From"])
def test_what_has_no_words_or_no_sender_gets_silence(gone):
    assert read({name: value for name, value in SMS.items() if name != gone}).messages == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM1"},
        {"MessageSid": MESSAGE_SID + "0"},
        {"AccountSid": "AC" + "ff" * 16},
        {"To": "+15005550009"},
        {"To": f"whatsapp:{SMS_NUMBER}"},
        {"To": ""},
    ],
)
def test_what_is_not_for_this_account_and_number_is_unreadable(fields):
    with pytest.raises(MalformedWebhook):
        read({**SMS, **fields})


@pytest.mark.parametrize(
    ("fields", "key"), [(SMS, "TWILIO_SMS_FROM"), (WHATSAPP, "TWILIO_WHATSAPP_FROM")]
)
def test_a_channel_that_is_off_is_unreadable(fields, key):
    with pytest.raises(MalformedWebhook):
        read(fields, **{key: ""})


@pytest.mark.parametrize("body", [b"", b"hello", b"{}", b"%ff=%ff&&&=", b"MessageSid"])
def test_what_is_no_message_is_unreadable(body):
    with pytest.raises(MalformedWebhook):
        make().parse_webhook(Webhook("webhook", "POST", FORM, body=body))


def check(body, signature, *, target=PATH, headers=FORM, **environ):
    signed = {} if signature is None else {"x-twilio-signature": signature}
    webhook = Webhook("webhook", "POST", {**headers, **signed}, target, body=body)
    asyncio.run(make(**environ).verify_signature(webhook))


def twilios(url, fields, token=TOKEN):
    """Return the signature of Twilio's own library."""
    return RequestValidator(token).compute_signature(url, fields)


# The example of https://www.twilio.com/docs/usage/security#validating-requests.
def test_the_signature_of_twilios_documentation():
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
        ("From", "+12349013030"),
        ("To", "+18005551212"),
    ]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"

    assert sign("12345", url, fields) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    assert twilios(url, dict(fields), "12345") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize(
    "fields", [SMS, WHATSAPP, {**SMS, "Body": "é 👍\n&=+%", "Z": "", "a b": "ü"}, {}]
)
@pytest.mark.parametrize(
    ("public_url", "signed_url"),
    [
        ("https://bot.example", "https://bot.example"),
        ("https://bot.example", "https://bot.example:443"),
        ("https://bot.example:443", "https://bot.example"),
        ("https://bot.example:8443", "https://bot.example:8443"),
        ("https://bot.example:8443", "https://bot.example"),
        ("http://127.0.0.1:5005", "http://127.0.0.1:5005"),
        ("http://[::1]:5005", "http://[::1]:5005"),
        ("https://x.example/bots/one", "https://x.example/bots/one"),
        ("https://x.example/bots/one", "https://x.example:443/bots/one"),
    ],
)
def test_a_signature_lets_in(fields, public_url, signed_url):
    signature = twilios(signed_url + PATH, fields)

    check(urlencode(fields).encode(), signature, BONAFIDE_PUBLIC_URL=public_url)


def test_a_query_is_signed_too():
    target = f"{PATH}?a=1&b=%20x"
    signature = twilios(f"https://bot.example{target}", SMS)
    check(urlencode(SMS).encode(), signature, target=target)

    with pytest.raises(InvalidSignature):
        check(urlencode(SMS).encode(), signature, target=f"{PATH}?a=1&b=x")


def test_fields_of_one_name_are_all_signed():
    fields = [("To", "2"), ("Body", "x"), ("To", "1"), ("To", "2")]
    signature = sign(TOKEN, f"https://bot.example{PATH}", fields)

    assert signature == sign(
        TOKEN, f"https://bot.example{PATH}", [("Body", "x"), ("To", "1"), ("To", "2")]
    )
    check(urlencode(fields).encode(), signature)


GENUINE = twilios(f"https://bot.example{PATH}", SMS)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        GENUINE[:-1],
        GENUINE.lower(),
        twilios(f"https://bot.example{PATH}", SMS, "8f" * 16),
        twilios(f"https://evil.example{PATH}", SMS),
        twilios(f"http://bot.example{PATH}", SMS),
        twilios("https://bot.example/webhooks/twilio", SMS),
        twilios(f"https://bot.example{PATH}", {**SMS, "Body": "x"}),
        twilios(f"https://bot.example{PATH}", {**SMS, "From": "+15550100"}),
        "\ud800é",
    ],
)
def test_a_webhook_without_its_signature_is_forged(signature):
    with pytest.raises(InvalidSignature) as raised:
        check(urlencode(SMS).encode(), signature)

    assert TOKEN not in str(raised.value)


def test_an_altered_field_is_forged():
    body = urlencode({**SMS, "From": "+15550100"}).encode()
    with pytest.raises(InvalidSignature):
        check(body, GENUINE)


def test_one_more_field_is_forged():
    with pytest.raises(InvalidSignature):
        check(urlencode(SMS).encode() + b"&Body=more", GENUINE)


@pytest.mark.parametrize("headers", [{}, {"content-type": "application/json"}])
def test_a_body_that_is_no_form_would_not_be_signed(headers):
    signature = twilios(f"https://bot.example{PATH}", {})
    with pytest.raises(MalformedWebhook):
        check(b'{"Body": "x"}', signature, headers=headers)


def talk(api, act):
    async def run():
        client = ApiClient(first_wait_s=0.01)
        try:
            await act(make(client, TWILIO_API_URL=api.url))
        finally:
            await client.close()

    asyncio.run(run())


@pytest.mark.parametrize("fields", [SMS, WHATSAPP])
def test_a_turn_is_sent(api, fields):
    (to,) = read(fields).messages
    talk(api, lambda twilio: deliver(twilio, to, TURN))

    ((method, path, headers, body),) = api.calls
    assert (method, path) == ("POST", f"/2010-04-01/Accounts/{SID}/Messages.json")
    assert (
        headers["Authorization"] == "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
    )
    sent = dict(parse_qsl(body.decode()))
    assert (sent["From"], sent["To"]) == (fields["To"], fields["From"])
    assert sent["Body"].split() == ["Which", "one?", "1.", "A", "2.", "B"]


def test_each_channel_is_drawn_by_its_own_rules(api):
    turn = {"kind": "chat", "text": "It is “so”… 5 > 4.\n> 3"}
    for fields in (SMS, WHATSAPP):
        (to,) = read(fields).messages
        talk(api, lambda twilio, to=to: deliver(twilio, to, turn))
    bodies = [dict(parse_qsl(body.decode()))["Body"] for *_, body in api.calls]

    assert bodies[0] == 'It is "so"... 5 > 4.\n> 3'
    assert bodies[1] == "It is “so”… 5 > 4.\n\u200b> 3"


def test_a_long_turn_is_sent_in_order_and_no_further_than_what_fails(api):
    (to,) = read(SMS).messages
    api.replies = [(201, {}, {}, 0), (400, {}, {"code": 21610, "message": "words"}, 0)]
    long = {"kind": "answer", "text": "One sentence. " * 400}
    with pytest.raises(SendFailed, match=r"^HTTP 400, code 21610, tries=1$"):
        talk(api, lambda twilio: deliver(twilio, to, long))

    assert len(api.calls) == 2


@pytest.mark.parametrize(
    ("status", "body", "n"),
    [
        (429, {"code": 20429}, 2),
        (500, {"code": 20500}, 2),
        (503, b"<html>", 2),
        (401, {"code": 20003}, 1),
        (400, {"code": 63016}, 1),
        (400, {"code": "63016"}, 1),
        (404, [], 1),
    ],
)
def test_only_what_passes_is_tried_again(api, status, body, n):
    (to,) = read(SMS).messages
    api.replies = [(status, {}, body, 0)]
    if n == 1:
        with pytest.raises(SendFailed, match=f"^HTTP {status}"):
            talk(api, lambda twilio: deliver(twilio, to, TURN))
    else:
        talk(api, lambda twilio: deliver(twilio, to, TURN))

    assert len(api.calls) == n


def test_the_wait_that_twilio_asks_for_is_kept(api, monkeypatch):
    waits = []
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda s: waits.append(s) or sleep(0))
    (to,) = read(SMS).messages
    api.replies = [(429, {"Retry-After": "3"}, {"code": 20429}, 0)]
    talk(api, lambda twilio: deliver(twilio, to, TURN))

    assert 3.0 in waits


def test_typing_is_not_shown(api):
    (to,) = read(WHATSAPP).messages
    talk(api, lambda twilio: twilio.show_typing(to))

    assert api.calls == []


@pytest.mark.parametrize(
    ("off", "channels"),
    [
        ({}, "sms, whatsapp"),
        ({"TWILIO_SMS_FROM": ""}, "whatsapp"),
        ({"TWILIO_WHATSAPP_FROM": ""}, "sms"),
    ],
)
def test_the_program_says_which_of_the_two_are_on(capsys, off, channels):
    assert print_channels({**ON, **off}) == 0
    assert capsys.readouterr().out == f"Channels: web, rest, {channels}\n"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_AUTH_TOKEN": "9f"}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_ACCOUNT_SID": "SK" + "0a" * 16}, "TWILIO_ACCOUNT_SID"),
        ({"TWILIO_SMS_FROM": "15005550006"}, "TWILIO_SMS_FROM"),
        ({"TWILIO_SMS_FROM": "32665"}, "TWILIO_SMS_FROM"),
        ({"TWILIO_WHATSAPP_FROM": f"whatsapp:{WHATSAPP_NUMBER}"}, "TWILIO_WHATSAPP_FROM"),
        (
            {"TWILIO_SMS_FROM": "", "TWILIO_WHATSAPP_FROM": ""},
            "TWILIO_SMS_FROM or TWILIO_WHATSAPP_FROM",
        ),
        ({"BONAFIDE_PUBLIC_URL": ""}, "BONAFIDE_PUBLIC_URL"),
    ],
)
def test_what_is_half_set_or_wrong_is_named_without_its_value(changes, key):
    with pytest.raises(SettingInvalid) as raised:
        read_accounts({**ON, **changes})

    assert raised.value.key == key
    assert TOKEN not in str(raised.value)
