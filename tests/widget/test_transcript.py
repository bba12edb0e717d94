"""The conversation on paper and in a file: what was asked, what was quoted, and from where."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import CSP, BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget


def choose(chat: Chat, label: str) -> None:
    """Pick something from the menu."""
    chat.page.get_by_role("button", name="More options").click()
    chat.page.get_by_role("button", name=label).click()


def converse(chat: Chat) -> None:
    """Ask for a turn of every kind, and for one that says the disclaimer again."""
    chat.open()
    for kind in (*turns.TURNS, "answer"):
        chat.ask(kind)


def test_a_page_that_is_printed_shows_nothing_of_a_chat_in_its_corner(chat: Chat):
    chat.page.emulate_media(media="print")
    expect(chat.page.locator("bonafide-chat .launcher")).to_be_hidden()
    chat.page.emulate_media(media="screen")
    chat.open()
    chat.page.emulate_media(media="print")
    expect(chat.page.locator("bonafide-chat .panel")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_that_is_printed_shows_the_chat_that_is_part_of_it(
    page: Page, bot: BotDouble, theme: str
):
    page.goto(
        bot.page("/in", body=f'<bonafide-chat mode="inline" theme="{theme}"></bonafide-chat>')
    )
    chat = Chat(page)
    expect(chat.messages.first).to_be_visible()
    for kind in ("answer", "list", "advice"):
        chat.ask(kind)
    page.emulate_media(media="print")
    log = page.locator("bonafide-chat .log")
    assert log.evaluate("log => log.scrollHeight - log.clientHeight") == 0
    assert log.evaluate("log => getComputedStyle(log).color") == "rgb(0, 0, 0)"
    expect(page.locator("bonafide-chat .sources").first).to_be_visible()
    chat.page.emulate_media(media="screen")
    chat.ask("emergency")
    page.emulate_media(media="print")
    call = page.locator("bonafide-chat .calls a").first
    look = call.evaluate(
        "node => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]"
    )
    assert look == ["rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"]
    for hidden in (".ask", ".acts", ".tool", ".copy"):
        expect(page.locator(f"bonafide-chat {hidden}").first).to_be_hidden()


def test_what_is_printed_is_a_document(page: Page, bot: BotDouble):
    bot.about = {**(bot.about or {}), "operator": {"name": "Example Hospital", "url": ""}}
    page.goto(bot.page("/strict", csp=CSP))
    chat = Chat(page)
    converse(chat)
    choose(chat, "Print or save as PDF")
    expect(page.locator("iframe")).to_be_attached()
    frame = page.frames[-1]
    assert frame.locator("h1").text_content() == "Conversation with Bonafide"
    assert frame.locator("h2").all_text_contents() == [*turns.TURNS, "answer"]
    expect(frame.locator("blockquote")).to_have_count(4)
    expect(frame.locator("blockquote li")).to_have_count(4)
    assert frame.locator("footer").all_text_contents() == [turns.DISCLAIMER]
    text = frame.locator("body").inner_text()
    assert "127.0.0.1" in frame.locator("h1 + p").inner_text()
    assert f"{bot.url}/library/autoimmune-link#one" in text
    assert text.count("Checked against its sources on 1 May 2026.") == 4
    assert "Emergency services: 999" in text
    assert "This chat is run by Example Hospital." in text
    assert "You can also ask" not in text
    assert frame.locator("html").get_attribute("lang") == "en-GB"
    assert frame.locator("blockquote").first.get_attribute("lang") == "en"
    assert frame.evaluate("document.adoptedStyleSheets.length") == 1
    assert chat.violations == []


def test_the_conversation_is_saved_as_text(chat: Chat, bot: BotDouble, tmp_path: Path):
    converse(chat)
    with chat.page.expect_download() as saved:
        choose(chat, "Save as text")
    assert saved.value.suggested_filename.startswith("Bonafide ")
    saved.value.save_as(tmp_path / "chat.txt")
    text = (tmp_path / "chat.txt").read_text("utf-8")
    order = ["Conversation with Bonafide", "You: answer", turns.HEADING, turns.PASSAGE]
    order += [
        "Source: Osteoporosis and the immune system: the link",
        "Checked against",
        "/library/",
    ]
    order += ["You: list", "You: advice", "You: clarify", "- How long does a scan take?"]
    order += ["You: abstain", "You: emergency", "Get help now", "NHS 111: 111", turns.DISCLAIMER]
    place = 0
    for part in order:
        place = text.index(part, place)
    assert text.count(turns.DISCLAIMER) == 1


VOICE = """window.read = [];
speechSynthesis.speak = (part) => window.read.push([part.text, part.lang]);
speechSynthesis.cancel = () => window.read.push("cancel");"""


@pytest.fixture
def reading(new_context: Any, bot: BotDouble) -> Chat:
    """A chat that can read answers aloud."""
    page = new_context().new_page()
    page.add_init_script(VOICE)
    page.goto(bot.page("/aloud", body="<bonafide-chat read-aloud></bonafide-chat>"))
    return Chat(page).open()


def test_an_answer_is_read_aloud_line_by_line(reading: Chat):
    item = reading.ask("answer")
    item.get_by_role("button", name="Read aloud").click()
    expect(item.get_by_role("button", name="Stop reading")).to_be_visible()
    passage = [[line, "en"] for line in turns.PASSAGE.split("\n")]
    read = reading.page.evaluate("window.read")
    assert read[:3] == [[turns.HEADING, "en"], *passage]


@pytest.mark.parametrize("way", ["Escape", "button", "message", "close"])
def test_reading_stops(reading: Chat, way: str):
    item = reading.ask("answer")
    item.get_by_role("button", name="Read aloud").click()
    if way == "Escape":
        reading.page.keyboard.press("Escape")
        expect(reading.input).to_be_visible()
    elif way == "button":
        item.get_by_role("button", name="Stop reading").click()
    elif way == "message":
        reading.say("hello")
    else:
        reading.page.get_by_role("button", name="Close the chat").click()
    expect(item.locator(".speak .stop")).to_have_count(0)
    assert reading.page.evaluate("window.read").count("cancel") == 1


def test_nothing_is_read_aloud_until_somebody_wants_it(chat: Chat):
    item = chat.open().ask("answer")
    speaker = item.get_by_role("button", name="Read aloud")
    expect(speaker).to_have_count(0)
    choose(chat, "Read answers aloud")
    expect(speaker).to_be_visible()
    choose(chat, "Read answers aloud")
    expect(speaker).to_have_count(0)


def test_without_a_voice_there_is_no_button(new_context: Any, bot: BotDouble):
    page = new_context().new_page()
    page.add_init_script(
        "delete window.speechSynthesis; "
        "Object.defineProperty(window, 'speechSynthesis', { value: undefined })"
    )
    page.goto(bot.page("/mute", body="<bonafide-chat read-aloud></bonafide-chat>"))
    chat = Chat(page).open()
    item = chat.ask("answer")
    expect(item.get_by_role("button", name="This helped")).to_be_visible()
    expect(item.locator(".speak")).to_have_count(0)
    page.get_by_role("button", name="More options").click()
    expect(page.get_by_role("button", name="Copy the conversation")).to_be_visible()
    expect(page.get_by_role("button", name="Read answers aloud")).to_have_count(0)
