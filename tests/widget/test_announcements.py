"""Each message of the bot is spoken once, in order; emergencies at once; nothing on reload.

golden/announcements.txt is what a person with a screen reader hears, a line for each stop;
`UPDATE_GOLDEN=1` writes it anew: read it aloud before it is committed.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

GOLDEN = Path(__file__).parent / "golden" / "announcements.txt"
ADVICE_ALONE = {**turns.ADVICE, "quote": "", "heading": "", "citations": [], "marks": []}
KINDS = {**turns.TURNS, "advice without a quote": ADVICE_ALONE, "again": turns.ANSWER}


def listen(chat: Chat, bot: BotDouble) -> str:
    """Return what is spoken, kind by kind: with the chat open, then with it closed."""
    lines: list[str] = []

    def note(name: str, before: int) -> None:
        for _ in range(50):
            chat.page.wait_for_timeout(50)
            if len(chat.spoken) > before:
                break
        chat.page.wait_for_timeout(150)
        lines.append(f"== {name}")
        lines.extend(said.replace(": ", ":\n", 1) + "\n" for said in chat.spoken[before:])

    chat.open()
    note("greeting", 0)
    for kind, turn in KINDS.items():
        before = len(chat.spoken)
        bot.answer = lambda _, turn=turn: [turn]
        chat.ask(kind)
        note(kind, before)
    for kind in ("clarify", "emergency"):
        before = len(chat.spoken)
        bot.answer, bot.failures = (lambda _, kind=kind: [turns.TURNS[kind]]), [0.5]
        chat.say(kind)
        chat.page.keyboard.press("Escape")
        note(f"{kind}, while the chat is closed", before)
        chat.page.locator("bonafide-chat .launcher").click()
    return "\n".join(lines)


def test_what_is_spoken_is_as_it_was_read(chat: Chat, bot: BotDouble):
    heard = listen(chat, bot)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(heard, encoding="utf-8")
    assert heard == GOLDEN.read_text(encoding="utf-8")


def test_each_line_is_a_paragraph_in_its_language(chat: Chat, bot: BotDouble):
    chat.page.goto(bot.page("/fr", body='<bonafide-chat lang="fr"></bonafide-chat>'))
    chat.open().ask("answer")
    heard = chat.page.locator("bonafide-chat [aria-live=polite] p")
    told = heard.evaluate_all("all => all.map((line) => [line.textContent, line.lang])")
    passage = [[line, "en"] for line in turns.PASSAGE.split("\n")]
    expected = [[turns.HEADING, "en"], *passage, [turns.DISCLAIMER, "en"]]
    assert told[-5:] == [*expected, ["2 sources, 2 suggestions", ""]]


def test_what_was_spoken_is_gone_soon(chat: Chat):
    chat.open().ask("answer")
    expect(chat.page.locator("bonafide-chat [aria-live]").first).to_be_empty(timeout=3500)


def test_an_earlier_conversation_is_not_spoken_again(chat: Chat):
    chat.open().ask("answer")
    chat.page.reload()
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


def test_a_reply_to_a_closed_chat_is_counted_and_spoken(chat: Chat, bot: BotDouble):
    chat.open()
    bot.failures = [0.5]
    chat.say("hello")
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("button", name="New messages: 1")).to_be_visible()
    assert chat.spoken[-1] == "polite: New answer from Bonafide\nYou said: hello"
    chat.launcher.click()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("button", name="New messages")).to_have_count(0)


@pytest.mark.parametrize("kind", [*turns.TURNS, "hello"])
def test_every_reply_has_one_heading_of_level_3(chat: Chat, kind: str):
    item = chat.open().ask(kind)
    expect(item.get_by_role("heading", level=3)).to_have_count(1)


def test_words_of_the_server_say_their_language(chat: Chat, bot: BotDouble):
    chat.page.goto(bot.page("/ar", body='<bonafide-chat lang="ar" dir="rtl"></bonafide-chat>'))
    chat.open()
    for kind in turns.TURNS:
        chat.ask(kind)
    untold = chat.page.evaluate(
        """texts => [...document.querySelector("bonafide-chat").shadowRoot.querySelectorAll(
            ".bot :is(.said p, h3:not(.hidden, .alarm), h4, blockquote :is(p, li), .disclaimer)")]
            .filter((node) => node.closest("[lang]").lang !== "en").map((node) => node.outerHTML)"""
    )
    assert untold == []


def test_what_is_shown_is_in_the_accessibility_tree(chat: Chat):
    item = chat.open().ask("answer")
    expect(item.get_by_role("button", name="Source: ")).to_be_visible()
    tree = chat.page.locator("bonafide-chat").aria_snapshot()
    assert 'dialog "Bonafide"' in tree
    assert f'heading "{turns.HEADING}" [level=3]' in tree
    assert "blockquote:" in tree
    assert "mark" not in tree
    assert 'button "Source: Osteoporosis and the immune system: the link · 2 documents"' in tree
    assert 'group "Did this help?"' in tree
