"""The sources of what was shown, or of the whole library, and how old they are."""

from collections import Counter
from collections.abc import Iterable

from actions.library_action import LibraryAction
from actions.question import Message
from actions.replies import render
from actions.replies.replier import Replier
from actions.replies.reply import Reply
from actions.search import Library
from contract.wording import format_date
from knowledge import Document

# Publishers named in one sentence: those of the most documents.
MAX_NAMES = 5


class ActionDescribeSources(LibraryAction):
    """Names where the library comes from and the days its documents were last checked."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_describe_sources"

    def compose_reply(self, message: Message, replier: Replier, library: Library) -> Reply:
        """Return the source of the passage shown last; before one is shown, all."""
        documents = list(library.get_retriever().index.documents.values())
        shown = replier.state.shown
        hit = library.look_up(shown[-1]) if shown else None
        where = {"heading": hit.passage.heading, "source": render.format_source(hit)} if hit else {}
        values = {
            "n_documents": len(documents),
            "origins": format_origins(documents),
            "checked": format_dates(documents),
        }
        # What was asked and offered stays as it was.
        return Reply("utter_evidence" if hit else "utter_sources", {**where, **values})


def format_origins(documents: Iterable[Document]) -> str:
    """Return whose facts and words the documents have: "they are ..."."""
    facts: Counter[str] = Counter()
    publishers: Counter[str] = Counter()
    for document in documents:
        if document.is_published:
            publishers[document.publisher] += 1
        facts.update({source.publisher for source in document.sources if not document.is_published})
    parts = [
        f"in our own words, from facts of {format_names(facts)}" if facts else "",
        f"published by {format_names(publishers)}" if publishers else "",
    ]
    return ", or ".join(filter(None, parts)) or "by publishers that they do not name"


def format_names(counts: Counter[str]) -> str:
    """Return the names as "A, B and C", those counted most often first."""
    names = sorted(counts, key=lambda name: (-counts[name], name))
    shown = names[:MAX_NAMES] + ["others"] * (len(names) > MAX_NAMES)
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def format_dates(documents: Iterable[Document]) -> str:
    """Return when the documents were checked, from the oldest to the newest date given."""
    dates = sorted({document.checked for document in documents if document.checked})
    if not dates:
        return "on days that the documents do not say"
    first, last = format_date(dates[0]), format_date(dates[-1])
    return f"on {first}" if first == last else f"between {first} and {last}"
