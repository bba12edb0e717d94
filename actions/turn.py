"""What the bot can say to a message; each way returns the events that record it."""

import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import channel, memory, outcome, refusal, render
from actions.resolve import Question
from knowledge.types import Hit

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]
# Ends the turn: the slot is what the rules go by, the follow-up saves asking the policies again.
REPLIED: Events = [SlotSet("replied", True), FollowupAction("action_listen")]
# Suggestions of a turn: enough to choose from, few enough to read.
MAX_SUGGESTIONS = 3


class Turn:
    """One reply, on the channel of the conversation."""

    def __init__(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> None:
        """Take what Rasa passes to an action."""
        self._dispatcher = dispatcher
        self._tracker = tracker
        self._started = time.perf_counter()
        self._domain = domain
        self._reads_contract = channel.reads_contract(tracker)
        self._shows_buttons = channel.shows_buttons(tracker)
        self._max_buttons = channel.max_buttons(tracker)

    def answer(
        self,
        question: Question,
        hits: list[Hit],
        *,
        seen: Sequence[str],
        nearby: Sequence[Hit] = (),
    ) -> Events:
        """Quote the first hit, with its source and the disclaimer.

        Args:
            question: What is answered.
            hits: Passages that answer it, best first.
            seen: Ids of the passages quoted for it before.
            nearby: Further passages of the search, for suggestions where `hits` are few.
        """
        disclaimer = self._wording("utter_disclaimer")
        close = {hit.passage.id: hit for hit in [*hits[1:], *nearby]}
        suggestions = render.suggest_sections(list(close.values())[:MAX_SUGGESTIONS])
        payload = render.answer_payload(
            uuid.uuid4().hex, question.text, hits, disclaimer, suggestions
        )
        self._dispatcher.utter_message(
            response="utter_answer",
            extract=hits[0].extract,
            source=render.source_line(hits[0]),
            disclaimer=disclaimer,
            choices=self._lines("utter_further", suggestions),
            **self._choices(payload, question),
        )
        about = replace(question, about=hits[0].document.title, is_open=False)
        return _record(about, [*seen, hits[0].passage.id], suggestions)

    def advise(
        self, question: Question, response: str, hits: list[Hit], *, nearby: Sequence[Hit]
    ) -> Events:
        """Say whom to ask, then quote the first hit as what holds in general.

        Args:
            question: What was asked.
            response: The wording of domain.yml for its matter.
            hits: Passages on it, best first; none when the library has none.
            nearby: All passages of the search, for suggestions.
        """
        suggestions = render.suggest_sections(nearby[1 : 1 + MAX_SUGGESTIONS]) if hits else []
        disclaimer = self._wording("utter_disclaimer")
        payload = render.advice_payload(
            uuid.uuid4().hex, question.text, self._wording(response), hits, disclaimer, suggestions
        )
        general = ""
        if hits:
            quote, source = hits[0].extract, render.source_line(hits[0])
            general = "\n" + self._wording("utter_in_general").format(extract=quote, source=source)
        self._dispatcher.utter_message(
            response=response,
            general=general,
            disclaimer=disclaimer,
            choices=self._lines("utter_further", suggestions),
            **self._choices(payload, question),
        )
        about = replace(question, about=hits[0].document.title if hits else "", is_open=False)
        return _record(about, [hit.passage.id for hit in hits[:1]], suggestions)

    def advise_without_library(self, response: str) -> Events:
        """Say whom to ask when the library cannot be used; called while its error is handled."""
        logger.exception("search failed")
        return self.advise(Question(""), response, [], nearby=())

    def clarify(self, question: Question, choices: list[render.Payload]) -> Events:
        """Ask which of some readings is meant."""
        text = self._wording("utter_clarify")
        self._dispatcher.utter_message(
            response="utter_clarify",
            choices=self._lines(None, choices),
            **self._choices(render.clarify_payload(question.text, text, choices), question),
        )
        return _record(replace(question, is_open=True), [], choices)

    def refuse(self, question: Question, nearest: Sequence[Hit]) -> Events:
        """Say that the documents do not cover the question, whom to ask, and what they cover."""
        response = refusal.find_wording(question)
        suggestions = render.suggest_documents(nearest, limit=MAX_SUGGESTIONS)
        payload = render.abstain_payload(
            uuid.uuid4().hex, question.text, self._wording(response), suggestions
        )
        self._dispatcher.utter_message(
            response=response,
            choices=self._lines("utter_covered", suggestions),
            **self._choices(payload, question),
        )
        return _record(None, [], suggestions)

    def end(self, question: Question, *, seen: Sequence[str]) -> Events:
        """Say that there is no more on the question."""
        self._dispatcher.utter_message(response="utter_no_more")
        return _record(question, list(seen), memory.buttons_of(self._domain, "utter_no_more"))

    def say(self, response: str, **values: Any) -> Events:
        """Utter a response of domain.yml; what was asked stays as it was."""
        self._dispatcher.utter_message(response=response, **values)
        return [*REPLIED, SlotSet("offers", memory.buttons_of(self._domain, response))]

    def repeat_offers(self, response: str, offers: memory.Offers) -> Events:
        """Utter a response of domain.yml about the choices that stay open."""
        text = self._wording(response).format(count=len(offers), choices="")
        self._dispatcher.utter_message(
            response=response,
            count=len(offers),
            choices=self._lines(None, offers),
            **self._choices(render.clarify_payload("", text, offers)),
        )
        return [*REPLIED, SlotSet("offers", offers)]

    def apologise(self) -> Events:
        """Say that the library cannot be used; called while its error is handled."""
        logger.exception("search failed")
        outcome.record_turn(self._tracker, {"kind": "abstain"}, self._started)
        self._dispatcher.utter_message(response="utter_search_unavailable")
        return list(REPLIED)

    def _choices(self, payload: render.Payload, question: Question | None = None) -> dict[str, Any]:
        """Return the arguments that show a turn's choices as the channel does it best."""
        topic = question.topic if question else None
        name = topic.name if topic else ""
        outcome.record_turn(self._tracker, payload, self._started, topic=name)
        if self._reads_contract:
            return {"json_message": payload}
        if self._shows_buttons:
            return {"buttons": payload["suggestions"][: self._max_buttons]}
        return {}

    def _lines(self, response: str | None, choices: Sequence[Mapping[str, str]]) -> str:
        """Return numbered lines under the words of a response; empty where buttons show them."""
        if not choices or (self._shows_buttons and not self._reads_contract):
            return ""
        heading = [self._wording(response)] if response else []
        lines = [f"{place}. {choice['title']}" for place, choice in enumerate(choices, start=1)]
        return "\n" + "\n".join([*heading, *lines])

    def _wording(self, response: str) -> str:
        """Return the words of a response, without the place of its choices."""
        text: str = self._domain["responses"][response][0]["text"]
        for place in ("{choices}", "{general}", "{disclaimer}"):
            text = text.replace(place, "")
        return text.strip()


def _record(
    question: Question | None, shown: list[str], offers: Sequence[Mapping[str, str]]
) -> Events:
    return [
        *REPLIED,
        SlotSet("asked", question and asdict(question)),
        SlotSet("shown", shown),
        SlotSet("offers", [dict(offer) for offer in offers]),
    ]
