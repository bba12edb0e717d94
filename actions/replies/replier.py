"""The replies that the bot has: an answer, advice not given, a question back, a refusal, talk."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, replace

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions import judge
from actions.dialogue import state
from actions.question import Question
from actions.replies import render
from actions.replies.channel import read_channel
from actions.replies.reply import REPLIED, Reply
from actions.replies.wordings import Wordings
from contract.turn import Abstain, Advice, Answer, Clarify, Suggestion
from knowledge import Hit

logger = logging.getLogger(__name__)

# The entity of bot/vocabulary for what a person says that they feel.
FEELING = "feeling"
# The entity of bot/components/language_detector.py; its value is a code of utter_own_language.
LANGUAGE = "language"
# The entity of bot/components/personal_advice_detector.py; its value is the matter.
ADVICE = "advice"
# Passages offered where it is not sure that one answers.
MAX_OFFERS = 4


class Replier:
    """Makes the reply to the latest message, for the channel of the conversation.

    Attributes:
        tracker: The conversation.
        state: What it was about before the message.
        matter: What the message wants advice on; empty if it does not say.
        language: The language of the message; empty for English.
    """

    def __init__(self, tracker: Tracker, domain: state.Domain) -> None:
        """Take what Rasa passes to an action."""
        self.tracker = tracker
        self._domain = domain
        self._channel = read_channel(tracker)
        self._wordings = Wordings(domain)
        self._disclaimed = tracker.get_slot("disclaimed") is True
        feeling = next(tracker.get_latest_entity_values(FEELING), "")
        self._preface = self._wordings.kind_words(feeling)
        self.matter: str = next(tracker.get_latest_entity_values(ADVICE), "")
        self.language: str = next(tracker.get_latest_entity_values(LANGUAGE), "")
        self.state = state.read_state(tracker, domain)

    def answer(
        self,
        question: Question,
        hits: list[Hit],
        suggestions: list[Suggestion],
        *,
        is_follow_up: bool = False,
    ) -> Reply:
        """Quote the first hit under its heading, with its source and the disclaimer.

        Args:
            question: What is answered.
            hits: Passages that answer it, best first.
            suggestions: What is offered under it.
            is_follow_up: It hangs on what was spoken of before.
        """
        disclaimer = self._wordings.text_of(
            "utter_disclaimer_short" if self._disclaimed else "utter_disclaimer"
        )
        turn = render.make_answer(
            self._name_question(question, is_follow_up=is_follow_up),
            hits,
            preface=self._preface,
            disclaimer=disclaimer,
            suggestions=suggestions,
        )
        remembered = self._remember(question, hits, suggestions, is_follow_up=is_follow_up)
        return self._show(
            turn,
            "utter_answer",
            [*remembered, SlotSet("disclaimed", True)],
            hits,
            heading=hits[0].passage.heading,
            extract=hits[0].passage.text,
            source=render.format_source(hits[0]),
            disclaimer=disclaimer,
            choices=self._list_choices("utter_further", suggestions),
        )

    def advise(
        self,
        question: Question,
        response: str,
        hits: list[Hit],
        suggestions: list[Suggestion],
        *,
        is_follow_up: bool = False,
    ) -> Reply:
        """Say whom to ask, then quote the first hit as what holds in general.

        Args:
            question: What was asked.
            response: The wording of domain.yml for its matter.
            hits: Passages on it, best first; none when the library has none.
            suggestions: What is offered under it.
            is_follow_up: It hangs on what was spoken of before.
        """
        # The wording says whom to ask: the disclaimer does not say it again.
        disclaimer = self._wordings.text_of("utter_disclaimer_short")
        turn = render.make_advice(
            question.text,
            hits,
            preface=self._preface,
            text=self._wordings.text_of(response),
            disclaimer=disclaimer,
            suggestions=suggestions,
        )
        heading = "utter_further" if hits else "utter_covered"
        return self._show(
            turn,
            response,
            self._remember(question, hits, suggestions, is_follow_up=is_follow_up),
            hits,
            general=self._wordings.in_general(hits),
            disclaimer=disclaimer,
            choices=self._list_choices(heading, suggestions),
        )

    def advise_without_library(self, response: str, err: Exception) -> Reply:
        """Say whom to ask when the library cannot be used."""
        logger.error("search failed", exc_info=err)
        # Nothing was searched: what was asked before stays.
        return replace(self.advise(Question(""), response, [], []), events=list(REPLIED))

    def clarify(self, question: Question, hits: Sequence[Hit]) -> Reply:
        """Ask which of some readings is meant."""
        choices = render.make_suggestions(hits, without=(), limit=len(hits))
        turn = self._make_clarify(question.text, "utter_clarify", choices)
        turn["answer_id"] = render.make_id()
        return self._ask_back("utter_clarify", question, turn, is_follow_up=False)

    def offer(
        self,
        question: Question,
        nearest: list[Suggestion],
        *,
        is_follow_up: bool = False,
        response: str = "utter_unsure",
    ) -> Reply:
        """Say that it is not sure that a passage answers, and offer the nearest.

        Args:
            question: What was asked.
            nearest: What is offered.
            is_follow_up: It hangs on what was spoken of before.
            response: The words of domain.yml above the offers.
        """
        name = self._name_question(question, is_follow_up=is_follow_up)
        turn = self._make_clarify(name, response, nearest)
        turn["answer_id"] = render.make_id()
        return self._ask_back(response, question, turn, is_follow_up=is_follow_up)

    def offer_unseen(self, hits: Sequence[Hit], response: str, *, otherwise: str) -> Reply:
        """Offer for the last question what the conversation has not shown.

        Args:
            hits: What may be offered, best first.
            response: The words of domain.yml above the offers.
            otherwise: Those where there is nothing new.
        """
        nearest = render.make_suggestions(hits, without=self.state.shown, limit=MAX_OFFERS)
        if not nearest or self.state.question is None:
            return self.respond(otherwise)
        return self.offer(self.state.question, nearest, is_follow_up=True, response=response)

    def refuse(
        self, question: Question, nearest: list[Suggestion], *, is_follow_up: bool = False
    ) -> Reply:
        """Say that the documents do not cover the question, whom to ask, and what they have."""
        response = judge.choose_refusal(question)
        turn = render.make_abstain(
            self._name_question(question, is_follow_up=is_follow_up),
            preface=self._preface,
            text=self._wordings.text_of(response),
            suggestions=nearest,
        )
        return self._show(
            turn,
            response,
            self._remember(question, [], nearest, is_follow_up=is_follow_up),
            (),
            choices=self._list_choices("utter_covered", nearest),
        )

    def refuse_language(self, question: Question) -> Reply:
        """Say in the language of a message, and in English, that answers are in English."""
        own = self._wordings.own_language(self.language)
        outcome: Abstain = {
            "kind": "abstain",
            "text": "",
            "suggestions": [],
            "resolved_query": question.text,
        }
        return replace(self.respond("utter_english_only", own_language=own), outcome=outcome)

    def repeat_offers(self, response: str, offers: state.Offers) -> Reply:
        """Utter a response of domain.yml about the choices that stay open."""
        text = self._wordings.text_of(response).format(count=len(offers), choices="")
        turn = render.make_clarify("", preface=self._preface, text=text, suggestions=offers)
        values = {"count": len(offers), "choices": self._channel.list_choices("", offers)}
        events = [*REPLIED, SlotSet("offers", offers)]
        return Reply(response, {**values, **self._channel.attach(turn)}, events, turn)

    def respond(self, response: str, **values: object) -> Reply:
        """Utter a response of domain.yml; what was asked stays as it was."""
        events = [*REPLIED, SlotSet("offers", state.buttons_of(self._domain, response))]
        # Other buttons than the choices asked about: a "yes" no longer asks which of them.
        if self.state.question and self.state.question.is_open:
            events.append(SlotSet("asked", asdict(replace(self.state.question, is_open=False))))
        return Reply(response, values, events)

    def apologise(self, err: Exception) -> Reply:
        """Say that the library cannot be used."""
        logger.error("search failed", exc_info=err)
        outcome: Abstain = {"kind": "abstain", "text": "", "suggestions": []}
        return Reply("utter_search_unavailable", outcome=outcome)

    def suggest_rest(self, hit: Hit) -> Suggestion:
        """Return the button that leads to the next part of a section."""
        title = self._wordings.text_of("utter_go_on").format(heading=hit.passage.heading)
        return {**render.make_suggestion(hit), "title": render.shorten_title(title)}

    def _ask_back(
        self, response: str, question: Question, turn: Clarify, *, is_follow_up: bool
    ) -> Reply:
        choices, asked = turn["suggestions"], replace(question, is_open=True)
        return self._show(
            turn,
            response,
            self._remember(asked, [], choices, is_follow_up=is_follow_up),
            (),
            choices=self._channel.list_choices("", choices),
        )

    def _make_clarify(self, name: str, response: str, choices: list[Suggestion]) -> Clarify:
        text = self._wordings.text_of(response)
        return render.make_clarify(name, preface=self._preface, text=text, suggestions=choices)

    def _show(
        self,
        turn: Answer | Advice | Clarify | Abstain,
        response: str,
        events: state.Events,
        hits: Sequence[Hit],
        **values: object,
    ) -> Reply:
        """Return the reply that shows a turn in the words of a response, and what it quotes."""
        preface = f"{self._preface}\n" if self._preface else ""
        values = {"preface": preface, **values, **self._channel.attach(turn)}
        topic = hits[0].document.topic if hits else ""
        return Reply(response, values, events, turn, topic)

    def _list_choices(self, response: str, choices: Sequence[Suggestion]) -> str:
        return self._channel.list_choices(self._wordings.text_of(response), choices)

    def _remember(
        self,
        question: Question,
        hits: Sequence[Hit],
        offers: Sequence[Suggestion],
        *,
        is_follow_up: bool,
    ) -> state.Events:
        remembered = self.state.remember_turn(question, hits, is_follow_up=is_follow_up)
        return [*REPLIED, *remembered, SlotSet("offers", [dict(offer) for offer in offers])]

    def _name_question(self, question: Question, *, is_follow_up: bool) -> str:
        """Return a question in words that a person can read, with what it hangs on."""
        before = self.state.thread.questions
        if before == (question.text,):  # more on the question that opened the thread
            return question.text
        about = self.state.about[-1:] or before[-1:]
        return f"{question.text} (about: {about[0]})" if is_follow_up and about else question.text
