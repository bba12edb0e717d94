"""Thumbs up and down, and whose answer they go to."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.feedback import ANSWERING, ActionRecordFeedback, read_rating
from outcomes import Feedback, OutcomeRow, Recorder
from outcomes.settings import Settings

ROOT = Path(__file__).parents[2]
ID = "0123456789abcdef" * 2
ANSWERED = [{"event": "action", "name": "action_answer_question"}]


class FakeRecorder(Recorder):
    """Keeps what it is given."""

    def __init__(self, *, is_on: bool = True) -> None:
        super().__init__(Settings(url="sqlite://" if is_on else ""))
        self.items: list[OutcomeRow | Feedback] = []

    def record(self, item: OutcomeRow | Feedback) -> None:
        self.items.append(item)


Give = Callable[..., tuple[str, list[Any], list[dict[str, Any]]]]


@pytest.fixture
def give(domain: dict[str, Any]) -> Give:
    """Give feedback; returns the response, what was recorded and the events."""

    def run(
        text: str = "/give_feedback{...}",
        *,
        entities: Any = (),
        events: Any = ANSWERED,
        is_on: bool = True,
        slots: dict[str, Any] | None = None,
    ) -> tuple[str, list[Any], list[dict[str, Any]]]:
        message = {"text": text, "intent": {"name": "give_feedback"}, "entities": entities}
        tracker = Tracker("me", slots or {}, message, list(events), False, None, {}, "")
        dispatcher = CollectingDispatcher()
        recorder = FakeRecorder(is_on=is_on)
        action = ActionRecordFeedback(lambda: recorder)
        made = asyncio.run(action.run(dispatcher, tracker, domain))
        (message_sent,) = dispatcher.messages
        return message_sent["response"], recorder.items, made

    return run


def entities(**fields: Any) -> list[dict[str, Any]]:
    return [{"entity": name, "value": value} for name, value in fields.items()]


def test_a_thumb_goes_to_the_answer_it_names(give: Give) -> None:
    response, (feedback,), _ = give(
        entities=entities(answer_id=ID, rating="down", reason=" not about men ")
    )

    assert response == "utter_feedback_noted"
    assert (feedback.answer_id, feedback.rating) == (ID, "down")
    assert (feedback.reason, feedback.sender_id) == ("not about men", "me")


def test_a_thumb_up_is_thanked_for(give: Give) -> None:
    response, (feedback,), _ = give(entities=entities(answer_id=ID, rating="UP"))

    assert (response, feedback.rating) == ("utter_feedback_thanks", "up")


def test_a_rating_is_taken_back(give: Give) -> None:
    response, (feedback,), _ = give(entities=entities(answer_id=ID, rating="none"))

    assert (response, feedback.rating) == ("utter_feedback_withdrawn", "none")
    assert feedback.answer_id == ID


def test_nothing_is_taken_back_without_a_name(give: Give) -> None:
    response, recorded, _ = give(entities=entities(rating="none"))

    assert (response, recorded) == ("utter_ask_rating", [])


def test_nobody_is_told_of_readers_where_nothing_is_kept(give: Give) -> None:
    response, _, _ = give(entities=entities(answer_id=ID, rating="down"), is_on=False)

    assert response == "utter_feedback_thanks"


def test_typed_words_rate_the_last_answer_and_are_the_reason(give: Give) -> None:
    response, (feedback,), _ = give("that was not helpful, I asked about men")

    assert response == "utter_feedback_noted"
    assert (feedback.answer_id, feedback.rating) == ("", "down")
    assert feedback.reason == "that was not helpful, I asked about men"


@pytest.mark.parametrize("name", sorted(ANSWERING))
def test_every_answer_can_be_rated(give: Give, name: str) -> None:
    response, _, _ = give("great answer", events=[{"event": "action", "name": name}])

    assert response == "utter_feedback_thanks"


def test_without_an_answer_there_is_nothing_to_rate(give: Give) -> None:
    said = [{"event": "action", "name": "utter_greet"}, {"event": "user", "text": "great"}]

    response, recorded, _ = give("great answer", events=said)

    assert (response, recorded) == ("utter_nothing_to_rate", [])


def test_an_answer_before_some_small_talk_can_be_rated(give: Give) -> None:
    said = [{"event": "action", "name": "utter_greet"}, {"event": "user", "text": "great"}]

    response, _, _ = give("great answer", events=said, slots={"asked": {"text": "What is it?"}})

    assert response == "utter_feedback_thanks"


def test_a_question_that_was_asked_back_is_no_answer(give: Give) -> None:
    asked = {"text": "tests", "is_open": True}

    response, _, _ = give("great answer", events=[], slots={"asked": asked})

    assert response == "utter_nothing_to_rate"


def test_an_answer_of_an_earlier_session_can_be_rated(give: Give) -> None:
    response, (feedback,), _ = give(entities=entities(answer_id=ID, rating="up"), events=[])

    assert (response, feedback.answer_id) == ("utter_feedback_thanks", ID)


def test_words_that_say_neither_are_asked_about(give: Give) -> None:
    response, recorded, _ = give("I want to leave feedback")

    assert (response, recorded) == ("utter_ask_rating", [])


@pytest.mark.parametrize(
    "broken",
    [
        [],
        None,
        entities(rating="sideways"),
        entities(rating=["down"], answer_id={"a": 1}, reason=7),
        entities(rating=None, answer_id=None, reason=None),
        [{}],
    ],
)
def test_a_command_of_another_form_is_asked_about(give: Give, broken: Any) -> None:
    response, recorded, _ = give("/give_feedback{not json", entities=broken)

    assert (response, recorded) == ("utter_ask_rating", [])


@pytest.mark.parametrize("answer_id", ["unknown", "'; DROP TABLE turns; --", "x" * 10_000, 12])
def test_an_id_that_is_none_means_the_last_answer(give: Give, answer_id: Any) -> None:
    _, (feedback,), _ = give(entities=entities(answer_id=answer_id, rating="up"))

    assert feedback.answer_id == ""


def test_feedback_leaves_the_thread_of_the_conversation_alone(give: Give) -> None:
    offers = [{"title": "Who gets it?", "payload": "who gets it?"}]
    events = [
        {"event": "user", "text": "what is it?"},
        *ANSWERED,
        {"event": "slot", "name": "offers", "value": offers},
        {"event": "user", "text": "great answer"},
    ]

    _, _, made = give("great answer", events=events, slots={"asked": {}, "shown": ["a"]})

    slots = {event["name"]: event["value"] for event in made if event["event"] == "slot"}
    assert slots == {"replied": True, "offers": offers}
    assert {"event": "followup", "timestamp": None, "name": "action_listen"} in made


def test_the_answering_actions_are_in_the_domain(domain: dict[str, Any]) -> None:
    assert set(domain["actions"]) >= ANSWERING


NEUTRAL = {
    "I want to leave feedback", "can I rate this answer", "I have some feedback about the answer",
}  # fmt: skip
UPS = {
    "great answer", "good answer", "that was a really useful answer", "thumbs up",
    "excellent answer, very clear", "I liked that answer", "your reply was spot on",
    "I'm very satisfied with the answer", "that explanation was brilliant", "good response",
    "I found your answer helpful", "your answer was perfect", "best answer so far",
}  # fmt: skip


def examples() -> list[str]:
    nlu = yaml.safe_load((ROOT / "data" / "nlu.yml").read_text(encoding="utf-8"))["nlu"]
    (block,) = [entry["examples"] for entry in nlu if entry["intent"] == "give_feedback"]
    return [line[2:] for line in block.splitlines()]


@pytest.mark.parametrize("text", examples())
def test_read_rating_takes_the_words_as_people_mean_them(text: str) -> None:
    expected = "" if text in NEUTRAL else "up" if text in UPS else "down"

    assert read_rating(text) == expected


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("not bad at all", "up"),
        ("wrong, and not helpful", "down"),
        ("this isn\u2019t right", "down"),
        ("👍", "up"),
        ("👎👎", "down"),
        ("", ""),
        ("12345", ""),
    ],
)
def test_read_rating_of_other_words(text: str, rating: str) -> None:
    assert read_rating(text) == rating
