"""Show a passage with what can be asked next."""

from collections.abc import Sequence

from actions import render
from actions.library import Library
from actions.resolve import Question
from actions.turn import Events, Turn
from knowledge.types import Hit

# Passages that are looked at for a message.
N_HITS = 8
# Suggestions under an answer or a refusal: enough to choose from, few enough to read.
MAX_SUGGESTIONS = 3


async def show(turn: Turn, question: Question, hit: Hit, library: Library) -> Events:
    """Show the passage that was chosen, whatever the search thinks of it."""
    # By its name, so that the same is offered however it was chosen.
    nearby = await library.find(hit.name, top_k=N_HITS)
    return turn.answer(question, [hit], await suggest(turn, [hit], nearby, library))


async def suggest(
    turn: Turn, shown: Sequence[Hit], hits: Sequence[Hit], library: Library
) -> list[render.Payload]:
    """Return what to offer: the rest of the section that is shown, then the nearest."""
    seen = set(turn.past.shown)
    rest = await library.go_on(shown[0]) if shown else None
    if rest and rest.passage.id in seen:
        rest = None
    without = {hit.passage.id for hit in [*shown[:1], *([rest] if rest else [])]} | seen
    nearest = render.suggest(hits, without=without, limit=MAX_SUGGESTIONS)
    return [turn.suggest_rest(rest), *nearest][:MAX_SUGGESTIONS] if rest else nearest
