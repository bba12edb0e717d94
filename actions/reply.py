"""From a message to the reply: what it picks, accepts, declines, asks or takes up again."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from rasa_sdk import Tracker

from actions import choose, clarify, memory, refusal, render
from actions.acts import Act, read_act
from actions.merge import merge
from actions.resolve import Question, resolve, spoken_text
from actions.turn import Events, Turn
from knowledge.search import Retriever
from knowledge.settings import Settings
from knowledge.types import Hit
from knowledge.words import split_questions

T = TypeVar("T")

# Passages that are looked at for a message.
N_HITS = 8
# Suggestions under an answer or a refusal: enough to choose from, few enough to read.
MAX_SUGGESTIONS = 3
# Passages offered where it is not sure that one answers.
MAX_OFFERS = 4
# Questions of one message that are answered.
MAX_PARTS = 3

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
        return self.hits[0].score if self.hits else 0.0


@dataclass(frozen=True, slots=True)
class Library:
    """Where passages are found, within a deadline."""

    get_retriever: Callable[[], Retriever]
    settings: Settings

    async def find(self, text: str, *, top_k: int) -> list[Hit]:
        """Return the passages nearest to a question.

        Raises:
            KnowledgeError: The library cannot be used.
            TimeoutError: The search took longer than the settings allow.
        """
        return await self._call(lambda retriever: retriever.search(text, top_k=top_k))

    async def look_up(self, name: str) -> Hit | None:
        """Return the passage with this id or name; None if there is none.

        Raises:
            KnowledgeError: The library cannot be used.
            TimeoutError: It took longer than the settings allow.
        """
        return await self._call(lambda retriever: retriever.look_up(name))

    async def go_on(self, hit: Hit) -> Hit | None:
        """Return the passage with which the section of `hit` goes on; None if it ends there.

        Raises:
            KnowledgeError: The library cannot be used.
            TimeoutError: It took longer than the settings allow.
        """
        return await self._call(lambda retriever: retriever.go_on(hit))

    async def _call(self, do: Callable[[Retriever], T]) -> T:
        call = asyncio.to_thread(lambda: do(self.get_retriever()))
        return await asyncio.wait_for(call, self.settings.timeout_s)


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
    seen = memory.shown_passages(tracker)
    if pick := choose.read_pick(question.text):
        return await _take(turn, pick.of(offers), offers, seen, library)
    if taken := await find_taken(tracker, domain, library):
        return await _show(turn, question, taken, seen, library)
    match read_act(tracker.latest_message, question):
        case Act.ACCEPT:
            return await _accept(turn, offers, last, seen, library)
        case Act.ACKNOWLEDGE:
            return turn.say("utter_affirm")
        case Act.DECLINE:
            return turn.say("utter_deny")
        case Act.MORE:
            return await _tell_more(turn, last, offers, seen, library)
    return await _answer(turn, question, last, seen, library)


async def find_taken(tracker: Tracker, domain: dict[str, Any], library: Library) -> Hit | None:
    """Return the passage that the latest message names, offered just before or not.

    None if it names none: it is then a question like any other.

    Raises:
        KnowledgeError: The library cannot be used.
        TimeoutError: It took longer than the settings allow.
    """
    said, last = spoken_text(tracker.latest_message), memory.last_question(tracker)
    offers = memory.offered(tracker, domain)
    # What was asked back is open only while its choices are what was offered last.
    is_open = last is not None and last.is_open and offers == tracker.get_slot("offers")
    if hit := await library.look_up(said):
        return hit
    named = choose.match_title(said, offers, is_open=is_open)
    return await library.look_up(named.get("passage_id") or named["payload"]) if named else None


async def _take(
    turn: Turn,
    offer: dict[str, str] | None,
    offers: memory.Offers,
    seen: Sequence[str],
    library: Library,
) -> Events:
    if not offers:
        return turn.say("utter_nothing_to_choose")
    if offer is None:
        return turn.repeat_offers("utter_no_such_choice", offers)
    return await _show_offer(turn, offer, seen, library)


async def _accept(
    turn: Turn,
    offers: memory.Offers,
    last: Question | None,
    seen: Sequence[str],
    library: Library,
) -> Events:
    """Take the first offer; where the bot asked which, ask again."""
    if not offers:
        return turn.say("utter_affirm")
    if last is not None and last.is_open:
        return turn.repeat_offers("utter_which", offers)
    return await _show_offer(turn, offers[0], seen, library)


async def _show_offer(
    turn: Turn, offer: dict[str, str], seen: Sequence[str], library: Library
) -> Events:
    """Show the passage that an offer is bound to; ask the words of one that is bound to none."""
    question = Question(offer["payload"], library.settings.subject)
    hit = await library.look_up(offer.get("passage_id") or offer["payload"])
    if hit is None:
        return await _answer(turn, question, None, (), library)
    return await _show(turn, question, hit, seen, library)


async def _show(
    turn: Turn, question: Question, hit: Hit, seen: Sequence[str], library: Library
) -> Events:
    """Show the passage that was chosen, whatever the search thinks of it."""
    # By its name, so that the same is offered however it was chosen.
    nearby = await library.find(hit.name, top_k=N_HITS)
    offered = await suggest(turn, [hit], nearby, seen, library)
    return turn.answer(question, [hit], offered, seen=())


async def _tell_more(
    turn: Turn,
    last: Question | None,
    offers: memory.Offers,
    seen: Sequence[str],
    library: Library,
) -> Events:
    """Show the next passages on the last question, none that was shown before."""
    if last is None:
        return turn.say("utter_nothing_asked")
    if last.is_open:
        return turn.repeat_offers("utter_which", offers)
    hits = await library.find(last.text, top_k=N_HITS + len(seen))
    new = [hit for hit in hits if hit.passage.id not in seen]
    kept = refusal.keep_answers(new, threshold=library.settings.unsure)
    if not kept:
        return turn.end(last, seen=seen)
    return turn.answer(last, kept[:1], await suggest(turn, kept, new, seen, library), seen=seen)


async def _answer(
    turn: Turn,
    message: Question,
    last: Question | None,
    seen: Sequence[str],
    library: Library,
) -> Events:
    """Answer a question, complete or not; else offer the nearest passages, or refuse."""
    settings = library.settings
    candidates = (merge(message, last) if last else []) or [message]
    is_alone = candidates == [message]
    readings = [Reading(q, await library.find(q.text, top_k=N_HITS)) for q in candidates]
    best = _choose(readings, seen, threshold=settings.threshold)
    question, hits = best.question, best.hits
    parts: list[Hit] = []
    if is_alone:
        parts = await _answer_parts(message, library)
        if choices := clarify.find_choices(question, hits, seen, unsure=settings.unsure):
            return turn.clarify(question, choices)
    else:
        hits = _prefer_new(best, seen)
    kept = refusal.keep_answers(hits, threshold=settings.threshold)
    # Each once: what answers a part may be what answers the whole.
    kept = list({hit.passage.id: hit for hit in [*kept[: settings.top_k], *parts]}.values())
    if kept:
        offered = await suggest(turn, kept[:1], [*parts, *hits], seen, library)
        return turn.answer(question, kept, offered, seen=())
    nearest = render.suggest(hits, without=seen, limit=MAX_OFFERS)
    if hits and hits[0].score >= settings.unsure and len(nearest) > 1:
        return turn.offer(question, nearest)
    return turn.refuse(question, nearest[:MAX_SUGGESTIONS])


async def _answer_parts(message: Question, library: Library) -> list[Hit]:
    """Return the passages that answer the questions of a message of several, each once."""
    parts = split_questions(message.text)
    found = [await library.find(part, top_k=N_HITS) for part in parts[:MAX_PARTS]]
    firsts = {hits[0].passage.id: hits[0] for hits in found if hits}
    return refusal.keep_answers(list(firsts.values()), threshold=library.settings.threshold)


async def suggest(
    turn: Turn, shown: Sequence[Hit], hits: Sequence[Hit], seen: Sequence[str], library: Library
) -> list[render.Payload]:
    """Return what to offer: the rest of the section that is shown, then the nearest."""
    rest = await library.go_on(shown[0]) if shown else None
    if rest and rest.passage.id in seen:
        rest = None
    without = {hit.passage.id for hit in [*shown[:1], *([rest] if rest else [])]} | set(seen)
    nearest = render.suggest(hits, without=without, limit=MAX_SUGGESTIONS)
    return [turn.suggest_rest(rest), *nearest][:MAX_SUGGESTIONS] if rest else nearest


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
