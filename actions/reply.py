"""From a message to the reply: what it picks, accepts, declines, asks or takes up again."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk import Tracker

from actions import choose, clarify, memory, refusal, render
from actions.acts import Act, read_act
from actions.merge import merge
from actions.resolve import Question, resolve
from actions.turn import Events, Turn
from knowledge.refusal import estimate
from knowledge.search import Retriever
from knowledge.settings import Settings
from knowledge.types import Hit

# How much surer a later reading must be than an earlier one, as a probability.
MARGIN = 0.1
# How much less sure a passage may be that is shown instead of the one just shown.
MAX_LOSS = 0.2


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to take a message, and what was found for it."""

    question: Question
    hits: list[Hit]

    @property
    def probability(self) -> float:
        """How sure the first hit answers, 0 to 1."""
        if not self.hits:
            return 0.0
        return estimate(self.hits[0], self.question.understanding(self.hits[0]))


@dataclass(frozen=True, slots=True)
class Library:
    """Where passages are found, within a deadline."""

    get_retriever: Callable[[], Retriever]
    settings: Settings

    async def find(self, question: Question, *, top_k: int) -> list[Hit]:
        """Return the passages nearest to a question.

        Raises:
            KnowledgeError: The library cannot be used.
            TimeoutError: The search took longer than the settings allow.
        """

        def search() -> list[Hit]:
            return self.get_retriever().search(
                question.text, topic=question.topic, subject=question.subject, top_k=top_k
            )

        return await asyncio.wait_for(asyncio.to_thread(search), self.settings.timeout_s)


async def reply(turn: Turn, tracker: Tracker, domain: dict[str, Any], library: Library) -> Events:
    """Reply to the latest message.

    Raises:
        KnowledgeError: The library cannot be used.
        TimeoutError: A search took longer than the settings allow.
    """
    question = resolve(tracker, default_subject=library.settings.subject)
    if not render.is_question(question.text):
        return turn.say("utter_nothing_asked")
    offers, last = memory.offered(tracker, domain), memory.last_question(tracker)
    is_open = last is None or last.is_open
    if pick := choose.read_pick(question.text):
        return await _take(turn, pick.of(offers), offers, library)
    if named := choose.match_title(question.text, offers, is_open=is_open):
        return await _answer_offer(turn, named["payload"], library, question)
    match read_act(tracker.latest_message, question):
        case Act.ACCEPT:
            return await _accept(turn, offers, last, library)
        case Act.ACKNOWLEDGE:
            return turn.say("utter_affirm")
        case Act.DECLINE:
            return turn.say("utter_deny")
        case Act.MORE:
            return await _tell_more(turn, last, offers, memory.shown_passages(tracker), library)
    return await _answer(turn, question, last, memory.shown_passages(tracker), library)


async def _take(
    turn: Turn, offer: dict[str, str] | None, offers: memory.Offers, library: Library
) -> Events:
    if not offers:
        return turn.say("utter_nothing_to_choose")
    if offer is None:
        return turn.repeat_offers("utter_no_such_choice", offers)
    return await _answer_offer(turn, offer["payload"], library, None)


async def _accept(
    turn: Turn, offers: memory.Offers, last: Question | None, library: Library
) -> Events:
    """Take the first offer; where the bot asked which, ask again."""
    if not offers:
        return turn.say("utter_affirm")
    if last is not None and last.is_open:
        return turn.repeat_offers("utter_which", offers)
    return await _answer_offer(turn, offers[0]["payload"], library, None)


async def _answer_offer(
    turn: Turn, text: str, library: Library, message: Question | None
) -> Events:
    """Answer what the bot itself offered: it is in the library, whatever the signals say.

    Args:
        turn: The reply.
        text: The question offered.
        library: Where to look.
        message: What was understood of it, where the user sent its very words.
    """
    understood = message is not None and message.text.lower() == text.lower()
    question = message if message and understood else Question(text, library.settings.subject)
    hits = await library.find(question, top_k=library.settings.top_k)
    if not hits:
        return turn.refuse(question, hits)
    kept = refusal.keep_answers(hits, question, threshold=library.settings.threshold)
    return turn.answer(question, kept or hits[:1], seen=(), nearby=hits[1:])


async def _tell_more(
    turn: Turn,
    last: Question | None,
    offers: memory.Offers,
    seen: tuple[str, ...],
    library: Library,
) -> Events:
    """Show the next passages on the last question, never words shown before."""
    if last is None:
        return turn.say("utter_nothing_asked")
    if last.is_open:
        return turn.repeat_offers("utter_which", offers)
    top_k = library.settings.top_k
    hits = await library.find(last, top_k=top_k + len(seen))
    shown = [hit.passage.text for hit in hits if hit.passage.id in seen]
    new = [
        hit
        for hit in hits
        if hit.passage.id not in seen and not any(hit.extract in text for text in shown)
    ][:top_k]
    kept = refusal.keep_answers(new, last, threshold=library.settings.threshold)
    return turn.answer(last, kept, seen=seen, nearby=new[1:]) if kept else turn.end(last, seen=seen)


async def _answer(
    turn: Turn,
    message: Question,
    last: Question | None,
    seen: Sequence[str],
    library: Library,
) -> Events:
    """Answer a question, complete or not; ask back or refuse where that is better."""
    settings = library.settings
    candidates = (merge(message, last) if last else []) or [message]
    is_alone = candidates == [message]
    is_vague = is_alone and clarify.may_be_vague(message)
    top_k = clarify.N_HITS if is_vague else settings.top_k
    readings = [Reading(q, await library.find(q, top_k=top_k)) for q in candidates]
    best = _choose(readings, seen, threshold=settings.threshold)
    question, hits = best.question, best.hits
    if not is_alone:
        hits = _prefer_new(best, seen)
    kept = refusal.keep_answers(hits[: settings.top_k], question, threshold=settings.threshold)
    if not kept:
        return turn.refuse(question, hits)
    if is_alone and (choices := clarify.find_choices(question, hits)):
        return turn.clarify(question, choices)
    hits = hits[: settings.top_k]
    return turn.answer(question, kept, seen=(), nearby=hits[1:])


def _prefer_new(reading: Reading, seen: Sequence[str]) -> list[Hit]:
    """Return the hits of a follow-up with the passage just shown after one that is about as good.

    Who asks on has read that passage.
    """
    hits = reading.hits
    new = [hit for hit in hits if hit.passage.id not in seen]
    if not new or hits[0].passage.id not in seen:
        return hits
    next_best = replace(reading, hits=new)
    return new if next_best.probability >= reading.probability - MAX_LOSS else hits


def _choose(readings: Sequence[Reading], seen: Sequence[str], *, threshold: float) -> Reading:
    """Return the reading to go by: the first, unless a later one is clearly surer.

    A follow-up wants to know something else: a reading that finds the passage just shown comes
    after one that finds another.
    """
    new = [r for r in readings if r.hits and r.hits[0].passage.id not in seen]
    sure = [r for r in new if r.probability >= threshold] or list(readings)
    best = sure[0]
    for reading in sure[1:]:
        if reading.probability > best.probability + MARGIN:
            best = reading
    return best
