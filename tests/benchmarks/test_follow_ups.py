"""Scoring of conversations: what counts as the right last turn."""

import json
import re
import zlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.conversations import follow_ups, threads
from benchmarks.conversations.follow_ups import Conversation, Outcome
from knowledge import Settings


def answer(passage: str, *offers: str) -> dict[str, Any]:
    cited = {"passage_id": passage, "title": passage.split("#")[0], "section": passage}
    return {"citations": [cited], "suggestions": [{"title": title} for title in offers]}


@pytest.mark.parametrize(
    ("case", "sent", "expected"),
    [
        ({"passages": ["a#1", "a#2"]}, [answer("a#2")], True),
        ({"passages": ["a#1"]}, [answer("b#1")], False),
        ({"passages": ["a#1"]}, [{"kind": "abstain"}], False),
        ({"expect": "more"}, [answer("a#1"), answer("a#2")], True),
        ({"expect": "more"}, [answer("a#1"), answer("a#1")], False),
        ({"expect": "more"}, [answer("a#1"), {"kind": "chat"}], False),
        ({"expect": "offer:2"}, [answer("a#1", "b#1", "c#1"), answer("c#1")], True),
        ({"expect": "offer:last"}, [answer("a#1", "b#1", "c#1"), answer("b#1")], False),
        ({"expect": "offer:3"}, [answer("a#1", "b#1"), answer("b#1")], False),
    ],
)
def test_the_last_turn_is_right_when_it_shows_what_is_expected(
    case: dict[str, Any], sent: list[dict[str, Any]], expected: bool
) -> None:
    assert follow_ups._is_expected(case, sent) is expected


def test_summarise_counts_what_is_bent_and_what_is_asked_back() -> None:
    rows = [("more", True), ("yes", False), ("fresh", False), ("fresh", True), ("clear", True)]
    outcomes = [Outcome(kind, ("?",), is_right, "", "") for kind, is_right in rows]

    shares = follow_ups.summarise(outcomes)

    assert (shares["n_conversations"], shares["last_turn_right"]) == (2, 0.5)
    assert (shares["fresh_bent"], shares["clear_asked_back"]) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("intent", "action"),
    [
        ("ask_men", "action_answer_question"),
        ("choose_option", "action_follow_up"),
        ("greet", "utter_greet"),
        ("never_heard_of", "action_answer_question"),
    ],
)
def test_the_rules_name_the_action_of_an_intent(intent: str, action: str) -> None:
    assert follow_ups.action_for(intent) == action


def test_a_response_is_remembered_for_what_it_offers() -> None:
    conversation = Conversation({"hi": {"intent": {"name": "greet"}}})

    sent = conversation.say("hi")

    assert sent["suggestions"]
    assert conversation.events[-1] == {"event": "action", "name": "utter_greet"}


class WordEncoder:
    """Counts words in hashed dimensions."""

    manifest = SimpleNamespace(name="words", revision="1")
    dim = 256

    def encode(self, texts: list[str]) -> np.ndarray:
        counts = np.full((len(texts), self.dim), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                counts[row, zlib.crc32(word.encode()) % self.dim] += 1
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    def encode_with_pieces(self, text: str) -> tuple[np.ndarray, list[tuple[int, int, float]]]:
        words = list(re.finditer(r"\w+", text))
        return self.encode([text])[0], [(*word.span(), 1 / len(words)) for word in words]


SCAN = "A bone scan takes ten minutes. You lie on a table while an arm passes over you."
HURTS = "Nothing about a bone scan hurts. It needs no needle and no tube."
RESULTS = "The results of a bone scan are called a T-score. Doctors compare it with young adults."
MILK = "Milk and yoghurt are rich in calcium. Sardines with their bones are too."
SUN = "Sunlight makes vitamin D in the skin, with which calcium is taken up."
# Conversation, what was said, what a person would ask without it, the passage that answers.
TURNS = [
    ("1", "what is a bone scan", "what is a bone scan", SCAN),
    ("1", "does it hurt?", "does a bone scan hurt", HURTS),
    ("1", "and the results?", "what are the results of a bone scan", RESULTS),
    ("2", "which foods have calcium", "which foods have calcium", MILK),
    ("2", "does the sun help?", "does sunlight help with calcium", SUN),
]


def measure_cast(
    folder: Path, monkeypatch: pytest.MonkeyPatch, turns: list[tuple[str, ...]]
) -> dict[str, float]:
    monkeypatch.setattr(threads, "load_encoder", lambda settings, **_: WordEncoder())
    path = folder / "cast.jsonl"
    names = ("conversation", "utterance", "resolved", "passage")
    rows = [json.dumps(dict(zip(names, turn, strict=True))) + "\n" for turn in turns]
    path.write_text("".join(rows), encoding="utf-8")
    return threads.measure_cast(path, replace(Settings(), index=folder / "knowledge.db"))


def test_conversations_in_the_form_of_cast_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = measure_cast(tmp_path, monkeypatch, TURNS)

    ways = ("thread", "message", "resolved", "resolved_and_thread", "fresh")
    assert set(figures) == {"n", *(f"{w}_{what}" for w in ways for what in ("first", "mrr"))}
    assert figures["n"] == 3
    assert figures["resolved_first"] == 1
    assert all(0 <= figures[f"{w}_first"] <= figures[f"{w}_mrr"] <= 1 for w in ways)


def test_a_single_conversation_has_no_fresh_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = measure_cast(tmp_path, monkeypatch, TURNS[:3])

    assert figures["n"] == 2
    assert "fresh_first" not in figures
    # What was shown before does not count: two passages are left, then one.
    assert figures["thread_mrr"] >= 0.75


def test_a_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.jsonl"):
        threads.measure_cast(tmp_path / "none.jsonl", Settings())


@pytest.mark.parametrize(
    ("each", "expected"), [(None, True), ({"kind": ["chat"]}, True), ({"kind": ["answer"]}, False)]
)
def test_a_turn_of_a_talk_is_right_when_it_is_what_the_set_expects(
    each: dict[str, Any] | None, expected: bool
) -> None:
    understood = {"hi": {"intent": {"name": "greet"}}}

    (turn,) = follow_ups.play_talk({"id": 1, "turns": ["hi"], "each": [each]}, understood)

    assert (turn.case, turn.text, turn.is_right) == ("1", "hi", expected)
