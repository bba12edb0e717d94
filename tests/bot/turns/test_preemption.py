"""An emergency comes behind questions of its conversation whose actions hang."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig

from bot.channels.messaging.answering import Answerer
from bot.channels.messaging.dispatcher import Dispatcher
from bot.channels.messaging.inbox import Inbox
from bot.channels.settings import ChannelSettings
from bot.channels.web.sessions import Sessions
from bot.channels.web.workload import find_priority
from bot.conversations.lock_store import WakingLockStore
from bot.patches import action_calls
from bot.red_flags.rules import get_rule_matcher
from bot.turns import preemption
from bot.turns.current_message import in_turn
from bot.turns.preemption import Preempted, preempting, run_preemptible
from tests.bot.channels.messaging.conftest import FakePlatform
from tests.bot.channels.messaging.world import NUMBERS, SECRET, incoming

EMERGENCY = "I have crushing chest pain and cannot breathe"
QUESTIONS = ["what is lupus?", "what is gout?", "what is a hip fracture?"]
HANGS_S = 8.0


class Rasa:
    """Calls an action for each question, which hangs; emergencies need none."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.handle = in_turn(self._handle)

    async def _handle(self, message: UserMessage) -> None:
        if message.text != EMERGENCY:
            with suppress(Preempted):
                await run_preemptible(asyncio.sleep(HANGS_S))
        self.done.append(message.text)


async def say_on_the_web(rasa: Rasa, texts: list[str]) -> None:
    sessions = Sessions()

    def reply_to(text: str) -> Callable[[], Any]:
        async def reply() -> list[Any]:
            await rasa.handle(UserMessage(text, OutputChannel(), "me"))
            return []

        return reply

    tasks = []
    for number, text in enumerate(texts):
        reply = sessions.reply_once(
            "me",
            str(number),
            lambda text=text: reply_to(text),
            find_priority=lambda text=text: find_priority(text),
        )
        tasks.append(asyncio.ensure_future(reply))
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)


async def say_to_rasa_itself(rasa: Rasa, texts: list[str]) -> None:
    store = WakingLockStore()

    async def handle(message: UserMessage) -> None:
        async with store.lock("me"):
            await rasa._handle(message)

    tasks = []
    for text in texts:
        message = UserMessage(text, OutputChannel(), "me")
        tasks.append(asyncio.ensure_future(in_turn(handle)(message)))
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)


async def say_on_a_platform(rasa: Rasa, texts: list[str]) -> None:
    platform = FakePlatform()
    settings = ChannelSettings(session_rate=0)
    inbox = Inbox("sqlite://", secret=SECRET)
    answerer = Answerer(rasa.handle, inbox, NUMBERS, max_chars=settings.max_chars)
    dispatcher = Dispatcher(answerer, settings, [platform], inbox, secret=SECRET)
    for number, text in enumerate(texts):
        await dispatcher.accept(platform, [incoming(str(number), text)])
        await asyncio.sleep(0.01)
    await dispatcher.close(timeout_s=20)


@pytest.mark.parametrize("say", [say_on_the_web, say_to_rasa_itself, say_on_a_platform])
def test_an_emergency_is_answered_soon_and_in_order(say: Callable[..., Any]) -> None:
    rasa = Rasa()
    get_rule_matcher()  # compiled once
    started = time.monotonic()

    asyncio.run(say(rasa, [*QUESTIONS, EMERGENCY]))

    assert rasa.done == [*QUESTIONS, EMERGENCY]
    assert time.monotonic() - started < preemption.GRACE_S + 1
    assert not preemption._waiting
    assert not preemption._actions


@pytest.mark.parametrize("last", ["what is osteoporosis?", EMERGENCY])
def test_who_has_no_emergency_behind_is_not_cut_short(
    monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    async def other(rasa: Rasa) -> float:
        started = time.monotonic()
        await rasa.handle(UserMessage("what is lupus?", OutputChannel(), "another"))
        return time.monotonic() - started

    async def run() -> float:
        rasa = Rasa()
        waits = asyncio.ensure_future(other(rasa))
        await say_on_the_web(rasa, ["what is gout?", last])
        return await waits

    monkeypatch.setattr("tests.bot.turns.test_preemption.HANGS_S", 0.8)
    assert asyncio.run(run()) >= 0.8


def test_a_call_that_gives_way_says_nothing_of_the_action_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def hang(*_: Any, **__: Any) -> None:
        await asyncio.sleep(HANGS_S)

    async def call(message: UserMessage) -> None:
        with preempting(message.sender_id), pytest.raises(action_calls.Unreachable):
            await action_calls.request.function(endpoint)

    monkeypatch.setattr(action_calls.request, "original", hang)
    monkeypatch.setattr(preemption, "GRACE_S", 0.01)
    endpoint = EndpointConfig("http://127.0.0.1:1")
    for _ in range(5):
        asyncio.run(in_turn(call)(UserMessage("what is lupus?", OutputChannel(), "me")))

    assert not endpoint.__dict__[action_calls.STATE].breaker.is_open
