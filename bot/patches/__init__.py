"""Small replacements of functions of Rasa 3.6.21 where it offers no extension point.

One file, one reason each. Rasa 3.6.21 is the last of its line and pinned exactly; each patch
refuses to work on any other source than the one it was written for.
"""

from bot.patches import (
    action_result,
    connections,
    debug_copies,
    empty_domain,
    event_types,
    graph_runner,
    spacy_model,
    text_rules,
    tracker_copy,
)

ALL = (
    action_result,
    connections,
    debug_copies,
    empty_domain,
    event_types,
    graph_runner,
    spacy_model,
    text_rules,
    tracker_copy,
)


def apply() -> None:
    """Apply every patch; once is enough, twice does no harm."""
    for each in ALL:
        each.apply()
