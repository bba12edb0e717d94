"""What every platform shows of a turn, whatever its limits."""

import pytest

from bot.channels.messaging.rendering.tap_codes import (
    ChoiceTap,
    FeedbackTap,
    decode_tap,
    message_for_tap,
)
from bot.channels.messaging.rendering.turn import read_turn
from tests.messaging.platforms import PLATFORMS, TURNS, WITH_BUTTONS
from tests.messaging.shown import squash

ANSWERS = [
    "answer",
    "answer_without_address",
    "answer_long",
    "answer_with_list",
    "answer_with_markup",
    "advice",
]
# Whose words are quoted under a heading.
HEADED = [name for name in sorted(TURNS) if TURNS[name].get("heading")]
EMERGENCIES = ["emergency", "emergency_self_harm", "emergency_without_number"]


def shown(platform, turn):
    """Return all that a platform shows of a turn, without space, and how it changes words."""
    found = PLATFORMS[platform]
    words = "".join(found.show(message) for message in found.render(turn))
    return squash(words), lambda text: squash(found.keeps(text))


def taps(platform, turn):
    found = PLATFORMS[platform]
    return [decode_tap(code) for message in found.render(turn) for code in found.taps(message)]


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_source_and_disclaimer_are_there(platform, name):
    turn = TURNS[name]
    words, same = shown(platform, turn)

    assert same(turn["disclaimer"]) in words
    assert same("Source:") in words
    # Slack's links cannot hold a bar.
    assert same(turn["citations"][0]["title"]).replace("|", "/") in words.replace("|", "/")
    assert same(turn["citations"][0]["origin"]) in words


@pytest.mark.parametrize("name", sorted(TURNS))
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_word_of_the_turn_is_there(platform, name):
    turn = TURNS[name]
    words, same = shown(platform, turn)

    assert same(turn["text"]) in words
    assert same(turn.get("quote", "")) in words


@pytest.mark.parametrize("name", HEADED)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_heading_is_read_before_what_is_quoted(platform, name):
    turn = TURNS[name]
    words, same = shown(platform, turn)
    quoted = turn["text"] if turn["kind"] == "answer" else turn["quote"]

    assert words.count(same(turn["heading"])) == 1
    assert words.index(same(turn["heading"])) < words.index(same(quoted))


@pytest.mark.parametrize("name", HEADED)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_heading_is_in_one_message_with_the_first_words(platform, name):
    turn, found = TURNS[name], PLATFORMS[platform]
    quoted = turn["text"] if turn["kind"] == "answer" else turn["quote"]
    start, heading = (squash(found.keeps(text)) for text in (quoted[:40], turn["heading"]))
    messages = [squash(found.show(message)) for message in found.render(turn)]

    (first,) = [message for message in messages if start in message]
    assert heading in first


@pytest.mark.parametrize("name", sorted(name for name in TURNS if TURNS[name].get("preface")))
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_preface_comes_before_everything(platform, name):
    words, same = shown(platform, TURNS[name])

    assert words.startswith(same(TURNS[name]["preface"]))


@pytest.mark.parametrize("name", sorted(TURNS))
@pytest.mark.parametrize("platform", PLATFORMS)
def test_marks_change_nothing(platform, name):
    without = {key: value for key, value in TURNS[name].items() if key != "marks"}

    assert PLATFORMS[platform].render(TURNS[name]) == PLATFORMS[platform].render(without)


@pytest.mark.parametrize("name", HEADED)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_turn_of_an_older_server_is_shown_all_the_same(platform, name):
    new = ("preface", "heading", "marks")
    turn = {key: value for key, value in TURNS[name].items() if key not in new}
    words, same = shown(platform, turn)

    assert same(turn["text"]) in words
    assert same(turn.get("quote", "")) in words
    assert same(turn["citations"][0]["section"]) in words


@pytest.mark.parametrize("name", EMERGENCIES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_emergency_comes_first_with_every_number(platform, name):
    turn = TURNS[name]
    words, same = shown(platform, turn)

    assert words.startswith(same(turn["text"]))
    assert all(same(number["number"]) in words for number in turn["numbers"])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_emergency_is_one_message_and_offers_nothing_else(platform):
    keys = ("suggestions", "answer_id", "citations", "heading")
    stray = {"preface": "Hm.", **{key: TURNS["answer"][key] for key in keys}}

    assert PLATFORMS[platform].render(TURNS["emergency"] | stray) == PLATFORMS[platform].render(
        TURNS["emergency"]
    )
    assert len(PLATFORMS[platform].render(TURNS["emergency"])) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_unknown_kind_is_shown_by_its_words(platform):
    words, same = shown(platform, TURNS["unknown_kind"])

    assert words == same(TURNS["unknown_kind"]["text"])


@pytest.mark.parametrize("name", ["answer", "clarify", "clarify_unsure", "abstain", "chat"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_choice_can_be_read_or_tapped(platform, name):
    turn = TURNS[name]
    words, same = shown(platform, turn)
    tapped = {tap.place for tap in taps(platform, turn) if isinstance(tap, ChoiceTap)}

    for place, choice in enumerate(turn["suggestions"], start=1):
        assert place in tapped or same(f"{place}. {choice['title']}") in words


@pytest.mark.parametrize("name", ["answer", "clarify", "clarify_unsure", "abstain", "chat"])
@pytest.mark.parametrize("platform", sorted(WITH_BUTTONS))
def test_a_tap_brings_back_what_the_choice_asks(platform, name):
    offers = TURNS[name]["suggestions"]
    choices = [tap for tap in taps(platform, TURNS[name]) if isinstance(tap, ChoiceTap)]

    assert [message_for_tap(tap, offers) for tap in choices] == [
        offer["payload"] for offer in offers
    ]


@pytest.mark.parametrize("name", ["answer", "advice", "abstain"])
@pytest.mark.parametrize("platform", sorted(WITH_BUTTONS))
def test_a_thumb_names_the_answer(platform, name):
    answer_id = TURNS[name]["answer_id"]
    thumbs = [tap for tap in taps(platform, TURNS[name]) if isinstance(tap, FeedbackTap)]

    assert thumbs == [FeedbackTap("up", answer_id), FeedbackTap("down", answer_id)]


@pytest.mark.parametrize("name", ["chat", "clarify_unsure"])
@pytest.mark.parametrize("platform", sorted(WITH_BUTTONS))
def test_small_talk_and_questions_back_have_no_thumbs(platform, name):
    assert not any(isinstance(tap, FeedbackTap) for tap in taps(platform, TURNS[name]))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_long_answer_ends_its_messages_with_sentences(platform):
    found = PLATFORMS[platform]
    messages = [found.show(message).strip() for message in found.render(TURNS["answer_long"])]

    if platform != "mattermost":  # takes it whole
        assert len(messages) > 1
    assert all(
        message.endswith((".", "?", "”", "page 3", "lang=en", "2026")) for message in messages
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_link_is_never_split(platform):
    link = "https://charity.example/" + "a" * 80
    text = " ".join(f"Words before {link}{number} and after." for number in range(200))
    found = PLATFORMS[platform]
    messages = [found.show(message) for message in found.render(TURNS["answer"] | {"text": text})]

    assert sum(message.count(link) for message in messages) == 200


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("payload", [{}, {"kind": "answer"}, {"kind": 1, "text": None}])
def test_a_turn_without_words_is_no_message(platform, payload):
    assert PLATFORMS[platform].render(payload) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_choices_without_words_are_still_shown(platform):
    words, same = shown(platform, {"kind": "chat", "suggestions": TURNS["chat"]["suggestions"]})

    assert same("2. What tests might I have?") in words


def test_more_choices_than_buttons_are_all_listed():
    many = [{"title": f"Question {n}?", "payload": f"Question {n}?"} for n in range(1, 21)]

    for platform in PLATFORMS:
        words, same = shown(platform, {"kind": "clarify", "text": "Which?", "suggestions": many})
        assert same("20. Question 20?") in words


def test_places_are_those_of_the_payload_when_a_choice_cannot_be_shown():
    turn = read_turn({"suggestions": [{"title": ""}, 7, {"title": "Third", "payload": "third"}]})

    assert [choice.place for choice in turn.choices] == [3]
