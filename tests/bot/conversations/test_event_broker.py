"""Turns that need no document are recorded, without a word of them."""

import asyncio
from typing import Any

import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversations.event_broker import OutcomeBroker
from bot.conversations.tracker_store import LiveTrackerStore
from outcomes import OutcomeRow, Recorder
from outcomes.settings import Settings

START = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]
LISTEN = ActionExecuted("action_listen")


class FakeRecorder(Recorder):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(Settings(url="sqlite://"))
        self.turns: list[OutcomeRow] = []
        self.n_closed = 0

    def record(self, item: Any) -> None:
        self.turns.append(item)

    def close(self, timeout_s: float = 0.0) -> None:
        self.n_closed += 1


@pytest.fixture
def recorder() -> FakeRecorder:
    return FakeRecorder()


@pytest.fixture
def broker(recorder: FakeRecorder) -> OutcomeBroker:
    return OutcomeBroker(recorder)


def says(text: str = "hello there", intent: str = "greet", timestamp: float = 100.0) -> UserUttered:
    return UserUttered(
        text, {"name": intent, "confidence": 0.9}, input_channel="rest", timestamp=timestamp
    )


def replies(response: str, kind: str = "", timestamp: float = 100.25, **data: Any) -> BotUttered:
    metadata: dict[str, Any] = {"utter_action": response}
    if kind:
        metadata["metadata"] = {"kind": kind}
    return BotUttered("words", data, metadata, timestamp=timestamp)


def publish(broker: OutcomeBroker, events: list[Event], sender_id: str = "me") -> None:
    for event in events:
        broker.publish({"sender_id": sender_id, **event.as_dict()})


def test_small_talk_is_recorded_without_its_words(broker, recorder):
    publish(
        broker,
        [*START, says(), ActionExecuted("utter_greet"), replies("utter_greet", "chat"), LISTEN],
    )

    (turn,) = recorder.turns
    assert (turn.kind, turn.sender_id, turn.channel) == ("chat", "me", "rest")
    assert (turn.intent, turn.latency_ms, turn.question) == ("greet", 250.0, "")
    assert "words" not in repr(turn)
    assert "hello" not in repr(turn)


def test_an_emergency_is_recorded_without_its_words(broker, recorder):
    publish(
        broker,
        [
            says("I took all my tablets", "report_emergency"),
            SlotSet("red_flag", "overdose"),
            ActionExecuted("utter_emergency"),
            replies("utter_emergency", "emergency"),
            LISTEN,
        ],
    )

    (turn,) = recorder.turns
    assert (turn.kind, turn.intent) == ("emergency", "report_emergency")
    assert "tablets" not in repr(turn)


def test_what_the_action_server_records_is_left_to_it(broker, recorder):
    action = ActionExecuted("action_answer_question")
    publish(
        broker,
        [
            says(intent="ask_men"),
            action,
            replies("utter_answer", custom={"kind": "answer"}),
            LISTEN,
        ],
    )
    publish(
        broker, [says(intent="out_of_scope"), action, replies("utter_abstain", "abstain"), LISTEN]
    )

    assert recorder.turns == []


def test_talk_of_the_action_server_is_recorded(broker, recorder):
    publish(
        broker,
        [
            says(intent="give_feedback"),
            ActionExecuted("action_record_feedback"),
            replies("utter_feedback_thanks", "chat"),
            LISTEN,
        ],
    )

    assert [turn.kind for turn in recorder.turns] == ["chat"]


def test_a_question_while_the_action_server_is_away_is_recorded(broker, recorder):
    publish(
        broker,
        [
            says(intent="ask_men"),
            ActionExecuted("action_answer_question"),
            ActionExecuted("utter_search_unavailable"),
            replies("utter_search_unavailable", "abstain"),
            LISTEN,
        ],
    )

    assert [(turn.kind, turn.intent) for turn in recorder.turns] == [("abstain", "ask_men")]


def test_each_turn_is_recorded_once(broker, recorder):
    turn = [says(), ActionExecuted("utter_greet"), replies("utter_greet", "chat"), LISTEN]
    publish(broker, [*turn, *turn, LISTEN, LISTEN])
    publish(broker, turn, sender_id="you")

    assert [turn.sender_id for turn in recorder.turns] == ["me", "me", "you"]


def test_a_turn_without_a_reply_is_none(broker, recorder):
    publish(broker, [says(), LISTEN, *START])

    assert recorder.turns == []


@pytest.mark.parametrize(
    "events",
    [
        [{}],
        [{"event": "user"}, {"event": "bot"}, {"event": "action", "name": None}],
        [
            {"event": "user", "parse_data": None, "timestamp": None, "input_channel": None},
            {"event": "action", "name": "utter_greet"},
            {"event": "bot", "metadata": None, "timestamp": None},
            {"event": "action", "name": "action_listen"},
        ],
    ],
)
def test_odd_events_do_no_harm(broker, events):
    for event in events:
        broker.publish(event)


def test_the_tracker_store_publishes_to_it(domain, recorder, broker):
    store = LiveTrackerStore(domain, event_broker=broker)
    tracker = DialogueStateTracker("me", domain.slots)
    for event in [
        *START, says(), ActionExecuted("utter_greet"), replies("utter_greet", "chat"), LISTEN
    ]:  # fmt: skip
        tracker.update(event, domain)

    asyncio.run(store.save(tracker))
    asyncio.run(store.save(tracker))

    assert len(recorder.turns) == 1


def test_endpoints_name_it(read_endpoint, monkeypatch, tmp_path):
    monkeypatch.setenv("BONAFIDE_OUTCOMES_URL", f"sqlite:///{tmp_path}/outcomes.db")

    broker = asyncio.run(EventBroker.create(read_endpoint("event_broker")))

    assert type(broker) is OutcomeBroker
    asyncio.run(broker.close())
    assert (tmp_path / "outcomes.db").exists()


def test_there_is_none_when_recording_is_off(read_endpoint, monkeypatch):
    monkeypatch.setenv("BONAFIDE_OUTCOMES_URL", "")

    assert asyncio.run(EventBroker.create(read_endpoint("event_broker"))) is None


def test_closing_writes_what_waits(broker, recorder):
    asyncio.run(broker.close())

    assert recorder.n_closed == 1
