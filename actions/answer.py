"""Answer a question with the passages that answer it, or say that none does."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import channel, refusal, render, resources
from actions.resolve import Question, resolve
from knowledge.search import Retriever
from knowledge.settings import Settings
from knowledge.types import Hit

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]
# Ends the turn: the slot is what the rules go by, the follow-up saves asking the policies again.
REPLIED: Events = [SlotSet("replied", True), FollowupAction("action_listen")]
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
        turn = Turn(dispatcher, tracker, domain)
        try:
            settings = self._get_settings()
            question = resolve(tracker, default_subject=settings.subject)
            if not render.is_question(question.text):
                dispatcher.utter_message(response="utter_nothing_asked")
                return list(REPLIED)
            hits = await find(question, self._get_retriever, settings)
        except (
            Exception
        ):  # the edge: an action that raises loses its events, and nobody is answered
            return turn.apologise()
        found = refusal.keep_answers(hits, question, threshold=settings.threshold)
        if found:
            return turn.answer(question, found, seen=())
        return turn.refuse(question, hits)


async def find(
    question: Question,
    get_retriever: Callable[[], Retriever],
    settings: Settings,
    *,
    seen: tuple[str, ...] = (),
) -> list[Hit]:
    """Return the passages nearest to a question, without those already seen.

    Raises:
        KnowledgeError: The library cannot be used.
        TimeoutError: The search took longer than the settings allow.
    """

    def search() -> list[Hit]:
        return get_retriever().search(
            question.text,
            topic=question.topic,
            subject=question.subject,
            top_k=settings.top_k + len(seen),
        )

    hits = await asyncio.wait_for(asyncio.to_thread(search), settings.timeout_s)
    return [hit for hit in hits if hit.passage.id not in seen][: settings.top_k]


class Turn:
    """What the bot can say to a question; each way returns the slots that record it."""

    def __init__(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> None:
        """Take what Rasa passes to an action."""
        self._dispatcher = dispatcher
        self._domain = domain
        self._reads_contract = channel.reads_contract(tracker)
        self._shows_buttons = channel.shows_buttons(tracker)

    def answer(self, question: Question, hits: list[Hit], *, seen: tuple[str, ...]) -> Events:
        """Quote the first hit, with its source and the disclaimer."""
        disclaimer = self._wording("utter_disclaimer")
        payload = render.answer_payload(
            uuid.uuid4().hex, question.text, hits, disclaimer, render.suggest_sections(hits[1:])
        )
        self._dispatcher.utter_message(
            response="utter_answer",
            extract=hits[0].extract,
            source=render.source_line(hits[0]),
            disclaimer=disclaimer,
            json_message=payload if self._reads_contract else None,
        )
        return _record(question, [*seen, hits[0].passage.id])

    def refuse(self, question: Question, nearest: list[Hit]) -> Events:
        """Say that the documents do not cover the question, and what they do cover."""
        suggestions = render.suggest_documents(nearest, limit=MAX_SUGGESTIONS)
        if self._reads_contract:
            payload = render.abstain_payload(
                uuid.uuid4().hex, question.text, self._wording("utter_abstain"), suggestions
            )
            self._dispatcher.utter_message(response="utter_abstain", json_message=payload)
        elif self._shows_buttons:
            self._dispatcher.utter_message(response="utter_abstain", buttons=suggestions)
        else:
            lines = [self._wording("utter_abstain"), *(f"- {s['title']}" for s in suggestions)]
            self._dispatcher.utter_message(text="\n".join(lines))
        return _record(None, [])

    def end(self, question: Question, *, seen: tuple[str, ...]) -> Events:
        """Say that there is no more on the question."""
        self._dispatcher.utter_message(response="utter_no_more")
        return _record(question, list(seen))

    def apologise(self) -> Events:
        """Say that the library cannot be used; called while its error is handled."""
        logger.exception("search failed")
        self._dispatcher.utter_message(response="utter_search_unavailable")
        return list(REPLIED)

    def _wording(self, response: str) -> str:
        text: str = self._domain["responses"][response][0]["text"]
        return text


def _record(question: Question | None, shown: list[str]) -> Events:
    return [
        *REPLIED,
        SlotSet("asked", question and asdict(question)),
        SlotSet("shown", shown),
    ]
