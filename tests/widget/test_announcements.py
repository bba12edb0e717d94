"""Each message of the bot is spoken once, in order; emergencies at once; nothing on reload."""

import pytest
from playwright.sync_api import expect

from tests.widget import turns_of_tests as turns
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

SPOKEN = {
    "answer": [
        turns.HEADING,
        turns.PASSAGE,
        "Source",
        "Osteoporosis and the immune system: the link (opens in a new tab)",
        turns.DISCLAIMER,
        "You can also ask",
        "How does inflammation weaken bone?",
        "Which autoimmune diseases affect bones?",
    ],
    "list": [
        turns.LIST["preface"],
        turns.LIST["heading"],
        turns.LIST["text"],
        "Source",
        "Keeping bones strong (opens in a new tab)",
        "General information, not personal advice.",
        "You can also ask",
        "Which foods have calcium?",
    ],
    "advice": [
        "That sounds hard.",
        turns.ADVICE["text"],
        "In general, the documents say",
        turns.HEADING,
        turns.PASSAGE,
        "Source",
        "Osteoporosis and the immune system: the link (opens in a new tab)",
        turns.DISCLAIMER,
    ],
    "clarify": [
        turns.CLARIFY["text"],
        "What does a bone density scan show?",
        "How long does a scan take?",
        "What do the results mean?",
    ],
    "abstain": [
        "I am sorry that you are in pain.",
        turns.ABSTAIN["text"],
        "You can also ask",
        "Osteoporosis and the immune system: the link",
    ],
    "hello": ["You said: hello"],
}


@pytest.mark.parametrize("kind", SPOKEN)
def test_a_turn_is_spoken_once(chat: Chat, kind: str):
    chat.open()
    chat.page.wait_for_timeout(50)
    before = len(chat.spoken)
    chat.ask(kind)
    assert chat.spoken[before:] == ["polite: " + "\n".join(["Bonafide", *SPOKEN[kind]])]


def test_an_emergency_is_spoken_at_once(chat: Chat):
    chat.open()
    before = len(chat.spoken)
    chat.ask("emergency")
    (line,) = chat.spoken[before:]
    assert line == "\n".join(
        (
            "assertive: Bonafide",
            "Get help now",
            "This could be a broken bone. Call 999 now.",
            "Call 999",
            "Call 111",
            "Do not try to stand or walk. Keep still until help comes.",
            "I am a computer program, and nobody reads this chat as you type.",
        )
    )


def test_an_earlier_conversation_is_not_spoken_again(chat: Chat):
    chat.open().ask("answer")
    chat.page.reload()
    chat.launcher.click()
    expect(chat.messages).to_have_count(3)
    chat.page.wait_for_timeout(300)
    assert chat.spoken == []


def test_a_live_region_is_there_before_it_speaks(chat: Chat):
    regions = chat.page.locator("bonafide-chat [aria-live]")
    assert [region.get_attribute("aria-live") for region in regions.all()] == [
        "polite",
        "assertive",
        "polite",
        "assertive",
    ]


def test_a_reply_to_a_closed_chat_is_counted_and_spoken(chat: Chat, bot):
    chat.open()
    bot.failures = [0.5]
    chat.say("hello")
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("button", name="New messages: 1")).to_be_visible()
    assert chat.spoken[-1] == "polite: Bonafide\nYou said: hello"
    chat.launcher.click()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("button", name="New messages")).to_have_count(0)


def test_what_is_shown_is_in_the_accessibility_tree(chat: Chat):
    chat.open().ask("answer")
    tree = chat.page.locator("bonafide-chat").aria_snapshot()
    assert 'dialog "Bonafide"' in tree
    assert f'heading "{turns.HEADING}" [level=3]' in tree
    assert "blockquote:" in tree
    assert "mark" not in tree
    assert 'link "Osteoporosis and the immune system: the link (opens in a new tab)"' in tree
    assert 'group "Did this help?"' in tree
