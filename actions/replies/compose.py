"""From a message to the reply: what it selects, accepts, declines, asks or takes up again."""

from actions import judge
from actions.dialogue import selection
from actions.dialogue.dialogue_acts import DialogueAct, classify_act
from actions.question import Message, Question
from actions.replies import render, talk
from actions.replies.passages import (
    MAX_SUGGESTIONS,
    find_named_passage,
    look_up_offer,
    show_passage,
    suggest_next,
)
from actions.replies.replier import MAX_OFFERS, Replier
from actions.replies.reply import Reply
from actions.search import Library, search_in_thread, search_parts
from contract.turn import Suggestion
from knowledge import Hit, Thread


def reply_to_message(message: Message, replier: Replier, library: Library) -> Reply:
    """Reply to the latest message.

    Raises:
        KnowledgeError: If the library cannot be used.
    """
    question = message.question
    if replier.language:
        return replier.refuse_language(question)
    if question.utterance.is_blank:
        return replier.respond("utter_nothing_asked")
    if (place := selection.find_place(question.utterance)) is not None:
        return _show_place(place, replier, library)
    if named := find_named_passage(message, replier.state, library):
        return show_passage(question, named, replier, library)
    if reply := talk.find_reply(message):
        return reply(replier, library)
    if act := ACTS.get(classify_act(message)):
        return act(replier, library)
    return answer_question(question, replier, library)


def answer_question(message: Question, replier: Replier, library: Library) -> Reply:
    """Answer a question, complete or not; else offer the nearest passages, or refuse."""
    settings, state = library.settings, replier.state
    if message.wants_other and not state.thread:
        return replier.respond("utter_capabilities")
    question, found = search_in_thread(message, state, library)
    hits, is_follow_up = found.hits, found.is_follow_up
    parts: list[Hit] = []
    if not is_follow_up:
        parts = judge.keep_answers(search_parts(message, library), threshold=settings.threshold)
        if choices := judge.find_choices(question, hits, state.shown, unsure=settings.unsure):
            return replier.clarify(question, choices)
    kept = judge.keep_answers(hits, threshold=settings.threshold)
    # Each once: what answers a part may be what answers the whole.
    kept = list({hit.passage.id: hit for hit in [*kept[: settings.top_k], *parts]}.values())
    if kept:
        offered = suggest_next(kept, [*parts, *hits], replier, library)
        return replier.answer(question, kept, offered, is_follow_up=is_follow_up)
    nearest = render.make_suggestions(hits, without=state.thread.shown, limit=MAX_OFFERS)
    if hits and hits[0].score >= settings.unsure and len(nearest) > 1:
        return replier.offer(question, nearest, is_follow_up=is_follow_up)
    return replier.refuse(question, nearest[:MAX_SUGGESTIONS], is_follow_up=is_follow_up)


def _show_place(place: int, replier: Replier, library: Library) -> Reply:
    offers = replier.state.offers
    if not offers:
        return replier.respond("utter_nothing_to_choose")
    offer = selection.select_offer(offers, place)
    if offer is None:
        return replier.repeat_offers("utter_no_such_choice", offers)
    return _show_offer(offer, replier, library)


def _show_offer(offer: Suggestion, replier: Replier, library: Library) -> Reply:
    """Show the passage that an offer is bound to; ask the words of one that is bound to none."""
    question = Question(offer["payload"])
    hit = look_up_offer(offer, library)
    if hit is None:
        return answer_question(question, replier, library)
    return show_passage(question, hit, replier, library)


def _accept(replier: Replier, library: Library) -> Reply:
    """Take the first offer; where the bot asked which of several, ask again."""
    offers = replier.state.offers
    if not offers:
        return replier.respond("utter_affirm")
    if replier.state.is_open and len(offers) > 1:
        return replier.repeat_offers("utter_which", offers)
    return _show_offer(offers[0], replier, library)


def _tell_more(replier: Replier, library: Library) -> Reply:
    """Show the next passage on the last question, none that the conversation has shown."""
    state = replier.state
    if state.question is None:
        return replier.respond("utter_nothing_asked")
    if state.is_open:
        return _accept(replier, library)
    # As it was asked: the first question of a thread by itself.
    thread = state.thread if len(state.thread.questions) > 1 else Thread()
    new = library.follow(state.question.text, thread, without=state.shown).hits
    kept = judge.keep_answers(new, threshold=library.settings.unsure)[:1]
    if kept:
        offered = suggest_next(kept, new, replier, library)
        return replier.answer(state.question, kept, offered, is_follow_up=True)
    return replier.offer_unseen(new, "utter_no_more_but", otherwise="utter_no_more")


ACTS: dict[DialogueAct, talk.Composer] = {
    DialogueAct.ACCEPT: _accept,
    DialogueAct.ACKNOWLEDGE: lambda replier, _library: replier.respond("utter_affirm"),
    DialogueAct.DECLINE: lambda replier, _library: replier.respond("utter_deny"),
    DialogueAct.MORE: _tell_more,
}
