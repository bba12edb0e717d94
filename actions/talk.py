"""What is replied to talk about the talk: about what was just shown, asked or said."""

from collections.abc import Awaitable, Callable
from typing import Any

from actions import render
from actions.library import Library
from actions.memory import Past
from actions.resolve import Question
from actions.show import N_HITS, show
from actions.substitute import THINGS
from actions.turn import Events, Turn
from knowledge.types import Hit


async def doubt(turn: Turn, library: Library) -> Events:
    """Say how sure a quotation can be, and where it stands."""
    hit = await _find_shown(turn.past, library)
    if hit is None:
        return turn.say("utter_nothing_shown")
    return turn.say("utter_doubt", heading=hit.passage.heading, source=render.source_line(hit))


async def simplify(turn: Turn, library: Library) -> Events:
    """Repeat the sentences of what was shown that come nearest to its heading."""
    hit = await _find_shown(turn.past, library)
    if hit is None:
        return turn.say("utter_nothing_shown")
    # Not to the question: "side effects?" says too little by itself.
    marks = await library.mark(hit.name, hit)
    return turn.say("utter_simpler", extract=" ".join(marks), source=render.source_line(hit))


async def apologise(turn: Turn, library: Library) -> Events:
    """Offer the nearest passages that were not shown yet to somebody who was not answered."""
    past = turn.past
    if past.question is None:
        return turn.say("utter_nothing_asked")
    turn.take_complaint()
    # What was offered instead of an answer, and did not help either, is not offered again.
    offered = [
        offer["passage_id"] for offer in past.offers if past.is_open and "passage_id" in offer
    ]
    found = await library.follow(
        past.question.text, past.thread, top_k=N_HITS, without=[*past.shown, *offered]
    )
    return turn.offer_new(found.hits, "utter_not_answered", otherwise="utter_not_answered_at_all")


async def remind(turn: Turn, library: Library) -> Events:
    """Say what was asked last."""
    if turn.past.question is None:
        return turn.say("utter_nothing_asked")
    return turn.say("utter_recall", question=turn.past.question.text)


async def press(turn: Turn, library: Library) -> Events:
    """Say that it answers no more plainly than the documents do."""
    return turn.say("utter_press")


async def go_back(turn: Turn, library: Library) -> Events:
    """Show again what was shown before the last passage; the last where it is the only one."""
    past = turn.past
    hit = await library.look_up(past.shown[-2:][0]) if past.shown else None
    if hit is None:
        return turn.say("utter_nothing_shown")
    return await show(turn, Question(hit.name), hit, library)


async def tell_privacy(turn: Turn, library: Library) -> Events:
    """Say who may read what is typed, and that nothing is learned from it."""
    return turn.say("utter_privacy")


async def ask_what_for(turn: Turn, library: Library) -> Events:
    """Ask what help is wanted for, and name the emergency number."""
    return turn.say("utter_help")


async def _find_shown(past: Past, library: Library) -> Hit | None:
    return await library.look_up(past.shown[-1]) if past.shown else None


Reply = Callable[[Turn, Library], Awaitable[Events]]


def find_reply(message: dict[str, Any], question: Question) -> Reply | None:
    """Return what replies to a message about the talk; None if it asks about health.

    Args:
        message: What Rasa understood.
        question: The same message, resolved by itself.
    """
    if any(question.things.get(label) for label in THINGS):
        return None
    return REPLIES.get((message.get("intent") or {}).get("name") or "")


# The intents of data/nlu.yml that speak about the conversation.
REPLIES: dict[str, Reply] = {
    "doubt": doubt,
    "simplify": simplify,
    "complain": apologise,
    "recall": remind,
    "go_back": go_back,
    "ask_privacy": tell_privacy,
    "ask_for_help": ask_what_for,
    "press": press,
}
