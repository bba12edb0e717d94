"""A turn is read from its start: the kind word, the heading, then what is quoted under it."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat, open_sources

pytestmark = pytest.mark.widget

GOLDEN = turns.GOLDEN
NEW = ("preface", "heading", "marks")
# The lines of a quotation as it is drawn, with the signs of its lists.
LINES = """block => [...block.children].flatMap((part) => part.localName === "p"
    ? [part.textContent] : [...part.children].map((item, place) =>
        (part.localName === "ul" ? "- " : `${part.start + place}. `) + item.textContent))"""
TOPS = """item => { const root = item.getRootNode(), [heading, log] = ["h3", ".log"].map((name) =>
    (name === "h3" ? item : root).querySelector(name).getBoundingClientRect());
    return [heading.top - log.top, log.bottom - heading.bottom]; }"""


def quoted(turn: dict[str, Any]) -> str:
    """Return what a turn quotes."""
    return str(turn["text"] if turn["kind"] == "answer" else turn["quote"])


def shown_lines(item: Locator) -> list[str]:
    """Return the lines that a turn quotes, as they are drawn."""
    found: list[str] = item.locator("blockquote").evaluate(LINES)
    return found


def ask(chat: Chat, bot: BotDouble, turn: dict[str, Any]) -> Locator:
    """Have the bot say a turn; return it as it is drawn."""
    bot.answer = lambda _: [turn]
    return chat.ask("anything")


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_the_parts_of_a_turn_come_in_order(chat: Chat, bot: BotDouble, name: str):
    turn = GOLDEN[name]
    shown = ask(chat.open(), bot, turn).text_content() or ""
    order = [turn.get("preface", "")]
    if turn["kind"] in ("answer", "advice"):
        order += turn["text"].split("\n") * (turn["kind"] == "advice")
        quote = [line.removeprefix("- ") for line in quoted(turn).split("\n")]
        order += [turn.get("heading", ""), *quote]
        # Advice says itself whom to ask.
        order += [turn["disclaimer"]] * (turn["kind"] == "answer")
    places = [shown.index(part) for part in order if part]
    assert places == sorted(places)


@pytest.mark.parametrize("name", sorted(each for each in GOLDEN if GOLDEN[each].get("marks")))
def test_marks_change_no_word(chat: Chat, bot: BotDouble, name: str):
    turn = GOLDEN[name]
    item = ask(chat.open(), bot, turn)
    expect(item.locator(".origin")).to_be_visible()
    assert shown_lines(item) == quoted(turn).split("\n")
    marked = "".join(item.locator(".mark").all_text_contents())
    for mark in turn["marks"]:
        # The signs of a list are not marked, and the ends of lines are between its items.
        assert mark.replace("\n- ", "").replace("\n", "") in marked


@pytest.mark.parametrize("name", sorted(each for each in GOLDEN if GOLDEN[each].get("heading")))
def test_a_turn_of_an_older_server_is_drawn(chat: Chat, bot: BotDouble, name: str):
    turn = {key: value for key, value in GOLDEN[name].items() if key not in NEW}
    item = ask(chat.open(), bot, turn)
    expect(item.locator(".origin")).to_contain_text(turn["citations"][0]["section"])
    assert shown_lines(item) == quoted(turn).split("\n")
    expect(item.locator("h3:not(.hidden), h4, .mark")).to_have_count(0)


def test_page_and_date_are_worded_as_on_every_channel(chat: Chat, bot: BotDouble):
    item = ask(chat.open(), bot, GOLDEN["answer_with_list"])
    expect(item.locator(".origin")).to_contain_text("Keeping bones strong · page 2")
    expect(open_sources(item)).to_contain_text("Checked against its sources on 1 May 2026.")


def test_overlapping_and_repeated_marks_change_no_word(chat: Chat, bot: BotDouble):
    marks = ["No, osteoporosis", "osteoporosis is not", "is not", "is not", turns.PASSAGE[60:]]
    item = ask(chat.open(), bot, turns.ANSWER | {"marks": marks})
    expect(item.locator(".mark").first).to_be_visible()
    assert shown_lines(item) == turns.PASSAGE.split("\n")


def test_a_list_is_one(chat: Chat, bot: BotDouble):
    numbered = "Do this:\n1. stand up\n2. sit down\nThen:\n3. rest\n- or not\n12 is a number."
    item = ask(chat.open(), bot, turns.ANSWER | {"text": numbered, "marks": []})
    expect(item.locator("blockquote ol")).to_have_count(2)
    tree = item.locator("blockquote").aria_snapshot()
    assert [line.strip() for line in tree.split("\n")[1:]] == [
        '- paragraph: "Do this:"',
        "- list:",
        "- listitem: stand up",
        "- listitem: sit down",
        '- paragraph: "Then:"',
        "- list:",
        "- listitem: rest",
        "- list:",
        "- listitem: or not",
        "- paragraph: 12 is a number.",
    ]
    assert shown_lines(item) == numbered.split("\n")
    assert item.locator("blockquote ol").last.get_attribute("start") == "3"


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (1280, 800)])
def test_a_long_answer_begins_in_view(new_context: Any, bot: BotDouble, width: int, height: int):
    page = new_context(width, height).new_page()
    page.goto(bot.url)
    chat = Chat(page).open()
    chat.ask("answer")
    item = chat.ask("list")
    expect(item.locator(".origin")).to_be_attached()
    above, below = item.evaluate(TOPS)
    assert above >= 0
    assert below >= 0


def test_marks_are_seen_in_forced_colours(new_context: Any, bot: BotDouble):
    page = new_context(forced_colors="active").new_page()
    page.goto(bot.url)
    item = Chat(page).open().ask("answer")
    colour = "node => getComputedStyle(node).backgroundColor"
    marked, around = (item.locator(name) for name in (".mark", "blockquote p >> nth=0"))
    assert marked.evaluate(colour) != around.evaluate(colour)
