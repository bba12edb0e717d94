"""From a message to the reply: what it picks, accepts, declines, asks or takes up again."""

from dataclasses import replace

from rasa_sdk import Tracker

from actions import choose, clarify, refusal, render, talk
from actions.acts import Act, read_act
from actions.library import Library
from actions.memory import Past
from actions.resolve import Question, resolve, spoken_text
from actions.show import MAX_SUGGESTIONS, N_HITS, show, suggest
from actions.substitute import substitute
from actions.turn import MAX_OFFERS, Events, Turn
from knowledge.thread import Thread
from knowledge.types import Found, Hit
from knowledge.words import split_questions

# How sure it is, as a probability, that a message is about none of the library's topics.
OBJECTION = 0.5
# Questions of one message that are answered.
MAX_PARTS = 3


async def reply(turn: Turn, tracker: Tracker, library: Library) -> Events:
    """Reply to the latest message.

    Raises:
        KnowledgeError: The library cannot be used.
        TimeoutError: A search took longer than the settings allow.
    """
    question, past = resolve(tracker), turn.past
    if not render.is_question(question.text):
        return turn.say("utter_nothing_asked")
    if pick := choose.read_pick(question.text):
        return await _take(turn, pick, library)
    if taken := await find_taken(tracker, past, library):
        return await show(turn, question, taken, library)
    if answer := talk.find_reply(tracker.latest_message, question):
        return await answer(turn, library)
    if act := ACTS.get(read_act(tracker.latest_message, question)):
        return await act(turn, library)
    return await _answer(turn, question, library)


async def find_taken(tracker: Tracker, past: Past, library: Library) -> Hit | None:
    """Return the passage that the latest message names, offered just before or not.

    None if it names none: it is then a question like any other.

    Raises:
        KnowledgeError: The library cannot be used.
        TimeoutError: It took longer than the settings allow.
    """
    said = spoken_text(tracker.latest_message)
    if hit := await library.look_up(said):
        return hit
    named = choose.match_title(said, past.offers)
    return await library.look_up(named.get("passage_id") or named["payload"]) if named else None


async def _take(turn: Turn, pick: choose.Pick, library: Library) -> Events:
    if not turn.past.offers:
        return turn.say("utter_nothing_to_choose")
    offer = pick.of(turn.past.offers)
    if offer is None:
        return turn.repeat_offers("utter_no_such_choice", turn.past.offers)
    return await _show_offer(turn, offer, library)


async def _accept(turn: Turn, library: Library) -> Events:
    """Take the first offer; where the bot asked which of several, ask again."""
    offers = turn.past.offers
    if not offers:
        return turn.say("utter_affirm")
    if turn.past.is_open and len(offers) > 1:
        return turn.repeat_offers("utter_which", offers)
    return await _show_offer(turn, offers[0], library)


async def _acknowledge(turn: Turn, library: Library) -> Events:
    return turn.say("utter_affirm")


async def _decline(turn: Turn, library: Library) -> Events:
    return turn.say("utter_deny")


async def _show_offer(turn: Turn, offer: dict[str, str], library: Library) -> Events:
    """Show the passage that an offer is bound to; ask the words of one that is bound to none."""
    question = Question(offer["payload"])
    hit = await library.look_up(offer.get("passage_id") or offer["payload"])
    if hit is None:
        return await _answer(turn, question, library)
    return await show(turn, question, hit, library)


async def _tell_more(turn: Turn, library: Library) -> Events:
    """Show the next passage on the last question, none that the conversation has shown."""
    past = turn.past
    if past.question is None:
        return turn.say("utter_nothing_asked")
    if past.is_open:
        return await _accept(turn, library)
    # As it was asked: the first question of a thread by itself.
    thread = past.thread if len(past.thread.questions) > 1 else Thread()
    found = await library.follow(past.question.text, thread, top_k=N_HITS, without=past.shown)
    new = found.hits
    kept = refusal.keep_answers(new, threshold=library.settings.unsure)[:1]
    if kept:
        offered = await suggest(turn, kept, new, library)
        return turn.answer(past.question, kept, offered, is_follow_up=True)
    return turn.offer_new(new, "utter_no_more_but", otherwise="utter_no_more")


ACTS = {
    Act.ACCEPT: _accept,
    Act.ACKNOWLEDGE: _acknowledge,
    Act.DECLINE: _decline,
    Act.MORE: _tell_more,
}


async def _answer(turn: Turn, message: Question, library: Library) -> Events:
    """Answer a question, complete or not; else offer the nearest passages, or refuse."""
    settings, past = library.settings, turn.past
    if message.wants_other and not past.thread:
        return turn.say("utter_capabilities")
    question, found = await _find(message, past, library)
    hits, is_follow_up = found.hits, found.is_follow_up
    parts: list[Hit] = []
    if not is_follow_up:
        parts = await _answer_parts(message, library)
        if choices := clarify.find_choices(question, hits, past.shown, unsure=settings.unsure):
            return turn.clarify(question, choices)
    kept = refusal.keep_answers(hits, threshold=settings.threshold)
    # Each once: what answers a part may be what answers the whole.
    kept = list({hit.passage.id: hit for hit in [*kept[: settings.top_k], *parts]}.values())
    if kept:
        offered = await suggest(turn, kept[:1], [*parts, *hits], library)
        return turn.answer(question, kept, offered, is_follow_up=is_follow_up)
    nearest = render.suggest(hits, without=past.thread.shown, limit=MAX_OFFERS)
    if hits and hits[0].score >= settings.unsure and len(nearest) > 1:
        return turn.offer(question, nearest, is_follow_up=is_follow_up)
    return turn.refuse(question, nearest[:MAX_SUGGESTIONS], is_follow_up=is_follow_up)


async def _find(message: Question, past: Past, library: Library) -> tuple[Question, Found]:
    """Return a message as it is searched, and what is found for it."""
    asked = list(zip(past.thread.questions, past.things, strict=False))
    if text := substitute(message.text, message.things, asked):
        question = replace(message, text=text)
        # It says all itself now: what was shown was about the other thing.
        return question, await library.follow(text, Thread(), top_k=N_HITS)
    seen = past.shown if message.wants_other else ()
    # What is about something else entirely hangs on nothing that the library has.
    thread = Thread() if message.objection >= OBJECTION else past.thread
    return message, await library.follow(message.text, thread, top_k=N_HITS, without=seen)


async def _answer_parts(message: Question, library: Library) -> list[Hit]:
    """Return the passages that answer the questions of a message of several, each once."""
    parts = split_questions(message.text)
    found = [await library.find(part, top_k=N_HITS) for part in parts[:MAX_PARTS]]
    firsts = {hits[0].passage.id: hits[0] for hits in found if hits}
    return refusal.keep_answers(list(firsts.values()), threshold=library.settings.threshold)
