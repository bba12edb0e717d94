"""Responses rendered for the channel of a conversation."""

import asyncio
import copy
import json
from typing import Any

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_yaml_file

from bot.conversations.nlg import TurnGenerator
from profiles.emergencies import FurtherKind

BUTTONS = [{"title": "What is lupus?", "payload": "What is lupus?"}]
DOMAIN = Domain.from_dict(
    {
        "responses": {
            "utter_kind": [{"text": "Hello.", "metadata": {"kind": "chat"}, "buttons": BUTTONS}],
            "utter_bare": [{"text": "Hello.", "metadata": {"kind": "abstain"}}],
            "utter_no_kind": [{"text": "From {source}", "buttons": BUTTONS}],
        }
    }
)
# What rasa_sdk sends beside the name of a response when an action gives nothing else.
OF_THE_SDK: dict[str, Any] = {
    "text": None, "buttons": [], "elements": [], "custom": {}, "template": None,
    "image": None, "attachment": None,
}  # fmt: skip


def tracker_of(channel: str | None) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("me", [UserUttered("hi", input_channel=channel)])


def generate(response: str, channel: str | None, **kwargs: Any) -> Any:
    generator = TurnGenerator(domain=DOMAIN)
    return asyncio.run(generator.generate(response, tracker_of(channel), "collector", **kwargs))


def test_kind_becomes_the_payload_on_rest():
    message = generate("utter_kind", "rest")

    assert message["text"] == "Hello."
    assert message["custom"] == {"kind": "chat", "text": "Hello.", "suggestions": BUTTONS}
    assert "buttons" not in message


def test_payload_without_buttons_has_no_suggestions():
    assert generate("utter_bare", "rest")["custom"]["suggestions"] == []


def test_response_without_kind_has_no_payload():
    message = generate("utter_no_kind", "rest", source="a book")

    assert message["text"] == "From a book"
    assert "custom" not in message


def test_payload_of_an_action_is_kept():
    message = generate("utter_kind", "rest", **{**OF_THE_SDK, "custom": {"kind": "answer"}})

    assert "custom" not in message  # Rasa adds what the action brought


def test_action_without_a_payload_gets_one():
    message = generate("utter_kind", "rest", **OF_THE_SDK)

    assert message["custom"] == {"kind": "chat", "text": "Hello.", "suggestions": BUTTONS}


def test_shell_gets_lines():
    message = generate("utter_kind", "cmdline")

    assert message["text"] == "Hello.\n1. What is lupus?"
    assert "custom" not in message
    assert "buttons" not in message


def test_shell_gets_the_text_alone_when_there_are_no_buttons():
    assert generate("utter_bare", "cmdline")["text"] == "Hello."


@pytest.mark.parametrize("channel", ["webexteams", "facebook", None])
def test_other_channels_keep_their_buttons(channel):
    message = generate("utter_kind", channel)

    assert message["buttons"] == BUTTONS
    assert message["text"] == "Hello."
    assert "custom" not in message


def test_unknown_response_gives_nothing():
    assert generate("utter_nowhere", "rest") is None


def test_responses_of_the_domain_stay_as_they_are():
    before = copy.deepcopy(DOMAIN.responses)

    first = generate("utter_kind", "rest")
    first["custom"]["suggestions"].clear()
    generate("utter_kind", "cmdline")

    assert DOMAIN.responses == before


def test_user_words_are_not_read_as_a_template():
    message = generate("utter_no_kind", "rest", source="{text} {0} %s {source}")

    assert message["text"] == "From {text} {0} %s {source}"


@pytest.mark.parametrize(
    ("response", "custom", "kind"),
    [
        ("utter_kind", {}, "chat"),
        ("utter_bare", {}, "abstain"),
        ("utter_bare", {"kind": "answer", "text": "quoted"}, "answer"),
    ],
)
def test_client_on_rest_gets_a_text_and_one_payload(response, custom, kind):
    """As Rasa puts together what an action uttered and what the generator made of it."""
    sent = asyncio.run(utter_for_action({**OF_THE_SDK, "custom": custom, "response": response}))

    assert [set(message) - {"recipient_id"} for message in sent] == [{"text"}, {"custom"}]
    assert sent[1]["custom"]["kind"] == kind


async def utter_for_action(uttered: dict[str, Any]) -> Any:
    channel, tracker = CollectingOutputChannel(), tracker_of("rest")
    messages = await RemoteAction._utter_responses(
        [uttered], channel, TurnGenerator(domain=DOMAIN), tracker
    )
    for message in messages:
        await channel.send_response("me", message.message())
    return channel.messages


def test_rasa_makes_the_generator_that_endpoints_yml_names(read_endpoint, domain):
    generator = NaturalLanguageGenerator.create(read_endpoint("nlg"), domain)

    assert isinstance(generator, TurnGenerator)
    assert generator.responses == domain.responses


def test_every_response_of_the_domain_is_rendered_on_rest(root, domain):
    generator = TurnGenerator(domain=domain)
    responses = read_yaml_file(str(root / "domain.yml"))["responses"]
    with_kind = {
        name for name, variants in responses.items() if "kind" in variants[0].get("metadata", {})
    }

    rendered = {
        name
        for name in responses
        if "custom" in asyncio.run(generator.generate(name, tracker_of("rest"), "collector"))
    }

    assert with_kind
    assert rendered == with_kind


def test_every_response_that_rasa_utters_by_itself_keeps_to_the_schema(root, domain):
    schema = json.loads((root / "docs" / "turn.schema.json").read_text(encoding="utf-8"))
    generator = TurnGenerator(domain=domain)
    turns = [
        asyncio.run(generator.generate(name, tracker_of("rest"), "collector")).get("custom")
        for name in domain.responses
    ]
    # Only actions ask back.
    turns = [turn for turn in turns if turn and turn["kind"] != "clarify"]

    assert {turn["kind"] for turn in turns} == {"chat", "emergency", "abstain", "advice"}
    for turn in turns:
        jsonschema.validate(turn, schema)


EMERGENCY = {
    "utter_emergency": [
        {"text": "Call {emergency}.", "metadata": {"kind": "emergency"}},
        {
            "text": "Call {emergency} or {crisis}.",
            "metadata": {"kind": "emergency"},
            "condition": [{"type": "slot", "name": "red_flag", "value": "self_harm"}],
        },
        {
            "text": "Keep still. Call {emergency}.",
            "metadata": {"kind": "emergency"},
            "condition": [{"type": "slot", "name": "red_flag", "value": "fracture"}],
        },
    ]
}
NUMBERS = {
    "BONAFIDE_REGION": "GB",
    "BONAFIDE_EMERGENCY_NUMBERS": "GB=997",
    "BONAFIDE_CRISIS_LINES": "GB=The line 116 000",
}


@pytest.fixture
def say(monkeypatch):
    """A function from the kind of a red flag to what is said about it."""

    def make(kind, channel="rest", metadata=None, before=(), **settings):
        for key in NUMBERS:
            monkeypatch.setenv(key, settings.get(key, ""))
        events = [emergency_of(each, channel) for each in before]
        tracker = DialogueStateTracker.from_events(
            "me", [*events, emergency_of(kind, channel, metadata)]
        )
        generator = TurnGenerator(domain=Domain.from_dict({"responses": EMERGENCY}))
        return asyncio.run(generator.generate("utter_emergency", tracker, "collector"))

    return make


def emergency_of(kind, channel, metadata=None):
    entities = [{"entity": "red_flag", "value": kind}] if kind else []
    return UserUttered(
        "help", {"name": "report_emergency"}, entities, input_channel=channel, metadata=metadata
    )


def test_emergency_has_the_words_of_its_kind_and_the_number(say):
    message = say("fracture", **NUMBERS)

    assert message["text"] == "Keep still. Call 997."
    assert message["custom"] == {
        "kind": "emergency",
        "text": "Keep still. Call 997.",
        "flag": "fracture",
        "numbers": [{"label": "Emergency number", "number": "997", "href": "tel:997"}],
    }


@pytest.mark.parametrize(
    ("kind", "hrefs"),
    [
        ("self_harm", ["tel:116000", "tel:997"]),
        ("overdose", ["tel:997", "tel:116000"]),
        ("other", ["tel:997", "tel:116000"]),
    ],
)
def test_harm_that_may_be_on_purpose_gets_the_crisis_line_too(say, kind, hrefs):
    message = say(kind, **NUMBERS)

    assert [line["href"] for line in message["custom"]["numbers"]] == hrefs


def test_kind_is_known_when_the_model_came_after_the_generator():
    """Rasa makes the generator first and gives it the model's responses later."""
    generator = TurnGenerator()
    generator.responses = Domain.from_dict({"responses": EMERGENCY}).responses
    tracker = DialogueStateTracker.from_events("me", [emergency_of("fracture", "rest")])

    message = asyncio.run(generator.generate("utter_emergency", tracker, "collector"))

    assert message["custom"]["flag"] == "fracture"


def test_no_country_has_no_number(say):
    message = say("self_harm")

    assert message["text"] == "Call your local emergency number or a crisis line in your country."
    assert message["custom"]["numbers"] == []


def test_country_of_the_page_goes_before_the_region_and_the_locale_comes_last(say):
    assert say("fracture", metadata={"country": "IE"}, **NUMBERS)["text"].endswith("112.")
    assert say("fracture", metadata={"locale": "en-US"}, **NUMBERS)["text"].endswith("997.")
    assert say("fracture", metadata={"locale": "en-US"})["text"].endswith("911.")
    unknown = say("fracture", metadata={"country": "XX"}, **NUMBERS)
    assert unknown["text"].endswith("your local emergency number.")


def test_next_emergency_has_its_own_words(say):
    assert say("fracture", before=["self_harm"], **NUMBERS)["text"] == "Keep still. Call 997."


FURTHER = [
    FurtherKind("low_sugar", words="Eat. Call {emergency}."),
    FurtherKind("insulin", words="Call {emergency}, or {crisis}."),
    FurtherKind("fracture", examples=("it broke",)),
]


def test_a_further_kind_of_the_profile_has_its_words_and_the_numbers(say, monkeypatch):
    monkeypatch.setattr("bot.conversations.nlg.get_further_kinds", lambda: FURTHER)

    message = say("low_sugar", **NUMBERS)
    assert message["text"] == "Eat. Call 997."
    assert message["custom"]["flag"] == "low_sugar"
    assert [line["href"] for line in message["custom"]["numbers"]] == ["tel:997"]
    message = say("insulin", **NUMBERS)
    assert [line["href"] for line in message["custom"]["numbers"]] == ["tel:997", "tel:116000"]
    assert say("low_sugar", "cmdline", **NUMBERS)["text"] == "Eat. Call 997."
    assert say("fracture", **NUMBERS)["text"] == "Keep still. Call 997."


@pytest.mark.parametrize("kind", [None, "<b>", 5, "nothing of the kind"])
def test_emergency_without_a_kind_has_the_general_words(say, kind):
    message = say(kind, before=["self_harm"], **NUMBERS)

    assert message["text"] == "Call 997."
    assert message["custom"]["flag"] == "other"


@pytest.mark.parametrize("channel", ["webexteams", "cmdline", None])
def test_emergency_is_plain_text_elsewhere(say, channel):
    message = say("fracture", channel, **NUMBERS)

    assert message["text"] == "Keep still. Call 997."
    assert "custom" not in message


def test_malformed_number_stops_the_start(monkeypatch):
    monkeypatch.setenv("BONAFIDE_EMERGENCY_NUMBERS", "999")

    with pytest.raises(ValueError, match="BONAFIDE_EMERGENCY_NUMBERS"):
        TurnGenerator(domain=DOMAIN)


def test_every_emergency_of_the_domain_says_whom_to_call(domain):
    for variant in domain.responses["utter_emergency"]:
        assert "{emergency}" in variant["text"]
        kinds = {condition["value"] for condition in variant.get("condition") or []}
        # The general words, without a condition, have to fit a self-harm too.
        assert ("{crisis}" in variant["text"]) == (kinds <= {"self_harm", "overdose"})
        assert "\n\n" not in variant["text"]
        assert "buttons" not in variant
