"""A turn is taken in a worker thread, within a deadline, and nobody else waits for it."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.question import Question
from actions.replies.replier import Replier
from actions.replies.reply import REPLIED, Reply
from actions.serving import worker
from actions.serving.worker import N_THREADS, take_turn
from knowledge import Settings
from settings import SettingInvalid

Take = Callable[..., Any]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    kinds: list[str] = []

    def record(_tracker: Tracker, reply: Reply, _started: float) -> None:
        if reply.outcome:
            kinds.append(reply.outcome["kind"])

    monkeypatch.setattr(worker, "record_reply", record)
    return kinds


@pytest.fixture
def take(domain: dict[str, Any]) -> Take:
    """Take a turn; returns its events and what it utters."""

    async def run(compose: Callable[[Replier], Reply], timeout_s: float = 5.0) -> Any:
        dispatcher = CollectingDispatcher()
        message = {"text": "what is lupus?", "intent": {"name": "ask", "confidence": 0.9}}
        tracker = Tracker("me", {}, message, [], False, None, {}, "action_listen")
        events = await take_turn(
            dispatcher,
            tracker,
            domain,
            compose,
            apologise=Replier.apologise,
            get_settings=lambda: Settings(timeout_s=timeout_s),
        )
        return events, [message["response"] for message in dispatcher.messages]

    return run


def test_a_turn_is_taken_in_a_thread_of_its_own(take: Take) -> None:
    threads = []

    def compose(replier: Replier) -> Reply:
        threads.append(threading.current_thread())
        return replier.respond("utter_greet")

    _, uttered = asyncio.run(take(compose))

    assert uttered == ["utter_greet"]
    assert threads[0] is not threading.main_thread()


def test_others_are_answered_while_a_turn_computes(take: Take) -> None:
    def compute(replier: Replier) -> Reply:
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            pass
        return replier.respond("utter_greet")

    async def both() -> float:
        slow = asyncio.ensure_future(take(compute))
        await asyncio.sleep(0.05)
        started = time.monotonic()
        await take(lambda replier: replier.respond("utter_greet"))
        waited = time.monotonic() - started
        assert not slow.done()
        await slow
        return waited

    assert asyncio.run(both()) < 0.4


def test_a_turn_past_its_deadline_gets_the_apology_and_is_counted(
    take: Take, recorded: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    is_over, may_go_on = threading.Event(), threading.Event()

    def late(replier: Replier) -> Reply:
        may_go_on.wait(5)
        reply = replier.refuse(Question("what is lupus?"), [])
        is_over.set()
        return reply

    events, uttered = asyncio.run(take(late, timeout_s=0.05))
    may_go_on.set()

    assert is_over.wait(5)
    assert uttered == ["utter_search_unavailable"]
    assert events == REPLIED
    assert recorded == ["abstain"]  # the apology's; what nobody was shown leaves no trace
    assert "A turn took longer than 0.1 s; given up=" in caplog.text


def test_a_turn_for_which_there_is_no_thread_gets_the_apology_in_time(
    take: Take, recorded: list[str]
) -> None:
    may_go_on, taken = threading.Event(), []

    def hang(replier: Replier) -> Reply:
        may_go_on.wait(10)
        return replier.respond("utter_greet")

    def compose(replier: Replier) -> Reply:
        taken.append(replier)
        return replier.respond("utter_greet")

    async def crowd() -> Any:
        hanging = [asyncio.ensure_future(take(hang, timeout_s=8.0)) for _ in range(N_THREADS)]
        await asyncio.sleep(0.05)
        refused = await take(compose, timeout_s=0.1)
        may_go_on.set()
        await asyncio.gather(*hanging)
        return refused, await take(compose)

    (_, refused), (_, served) = asyncio.run(crowd())

    assert refused == ["utter_search_unavailable"]
    assert served == ["utter_greet"]
    assert len(taken) == 1  # nobody waits for the other one any more: it is not taken later


def test_of_a_turn_that_fails_only_the_apology_is_uttered(take: Take, recorded: list[str]) -> None:
    def fail(replier: Replier) -> Reply:
        replier.respond("utter_greet")
        raise OSError

    events, uttered = asyncio.run(take(fail))

    assert uttered == ["utter_search_unavailable"]
    assert events == REPLIED


def test_a_bad_setting_is_the_replys_to_tell() -> None:
    def fail() -> Settings:
        raise SettingInvalid("KNOWLEDGE_TIMEOUT_S", "a number", found="x")

    assert worker._timeout_s(fail) == Settings().timeout_s
