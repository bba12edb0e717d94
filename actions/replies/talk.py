"""Replies to talk about the talk: about what was just shown, asked or said."""

from collections.abc import Callable

from actions.dialogue.state import DialogueState
from actions.question import Message, Question
from actions.replies import render
from actions.replies.passages import show_passage
from actions.replies.replier import Replier
from actions.replies.reply import Reply, record_complaint
from actions.search import Library
from knowledge import Hit

Composer = Callable[[Replier, Library], Reply]


def say_how_sure(replier: Replier, library: Library) -> Reply:
    """Say how sure a quotation can be, and where it stands."""
    hit = _find_shown(replier.state, library)
    if hit is None:
        return replier.respond("utter_nothing_shown")
    source = render.format_source(hit)
    return replier.respond("utter_doubt", heading=hit.passage.heading, source=source)


def simplify_passage(replier: Replier, library: Library) -> Reply:
    """Repeat the sentences of what was shown that come nearest to its heading."""
    hit = _find_shown(replier.state, library)
    if hit is None:
        return replier.respond("utter_nothing_shown")
    # Not to the question: "side effects?" says too little by itself.
    extract = " ".join(library.mark(hit.name, hit))
    return replier.respond("utter_simpler", extract=extract, source=render.format_source(hit))


def take_complaint(replier: Replier, library: Library) -> Reply:
    """Offer the nearest passages that were not shown yet to somebody who was not answered."""
    state = replier.state
    if state.question is None:
        return replier.respond("utter_nothing_asked")
    record_complaint(replier.tracker)
    # What was offered instead of an answer, and did not help either, is not offered again.
    offered = [
        offer["passage_id"] for offer in state.offers if state.is_open and "passage_id" in offer
    ]
    without = [*state.shown, *offered]
    found = library.follow(state.question.text, state.thread, without=without)
    return replier.offer_unseen(
        found.hits, "utter_not_answered", otherwise="utter_not_answered_at_all"
    )


def recall_question(replier: Replier, library: Library) -> Reply:
    """Say what was asked last."""
    if replier.state.question is None:
        return replier.respond("utter_nothing_asked")
    return replier.respond("utter_recall", question=replier.state.question.text)


def show_previous(replier: Replier, library: Library) -> Reply:
    """Show again what was shown before the last passage; the last where it is the only one."""
    shown = replier.state.shown
    hit = library.look_up(shown[-2:][0]) if shown else None
    if hit is None:
        return replier.respond("utter_nothing_shown")
    return show_passage(Question(hit.name), hit, replier, library)


def respond_with(response: str) -> Composer:
    """Return what utters one response of domain.yml, whatever was said before."""
    return lambda replier, _library: replier.respond(response)


def _find_shown(state: DialogueState, library: Library) -> Hit | None:
    return library.look_up(state.shown[-1]) if state.shown else None


def find_reply(message: Message) -> Composer | None:
    """Return what replies to a message about the talk; None if it asks about health."""
    return None if message.question.names_subject else REPLIES.get(message.intent)


# The intents of data/nlu.yml that speak about the conversation.
REPLIES: dict[str, Composer] = {
    "doubt": say_how_sure,
    "simplify": simplify_passage,
    "complain": take_complaint,
    "recall": recall_question,
    "go_back": show_previous,
    # Who may read what is typed, and that nothing is learned from it.
    "ask_privacy": respond_with("utter_privacy"),
    # What help is wanted for, and the emergency number.
    "ask_for_help": respond_with("utter_help"),
    # That it answers no more plainly than the documents do.
    "press": respond_with("utter_press"),
}
