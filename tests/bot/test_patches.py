"""The replaced functions of Rasa do what the originals did, and replace nothing else."""

from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from bot import patches
from bot.patches import action_result, graph_runner, source

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
}


@pytest.fixture(autouse=True)
def _original(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa's function is back before and after each test."""
    monkeypatch.setattr(RemoteAction, "_validate_action_result", action_result._original)


def check(result: Any) -> bool:
    return RemoteAction("action_answer_question", None)._validate_action_result(result)


@pytest.fixture
def _applied() -> None:
    patches.apply()


@pytest.mark.parametrize("module", [action_result, graph_runner])
def test_digest_is_that_of_the_function_that_is_installed(module):
    assert source.digest(module._original) == module.REPLACED_SHA256


@pytest.mark.usefixtures("_applied")
def test_apply_replaces_the_check():
    assert RemoteAction._validate_action_result is action_result._validate_action_result


@pytest.mark.usefixtures("_applied")
def test_apply_twice_does_no_harm():
    patches.apply()

    assert check({"events": [], "responses": []}) is True


@pytest.mark.parametrize("result", GOOD.values(), ids=GOOD.keys())
def test_original_passes_a_good_result(result):
    assert check(result) is True


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
    action_result._validator.cache_clear()
    asked = []
    schema = RemoteAction.action_response_format_spec()
    monkeypatch.setattr(
        RemoteAction, "action_response_format_spec", staticmethod(lambda: asked.append(1) or schema)
    )

    check({})
    check({"events": []})

    assert asked == [1]


def test_apply_refuses_another_version_of_rasa(monkeypatch):
    monkeypatch.setattr(action_result, "REPLACED_SHA256", "0" * 64)

    with pytest.raises(RuntimeError, match=r"rasa==3\.6\.21"):
        patches.apply()

    assert RemoteAction._validate_action_result is action_result._original
