"""A follow-up and the question before it."""

import pytest

from actions.merge import merge, referents
from actions.resolve import Question

LUPUS = Question("how is lupus treated?", "lupus", {"lupus": 0.8}, True, {"condition": ["lupus"]})
SCAN = Question(
    "what happens during a bone density scan?",
    "osteoporosis",
    {"bone_density_scan": 0.9},
    True,
    {"test": ["bone density scan"]},
    about="The bone density scan (DXA)",
)
MEN = Question("do men get osteoporosis", "osteoporosis", {"men": 0.9}, True)
MEN = Question(
    MEN.text, MEN.subject, MEN.confidences, True, {"person": ["men"], "condition": ["osteoporosis"]}
)
SMOKING = Question("does smoking harm your bones", "osteoporosis", about="Preventing osteoporosis")


def said(text: str, **things: str) -> Question:
    return Question(text, "osteoporosis", {}, False, {label: [n] for label, n in things.items()})


@pytest.mark.parametrize(
    ("last", "message", "searched"),
    [
        (LUPUS, said("what about coeliac disease?", condition="coeliac disease"),
         "how is coeliac disease treated?"),
        (LUPUS, said("multiple sclerosis?", condition="multiple sclerosis"),
         "how is multiple sclerosis treated?"),
        (LUPUS, said("and in men?", person="men"), "how is lupus treated in men"),
        (MEN, said("and women?", person="women"), "do women get osteoporosis"),
        (LUPUS, said("and the side effects?"), "the side effects (lupus)"),
        (LUPUS, said("symptoms?"), "symptoms (lupus)"),
        (LUPUS, said("what are the symptoms?"), "what are the symptoms (lupus)"),
        (MEN, said("why?"), "why do men get osteoporosis"),
        (SCAN, said("which parts of the body?"), "which parts of the body (bone density scan)"),
        (SMOKING, said("and alcohol?"), "does smoking harm your bones alcohol?"),
    ],
)  # fmt: skip
def test_merge_completes_a_fragment(last: Question, message: Question, searched: str) -> None:
    assert merge(message, last)[0].text == searched


@pytest.mark.parametrize(
    ("last", "message", "searched"),
    [
        (SCAN, said("does it hurt?"), "does bone density scan hurt?"),
        (SCAN, said("hm. is that dangerous"), "is bone density scan dangerous"),
        (SCAN, said("what are its risks"), "what are bone density scan's risks"),
        (SCAN, said("is this test accurate?"), "is bone density scan accurate?"),
        (LUPUS, said("can they prevent it?"), "can they prevent lupus?"),
        (LUPUS, said("can it cause osteoporosis?", condition="osteoporosis"),
         "can lupus cause osteoporosis?"),
    ],
)  # fmt: skip
def test_merge_puts_the_referent_for_a_pronoun(
    last: Question, message: Question, searched: str
) -> None:
    assert searched in [question.text for question in merge(message, last)]


@pytest.mark.parametrize(
    ("last", "message", "searched"),
    [
        (LUPUS, said("no, I meant psoriatic arthritis", condition="psoriatic arthritis"),
         "how is psoriatic arthritis treated?"),
        (LUPUS, said("not lupus, RA", condition="lupus"), "how is RA treated?"),
        (LUPUS, said("sorry, coeliac not lupus", condition="coeliac disease"),
         "how is coeliac treated?"),
        (SCAN, said("no, the blood test", test="blood test"),
         "what happens during a blood test?"),
        (LUPUS, said("actually i wanted to know the symptoms"), "the symptoms (lupus)"),
    ],
)  # fmt: skip
def test_merge_replaces_what_is_taken_back(
    last: Question, message: Question, searched: str
) -> None:
    assert merge(message, last)[0].text == searched


@pytest.mark.parametrize(
    "message",
    [
        said("what happens after a low bone density result?", test="bone density"),
        said("is it safe to exercise with osteoporosis?", condition="osteoporosis"),
        said("and how do you treat crohns, do they go away?", condition="Crohn's disease"),
        said("so can a spine bone break and you not notice it", body_part="spine"),
        said("i read that steroids thin your bones, is that true?", medicine="steroids"),
        said("what about teenagers, how do they build good bones", person="teenagers"),
        said("grab rails and bath mats where do they go"),
        said("how long does it take to get over a broken hip", condition="hip fracture"),
        said("lupus rash and other symptoms", condition="lupus"),
        said("how many ounces in a pound"),
    ],
)
def test_merge_leaves_a_complete_question_alone(message: Question) -> None:
    assert merge(message, LUPUS) == []


def test_merge_leaves_what_is_surely_about_something_else() -> None:
    message = Question("and the weather?", confidences={"out_of_scope": 0.6})

    assert merge(message, LUPUS) == []


def test_merge_without_a_last_question_does_nothing() -> None:
    assert merge(said("why?"), Question("")) == []


def test_a_merged_question_carries_the_understanding_of_both() -> None:
    message = Question(
        "what about coeliac disease?",
        confidences={"coeliac_disease": 0.6, "out_of_scope": 0.2},
        is_understood=True,
        things={"condition": ["coeliac disease"]},
    )

    (merged,) = merge(message, LUPUS)

    assert merged.subject == "coeliac disease"
    assert merged.things == {"condition": ["coeliac disease"]}
    assert merged.confidences == {"lupus": 0.4, "coeliac_disease": 0.3, "out_of_scope": 0.0}


@pytest.mark.parametrize(
    ("last", "names"),
    [
        (LUPUS, ["lupus"]),
        (SCAN, ["bone density scan"]),
        (SMOKING, ["Preventing osteoporosis"]),
        (Question("hm", "osteoporosis"), ["osteoporosis"]),
    ],
)
def test_referents_are_what_the_question_named_or_the_document_shown(
    last: Question, names: list[str]
) -> None:
    assert referents(last) == names
