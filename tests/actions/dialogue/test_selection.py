"""Which offer a message picks."""

from typing import Any

import pytest

from actions.dialogue.selection import find_place, match_title, select_offer
from actions.dialogue.state import buttons_of
from actions.question import Utterance

OFFERS = [
    {"title": title, "payload": title}
    for title in ("How is lupus treated?", "What causes lupus?", "What happens at a blood test?")
]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2", 2),
        ("3.", 3),
        ("number three", 3),
        ("option 1 please", 1),
        ("the second one", 2),
        ("can you show me the 2nd one", 2),
        ("I\u2019d like the first one, thanks", 1),
        ("how about the last one", -1),
        ("the last but one", -2),
        ("no 2", 2),
        ("the top one", 1),
        ("what about number two?", 2),
    ],
)
def test_the_place_that_a_message_names_is_found(text: str, place: int) -> None:
    assert find_place(Utterance(text)) == place


@pytest.mark.parametrize(
    "text",
    [
        *("", "2 years", "for 2 years", "which one?", "one", "that one", "the second test"),
        *("is 2 enough?", "first aid", "what comes first", "how are bone scans done", "1 or 2"),
    ],
)
def test_anything_else_names_no_place(text: str) -> None:
    assert find_place(Utterance(text)) is None


@pytest.mark.parametrize("text", ["2", "the second one", "the last but one"])
def test_the_offer_in_that_place_is_selected(text: str) -> None:
    place = find_place(Utterance(text))

    assert place is not None
    assert select_offer(OFFERS, place) == OFFERS[1]


@pytest.mark.parametrize("text", ["0", "4", "99", "the tenth one"])
def test_a_place_out_of_range_has_no_offer(text: str) -> None:
    place = find_place(Utterance(text))

    assert place is not None
    assert select_offer(OFFERS, place) is None


@pytest.mark.parametrize("text", ["How is lupus treated?", "how is LUPUS treated? "])
def test_match_title_takes_the_title(text: str) -> None:
    assert match_title(Utterance(text), OFFERS) == OFFERS[0]


def test_match_title_takes_most_of_the_words() -> None:
    assert match_title(Utterance("lupus treated"), OFFERS) == OFFERS[0]


@pytest.mark.parametrize(
    "text", ["how are bone scans done", "what happens at the test", "is lupus treated"]
)
def test_match_title_leaves_a_question_of_its_own(text: str) -> None:
    assert match_title(Utterance(text), OFFERS) is None


@pytest.mark.parametrize("text", ["the blood one", "the blood test one", "The test one"])
def test_match_title_takes_the_one_with_these_words(text: str) -> None:
    assert match_title(Utterance(text), OFFERS) == OFFERS[2]


@pytest.mark.parametrize(
    "text",
    [
        "lupus",
        "blood",
        "the lupus one",
        "the bone one",
        "and the kidneys?",
        "what is a blood clot",
        "?",
    ],
)
def test_match_title_leaves_what_names_none_or_several(text: str) -> None:
    assert match_title(Utterance(text), OFFERS) is None


@pytest.mark.parametrize(
    "text",
    [
        "osteoporosis",
        "disease",
        "bones",
        "autoimmune",
        "what is osteoporosis",
        "do I have strong bones",
    ],
)
def test_a_word_or_two_pick_no_button_of_a_greeting(domain: dict[str, Any], text: str) -> None:
    starters = buttons_of(domain, "utter_greet")

    assert len(starters) >= 3
    assert match_title(Utterance(text), starters) is None


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("key", ["title", "payload"])
def test_a_button_of_a_greeting_is_picked_by_its_words(
    domain: dict[str, Any], place: int, key: str
) -> None:
    starters = buttons_of(domain, "utter_greet")

    assert match_title(Utterance(starters[place][key].upper()), starters) == starters[place]
