"""Responses rendered for the channel of a conversation."""

import asyncio
import copy
from typing import Any

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.io import read_yaml_file

from bot.nlg import TurnGenerator

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

    assert message["text"] == "Hello.\n- What is lupus?"
    assert "custom" not in message
    assert "buttons" not in message


def test_shell_gets_the_text_alone_when_there_are_no_buttons():
    assert generate("utter_bare", "cmdline")["text"] == "Hello."


@pytest.mark.parametrize("channel", ["telegram", "slack", None])
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
