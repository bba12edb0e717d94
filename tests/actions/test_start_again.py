"""After "start again" nothing refers back."""

from actions.start_again import ActionStartAgain
from tests.actions.conftest import Turn


def test_start_again_forgets_the_conversation(take_turn: Turn) -> None:
    slots = {
        "asked": {"text": "lupus?"},
        "thread": {"questions": ["lupus?"]},
        "shown": ["lupus#section"],
        "offers": [{"title": "x"}],
    }

    messages, slots = take_turn(lambda *_: ActionStartAgain(), None, "start again", slots=slots)

    assert [message["response"] for message in messages] == ["utter_restart"]
    assert slots == {"replied": True, "asked": None, "thread": None, "shown": None, "offers": None}
