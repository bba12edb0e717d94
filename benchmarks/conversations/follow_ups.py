"""Measure follow-ups and questions back: `python -m benchmarks follow-ups`.

Plays the conversations of tests/data through the actions with a real tracker: the trained model
understands the messages (bot/evaluation/parse.py), data/rules.yml names the action, domain.yml the
responses. `--cast FILE` measures the ranking alone on conversations in the form of TREC CAsT,
`--fit` fits anew what tells follow-ups from fresh questions (benchmarks/conversations/threads.py).
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.advise import ActionAdvise
from actions.answer import ActionAnswerQuestion, ActionFollowUp
from actions.sources import ActionDescribeSources
from benchmarks import files
from benchmarks.conversations import check, threads
from benchmarks.files import DATA, ROOT
from benchmarks.retrieval.libraries import understand
from knowledge import Retriever, Settings
from profiles import MadeWords, make_words, read_current

RESULTS = files.RESULTS / "follow_ups.json"
# Asked before a question that nothing covers.
OPENERS = (
    "what is lupus?",
    "how is osteoporosis treated?",
    "what happens during a bone density scan?",
)
Payload = dict[str, Any]


@dataclass
class Conversation:
    """A conversation with the actions, without servers.

    Attributes:
        slots: What Rasa would keep.
        events: What Rasa would send.
    """

    understood: Mapping[str, dict[str, Any]]
    slots: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def say(self, text: str) -> Payload:
        """Return the payload that the bot sends for a message; empty where it sends none."""
        message = self.understood[text]
        self.events.append({"event": "user", "text": text})
        action = action_for((message.get("intent") or {}).get("name") or "nlu_fallback")
        if action.startswith("utter_"):
            self.events.append({"event": "action", "name": action})
            return _payload_of(action)
        if action not in actions():
            return {}
        tracker = Tracker(
            "benchmark", dict(self.slots), message, list(self.events), False, None, {}, action
        )
        tracker.get_latest_input_channel = lambda: "rest"
        dispatcher = CollectingDispatcher()
        made = actions()[action]
        for event in asyncio.run(made.run(dispatcher, tracker, domain())):
            self.events.append(dict(event))
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        self.events.append({"event": "action", "name": action})
        sent = dispatcher.messages[-1]
        return sent.get("custom") or _payload_of(sent["response"], sent)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a conversation ended.

    Attributes:
        kind: Of the conversation.
        turns: What the user said.
        is_right: The last turn is what the set expects.
        resolved: What was searched last.
        found: The passage quoted last, or the kind of the turn.
    """

    kind: str
    turns: tuple[str, ...]
    is_right: bool
    resolved: str
    found: str
    latency_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a conversation: its id, what was said, whether the reply is right, the reply."""

    case: str
    text: str
    is_right: bool
    sent: Payload


def play(case: Mapping[str, Any], understood: Mapping[str, dict[str, Any]]) -> Outcome:
    """Return the outcome of a conversation of tests/data/conversations.jsonl."""
    conversation = Conversation(understood)
    sent: list[Payload] = []
    latency_ms = 0.0
    for text in case["turns"]:
        started = time.perf_counter()
        sent.append(conversation.say(text))
        latency_ms = (time.perf_counter() - started) * 1000
    last = sent[-1]
    return Outcome(
        kind=case["kind"],
        turns=tuple(case["turns"]),
        is_right=_is_expected(case, sent),
        resolved=str(last.get("resolved_query", "")),
        found=_first_passage(last) or str(last.get("kind")),
        latency_ms=latency_ms,
    )


def play_fresh(case: Mapping[str, Any], understood: Mapping[str, dict[str, Any]]) -> Outcome:
    """Return the outcome of a fresh question: right when its context changes nothing shown."""
    conversation = Conversation(understood)
    for text in case["context"]:
        conversation.say(text)
    last = conversation.say(case["question"])
    alone = Conversation(understood).say(case["question"])
    same = all(
        read(last) == read(alone) for read in (_first_passage, lambda sent: sent.get("kind"))
    )
    return Outcome(
        kind="fresh",
        turns=(*case["context"], case["question"]),
        is_right=same,
        resolved=str(last.get("resolved_query", "")),
        found=f"{_first_passage(last)} (alone {_first_passage(alone)})",
    )


def play_single(message: str, understood: Mapping[str, dict[str, Any]], *, kind: str) -> Outcome:
    """Return whether a message that opens a conversation is asked back (`kind` vague) or not."""
    last = Conversation(understood).say(message)
    is_asked_back = last.get("kind") == "clarify"
    return Outcome(
        kind=kind,
        turns=(message,),
        is_right=is_asked_back == (kind == "vague"),
        resolved=str(last.get("resolved_query", "")),
        found=" | ".join(s["title"] for s in last.get("suggestions", ()))
        if is_asked_back
        else _first_passage(last) or str(last.get("kind")),
    )


def play_talk(case: Mapping[str, Any], understood: Mapping[str, dict[str, Any]]) -> list[Turn]:
    """Return the turns of a conversation, each judged by what its row expects."""
    conversation, turns = Conversation(understood), []
    for text, expect in zip(case["turns"], case["each"], strict=True):
        sent = conversation.say(text)
        is_right = not expect or check.is_right(expect, sent)
        turns.append(Turn(str(case["id"]), text, is_right, sent))
    return turns


def measure_talks(cases: Sequence[Mapping[str, Any]], *, listing: bool) -> dict[str, float]:
    """Return the shares of turns, of last turns and of whole conversations that are right."""
    messages = list(dict.fromkeys(text for case in cases for text in case["turns"]))
    understood = dict(zip(messages, understand(messages), strict=True))
    played = [play_talk(case, understood) for case in cases]
    for turn in (turn for turns in played for turn in turns if listing and not turn.is_right):
        name = _first_passage(turn.sent) or turn.sent.get("response", "")
        print(f"{turn.case} {turn.sent.get('kind')} “{turn.text}” -> {name}")
    return {
        "n_conversations": len(played),
        "turns": _mean([turn.is_right for turns in played for turn in turns]),
        "last_turn": _mean([turns[-1].is_right for turns in played]),
        "whole": _mean([all(turn.is_right for turn in turns) for turns in played]),
    }


def play_between(
    rows: Sequence[Mapping[str, Any]], talks: Sequence[Mapping[str, Any]]
) -> dict[str, float]:
    """Return how many single questions are right alone, and in the middle of a conversation."""
    chance = random.Random(0)
    between = [[*chance.choice(talks)["turns"][:2], row["q"]] for row in rows]
    messages = list(dict.fromkeys(text for texts in between for text in texts))
    understood = dict(zip(messages, understand(messages), strict=True))
    alone, after = [], []
    for row, texts in zip(rows, between, strict=True):
        alone.append(check.is_right(row["expect"], Conversation(understood).say(row["q"])))
        conversation = Conversation(understood)
        sent = [conversation.say(text) for text in texts]
        after.append(check.is_right(row["expect"], sent[-1]))
    return {"n": len(rows), "alone": _mean(alone), "in_a_conversation": _mean(after)}


def play_uncovered(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return how many questions that nothing covers are answered, alone and after another."""
    asked = [row["question"] for row in rows]
    messages = list(dict.fromkeys([*OPENERS, *asked]))
    understood = dict(zip(messages, understand(messages), strict=True))
    answered = {"n": len(asked), "alone": 0}
    for opener in ("", *OPENERS):
        for text in asked:
            conversation = Conversation(understood)
            if opener:
                conversation.say(opener)
            name = opener or "alone"
            kind = conversation.say(text).get("kind")
            answered[name] = answered.get(name, 0) + (kind == "answer")
    return dict(answered)


def measure(split: str) -> list[Outcome]:
    """Return the outcomes of a split, "development" or "held_out"."""
    conversations, fresh = read("conversations", split), read("fresh", split)
    vague, clear = read("vague", split), read("answerable", split)
    messages = [
        *(text for case in conversations for text in case["turns"]),
        *(text for case in fresh for text in (*case["context"], case["question"])),
        *(case["message"] for case in vague),
        *(case["question"] for case in clear),
    ]
    unique = list(dict.fromkeys(messages))
    understood = dict(zip(unique, understand(unique), strict=True))
    return [
        *(play(case, understood) for case in conversations),
        *(play_fresh(case, understood) for case in fresh),
        *(play_single(case["message"], understood, kind="vague") for case in vague),
        *(play_single(case["question"], understood, kind="clear") for case in clear),
    ]


def summarise(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the share of right outcomes of each kind, and of all conversations together."""
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    shares = {kind: _share([o for o in outcomes if o.kind == kind]) for kind in kinds}
    last_turns = [o for o in outcomes if o.kind not in ("fresh", "vague", "clear")]
    return {
        "n_conversations": len(last_turns),
        "last_turn_right": _share(last_turns),
        "fresh_bent": 1 - shares.get("fresh", 1.0),
        "clear_asked_back": 1 - shares.get("clear", 1.0),
        **{f"right_{kind}": share for kind, share in shares.items()},
    }


def read(name: str, split: str) -> list[dict[str, Any]]:
    """Return the rows of a set of tests/data that belong to a split."""
    text = (DATA / f"{name}.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return [row for row in rows if row["split"] == split]


def action_for(intent: str) -> str:
    """Return the action that data/rules.yml gives an intent."""
    return _rules().get(intent, "action_answer_question")


@cache
def _rules() -> dict[str, str]:
    rules = yaml.safe_load((ROOT / "data" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    actions_of: dict[str, str] = {}
    for steps in (rule["steps"] for rule in rules if len(rule["steps"]) > 1):
        for step in steps[0].get("or", [steps[0]]):
            if "intent" in step:
                actions_of[step["intent"]] = steps[1]["action"]
    return actions_of


@cache
def domain() -> dict[str, Any]:
    """Return domain.yml as Rasa sends it, in the words of the profile."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    words = make_words(read_current().assistant, MadeWords())
    return {**content, "responses": words.word(content["responses"])}


@cache
def actions() -> dict[str, Any]:
    """Return the actions by name, over one retriever."""
    settings = Settings()
    retriever = Retriever.open(settings)
    kinds = (ActionAnswerQuestion, ActionFollowUp, ActionAdvise)
    made: list[Any] = [kind(lambda: retriever, lambda: settings) for kind in kinds]
    return {a.name(): a for a in (*made, ActionDescribeSources(lambda: retriever))}


def _is_expected(case: Mapping[str, Any], sent: Sequence[Payload]) -> bool:
    passage, expect = _first_passage(sent[-1]), case.get("expect")
    if not expect:
        return passage in case["passages"]
    if expect == "more":
        return passage is not None and passage not in map(_first_passage, sent[:-1])
    offers = sent[-2].get("suggestions", [])
    place = expect.removeprefix("offer:")
    row = -1 if place == "last" else int(place) - 1
    if not -len(offers) <= row < len(offers) or not passage:
        return False
    title, cited = offers[row]["title"], sent[-1]["citations"][0]
    return title in (cited["title"], cited["section"].split(" > ")[-1])


def _first_passage(sent: Payload) -> str | None:
    citations = sent.get("citations") or [{}]
    passage: str | None = citations[0].get("passage_id")
    return passage


def _payload_of(response: str, values: Mapping[str, Any] | None = None) -> Payload:
    variant = domain()["responses"].get(response, [{}])[0]
    return {
        "kind": (variant.get("metadata") or {}).get("kind"),
        "text": _fill(str(variant.get("text", "")), values or {}),
        "suggestions": variant.get("buttons") or [],
        "response": response,
    }


def _fill(text: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _share(outcomes: Sequence[Outcome]) -> float:
    return sum(o.is_right for o in outcomes) / len(outcomes) if outcomes else 0.0


def main() -> int:
    """Print the figures, and of the development split every failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("development", "held_out"))
    parser.add_argument("--cast", type=Path, help="conversations in the form of TREC CAsT")
    parser.add_argument("--json", action="store_true", help="print JSON on one line")
    parser.add_argument("--fit", action="store_true", help="fit the weights of follow-ups anew")
    args = parser.parse_args()
    if args.fit:
        print(json.dumps(threads.fit(), indent=2))
        return 0
    if args.cast:
        figures = threads.measure_cast(args.cast, Settings.from_env())
        print(json.dumps(figures, indent=None if args.json else 2))
        return 0
    splits = [args.split] if args.split else ["development", "held_out"]
    results: dict[str, Any] = {}
    for name in splits:
        outcomes = measure(name)
        results[name] = summarise(outcomes)
        for outcome in outcomes if name == "development" else ():
            if not outcome.is_right:
                print(f"{outcome.kind}: {' / '.join(outcome.turns)}")
                print(f"    searched “{outcome.resolved}”, found {outcome.found}")
        results[name]["uncovered_answered"] = play_uncovered(read("unanswerable", name))
        results[name]["talks"] = measure_talks(read("talks", name), listing=name == "development")
    if "development" in splits:
        real = threads.read("real/conversations.jsonl")
        results["real"] = measure_talks(real, listing=True)
        results["fresh_real"] = play_between(threads.read("real/answerable.jsonl"), real)
    text = json.dumps(results, indent=2)
    if not args.split:
        RESULTS.write_text(text + "\n", encoding="utf-8")
    print(json.dumps(results) if args.json else text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
