"""Say where what was shown comes from, or all answers, and how old it is."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import memory, render, resources
from actions.answer import REPLIED, Events, Turn
from knowledge.search import Retriever
from knowledge.types import Document

# Publishers named in one sentence: those of the most documents.
MAX_NAMES = 5


class ActionDescribeSources(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Names the publishers of the library and the days its documents were last checked."""

    def __init__(self, get_retriever: Callable[[], Retriever] = resources.get_retriever) -> None:
        """Take the source of the retriever, so that a test can pass its own."""
        self._get_retriever = get_retriever

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_describe_sources"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Reply with the source of the passage shown last; before one is shown, with all."""
        past = memory.recall(tracker, domain)
        try:
            retriever = self._get_retriever()
            documents = list(retriever.index.documents.values())
            shown = retriever.look_up(past.shown[-1]) if past.shown else None
        except (
            Exception
        ):  # the edge: an action that raises loses its events, and nobody is answered
            return Turn(dispatcher, tracker, domain).apologise()
        where = (
            {"heading": shown.passage.heading, "source": render.source_line(shown)} if shown else {}
        )
        dispatcher.utter_message(
            response="utter_evidence" if shown else "utter_sources",
            **where,
            n_documents=len(documents),
            publishers=name_publishers(documents),
            checked=name_dates(documents),
        )
        return list(REPLIED)


def name_publishers(documents: Iterable[Document]) -> str:
    """Return who published the documents and whose facts they give, as part of a sentence."""
    documents = list(documents)
    publishers = Counter(document.publisher for document in documents if document.publisher)
    sources = Counter(source.publisher for document in documents for source in document.sources)
    if not publishers:
        return "publishers that the documents do not name"
    named = enumerate_names(publishers)
    return f"{named}, with facts from {enumerate_names(sources)}" if sources else named


def enumerate_names(counts: Counter[str]) -> str:
    """Return the names as "A, B and C", those counted most often first."""
    names = sorted(counts, key=lambda name: (-counts[name], name))
    shown = names[:MAX_NAMES] + ["others"] * (len(names) > MAX_NAMES)
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def name_dates(documents: Iterable[Document]) -> str:
    """Return when the documents were checked, from the oldest to the newest date given."""
    dates = sorted({document.reviewed for document in documents if document.reviewed})
    if not dates:
        return "on days that the documents do not say"
    first, last = render.spell_date(dates[0]), render.spell_date(dates[-1])
    return f"on {first}" if first == last else f"between {first} and {last}"
