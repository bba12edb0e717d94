"""Answer a question with the passages that answer it, or say that none does."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import channel, refusal, render, resources
from knowledge.errors import KnowledgeError
from knowledge.search import Retriever, Topic
from knowledge.settings import Settings
from knowledge.types import Hit

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]
INTENT_PREFIX = "ask_"
# Suggestions of a refusal: enough to choose from, few enough to read.
MAX_SUGGESTIONS = 3


class ActionAnswerQuestion(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Searches with the user's own words and answers or refuses."""

    def __init__(
        self,
        get_retriever: Callable[[], Retriever] = resources.get_retriever,
        get_settings: Callable[[], Settings] = resources.get_settings,
    ) -> None:
        """Take the sources of retriever and settings, so that a test can pass its own."""
        self._get_retriever = get_retriever
        self._get_settings = get_settings

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_answer_question"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Reply to the latest message."""
        query = spoken_text(tracker)
        if not render.is_question(query):
            dispatcher.utter_message(response="utter_nothing_asked")
            return [SlotSet("replied", True)]
        return await reply(
            dispatcher, tracker, domain, query,
            topic=understood_topic(tracker), seen=(),
            get_retriever=self._get_retriever, get_settings=self._get_settings,
        )  # fmt: skip


async def reply(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: dict[str, Any],
    query: str,
    *,
    topic: Topic | None,
    seen: tuple[str, ...],
    get_retriever: Callable[[], Retriever],
    get_settings: Callable[[], Settings],
) -> Events:
    """Search and utter an answer, a refusal, or that the search cannot be used.

    Args:
        dispatcher: Takes the message.
        tracker: The conversation.
        domain: Holds the words of the disclaimer and the refusal.
        query: What is searched.
        topic: What the message was understood as.
        seen: Ids of passages that must not be shown again.
        get_retriever: Gives the retriever.
        get_settings: Gives the settings.

    Returns:
        The slots that say that there was a reply, what was searched and what was shown.
    """
    try:
        settings = get_settings()
        hits = await asyncio.wait_for(
            asyncio.to_thread(
                lambda: get_retriever().search(query, topic=topic, top_k=settings.top_k + len(seen))
            ),
            settings.timeout_s,
        )
    except (KnowledgeError, TimeoutError):
        logger.exception("search failed")
        dispatcher.utter_message(response="utter_search_unavailable")
        return [SlotSet("replied", True)]
    fresh = [hit for hit in hits if hit.passage.id not in seen][: settings.top_k]
    found = refusal.keep_answers(fresh, topic=topic, threshold=settings.threshold)
    if found:
        utter_answer(dispatcher, tracker, domain, query, found)
        shown = [*seen, found[0].passage.id]
    elif seen:
        dispatcher.utter_message(response="utter_no_more")
        shown = list(seen)
    else:
        utter_refusal(dispatcher, tracker, domain, query, fresh)
        query, shown = "", []
    return [SlotSet("replied", True), SlotSet("query", query or None), SlotSet("shown", shown)]


def utter_answer(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: dict[str, Any],
    query: str,
    hits: list[Hit],
) -> None:
    """Utter the extract of the first hit with its source and the disclaimer."""
    disclaimer = wording(domain, "utter_disclaimer")
    payload = render.answer_payload(
        uuid.uuid4().hex, query, hits, disclaimer, render.suggest_sections(hits[1:])
    )
    dispatcher.utter_message(
        response="utter_answer",
        extract=hits[0].extract,
        source=render.source_line(hits[0]),
        disclaimer=disclaimer,
        json_message=payload if channel.reads_contract(tracker) else None,
    )


def utter_refusal(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: dict[str, Any],
    query: str,
    nearest: list[Hit],
) -> None:
    """Utter that the documents do not cover the question, and what they do cover."""
    suggestions = render.suggest_documents(nearest, limit=MAX_SUGGESTIONS)
    text = wording(domain, "utter_abstain")
    if channel.reads_contract(tracker):
        payload = render.abstain_payload(uuid.uuid4().hex, query, text, suggestions)
        dispatcher.utter_message(response="utter_abstain", json_message=payload)
    else:
        dispatcher.utter_message(response="utter_abstain", buttons=suggestions)


def spoken_text(tracker: Tracker) -> str:
    """Return what the user said; the words of an intent's name for a typed "/ask_men"."""
    text: str = (tracker.latest_message.get("text") or "").strip()
    if text.startswith("/"):
        return text[1:].removeprefix(INTENT_PREFIX).replace("_", " ")
    return text


def understood_topic(tracker: Tracker) -> Topic | None:
    """Return what the message was understood as; nothing when it was not understood."""
    intent = tracker.latest_message.get("intent") or {}
    name = intent.get("name") or ""
    if name == refusal.OUT_OF_SCOPE:
        return Topic(name, float(intent.get("confidence") or 0))
    if not name.startswith(INTENT_PREFIX):
        return None
    return Topic(name.removeprefix(INTENT_PREFIX), float(intent.get("confidence") or 0))


def wording(domain: dict[str, Any], response: str) -> str:
    """Return the words of a response in domain.yml."""
    text: str = domain["responses"][response][0]["text"]
    return text
