"""The replaced functions of Rasa do what the originals did, and replace nothing else."""

import asyncio
import gc
import inspect
import os
import typing
from pathlib import Path
from typing import Any

import pytest
import spacy
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.nlu.model import InvalidModelError
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.utils.endpoints import EndpointConfig

from bot.patches import action_result, connections, spacy_model, spacy_words, text_rules
from bot.patches.replaces import apply_all, digest, find_patches

PATCHES = find_patches()
NAMES = [patch.function.__qualname__ for patch in PATCHES]

GOOD = {
    "empty": {},
    "events and responses": {
        "events": [{"event": "slot", "name": "query", "value": "bones"}],
        "responses": [{"text": "Hello.", "custom": {"kind": "chat"}, "buttons": []}],
    },
    "unknown keys": {"events": [], "responses": [], "more": True},
}
BAD = {
    "list": [],
    "nothing": None,
    "events are no list": {"events": {}},
    "event without a name": {"events": [{"name": "query"}]},
    "responses are no list": {"responses": "Hello."},
    "event of an unknown kind": {"events": [{"event": "party"}]},
    "event whose name is no text": {"events": [{"event": ["slot"]}]},
    "event that is none": {"events": ["slot"]},
    "slot without a name": {"events": [{"event": "slot", "value": 1}]},
    "time that is none": {"events": [{"event": "bot", "timestamp": "now"}]},
    "second of two": {"events": [{"event": "bot"}, {"event": "slot", "name": 7, "value": 1}]},
    "events are nothing": {"events": None},
}


@pytest.fixture(autouse=True)
def _originals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa's own functions are there before each test; all is as it was after it."""
    for patch in PATCHES:
        is_static = isinstance(inspect.getattr_static(patch.owner, patch.name), staticmethod)
        original = staticmethod(patch.original) if is_static else patch.original
        monkeypatch.setattr(patch.owner, patch.name, original)


def installed() -> list[Any]:
    return [getattr(patch.owner, patch.name) for patch in PATCHES]


@pytest.fixture
def _applied() -> None:
    apply_all()


@pytest.mark.parametrize("patch", PATCHES, ids=NAMES)
def test_digest_is_that_of_what_is_installed(patch):
    assert digest(patch.original) == patch.sha256
    assert {source: digest(source) for source in patch.relies_on} == patch.relies_on


def test_every_patch_is_applied_and_twice_does_no_harm():
    assert installed() == [patch.original for patch in PATCHES]

    apply_all()
    once = installed()
    apply_all()

    assert once == [patch.function for patch in PATCHES]
    assert installed() == once


@pytest.mark.parametrize("patch", PATCHES, ids=NAMES)
def test_apply_refuses_another_version_of_rasa(patch, monkeypatch):
    monkeypatch.setattr(patch, "sha256", "0" * 64)

    with pytest.raises(RuntimeError, match=r"rasa==3\.6\.21"):
        patch.apply()

    assert getattr(patch.owner, patch.name) is patch.original


def test_apply_refuses_another_version_of_what_a_patch_relies_on(monkeypatch):
    (patch,) = [each for each in PATCHES if each.relies_on]
    monkeypatch.setattr(patch, "relies_on", dict.fromkeys(patch.relies_on, "0" * 64))

    with pytest.raises(RuntimeError, match=r"sanic\.http.*rasa==3\.6\.21"):
        patch.apply()

    assert getattr(patch.owner, patch.name) is patch.original


def check(result: Any) -> bool:
    return RemoteAction("action_answer_question", None)._validate_action_result(result)


@pytest.mark.usefixtures("_applied")
@pytest.mark.parametrize("result", GOOD.values(), ids=GOOD.keys())
def test_replacement_passes_a_good_result(result):
    assert check(result) is True


@pytest.mark.parametrize("result", BAD.values(), ids=BAD.keys())
def test_replacement_refuses_a_bad_result_in_the_words_of_the_original(result):
    with pytest.raises(ValidationError) as of_the_original:
        check(result)
    apply_all()

    with pytest.raises(
        ValidationError, match="Failed to validate Action server response"
    ) as caught:
        check(result)

    assert caught.value.message == of_the_original.value.message


@pytest.mark.usefixtures("_applied")
def test_replacement_checks_the_schema_once(monkeypatch):
    action_result._validators.cache_clear()
    asked = []
    schema = RemoteAction.action_response_format_spec()
    monkeypatch.setattr(
        RemoteAction, "action_response_format_spec", staticmethod(lambda: asked.append(1) or schema)
    )

    check({})
    check({"events": []})

    assert asked == [1]


# ---- rules about words


def policy_of(*keys: str) -> RulePolicy:
    policy = RulePolicy.__new__(RulePolicy)
    policy.lookup = {RULES: dict.fromkeys(keys, "utter_greet")}
    return policy


INTENT_RULE = '[{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "text"}}]'
TEXT_RULE = '[{"prev_action": {"action_name": "action_listen"}, "user": {"text": "Good day"}}]'


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the original was asked for rules about words, or about intents, each time."""
    asked: list[bool] = []

    def find(self: RulePolicy, tracker: Any, domain: Any, use_text: bool) -> text_rules.Found:
        asked.append(use_text)
        return "utter_greet", "key", False

    monkeypatch.setattr(text_rules.find_action_from_rules, "original", find)
    return asked


def test_without_rules_about_words_nothing_is_looked_for(asked):
    find = text_rules.find_action_from_rules.function

    assert find(policy_of(INTENT_RULE), None, None, True) == (None, None, False)
    assert find(policy_of(INTENT_RULE), None, None, False) == ("utter_greet", "key", False)
    assert asked == [False]


def test_rules_about_words_are_found(asked):
    policy = policy_of(INTENT_RULE)
    text_rules.find_action_from_rules.function(policy, None, None, True)
    policy.lookup[RULES][TEXT_RULE] = "utter_greet"

    found = text_rules.find_action_from_rules.function(policy, None, None, True)

    assert found == ("utter_greet", "key", False)
    assert asked == [True]


def test_rasa_writes_the_key_of_a_rule_as_it_is_searched():
    states = [{"user": {"text": "Good day"}}]

    key = policy_of()._create_feature_key(states)

    assert text_rules.QUOTED in key


# ---- the spaCy pipeline


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    folder = tmp_path / "pipeline"
    spacy.blank("en").to_disk(folder)
    return folder


@pytest.mark.usefixtures("_applied")
def test_pipeline_that_a_node_holds_is_loaded_once(pipeline):
    model = SpacyNLP.load_model(str(pipeline))

    assert SpacyNLP.load_model(str(pipeline)) is model


@pytest.mark.usefixtures("_applied")
def test_pipeline_that_was_made_again_is_loaded_again(pipeline):
    model = SpacyNLP.load_model(str(pipeline))
    spacy.blank("en").to_disk(pipeline)
    os.utime(pipeline / "vocab" / "strings.json", (1, 2**33))

    assert SpacyNLP.load_model(str(pipeline)) is not model


@pytest.mark.usefixtures("_applied")
def test_pipeline_that_nobody_holds_is_forgotten(pipeline):
    SpacyNLP.load_model(str(pipeline))
    gc.collect()

    assert not spacy_model._loaded


@pytest.mark.usefixtures("_applied")
def test_pipeline_that_is_not_there_is_refused_as_before(tmp_path):
    with pytest.raises(InvalidModelError, match="is an available spaCy model"):
        SpacyNLP.load_model(str(tmp_path / "nothing"))


# ---- connections


async def count_connections(endpoint: EndpointConfig, calls: int) -> int:
    """Call a server that counts who connects to it, one call after the other."""
    connected = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append(writer)
        while await reader.readline():
            length = 0
            while (line := await reader.readline()).strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            await reader.readexactly(length)
            body = b'{"events": []}'
            head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            writer.write((head % len(body)).encode() + body)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for _ in range(calls):
        assert await endpoint.request(json={"a": 1}) == {"events": []}
    connections.close()
    for writer in connected:
        writer.close()
    server.close()
    return len(connected)


def test_rasa_connects_for_each_call():
    assert asyncio.run(count_connections(EndpointConfig(), 3)) == 3


@pytest.mark.usefixtures("_applied")
def test_calls_share_a_connection():
    assert asyncio.run(count_connections(EndpointConfig(), 3)) == 1


@pytest.mark.usefixtures("_applied")
def test_each_event_loop_has_connections_of_its_own():
    endpoint = EndpointConfig()

    assert [asyncio.run(count_connections(endpoint, 2)) for _ in range(2)] == [1, 1]


@pytest.mark.usefixtures("_applied")
def test_session_has_the_settings_of_the_endpoint(monkeypatch):
    endpoint = EndpointConfig(
        "http://x", headers={"A": "b"}, basic_auth={"username": "u", "password": "p"}
    )

    async def sessions() -> list[Any]:
        made = [connections.session.original(endpoint), endpoint.session()]
        for session in made:
            await session.close()
        connections.close()
        return made

    original, session = asyncio.run(sessions())

    assert session.headers == original.headers
    assert session.auth == original.auth
    assert session.timeout == original.timeout


def test_a_component_with_a_replaced_function_fits_into_the_graph():
    """Rasa takes the annotated arguments of `process` for what other components have to give."""
    own, replaced = (
        typing.get_type_hints(function)
        for function in (spacy_words.process.original, spacy_words.process.function)
    )
    assert replaced == own
