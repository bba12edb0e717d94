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
# The entity of bot/vocabulary for what a person says that they feel.
FEELING = "feeling"
# Passages offered where it is not sure that one answers.
MAX_OFFERS = 4
# The response of domain.yml for each: said before the reply.
KIND_WORDS = {"afraid": "utter_kind_afraid", "sad": "utter_kind_sad"}


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
        self.past = memory.recall(tracker, domain)
        self._disclaimed = tracker.get_slot("disclaimed") is True
        feeling = next(tracker.get_latest_entity_values(FEELING), "")
        self._preface = self._wording(KIND_WORDS[feeling]) if feeling in KIND_WORDS else ""

    def answer(
        self,
        question: Question,
        hits: list[Hit],
        suggestions: list[render.Payload],
        *,
        is_follow_up: bool = False,
    ) -> Events:
        """Quote the first hit under its heading, with its source and the disclaimer.

        Args:
            question: What is answered.
            hits: Passages that answer it, best first.
            suggestions: What is offered under it.
            is_follow_up: It hangs on what was spoken of before.
        """
        disclaimer = self._wording(
            "utter_disclaimer_short" if self._disclaimed else "utter_disclaimer"
        )
        payload = render.answer_payload(
            uuid.uuid4().hex, self._name(question, is_follow_up), hits, disclaimer, suggestions
        )
        self._dispatcher.utter_message(
            response="utter_answer",
            preface=self._preface_line,
            heading=hits[0].passage.heading,
            extract=hits[0].passage.text,
            source=render.source_line(hits[0]),
            disclaimer=disclaimer,
            choices=self._lines("utter_further", suggestions),
            **self._choices(payload, question),
        )
        recorded = self._record(question, hits, suggestions, is_follow_up=is_follow_up)
        return [*recorded, SlotSet("disclaimed", True)]

    def advise(
        self,
        question: Question,
        response: str,
        hits: list[Hit],
        suggestions: list[render.Payload],
        *,
        is_follow_up: bool = False,
    ) -> Events:
        """Say whom to ask, then quote the first hit as what holds in general.

        Args:
            question: What was asked.
            response: The wording of domain.yml for its matter.
            hits: Passages on it, best first; none when the library has none.
            suggestions: What is offered under it.
            is_follow_up: It hangs on what was spoken of before.
        """
        # The wording says whom to ask: the disclaimer does not say it again.
        disclaimer = self._wording("utter_disclaimer_short")
        payload = render.advice_payload(
            uuid.uuid4().hex, question.text, self._wording(response), hits, disclaimer, suggestions
        )
        general = ""
        if hits:
            general = "\n" + self._wording("utter_in_general").format(
                heading=hits[0].passage.heading,
                extract=hits[0].passage.text,
                source=render.source_line(hits[0]),
            )
        self._dispatcher.utter_message(
            response=response,
            preface=self._preface_line,
            general=general,
            disclaimer=disclaimer,
            choices=self._lines("utter_further" if hits else "utter_covered", suggestions),
            **self._choices(payload, question),
        )
        return self._record(question, hits, suggestions, is_follow_up=is_follow_up)

    def advise_without_library(self, response: str) -> Events:
        """Say whom to ask when the library cannot be used; called while its error is handled."""
        logger.exception("search failed")
        self.advise(Question(""), response, [], [])
        # Nothing was searched: what was asked before stays.
        return list(REPLIED)

    def clarify(self, question: Question, choices: list[render.Payload]) -> Events:
        """Ask which of some readings is meant."""
        text = self._wording("utter_clarify")
        payload = render.clarify_payload(question.text, text, choices)
        return self._ask_back("utter_clarify", question, payload, choices, is_follow_up=False)

    def offer(
        self,
        question: Question,
        nearest: list[render.Payload],
        *,
        is_follow_up: bool = False,
        response: str = "utter_unsure",
    ) -> Events:
        """Say that it is not sure that a passage answers, and offer the nearest.

        Args:
            question: What was asked.
            nearest: What is offered.
            is_follow_up: It hangs on what was spoken of before.
            response: The words of domain.yml above the offers.
        """
        payload = render.unsure_payload(
            uuid.uuid4().hex, self._name(question, is_follow_up), self._wording(response), nearest
        )
        return self._ask_back(response, question, payload, nearest, is_follow_up=is_follow_up)

    def offer_new(self, hits: Sequence[Hit], response: str, *, otherwise: str) -> Events:
        """Offer for the last question what the conversation has not shown.

        Args:
            hits: What may be offered, best first.
            response: The words of domain.yml above the offers.
            otherwise: Those where there is nothing new.
        """
        nearest = render.suggest(hits, without=self.past.shown, limit=MAX_OFFERS)
        if not nearest or self.past.question is None:
            return self.say(otherwise)
        return self.offer(self.past.question, nearest, is_follow_up=True, response=response)

    def _ask_back(
        self,
        response: str,
        question: Question,
        payload: render.Payload,
        choices: list[render.Payload],
        *,
        is_follow_up: bool,
    ) -> Events:
        self._dispatcher.utter_message(
            response=response,
            preface=self._preface_line,
            choices=self._lines(None, choices),
            **self._choices(payload, question),
        )
        asked = replace(question, is_open=True)
        return self._record(asked, [], choices, is_follow_up=is_follow_up)

    def refuse(
        self, question: Question, nearest: list[render.Payload], *, is_follow_up: bool = False
    ) -> Events:
        """Say that the documents do not cover the question, whom to ask, and what they have."""
        response = refusal.find_wording(question)
        name = self._name(question, is_follow_up)
        payload = render.abstain_payload(uuid.uuid4().hex, name, self._wording(response), nearest)
        self._dispatcher.utter_message(
            response=response,
            preface=self._preface_line,
            choices=self._lines("utter_covered", nearest),
            **self._choices(payload, question),
        )
        return self._record(question, [], nearest, is_follow_up=is_follow_up)

    def suggest_rest(self, hit: Hit) -> render.Payload:
        """Return the button that leads to the next part of a section."""
        title = self._wording("utter_go_on").format(heading=hit.passage.heading)
        return {**render.suggestion(hit), "title": render.shorten(title)}

    def take_complaint(self) -> None:
        """Have it written, for those who look after the library, that the last answer failed."""
        outcome.record_complaint(self._tracker)

    def say(self, response: str, **values: Any) -> Events:
        """Utter a response of domain.yml; what was asked stays as it was."""
        self._dispatcher.utter_message(response=response, **values)
        said = [*REPLIED, SlotSet("offers", memory.buttons_of(self._domain, response))]
        # Other buttons than the choices asked about: a "yes" no longer asks which of them.
        if self.past.question and self.past.question.is_open:
            said.append(SlotSet("asked", asdict(replace(self.past.question, is_open=False))))
        return said

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
        topic = question.topic if question else ""
        outcome.record_turn(self._tracker, payload, self._started, topic=topic)
        if self._reads_contract:
            return {"json_message": {**payload, "preface": self._preface}}
        if self._shows_buttons:
            return {"buttons": payload["suggestions"][: self._max_buttons]}
        return {}

    def _record(
        self,
        question: Question,
        hits: Sequence[Hit],
        offers: Sequence[Mapping[str, str]],
        *,
        is_follow_up: bool,
    ) -> Events:
        return [
            *REPLIED,
            *self.past.take_up(question, hits, is_follow_up=is_follow_up),
            SlotSet("offers", [dict(offer) for offer in offers]),
        ]

    def _name(self, question: Question, is_follow_up: bool) -> str:
        """Return a question in words that a person can read, with what it hangs on."""
        before = self.past.thread.questions
        if before == (question.text,):  # more on the question that opened the thread
            return question.text
        about = self.past.about[-1:] or before[-1:]
        return f"{question.text} (about: {about[0]})" if is_follow_up and about else question.text

    @property
    def _preface_line(self) -> str:
        return f"{self._preface}\n" if self._preface else ""

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
        for place in ("{preface}", "{choices}", "{general}", "{disclaimer}"):
            text = text.replace(place, "")
        return text.strip()
