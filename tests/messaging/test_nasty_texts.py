"""Whatever a turn holds, every message is within its platform's limits and loses no words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.messaging.rendering.tap_codes import ChoiceTap, decode_tap, message_for_tap
from bot.channels.messaging.rendering.turn import clean_text, read_turn
from tests.messaging.platforms import PLATFORMS, WITH_BUTTONS
from tests.messaging.shown import squash

# Syntax of each platform, emoji of several code points, right to left, marks without end, halves of
# pairs, control characters, spaces of all sorts.
BITS = [
    "<b>", "</i>", "<a href='x'>", "<!channel>", "<@U1>", "<http://x|y>", "&amp;", "&", "<", ">",
    "*bold*", "_it_", "~s~", "`code`", "```", "[t](javascript:x)", "![i](http://x/y)", "# h", "> q",
    "\\", "|", "||", "@all", "@here", ":smile:", "{x}", "^", "€", "~", "“q”", "…", "°", "½",
    "👩\u200d👩\u200d👧\u200d👦", "🇬🇧🇫🇷", "👍🏽", "e\u0301", "a" + "\u0301" * 60,
    "שלום", "مرحبا؟", "日本語。",
    "\u202e", "\u200b", "\ufeff", "\ud800", "\x00", "\x1b[0m", "\r\n", "\n\n\n", "\u2028", "\t",
    "https://a.example/b_c?d=*e*&f=(g)", "https://a.example/" + "x" * 300, "1. ", "- ", "Dr. ",
    "e.g. ",
    "A sentence. ", "Is it? ", "/restart", "/give_feedback{}", "word " * 150, "x" * 700, "👍" * 300,
]  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(BITS), st.text(max_size=30)), max_size=25).map("".join)
names = st.one_of(st.none(), st.text(max_size=20), texts)
urls = st.one_of(
    st.just("https://charity.example/link"),
    st.sampled_from(
        ["", "javascript:alert(1)", "https://", "http://[::1", "https://a@b.example/", None]
    ),
    texts.map(lambda text: "https://a.example/" + text),
)  # fmt: skip
citations = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "title": names,
            "section": names,
            "page": st.one_of(st.none(), st.integers(), names),
            "origin": names,
            "reviewed_by": names,
            "url": urls,
            "checked": st.sampled_from(["2026-05-01", "", "yesterday", None, 5]),
        },
    ),
    max_size=12,
)
suggestions = st.lists(
    st.one_of(st.fixed_dictionaries({"title": names, "payload": names}), st.just("no choice")),
    max_size=15,
)
numbers = st.lists(
    st.fixed_dictionaries(
        {"label": names, "number": st.sampled_from(["999", "+44 20 7946 0000", "", "1" * 90])},
        optional={"href": st.sampled_from(["tel:999", "tel:+442079460000", "javascript:x", 5])},
    ),
    max_size=6,
)
turns = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(
            ["answer", "advice", "clarify", "abstain", "emergency", "chat", "unheard_of", ""]
        ),
        "text": texts,
    },
    optional={
        "preface": texts,
        "heading": st.one_of(names, st.just(["no heading"])),
        "marks": st.one_of(st.lists(texts, max_size=2), st.just("no marks")),
        "quote": texts,
        "citations": st.one_of(citations, st.just("none")),
        "disclaimer": texts,
        "suggestions": st.one_of(suggestions, st.none()),
        "numbers": st.one_of(numbers, st.just({})),
        "answer_id": st.one_of(st.sampled_from(["5f0c1d3e9a7b4c2d8e6f0a1b2c3d4e5f", "a" * 64]),
                               names),
    },
)  # fmt: skip


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=100, deadline=None)
@given(turn=turns)
def test_every_message_is_within_the_limits(platform, turn):
    messages = PLATFORMS[platform].render(turn)

    assert [PLATFORMS[platform].check(message) for message in messages] == [[]] * len(messages)


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=100, deadline=None)
@given(turn=turns)
def test_no_word_of_text_and_disclaimer_is_lost(platform, turn):
    found = PLATFORMS[platform]
    words = squash("".join(found.show(message) for message in found.render(turn)))
    is_calm = turn["kind"] != "emergency"

    assert squash(found.keeps(clean_text(turn["text"]))) in words
    assert not is_calm or squash(found.keeps(clean_text(turn.get("disclaimer")))) in words


@pytest.mark.parametrize("platform", sorted(WITH_BUTTONS))
@settings(max_examples=50, deadline=None)
@given(turn=turns)
def test_every_tap_can_be_read_and_no_choice_is_a_command(platform, turn):
    found = PLATFORMS[platform]
    offers = [o for o in turn.get("suggestions") or [] if isinstance(o, dict)]
    taps = [decode_tap(code) for message in found.render(turn) for code in found.taps(message)]

    for tap in taps:
        assert tap is not None
        said = message_for_tap(tap, offers)
        assert said is None or (not isinstance(tap, ChoiceTap) or not said.startswith("/"))


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=50, deadline=None)
@given(turn=turns)
def test_every_choice_can_be_read_or_tapped(platform, turn):
    found = PLATFORMS[platform]
    messages = found.render(turn)
    words = squash("".join(found.show(message) for message in messages))
    codes = [code for message in messages for code in found.taps(message)]
    tapped = {tap.place for tap in map(decode_tap, codes) if isinstance(tap, ChoiceTap)}

    for choice in read_turn(turn).choices:
        line = squash(found.keeps(f"{choice.place}. {choice.title}"))
        assert choice.place in tapped or line in words


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=50, deadline=None)
@given(turn=turns)
def test_where_the_words_come_from_is_always_named(platform, turn):
    found = PLATFORMS[platform]
    words = squash("".join(found.show(message) for message in found.render(turn)))

    for source in read_turn(turn).sources[:1]:
        # Slack's links cannot hold a bar.
        assert squash(found.keeps(source.title)).replace("|", "/") in words.replace("|", "/")


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=50, deadline=None)
@given(turn=turns)
def test_what_is_quoted_has_its_heading_and_the_preface_is_first(platform, turn):
    found, said = PLATFORMS[platform], read_turn(turn)
    words = squash("".join(found.show(message) for message in found.render(turn)))
    quoted = said.text if said.kind == "answer" else said.quote

    assert words.startswith(squash(found.keeps(said.preface)))
    assert not quoted or squash(found.keeps(said.heading)) in words
