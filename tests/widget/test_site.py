"""The server's own pages, from their real templates, with the widget on them."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.channels.web.pages import TEMPLATES
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat
from tests.widget.test_accessibility import broken_rules

pytestmark = pytest.mark.widget

SIZES = [(1280, 720), (1440, 900), (1920, 1080), (768, 1024), (390, 844), (320, 568)]
# Where the reader looks: what sticks out of the log, or of the window, is not seen.
SEEN = """(node) => { const box = node.getClientRects()[0];
    const log = document.querySelector("bonafide-chat").shadowRoot.querySelector(".log");
    const { top, bottom } = log.getBoundingClientRect();
    return { top: box.top, bottom: box.bottom, left: box.left, right: box.right,
             isSeen: box.top >= Math.max(0, top) - 1 && box.left >= 0 && box.right <= innerWidth + 1
                 && Math.min(box.bottom, box.top + 20) <= Math.min(innerHeight, bottom) + 1 }; }"""
SHIFTS = """window.shifts = 0; new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries())
        window.shifts += hadRecentInput ? 0 : value;
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_question_box_is_in_the_first_view(
    new_context: Any, site: BotDouble, width: int, height: int
):
    page = new_context(width, height).new_page()
    page.add_init_script(SHIFTS)
    page.goto(site.url)
    chat = Chat(page)
    expect(chat.input).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifts") < 0.01
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def by_enter(chat: Chat) -> None:
    """Type, and press Enter."""
    chat.say("answer")


def by_button(chat: Chat) -> None:
    """Type, and click."""
    chat.input.fill("answer")
    chat.page.get_by_role("button", name="Send").click()


def by_starter(chat: Chat) -> None:
    """Click a first suggestion."""
    chat.page.get_by_role("button", name="What tests might I have?").click()


def by_script(chat: Chat) -> None:
    """Let the page ask."""
    chat.page.evaluate("document.querySelector('bonafide-chat').ask('answer')")


def by_emergency(chat: Chat) -> None:
    """Tell of an emergency."""
    chat.say("emergency")


def after_an_answer(chat: Chat) -> None:
    """Ask, then ask what is suggested under the answer."""
    chat.ask("answer")
    chat.page.get_by_role("button", name="How does inflammation weaken bone?").click()


def from_below(chat: Chat) -> None:
    """Read to the end of the page, then ask with the keyboard."""
    chat.ask("answer")
    chat.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    chat.say("list")


WAYS = [by_enter, by_button, by_starter, by_script, by_emergency, after_an_answer, from_below]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("ask", WAYS, ids=lambda way: way.__name__)
def test_an_answer_begins_in_the_window(
    new_context: Any, site: BotDouble, ask: Any, width: int, height: int
):
    turns = site.answer
    site.answer = lambda text: turns(text if text in ("list", "emergency") else "answer")
    chat = Chat(new_context(width, height).new_page())
    chat.page.goto(site.url)
    expect(chat.messages.first).to_be_visible()
    n_before = chat.messages.count()
    ask(chat)
    n_after = n_before + (4 if ask in (after_an_answer, from_below) else 2)
    expect(chat.messages).to_have_count(n_after)
    chat.page.wait_for_timeout(400)  # nothing moves any more
    first_line = chat.messages.last.locator("h3, .alarm").first
    assert first_line.evaluate(SEEN)["isSeen"], first_line.evaluate(SEEN)


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", TEMPLATES)
def test_no_rule_is_broken_on_a_page(
    new_context: Any, site: BotDouble, node_modules: Path, path: str, theme: str, width: int
):
    page = new_context(width, 720, color_scheme=theme).new_page()
    page.goto(site.url + path)
    page.wait_for_timeout(300)
    folder = node_modules.parents[1] / "screenshots"
    folder.mkdir(exist_ok=True)
    name = path.strip("/").replace("/", "-") or "home"
    page.screenshot(path=folder / f"page-{name}-{theme}-{width}.png", full_page=True)
    assert broken_rules(page, node_modules) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.violations") == []


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_page_says_all_without_script(new_context: Any, site: BotDouble, path: str):
    page: Page = new_context(java_script_enabled=False).new_page()
    page.goto(site.url + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if path == "/":
        question: Locator = page.get_by_role("textbox", name="Your question")
        expect(question).to_be_in_viewport()
