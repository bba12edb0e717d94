"""benchmarks/conversations/check.py: what counts as right."""

import pytest

from benchmarks.conversations.check import (
    check_conversations,
    check_questions,
    check_red_flags,
    is_right,
    share,
)

ANSWER = {"kind": "answer", "text": "Bones are thin.", "suggestions": [{"passage_id": "a#b"}]}
ADVICE = {"kind": "advice", "text": "Ask a doctor.", "quote": "Bones are thin."}


@pytest.mark.parametrize(
    ("expect", "reply", "right"),
    [
        ({"kind": ["answer"], "any": ["thin"]}, ANSWER, True),
        ({"kind": ["answer"], "any": ["thick"]}, ANSWER, False),
        ({"kind": ["abstain"], "any": ["thin"]}, ANSWER, False),
        ({"kind": ["abstain"], "or_any": ["thin"]}, ANSWER, True),
        ({"kind": ["answer"], "not": ["thin"]}, ANSWER, False),
        ({"kind": ["advice"], "any": ["thin"]}, ADVICE, True),
        ({"text_not": ["doctor"]}, ADVICE, False),
        ({"quote_any": ["thin"]}, ADVICE, True),
        ({"quote_not": ["."]}, ADVICE, False),
        ({"quote_not": ["."]}, {"kind": "advice", "text": "Ask."}, True),
    ],
)
def test_a_reply_is_right_when_it_is_all_that_is_expected(expect, reply, right):
    assert is_right(expect, reply) is right


def test_questions_count_what_is_right_and_what_is_offered():
    rows = [
        {"q": "1", "expect": {"any": ["thin"], "where": "x#y"}},
        {"q": "2", "expect": {"any": ["thick"], "where": ["x#y", "a#b"]}},
        {"q": "3", "expect": {"any": ["thick"], "where": "x#y"}},
    ]
    missed = []

    printed = check_questions(
        rows, lambda: lambda text: ANSWER, lambda row, reply, said: missed.append(said)
    )

    assert printed.startswith("1/3 = 0.333")
    assert "or among the offers 2/3" in printed
    assert missed == ["2", "3"]


def test_red_flags_count_found_fitting_and_false():
    said = {"a": "stroke", "b": "chest", "c": None, "d": "chest", "e": None}
    rows = [
        *({"q": q, "expect": {"flag": True, "kind": ["stroke"]}} for q in "abc"),
        *({"q": q, "expect": {"flag": False}} for q in "de"),
    ]

    def converse():
        return lambda q: {"kind": "emergency" if said[q] else "answer", "flag": said[q]}

    printed = check_red_flags(rows, converse, lambda *missed: None)

    shares = [part.split(" = ")[0].split()[-1] for part in printed.split(" | ")]
    assert shares == ["2/3", "1/3", "1/2"]


def test_conversations_are_one_conversation_each():
    rows = [{"turns": ["1", "2"], "each": [{}, {"any": ["^2$"]}]}] * 2
    started = []

    def say(text):
        started[-1].append(text)
        return {"kind": "answer", "text": str(len(started[-1]))}

    def converse():
        started.append([])
        return say

    printed = check_conversations(rows, converse, lambda *missed: None)

    assert printed.startswith("turns 4/4")
    assert started == [["1", "2"], ["1", "2"]]


def test_share_has_its_interval():
    assert share(0, 0) == "none"
    assert share(8, 10) == "8/10 = 0.800 [0.490, 0.943]"
