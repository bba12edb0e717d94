"""Pieces of a message become one, whole messages do not wait."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.channels.rest.channel import RestInput, join_pieces
from bot.red_flags.rules import get_rule_matcher
from bot.turns.fragments import MAX_JOINED, Fragments, JoinedMessage, is_unfinished

DATA = Path(__file__).parents[2] / "data"
WAIT_S = 0.1
# Of the messages of tests/data, those that may wait: some of them are pieces on purpose.
MAX_SHARE_HELD = 0.003


def text_of(whole: JoinedMessage | None) -> str | None:
    """Return what is to be answered; None for a piece that is read with a later one."""
    return whole.text if whole else None


def said(*messages: str, apart_s: float = 0.0, wait_s: float = WAIT_S) -> list[str | None]:
    """Take messages of one conversation; return what is to be answered for each."""

    async def talk() -> list[str | None]:
        fragments = Fragments(wait_s=wait_s)
        wholes = []
        for message in messages:
            wholes.append(fragments.take("me", message))
            await asyncio.sleep(apart_s)
        found = await asyncio.wait_for(asyncio.gather(*wholes), 5)
        assert fragments._held == {}
        return [text_of(whole) for whole in found]

    return asyncio.run(talk())


def wait_of(act: Callable[[Fragments], Awaitable[object]], *, wait_s: float = WAIT_S) -> float:
    """Return how many seconds something waits."""

    async def measure() -> float:
        fragments = Fragments(wait_s=wait_s)
        started = time.monotonic()
        await asyncio.wait_for(act(fragments), 5)
        return time.monotonic() - started

    return asyncio.run(measure())


@pytest.fixture(scope="module", autouse=True)
def rule_matcher() -> None:
    """The red flags, read before anything is measured."""
    get_rule_matcher()


UNFINISHED = """
    I have|can I|and|what is|how do I|my mum is|is it safe to|can I take alendronate with|I can't|
    I can\u2019t|Should we|does the
"""
FINISHED = """
    tests|yes|2|a|A|hello|tell me more|why?|thanks|it is|yes I have|ok can I|go on|vitamin A|can I?|
    what is it for|What's Prolia for|I have osteoporosis|run|chest pain|the second one||?|
    \U0001f9b4|/greet|how are you|tell me about it|HLA-A|I am AS
"""


@pytest.mark.parametrize("text", [text.strip() for text in UNFINISHED.split("|")])
def test_unfinished(text):
    assert is_unfinished(text)


@pytest.mark.parametrize("text", [text.strip() for text in FINISHED.split("|")])
def test_finished(text):
    assert not is_unfinished(text)


def test_hardly_any_message_waits():
    rows = [
        json.loads(line)
        for path in DATA.rglob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    texts = {
        text
        for row in rows
        for key in ("message", "question", "q", "clean", "misspelt")
        if isinstance(text := row.get(key), str)
    }

    held = {text for text in texts if is_unfinished(text)}

    assert len(texts) > 3000
    assert len(held) <= MAX_SHARE_HELD * len(texts)


def test_pieces_become_one_message():
    pieces = ("I have", "osteoporosis", "can I", "run?")

    assert said(*pieces, apart_s=0.02) == [None, None, None, "I have osteoporosis can I run?"]


def test_without_an_end_mark_a_short_rest_waits_as_well():
    assert said("can I", "run", "outside", apart_s=0.02) == [None, None, "can I run outside"]


def test_each_piece_gets_the_whole_wait():
    pieces = ("I have", "lupus", "can I", "run?")

    assert said(*pieces, apart_s=0.2, wait_s=0.35)[-1] == "I have lupus can I run?"


def test_a_long_piece_ends_the_wait():
    last = "osteoporosis since my fall last year"

    assert said("I have", last, "tests") == [None, f"I have {last}", "tests"]


def test_a_piece_alone_is_answered_after_the_wait():
    assert said("I have") == ["I have"]
    assert said("I have", "tests", apart_s=2 * WAIT_S) == ["I have", "tests"]
    assert wait_of(lambda fragments: fragments.take("me", "I have")) >= WAIT_S * 0.9


@pytest.mark.parametrize("text", ["tests", "yes", "what is osteoporosis?", "chest pain", "/greet"])
def test_a_whole_message_does_not_wait(text):
    async def take() -> bool:
        return Fragments().take("me", text).done()

    assert asyncio.run(take())


def test_an_emergency_never_waits():
    async def take(fragments: Fragments) -> None:
        first = fragments.take("me", "I have")
        whole = fragments.take("me", "chest pain")
        assert whole.done()
        assert (await first, text_of(await whole)) == (None, "I have chest pain")
        assert fragments.take("me", "my chest hurts, call an ambulance and").done()

    wait_of(take, wait_s=60)


def test_conversations_are_apart():
    async def talk() -> None:
        fragments = Fragments(wait_s=WAIT_S)
        mine, yours = fragments.take("me", "I have"), fragments.take("you", "lupus?")
        assert [text_of(each) for each in (await mine, await yours)] == ["I have", "lupus?"]

    asyncio.run(talk())


def test_a_command_stands_alone_and_ends_the_wait():
    assert said("I have", "/give_feedback{}", "run?") == ["I have", "/give_feedback{}", "run?"]


def test_a_dropped_piece_gets_no_answer():
    async def drop(fragments: Fragments) -> None:
        whole = fragments.take("me", "I have")
        fragments.drop("me")
        fragments.drop("me")
        assert await whole is None

    wait_of(drop, wait_s=60)


def test_the_metadata_name_the_pieces_that_say_something():
    assert JoinedMessage(["run?"]).describe(None) is None
    assert JoinedMessage(["run?"]).describe({"locale": "de"}) == {"locale": "de"}
    assert JoinedMessage(["can I", "my"]).describe(None) is None
    whole = JoinedMessage(["I have", "lupus", "can I", "run?"])
    assert whole.describe({"locale": "de"}) == {"locale": "de", "pieces": ["lupus", "run?"]}


def test_pieces_without_end_are_answered():
    async def talk(fragments: Fragments) -> None:
        wholes = [fragments.take("me", "and") for _ in range(MAX_JOINED + 1)]
        assert wholes[-1].done()
        assert [await whole for whole in wholes[:-1]] == [None] * MAX_JOINED

    wait_of(talk, wait_s=60)


def test_whoever_is_cancelled_leaves_its_words():
    async def cancel(fragments: Fragments) -> None:
        fragments.take("me", "can I").cancel()
        assert text_of(await fragments.take("me", "run?")) == "can I run?"
        fragments.take("you", "can I").cancel()
        await asyncio.sleep(2 * WAIT_S)
        assert fragments._held == {}

    wait_of(cancel)


def test_rest_answers_the_last_piece_alone():
    async def talk() -> list[str]:
        asked: list[str] = []

        async def handle(message: UserMessage) -> None:
            asked.append(message.text)

        take = join_pieces(handle, Fragments(wait_s=WAIT_S))
        pieces = ["I have", "lupus", "can I", "/feedback", "run?"]
        await asyncio.gather(
            *(take(UserMessage(piece, CollectingOutputChannel(), "me")) for piece in pieces)
        )
        return asked

    assert asyncio.run(talk()) == ["I have lupus can I", "/feedback", "run?"]


def test_rest_keeps_its_name():
    assert RestInput.name() == "rest"
