"""A message that only names another thing: put in the place of the one asked about."""

import re
from collections.abc import Mapping, Sequence

from actions.lexicon import CORRECTING, VERBS, WEAK_VERBS
from actions.question import SUBJECT_LABELS, Question, split_words

Things = Mapping[str, Sequence[str]]


def substitute_thing(message: Question, asked: Sequence[tuple[str, Things]]) -> str | None:
    """Return the last question about a thing of the same kind, with the new one in its place.

    "And lupus?" after "how is rheumatoid arthritis treated" asks how lupus is treated; "not lupus,
    RA" takes back the other one. None if the message says more, names nothing, or nothing of that
    kind was spoken of.

    Args:
        message: The message by itself.
        asked: The questions of the thread, the oldest first, each with what it names by label.
    """
    if not asked or _says_more(message):
        return None
    last, _ = asked[-1]
    for label in SUBJECT_LABELS:
        old = next((list(t[label]) for _, t in reversed(asked) if t.get(label)), [])
        new = [name for name in message.things.get(label, ()) if name not in old]
        if not old or not new:
            continue
        for name in old:
            last = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", new[0], last, flags=re.IGNORECASE)
        # "How is it treated?" named nothing itself.
        return last if new[0] in last else f"{last.rstrip('?. ')} ({new[0]})"
    return None


def _says_more(message: Question) -> bool:
    """Say whether a message has a verb, or words that mean something, beside what it names."""
    said = message.utterance
    names = (name for names in message.things.values() for name in names)
    named = {word for name in names for word in split_words(name)}
    has_own_verb = not (VERBS - WEAK_VERBS).isdisjoint(said.words)
    return has_own_verb or bool(set(said.content_words) - named - CORRECTING)
