"""What every platform shows of a turn, whatever its limits."""

import pytest

from bot.messaging.actions import ChoiceTap, FeedbackTap, decode, message_of
from bot.messaging.turn import read
from tests.messaging.platforms import PLATFORMS, TURNS, WITH_BUTTONS
from tests.messaging.shown import squash

ANSWERS = ["answer", "answer_without_address", "answer_long", "answer_with_markup", "advice"]
EMERGENCIES = ["emergency", "emergency_self_harm", "emergency_without_number"]


def shown(platform, turn):
    """Return all that a platform shows of a turn, without space, and how it changes words."""
    found = PLATFORMS[platform]
    words = "".join(found.show(message) for message in found.render(turn))
    return squash(words), lambda text: squash(found.keeps(text))


def taps(platform, turn):
    found = PLATFORMS[platform]
    return [decode(code) for message in found.render(turn) for code in found.taps(message)]


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_source_and_disclaimer_are_there(platform, name):
    turn = TURNS[name]
    words, same = shown(platform, turn)

    assert same(turn["disclaimer"]) in words
    assert same("Source:") in words
    # Slack's links cannot hold a bar.
    assert same(turn["citations"][0]["title"]).replace("|", "/") in words.replace("|", "/")
    assert same(turn["citations"][0]["publisher"]) in words


@pytest.mark.parametrize("name", sorted(TURNS))
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_word_of_the_turn_is_there(platform, name):
    turn = TURNS[name]
    words, same = shown(platform, turn)

    assert same(turn["text"]) in words
    assert same(turn.get("quote", "")) in words


@pytest.mark.parametrize("name", EMERGENCIES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_emergency_comes_first_with_every_number(platform, name):
    turn = TURNS[name]
    words, same = shown(platform, turn)

    assert words.startswith(same(turn["text"]))
    assert all(same(number["number"]) in words for number in turn["numbers"])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_emergency_is_one_message_and_offers_nothing_else(platform):
    stray = {key: TURNS["answer"][key] for key in ("suggestions", "answer_id", "citations")}

    assert PLATFORMS[platform].render(TURNS["emergency"] | stray) == PLATFORMS[platform].render(
        TURNS["emergency"]
    )
    assert len(PLATFORMS[platform].render(TURNS["emergency"])) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_unknown_kind_is_shown_by_its_words(platform):
    words, same = shown(platform, TURNS["unknown_kind"])

    assert words == same(TURNS["unknown_kind"]["text"])


@pytest.mark.parametrize("name", ["answer", "clarify", "abstain", "chat"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_choice_can_be_read_or_tapped(platform, name):
    turn = TURNS[name]
    words, same = shown(platform, turn)
    tapped = {tap.place for tap in taps(platform, turn) if isinstance(tap, ChoiceTap)}

    for place, choice in enumerate(turn["suggestions"], start=1):
        assert place in tapped or same(f"{place}. {choice['title']}") in words


@pytest.mark.parametrize("name", ["answer", "clarify", "abstain", "chat"])
@pytest.mark.parametrize("platform", sorted(WITH_BUTTONS))
def test_a_tap_brings_back_what_the_choice_asks(platform, name):
    offers = TURNS[name]["suggestions"]
    choices = [tap for tap in taps(platform, TURNS[name]) if isinstance(tap, ChoiceTap)]

    assert [message_of(tap, offers) for tap in choices] == [offer["payload"] for offer in offers]


@pytest.mark.parametrize("name", ["answer", "advice", "abstain"])
@pytest.mark.parametrize("platform", sorted(WITH_BUTTONS))
def test_a_thumb_names_the_answer(platform, name):
    answer_id = TURNS[name]["answer_id"]
    thumbs = [tap for tap in taps(platform, TURNS[name]) if isinstance(tap, FeedbackTap)]

    assert thumbs == [FeedbackTap("up", answer_id), FeedbackTap("down", answer_id)]


@pytest.mark.parametrize("platform", sorted(WITH_BUTTONS))
def test_a_turn_without_an_id_has_no_thumbs(platform):
    assert not any(isinstance(tap, FeedbackTap) for tap in taps(platform, TURNS["chat"]))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_long_answer_ends_its_messages_with_sentences(platform):
    found = PLATFORMS[platform]
    messages = [found.show(message).strip() for message in found.render(TURNS["answer_long"])]

    if platform != "mattermost":  # takes it whole
        assert len(messages) > 1
    assert all(message.endswith((".", "?", "”", "page 3", "lang=en")) for message in messages)


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
    turn = read({"suggestions": [{"title": ""}, 7, {"title": "Third", "payload": "third"}]})

    assert [choice.place for choice in turn.choices] == [3]
