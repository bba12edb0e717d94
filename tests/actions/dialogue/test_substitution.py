"""A message that only names another thing, and what it then asks."""

from typing import Any

import pytest

from actions.dialogue.substitution import substitute_thing
from actions.question import Question

RA = "rheumatoid arthritis"
TREATED = [("how is rheumatoid arthritis treated?", {"condition": [RA]})]
LUPUS = {"condition": ["lupus"]}
STEROIDS = Question("and steroids?", things={"medicine": ["steroids"]})


@pytest.mark.parametrize(
    "message",
    [
        *("and lupus?", "what about lupus", "lupus", "how about lupus then?", "sorry, lupus"),
        *("no, I meant lupus", "actually lupus", "it's lupus", "not rheumatoid arthritis, lupus"),
    ],
)
def test_the_thing_named_takes_the_place_of_the_one_asked_about(message: str) -> None:
    things = {"condition": [RA, "lupus"] if RA in message else ["lupus"]}

    assert substitute_thing(Question(message, things=things), TREATED) == "how is lupus treated?"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([("Can Methotrexate harm me?", {"medicine": ["methotrexate"]})], "Can steroids harm me?"),
        # "Is it safe?" named nothing itself.
        (
            [("what is methotrexate?", {"medicine": ["methotrexate"]}), ("is it safe?", {})],
            "is it safe (steroids)",
        ),
        # The last thing of that kind counts.
        (
            [
                ("what is methotrexate?", {"medicine": ["methotrexate"]}),
                ("what do bisphosphonates do?", {"medicine": ["bisphosphonates"]}),
            ],
            "what do steroids do?",
        ),
    ],
)
def test_what_was_asked_is_asked_again(asked: list[Any], expected: str) -> None:
    assert substitute_thing(STEROIDS, asked) == expected


@pytest.mark.parametrize(
    ("message", "things"),
    [
        ("is lupus painful?", LUPUS),
        ("does lupus hurt", LUPUS),
        ("lupus symptoms", LUPUS),
        ("what can I do about lupus", LUPUS),
        ("and rheumatoid arthritis?", {"condition": [RA]}),
        ("and a bone scan?", {"test": ["bone scan"]}),
        ("and then?", {}),
    ],
    ids=["verb", "does", "more-words", "what-can-I-do", "the-same", "another-kind", "nothing"],
)
def test_what_says_more_or_names_nothing_new_stays_as_it_is(
    message: str, things: dict[str, list[str]]
) -> None:
    assert substitute_thing(Question(message, things=things), TREATED) is None


@pytest.mark.parametrize(
    "asked", [[], [("how do I sleep better?", {})]], ids=["nothing", "no-kind"]
)
def test_without_a_thing_of_that_kind_before_nothing_is_put_in_place(asked: list[Any]) -> None:
    assert substitute_thing(Question("and lupus?", things=LUPUS), asked) is None


def test_only_whole_words_are_replaced() -> None:
    asked = [("do hips and shipshape floors matter?", {"condition": ["hips"]})]

    changed = substitute_thing(Question("and knees?", things={"condition": ["knees"]}), asked)

    assert changed == "do knees and shipshape floors matter?"
