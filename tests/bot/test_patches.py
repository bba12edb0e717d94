"""The replaced functions of Rasa do what the originals did, and replace nothing else."""

import ast
import asyncio
import copy
import gc
import inspect
import logging
import os
from pathlib import Path
from typing import Any

import pytest
import spacy
from jsonschema import ValidationError
from rasa.core import processor
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.nlu.model import InvalidModelError
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    AllSlotsReset,
    BotUttered,
    Event,
    FollowupAction,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

from bot import patches
from bot.patches import (
    action_result,
    connections,
    debug_copies,
    empty_domain,
    event_types,
    graph_runner,
    source,
    spacy_model,
    text_rules,
    tracker_copy,
)

PLACES: dict[Any, tuple[Any, str]] = {
    action_result: (RemoteAction, "_validate_action_result"),
    connections: (EndpointConfig, "session"),
    empty_domain: (Domain, "is_empty"),
    event_types: (Event, "resolve_by_type"),
    graph_runner: (DaskGraphRunner, "run"),
    spacy_model: (SpacyNLP, "load_model"),
    text_rules: (RulePolicy, "_find_action_from_rules"),
    tracker_copy: (DialogueStateTracker, "copy"),
}

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
def _original(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa's own functions are there before and after each test."""
    for module, (owner, name) in PLACES.items():
        is_static = isinstance(inspect.getattr_static(owner, name), staticmethod)
        original = staticmethod(module._original) if is_static else module._original
        monkeypatch.setattr(owner, name, original)
    for module in debug_copies.REPLACED_SHA256:
        monkeypatch.setattr(module, "copy", copy)


def installed() -> list[Any]:
    return [getattr(owner, name) for owner, name in PLACES.values()]


@pytest.fixture
def _applied() -> None:
    patches.apply()


@pytest.mark.parametrize("module", PLACES)
def test_digest_is_that_of_the_function_that_is_installed(module):
    assert source.digest(module._original) == module.REPLACED_SHA256


def test_digests_are_those_of_the_modules_that_are_installed():
    for module, expected in debug_copies.REPLACED_SHA256.items():
        assert source.digest(module) == expected


def test_every_patch_is_applied_and_twice_does_no_harm():
    assert {*PLACES, debug_copies} == set(patches.ALL)
    assert installed() == [module._original for module in PLACES]

    patches.apply()
    once = installed()
    patches.apply()

    assert all(new is not module._original for new, module in zip(once, PLACES, strict=True))
    assert installed() == once


@pytest.mark.parametrize("module", PLACES)
def test_apply_refuses_another_version_of_rasa(module, monkeypatch):
    monkeypatch.setattr(module, "REPLACED_SHA256", "0" * 64)

    with pytest.raises(RuntimeError, match=r"rasa==3\.6\.21"):
        module.apply()

    owner, name = PLACES[module]
    assert getattr(owner, name) is module._original


def test_debug_copies_refuse_another_version_of_rasa(monkeypatch):
    monkeypatch.setitem(debug_copies.REPLACED_SHA256, processor, "0" * 64)

    with pytest.raises(RuntimeError, match=r"rasa\.core\.processor.*rasa==3\.6\.21"):
        debug_copies.apply()

    assert processor.copy is copy


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
    patches.apply()

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


# ---- events by name


@pytest.mark.usefixtures("_applied")
def test_every_event_is_found_by_its_name():
    for each in all_subclasses(Event):
        expected = event_types._original(each.type_name)
        assert Event.resolve_by_type(each.type_name) is expected


@pytest.mark.usefixtures("_applied")
def test_unknown_events_are_what_they_were():
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("party", SlotSet) is SlotSet
    with pytest.raises(ValueError, match="Unknown event name 'party'"):
        Event.resolve_by_type("party")


@pytest.mark.usefixtures("_applied")
def test_event_that_is_defined_later_is_found(request):
    Event.resolve_by_type("slot")
    late = type("Late", (SlotSet,), {"type_name": "late"})
    request.addfinalizer(event_types._types.cache_clear)

    assert Event.resolve_by_type("late") is late


# ---- copies of trackers


def test_copy_is_the_tracker_that_its_events_lead_to(domain):
    tracker = DialogueStateTracker.from_events(
        "me",
        [
            ActionExecuted("action_session_start"),
            SlotSet("asked", "early"),
            AllSlotsReset(),
            UserUttered("hello", {"name": "greet"}),
            SlotSet("asked", {"question": "late"}),
            BotUttered("Hello."),
            ActionExecuted("utter_greet"),
            FollowupAction("action_listen"),
        ],
        domain.slots,
    )
    replayed = tracker.copy()
    patches.apply()

    twin = tracker.copy()

    assert twin == replayed
    assert twin.current_state() == replayed.current_state()
    assert twin.past_states(domain) == replayed.past_states(domain)


@pytest.mark.usefixtures("_applied")
def test_what_happens_to_a_copy_leaves_the_tracker_as_it_was(domain):
    tracker = DialogueStateTracker.from_events("me", [SlotSet("asked", "this")], domain.slots)

    tracker.copy().update_with_events(
        [SlotSet("asked", "that"), FollowupAction("x"), ActionExecuted("y")], domain
    )

    assert tracker.get_slot("asked") == "this"
    assert len(tracker.events) == 1
    assert tracker.followup_action == "action_listen"
    assert tracker.latest_action_name is None


# ---- empty domains


@pytest.mark.usefixtures("_applied")
def test_a_domain_is_empty_where_it_was(domain):
    assert not domain.is_empty()
    assert not Domain.from_dict({"intents": ["greet"]}).is_empty()
    assert Domain.empty().is_empty()
    assert empty_domain._original(Domain.empty())


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

    monkeypatch.setattr(text_rules, "_original", find)
    return asked


def test_without_rules_about_words_nothing_is_looked_for(asked):
    find = text_rules._find_action_from_rules

    assert find(policy_of(INTENT_RULE), None, None, True) == (None, None, False)
    assert find(policy_of(INTENT_RULE), None, None, False) == ("utter_greet", "key", False)
    assert asked == [False]


def test_rules_about_words_are_found(asked):
    policy = policy_of(INTENT_RULE)
    text_rules._find_action_from_rules(policy, None, None, True)
    policy.lookup[RULES][TEXT_RULE] = "utter_greet"

    found = text_rules._find_action_from_rules(policy, None, None, True)

    assert found == ("utter_greet", "key", False)
    assert asked == [True]


def test_rasa_writes_the_key_of_a_rule_as_it_is_searched():
    states = [{"user": {"text": "Good day"}}]

    key = policy_of()._create_feature_key(states)

    assert text_rules.QUOTED in key


# ---- copies for debug lines


@pytest.mark.parametrize("module", debug_copies.REPLACED_SHA256)
def test_copies_serve_debug_lines_alone(module):
    tree = ast.parse(inspect.getsource(module))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    uses = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "copy"]

    assert uses
    for use in uses:
        assert parents[use].attr == "deepcopy"
        call = parents[parents[parents[use]]]
        while not isinstance(call, ast.Call):
            call = parents[call]
        assert ast.unparse(call.func) == "structlogger.debug"


@pytest.mark.usefixtures("_applied")
@pytest.mark.parametrize(("level", "is_copied"), [(logging.INFO, False), (logging.DEBUG, True)])
def test_copies_are_made_where_debug_lines_are_written(level, is_copied, monkeypatch):
    monkeypatch.setattr(logging.getLogger("rasa"), "level", level)
    logging.getLogger("rasa").manager._clear_cache()
    value = [{"a": 1}]

    found = processor.copy.deepcopy(value)

    assert found == value
    assert (found is not value) is is_copied


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
        made = [connections._original(endpoint), endpoint.session()]
        for session in made:
            await session.close()
        connections.close()
        return made

    original, session = asyncio.run(sessions())

    assert session.headers == original.headers
    assert session.auth == original.auth
    assert session.timeout == original.timeout
