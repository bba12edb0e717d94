"""Live conversations in memory, held against Rasa's own in-memory store."""

import asyncio
import copy
from typing import Any

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot.conversations.tracker_store import LiveTrackerStore
from bot.conversations.trackers import snapshot
from tests.bot.fakes import Clock

START = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def says(text: str, intent: str = "greet") -> UserUttered:
    return UserUttered(text, {"name": intent, "confidence": 0.9}, input_channel="rest")


QUESTION = [
    says("what is it?", "ask_definition"),
    DefinePrevUserUtteredFeaturization(False),
    SlotSet("replied", False),
    ActionExecuted("action_answer_question", policy="RulePolicy", confidence=1.0),
    BotUttered("It is …", {"custom": {"kind": "answer"}}, {"utter_action": "utter_answer"}),
    SlotSet("replied", True),
    SlotSet("asked", "what is it?"),
    SlotSet("shown", ["definition#what-it-is"]),
    ActionExecuted("action_listen"),
]
CONVERSATIONS = {
    "nothing yet": [],
    "session only": START,
    "greeting": [*START, says("hi"), ActionExecuted("utter_greet"), BotUttered("Hello.")],
    "question": [*START, *QUESTION],
    "half a turn": [*START, *QUESTION[:5]],
    "two sessions": [*START, *QUESTION, *START, says("hi again")],
    "two sessions, nothing in the second": [*START, *QUESTION, *START],
    "three sessions": [*START, *QUESTION, *START, says("hi"), *START, *QUESTION],
    "events before the first session": [ActionExecuted("action_listen"), *START, *QUESTION],
    "no session": [ActionExecuted("action_listen"), *QUESTION],
    "restarted": [*START, *QUESTION, Restarted(), *START],
    "slots reset": [*START, *QUESTION, AllSlotsReset()],
    "paused": [*START, says("stop"), ConversationPaused()],
    "follow-up action": [*START, says("hi"), FollowupAction("utter_greet")],
    "active loop": [*START, says("hi"), ActiveLoop("some_form")],
    "reverted action": [*START, says("hi"), ActionExecuted("utter_greet"), ActionReverted()],
    "reverted utterance": [*START, *QUESTION, says("oops"), UserUtteranceReverted()],
}


@pytest.fixture
def store(domain) -> LiveTrackerStore:
    return LiveTrackerStore(domain)


def tracker_of(domain: Domain, events: list[Event], sender_id: str = "me") -> DialogueStateTracker:
    tracker = DialogueStateTracker(sender_id, domain.slots)
    for event in events:
        tracker.update(event, domain)
    return tracker


def state(tracker: DialogueStateTracker | None) -> Any:
    """All that Rasa reads from a tracker."""
    if tracker is None:
        return None
    everything = {
        **tracker.current_state(EventVerbosity.ALL),
        "after restart": tracker.current_state(EventVerbosity.AFTER_RESTART)["events"],
        "applied": [event.as_dict() for event in tracker.applied_events()],
        "slots by type": {
            name: (slot.type_name, slot.value) for name, slot in tracker.slots.items()
        },
        "followup action": tracker.followup_action,
        "max event history": tracker._max_event_history,
        "sender source": tracker.sender_source,
        "loop": tracker.active_loop_name,
        "bot said": (tracker.latest_bot_utterance.text, tracker.latest_bot_utterance.data),
        "channel": tracker.get_latest_input_channel(),
    }
    return copy.deepcopy(everything)


def save_and_retrieve(store: TrackerStore, tracker: DialogueStateTracker, *, full: bool) -> Any:
    async def run() -> Any:
        await store.save(tracker)
        retrieve = store.retrieve_full_tracker if full else store.retrieve
        return await retrieve(tracker.sender_id)

    return asyncio.run(run())


@pytest.mark.parametrize("full", [False, True], ids=["latest session", "all sessions"])
@pytest.mark.parametrize("events", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
def test_retrieve_gives_the_state_that_rasas_own_store_gives(store, domain, events, full):
    tracker = tracker_of(domain, events)

    found = save_and_retrieve(store, tracker, full=full)

    assert state(found) == state(
        save_and_retrieve(InMemoryTrackerStore(domain), tracker, full=full)
    )


def test_retrieve_gives_nothing_for_an_unknown_sender(store):
    assert asyncio.run(store.retrieve("nobody")) is None
    assert asyncio.run(store.retrieve_full_tracker("nobody")) is None
    assert asyncio.run(store.exists("nobody")) is False


def test_retrieve_gives_only_the_latest_session(store, domain):
    tracker = tracker_of(domain, [*START, *QUESTION, *START, says("hi again")])

    found = save_and_retrieve(store, tracker, full=False)

    assert [event.text for event in found.events if isinstance(event, UserUttered)] == ["hi again"]
    assert found.get_slot("asked") is None


def test_get_or_create_gives_an_empty_conversation_with_the_slots_of_the_domain(store, domain):
    tracker = asyncio.run(store.get_or_create_tracker("new", append_action_listen=False))

    assert list(tracker.events) == []
    assert set(tracker.slots) == {slot.name for slot in domain.slots}


@pytest.mark.parametrize(
    "change",
    [
        lambda tracker: tracker.update(says("more")),
        lambda tracker: tracker.update(SlotSet("asked", "changed")),
        lambda tracker: tracker.update(ActiveLoop("some_form")),
        lambda tracker: tracker.update(FollowupAction("utter_greet")),
        lambda tracker: tracker.update(ConversationPaused()),
        lambda tracker: tracker.update(ActionExecuted("utter_greet")),
        lambda tracker: tracker.update(AllSlotsReset()),
        lambda tracker: tracker.update(Restarted()),
        lambda tracker: tracker._reset_slots(),
        lambda tracker: tracker.events.clear(),
        lambda tracker: tracker.slots.clear(),
        lambda tracker: tracker.latest_action.clear(),
    ],
    ids=[
        "utterance", "slot", "loop", "follow-up", "pause", "action", "slots reset", "restart",
        "slots reset by hand", "events cleared", "slots cleared", "action cleared",
    ],
)  # fmt: skip
@pytest.mark.parametrize("changed", ["what was saved", "what was retrieved"])
def test_change_leaves_the_stored_conversation_alone(store, domain, change, changed):
    saved = tracker_of(domain, [*START, *QUESTION])
    retrieved = save_and_retrieve(store, saved, full=False)
    before = state(retrieved)

    change(saved if changed == "what was saved" else retrieved)

    after = asyncio.run(store.retrieve("me"))
    assert state(after) == before
    assert state(saved if changed == "what was saved" else retrieved) != before


def test_rejected_loop_leaves_the_stored_conversation_alone(store, domain):
    tracker = tracker_of(domain, [*START, says("hi"), ActiveLoop("some_form")])
    retrieved = save_and_retrieve(store, tracker, full=False)

    retrieved.update(ActionExecutionRejected("some_form"))

    assert retrieved.active_loop.rejected is True
    assert asyncio.run(store.retrieve("me")).active_loop.rejected is False


def test_save_replaces_what_was_kept(store, domain):
    async def run() -> Any:
        await store.save(tracker_of(domain, START))
        tracker = await store.retrieve("me")
        tracker.update_with_events(QUESTION, domain)
        await store.save(tracker)
        return await store.retrieve("me")

    assert asyncio.run(run()).get_slot("asked") == "what is it?"
    assert asyncio.run(store.keys()) == ["me"]


def test_delete_forgets_one_conversation(store, domain):
    async def run() -> None:
        await store.save(tracker_of(domain, START, "one"))
        await store.save(tracker_of(domain, START, "two"))
        await store.delete("one")
        await store.delete("nobody")

    asyncio.run(run())

    assert asyncio.run(store.keys()) == ["two"]
    assert asyncio.run(store.retrieve("one")) is None


@pytest.mark.parametrize(
    ("used", "kept"),
    [
        ("save", ["third", "first", "fourth"]),
        ("retrieve", ["third", "first", "fourth"]),
        ("nothing", ["second", "third", "fourth"]),
    ],
)
def test_store_keeps_the_most_recently_used_conversations(domain, used, kept):
    store = LiveTrackerStore(domain, max_conversations=3)

    async def run() -> None:
        for sender_id in ("first", "second", "third"):
            await store.save(tracker_of(domain, START, sender_id))
        if used == "save":
            await store.save(tracker_of(domain, START, "first"))
        if used == "retrieve":
            await store.retrieve("first")
        await store.save(tracker_of(domain, START, "fourth"))

    asyncio.run(run())

    assert asyncio.run(store.keys()) == kept


def test_conversations_leave_the_memory_some_days_after_their_last_use(domain, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("bot.conversations.tracker_store.time.time", clock)
    store = LiveTrackerStore(domain, keep_days=2)

    async def use(sender_id: str, *, days: float) -> list[str]:
        clock.time += 86400 * days
        tracker = await store.get_or_create_tracker(sender_id)
        tracker.update(says("hello"))
        await store.save(tracker)
        return list(await store.keys())

    async def run() -> None:
        assert await use("ann", days=0) == ["ann"]
        assert await use("bob", days=1) == ["ann", "bob"]
        assert await use("ann", days=0.5) == ["bob", "ann"]
        assert await use("eve", days=1.6) == ["ann", "eve"]

    asyncio.run(run())


@pytest.mark.parametrize("max_conversations", [0, -1])
def test_store_refuses_to_keep_no_conversation(domain, max_conversations):
    with pytest.raises(ValueError, match=f"max_conversations is {max_conversations}"):
        LiveTrackerStore(domain, max_conversations=max_conversations)


def test_each_event_is_streamed_once(domain):
    broker = Broker()
    store = LiveTrackerStore(domain, event_broker=broker)

    async def run() -> None:
        tracker = await store.get_or_create_tracker("me", append_action_listen=False)
        tracker.update_with_events(START, domain)
        await store.save(tracker)
        tracker = await store.retrieve("me")
        tracker.update_with_events(QUESTION, domain)
        await store.save(tracker)

    asyncio.run(run())

    assert [event["event"] for event in broker.published] == [
        event.as_dict()["event"] for event in [*START, *QUESTION]
    ]


class Broker:
    """Takes events as Rasa's event brokers do."""

    def __init__(self) -> None:
        self.published: list[Any] = []

    def publish(self, event: Any) -> None:
        self.published.append(event)


def test_rasa_makes_the_store_that_endpoints_yml_names(read_endpoint, domain):
    endpoint = read_endpoint("tracker_store")

    store = TrackerStore.create(endpoint, domain)

    assert isinstance(store, LiveTrackerStore)
    assert store.max_conversations == endpoint.kwargs["max_conversations"]
    assert store.domain is domain


def test_rasa_passes_the_options_on(domain):
    endpoint = EndpointConfig(
        type="bot.conversations.tracker_store.LiveTrackerStore", max_conversations=7
    )

    assert TrackerStore.create(endpoint, domain).max_conversations == 7


def test_snapshot_shares_the_events(domain):
    """That is what makes it cheap; events never change once they are made."""
    tracker = tracker_of(domain, [*START, *QUESTION])

    twin = snapshot(tracker)

    assert twin.events is not tracker.events
    assert all(one is other for one, other in zip(twin.events, tracker.events, strict=True))


def turn(number: int) -> list[Event]:
    return [
        says(f"question {number}"),
        SlotSet("replied", False),
        ActionExecuted("action_answer_question"),
        BotUttered(f"answer {number}"),
        SlotSet("replied", True),
        *([SlotSet("asked", "early")] if number == 1 else []),
        ActionExecuted("action_listen"),
    ]


def talk(store: LiveTrackerStore, domain: Domain, n_turns: int) -> DialogueStateTracker:
    """Take so many turns as Rasa does; return the tracker of the next one."""

    async def run() -> Any:
        for number in range(n_turns):
            tracker = await store.get_or_create_tracker("me", append_action_listen=False)
            tracker.update_with_events([*(START if not number else ()), *turn(number)], domain)
            await store.save(tracker)
        return await store.retrieve("me")

    return asyncio.run(run())


def test_tracker_goes_back_a_few_turns(domain):
    tracker = talk(LiveTrackerStore(domain, max_turns=3), domain, 9)

    said = [event.text for event in tracker.events if isinstance(event, UserUttered)]
    assert said == ["question 6", "question 7", "question 8"]


@pytest.mark.parametrize("n_turns", [1, 3, 4, 9])
def test_short_tracker_has_the_slots_of_the_whole_conversation(domain, n_turns):
    short = talk(LiveTrackerStore(domain, max_turns=3), domain, n_turns)
    whole = talk(LiveTrackerStore(domain, max_turns=99), domain, n_turns)

    assert short.current_slot_values() == whole.current_slot_values()
    # Rasa replays the events: they say the same.
    assert short.copy().current_slot_values() == whole.current_slot_values()
    assert short.past_states(domain)[-1] == whole.past_states(domain)[-1]


def test_slots_that_were_reset_stay_so(domain):
    store = LiveTrackerStore(domain, max_turns=1)

    async def run() -> Any:
        events = [*START, *turn(1), says("again"), Restarted(), *START, *turn(2), *turn(3)]
        await store.save(tracker_of(domain, events))
        return await store.retrieve_full_tracker("me")

    assert asyncio.run(run()).copy().get_slot("asked") is None


def test_conversation_in_a_form_is_left_whole(domain):
    store = LiveTrackerStore(domain, max_turns=1)
    events = [*START, *turn(0), ActiveLoop("some_form"), *turn(2), *turn(3)]

    tracker = save_and_retrieve(store, tracker_of(domain, events), full=True)

    assert len(tracker.events) == len(events)


def test_each_event_of_a_long_conversation_is_streamed_once(domain):
    broker = Broker()

    talk(LiveTrackerStore(domain, event_broker=broker, max_turns=3), domain, 9)

    expected = [*START, *(event for number in range(9) for event in turn(number))]
    assert [body["event"] for body in broker.published] == [e.type_name for e in expected]
