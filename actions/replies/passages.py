"""The passage that a message or an offer names, shown with what can be asked next."""

from collections.abc import Sequence

from actions.dialogue.selection import match_title
from actions.dialogue.state import DialogueState
from actions.question import Message, Question
from actions.replies import render
from actions.replies.replier import Replier
from actions.replies.reply import Reply
from actions.search import Library
from contract.turn import Suggestion
from knowledge import Hit

# Suggestions under an answer or a refusal: enough to choose from, few enough to read.
MAX_SUGGESTIONS = 3


def find_named_passage(message: Message, state: DialogueState, library: Library) -> Hit | None:
    """Return the passage that a message names, offered just before or not.

    None if it names none: it is then a question like any other.

    Raises:
        KnowledgeError: If the library cannot be used.
    """
    if hit := library.look_up(message.said.text):
        return hit
    named = match_title(message.said, state.offers)
    return look_up_offer(named, library) if named else None


def look_up_offer(offer: Suggestion, library: Library) -> Hit | None:
    """Return the passage that an offer leads to; None if it leads to none."""
    return library.look_up(offer.get("passage_id") or offer["payload"])


def show_passage(question: Question, hit: Hit, replier: Replier, library: Library) -> Reply:
    """Show the passage that was chosen, whatever the search thinks of it."""
    # By its name, so that the same is offered however it was chosen.
    nearby = library.search(hit.name)
    return replier.answer(question, [hit], suggest_next([hit], nearby, replier, library))


def suggest_next(
    shown: Sequence[Hit], hits: Sequence[Hit], replier: Replier, library: Library
) -> list[Suggestion]:
    """Return what to offer: the rest of the section that is shown, then the nearest."""
    seen = set(replier.state.shown)
    rest = library.next_part(shown[0]) if shown else None
    if rest and rest.passage.id in seen:
        rest = None
    without = {hit.passage.id for hit in [*shown[:1], *([rest] if rest else [])]} | seen
    nearest = render.make_suggestions(hits, without=without, limit=MAX_SUGGESTIONS)
    return [replier.suggest_rest(rest), *nearest][:MAX_SUGGESTIONS] if rest else nearest
