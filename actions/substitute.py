"""A message that only names another thing: put in the place of the one asked about."""

import re
from collections.abc import Mapping, Sequence

from actions.wording import VERBS, content_of, words_of

# The entity labels of bot/vocabulary that a question can be about.
THINGS = ("test", "medicine", "condition")
Things = Mapping[str, Sequence[str]]
# What people put around the thing that they mean.
_AROUND = frozenset(
    """
    sorry apologies pardon oops whoops actually wait wrong rather meant mean asking talking wanted
    asked ask correction mistake bad instead word about abt bout but no nope nah oh ah um
    """.split()  # noqa: SIM905
)

# "It's psoriatic", "I was asking about RA": any other verb asks something of its own.
_WEAK_VERBS = frozenset("is was it's that's i'm im".split())  # noqa: SIM905


def substitute(message: str, things: Things, asked: Sequence[tuple[str, Things]]) -> str | None:
    """Return the last question about a thing of the same kind, with the new one in its place.

    "And lupus?" after "how is rheumatoid arthritis treated" asks how lupus is treated; "not lupus,
    RA" takes back the other one. None if the message says more, names nothing, or nothing of that
    kind was spoken of.

    Args:
        message: What the user said.
        things: What it names, by the vocabulary's label.
        asked: The questions of the thread, the oldest first, each with what it names.
    """
    named = {word for names in things.values() for name in names for word in words_of(name)}
    has_own_verb = any(w in VERBS - _WEAK_VERBS for w in words_of(message))
    if not asked or has_own_verb or set(content_of(message)) - named - _AROUND:
        return None
    last, _ = asked[-1]
    for label in THINGS:
        old = next((list(t[label]) for _, t in reversed(asked) if t.get(label)), [])
        new = [name for name in things.get(label, ()) if name not in old]
        if not old or not new:
            continue
        for name in old:
            last = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", new[0], last, flags=re.IGNORECASE)
        # "How is it treated?" named nothing itself.
        return last if new[0] in last else f"{last.rstrip('?. ')} ({new[0]})"
    return None
