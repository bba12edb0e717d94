"""What the action tests share: a tiny library, a retriever over it, and turns to run."""

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from knowledge import Document, Hit, Passage, SearchResult, Settings, Source, Thread
from profiles import MadeWords, make_words, read_profile
from tests.contract.conformance import check_turn

# No deadline: the first example of a run pays for imports. No database: nothing is left on disk.
hypothesis.settings.register_profile("actions", deadline=None, database=None, max_examples=20)
hypothesis.settings.load_profile("actions")

ROOT = Path(__file__).parents[2]
# Of our own, so that a test says nothing about the judge: what is 0.5 or more answers, what is less
# than 0.1 is refused.
SETTINGS = Settings(threshold=0.5, unsure=0.1)
TEXT = "Yes, men get osteoporosis too. It is less common in men.\nDoctors test for it with a scan."


def make_hit(
    name: str = "men",
    *,
    rank: int = 1,
    score: float = 0.9,
    text: str = TEXT,
    **document: Any,
) -> Hit:
    """Return a hit on the passage `<name>#section`, its first sentence marked."""
    fields = {
        "title": f"About {name}",
        "topic": name,
        "publisher": "Example Charity",
        "url": f"https://charity.example/{name}",
        "checked": "2026-05-01",
        **document,
    }
    passage = Passage(f"{name}#section", name, 0, f"What about {name}?", text, ((0, 30), (31, 57)))
    return Hit(
        passage=passage,
        document=Document(name, **fields),
        name=passage.heading,
        rank=rank,
        score=score,
        marks=(text[:30],),
    )


class FakeRetriever:
    """Returns the hits it was given and remembers what it was asked."""

    def __init__(self, hits: list[Hit], error: Exception | None = None) -> None:
        self.hits = hits
        self.error = error
        self.calls: list[dict[str, Any]] = []
        # The threads with which it was asked, and whether it takes a message to hang on one.
        self.threads: list[Thread] = []
        self.is_follow_up = False
        # The passage with which the section of another goes on, by that one's id.
        self.rest: dict[str, Hit] = {}
        # Names whose words no document has.
        self.unknown: set[str] = set()

    def search(self, query: str, **options: Any) -> list[Hit]:
        self.calls.append({"query": query, **options})
        if self.error:
            raise self.error
        return self.hits[: options["top_k"]]

    def follow(
        self, query: str, thread: Thread, *, without: Collection[str] = (), **options: Any
    ) -> SearchResult:
        self.threads.append(thread)
        is_follow_up = self.is_follow_up and bool(thread)
        top_k = options.pop("top_k")
        hits = self.search(query, top_k=top_k + len(without), **options)
        hits = [hit for hit in hits if hit.passage.id not in without][:top_k]
        return SearchResult(hits, is_follow_up=is_follow_up)

    def look_up(self, name: str) -> Hit | None:
        if self.error:
            raise self.error
        known = [*self.hits, *self.rest.values()]
        return next((h for h in known if name in (h.passage.id, h.name)), None)

    def has_words(self, text: str) -> bool:
        return text not in self.unknown

    def next_part(self, hit: Hit) -> Hit | None:
        return self.rest.get(hit.passage.id)

    def mark(self, query: str, hit: Hit) -> tuple[str, ...]:
        self.calls.append({"marked": query})
        return hit.marks


TakeTurn = Callable[..., tuple[list[dict[str, Any]], dict[str, Any]]]


@pytest.fixture(scope="session")
def take_turn(domain: dict[str, Any]) -> TakeTurn:
    """Run an action on a message; returns the messages uttered and the slots set."""

    def run(
        action: type[Action],
        retriever: FakeRetriever,
        text: str = "can men get osteoporosis?",
        *,
        intent: str = "ask_men",
        confidence: float = 0.9,
        channel: str = "rest",
        metadata: dict[str, Any] | None = None,
        slots: dict[str, Any] | None = None,
        settings: Settings | None = None,
        feeling: str = "",
        entities: list[dict[str, Any]] | None = None,
        events: list[dict[str, Any]] | None = None,
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        ranking = [{"name": intent, "confidence": confidence}]
        felt = {"entity": "feeling", "value": feeling, "start": 0, "end": 3}
        message = {
            "text": text,
            "intent": ranking[0],
            "intent_ranking": ranking,
            "entities": [*(entities or []), *([felt] if feeling else [])],
            "metadata": metadata,
        }
        tracker = Tracker(
            "me", slots or {}, message, events or [], False, None, {}, "action_listen"
        )
        tracker.get_latest_input_channel = lambda: channel  # type: ignore[method-assign]
        dispatcher = CollectingDispatcher()
        made = action(lambda: retriever, lambda: settings or SETTINGS)
        events = asyncio.run(made.run(dispatcher, tracker, domain))
        assert {"event": "followup", "timestamp": None, "name": "action_listen"} in events
        slots = [event for event in events if event["event"] == "slot"]
        assert len(slots) == len(events) - 1
        for said in dispatcher.messages:
            if said["custom"]:
                check_turn(said["custom"])
        return dispatcher.messages, {event["name"]: event["value"] for event in slots}

    return run


@pytest.fixture(scope="session")
def domain() -> dict[str, Any]:
    """Return domain.yml as Rasa sends it, in the words of the shipped assistant."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    words = make_words(read_profile(ROOT / "profile").assistant, MadeWords(), {})
    return {**content, "responses": words.word(content["responses"])}


@pytest.fixture
def sourced() -> Hit:
    """Return a hit on a document of our own that names its sources."""
    sources = (Source("NIH", "https://nih.example/a"), Source("NHS", "https://nhs.example/b"))
    return make_hit("lupus", publisher="Our library", url="", sources=sources)
