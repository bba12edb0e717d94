"""What a message does that asks nothing: and what asks although it sounds like a yes."""

import pytest

from actions.dialogue.dialogue_acts import DialogueAct as Act
from actions.dialogue.dialogue_acts import classify_act
from actions.question import Message, Question

LUPUS = {"condition": ["lupus"]}


def act_of(text: str, intent: str, things: dict[str, list[str]] | None = None) -> Act:
    question = Question(text, things=things or {})
    return classify_act(Message(question.utterance, intent, question))


@pytest.mark.parametrize(
    ("text", "intent", "act"),
    [
        *((text, "affirm", Act.ACCEPT) for text in ("yes", "Yes please!", "sure, go ahead")),
        *((text, "affirm", Act.ACCEPT) for text in ("go ahead", "ok yes show me", "absolutely")),
        *((text, "affirm", Act.ACKNOWLEDGE) for text in ("ok", "of course", "for sure", "lovely")),
        *((text, "deny", Act.DECLINE) for text in ("no", "no thanks", "not now", "nope")),
        *(
            (text, "deny", Act.DECLINE)
            for text in ("that's all thanks", "don't bother", "it's fine")
        ),
        ("no, that's wrong", "nlu_fallback", Act.DECLINE),
        *((text, "ask_more", Act.MORE) for text in ("tell me more", "go on", "more details")),
        ("please continue", "nlu_fallback", Act.MORE),
    ],
)
def test_what_asks_nothing_does_something_else(text: str, intent: str, act: Act) -> None:
    assert act_of(text, intent) is act


@pytest.mark.parametrize("intent", ["affirm", "deny", "doubt", "ask_else", "nlu_fallback"])
@pytest.mark.parametrize(
    "text",
    [
        *("why not", "why not?", "can it be wrong", "is that right", "how do they know for sure"),
        *("what else is there", "is it not", "are you sure", "do men get it too", ""),
    ],
)
def test_what_asks_is_no_yes_no_or_more(text: str, intent: str) -> None:
    assert act_of(text, intent) is Act.ASK


@pytest.mark.parametrize("text", ["what else", "anything else", "something else"])
def test_what_else_is_not_more_of_the_same(text: str) -> None:
    assert act_of(text, "ask_else") is Act.ASK


@pytest.mark.parametrize("intent", ["affirm", "deny", "ask_more"])
@pytest.mark.parametrize("text", ["yes lupus", "no, lupus", "more on lupus"])
def test_what_names_a_thing_asks(text: str, intent: str) -> None:
    assert act_of(text, intent, LUPUS) is Act.ASK
