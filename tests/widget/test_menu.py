"""What opens over the conversation closes by itself: on Escape, outside, and when focus goes on."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat
from tests.widget.test_keyboard import tab_to

pytestmark = pytest.mark.widget

# Every part that opens over others, by the name of its button, with something that it holds.
# A new one belongs here; what unfolds in its place (a passage, a further source) covers nothing.
DISCLOSURES = {"More options": "Delete my data"}


def open_disclosure(chat: Chat, name: str) -> tuple[Locator, Locator]:
    button = chat.page.get_by_role("button", name=name)
    button.click()
    inside = chat.page.get_by_role("button", name=DISCLOSURES[name], exact=True)
    expect(inside).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    return button, inside


def test_all_disclosures_are_in_the_list(chat: Chat):
    chat.open().ask("answer")
    names = chat.page.locator("bonafide-chat button[aria-expanded]:not(.origin)").evaluate_all(
        "nodes => nodes.map((node) => node.ariaLabel)"
    )
    assert names == [*DISCLOSURES]


@pytest.mark.parametrize("name", DISCLOSURES)
@pytest.mark.parametrize("way", ["conversation", "input", "page", "tab", "shift tab", "escape"])
def test_a_disclosure_closes(chat: Chat, name: str, way: str):
    chat.open()
    button, inside = open_disclosure(chat, name)
    keyboard = chat.page.keyboard
    if way == "conversation":
        chat.messages.first.click(position={"x": 5, "y": 5})
    elif way == "input":
        chat.input.click()
    elif way == "page":
        chat.page.mouse.click(40, 40)
    elif way == "tab":
        tab_to(chat, "Close the chat")
    elif way == "shift tab":
        keyboard.press("Shift+Tab")
        keyboard.press("Shift+Tab")
    else:
        keyboard.press("Escape")
        assert chat.focused == name
    expect(inside).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(chat.input).to_be_visible()


def test_items_come_right_after_their_button(chat: Chat):
    chat.open()
    open_disclosure(chat, "More options")
    assert tab_to(chat, "New conversation") == ["New conversation"]


def test_a_menu_that_cannot_be_fetched_says_so_and_can_be_tried_again(page: Page, bot: BotDouble):
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route("**/extras.js", lambda route: route.abort())
    page.goto(bot.url)
    chat = Chat(page).open()
    page.get_by_role("button", name="More options").click()
    expect(
        page.locator(".bar").get_by_text("The chat cannot be reached at the moment.")
    ).to_be_visible()
    page.unroute("**/extras.js")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Delete my data")).to_be_visible()
    assert errors == []
    chat.ask("answer")


def test_the_text_gets_larger_and_stays_so(chat: Chat):
    def size() -> float:
        return float(chat.input.evaluate("node => parseFloat(getComputedStyle(node).fontSize)"))

    chat.open()
    before = size()
    open_disclosure(chat, "More options")
    chat.page.get_by_role("button", name="Larger text").click()
    chat.page.get_by_role("button", name="Larger text").click()
    larger = size()
    assert larger > before * 1.2
    chat.page.reload()
    expect(chat.input).to_be_visible()
    chat.page.wait_for_timeout(100)
    assert size() == larger
    open_disclosure(chat, "More options")
    for _ in range(9):
        chat.page.get_by_role("button", name="Smaller text").click()
    assert 13 <= size() < before


def test_the_panel_can_be_made_wide(chat: Chat):
    def width() -> float:
        box: Any = chat.page.get_by_role("dialog").bounding_box()
        return float(box["width"])

    chat.open()
    before = width()
    open_disclosure(chat, "More options")
    wider = chat.page.get_by_role("button", name="Wider window")
    wider.click()
    assert width() > before * 1.5
    wider.click()
    assert width() == before
