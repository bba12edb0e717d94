"""Every kind of turn on every platform, as committed in tests/data/messaging.

After a change that is meant, `UPDATE_GOLDEN=1 .venv/bin/python -m pytest tests/messaging`; then
read the difference.
"""

import json
import os

import pytest

from tests.messaging.platforms import DATA, PLATFORMS, TURNS

CASES = [(platform, turn) for platform in PLATFORMS for turn in sorted(TURNS)]
KINDS = {"answer", "advice", "clarify", "abstain", "emergency", "chat"}


@pytest.mark.parametrize(("platform", "turn"), CASES)
def test_turn_is_rendered_as_committed(platform, turn):
    path = DATA / platform / f"{turn}.json"
    messages = PLATFORMS[platform].render(TURNS[turn])
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(messages, indent=1, ensure_ascii=False) + "\n", "utf-8")

    assert messages == json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(("platform", "turn"), CASES)
def test_committed_messages_are_within_the_limits(platform, turn):
    messages = json.loads((DATA / platform / f"{turn}.json").read_text("utf-8"))

    assert [PLATFORMS[platform].check(message) for message in messages] == [[]] * len(messages)


def test_every_kind_of_the_contract_is_among_the_turns():
    assert {turn["kind"] for turn in TURNS.values()} > KINDS


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_committed_message_is_left_over(platform):
    assert {path.stem for path in (DATA / platform).iterdir()} == set(TURNS)
