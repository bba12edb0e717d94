"""Windows of every size: after every way of asking the first line of the answer is in view."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

SIZES = [(1280, 720), (1440, 900), (1280, 800), (390, 844), (320, 568), (320, 256)]
BODY = """<p style="height: 300px">Before.</p><bonafide-chat {mode}></bonafide-chat>
<p style="height: 900px">After.</p>"""
FIRST_LINE = """() => { const root = document.querySelector("bonafide-chat").shadowRoot;
    const line = root.querySelector(".bot:last-child > :not(.hidden)");
    const { top } = line.getBoundingClientRect();
    const bottom = top + 24;
    const log = root.querySelector(".log").getBoundingClientRect();
    return [top >= -1, bottom <= innerHeight + 1, top >= log.top - 1, bottom <= log.bottom + 1];
    }"""


def start(new_context: Any, bot: BotDouble, size: tuple[int, int], mode: str) -> Chat:
    touch = {"has_touch": True, "is_mobile": True} if size[0] < 500 else {}
    page: Page = new_context(*size, **touch).new_page()
    page.goto(bot.page(f"/{mode}", body=BODY.format(mode="mode=inline" if mode else "")))
    chat = Chat(page)
    if not mode:
        chat.launcher.click()
    expect(chat.messages).to_have_count(1)
    return chat


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["inline", ""])
@pytest.mark.parametrize("way", ["typed", "starter", "script"])
def test_the_first_line_of_an_answer_is_in_the_window(
    new_context: Any, bot: BotDouble, size: tuple[int, int], mode: str, way: str
):
    long = {**turns.ANSWER, "text": turns.PASSAGE * 8}
    bot.answer = lambda _: [long]
    chat = start(new_context, bot, size, mode)
    for count in (3, 5):
        if way == "typed":
            chat.say("answer")
        elif way == "starter":
            chat.page.locator("bonafide-chat .suggestions button").last.click()
        else:
            chat.page.evaluate("document.querySelector('bonafide-chat').ask('answer')")
        expect(chat.messages).to_have_count(count)
        chat.page.wait_for_timeout(150)
        assert chat.page.evaluate(FIRST_LINE) == [True] * 4


@pytest.mark.parametrize("size", [(320, 200), (320, 256)])
def test_inline_there_is_room_at_400_percent(
    new_context: Any, bot: BotDouble, size: tuple[int, int]
):
    chat = start(new_context, bot, size, "inline")
    chat.ask("answer")
    panel: Any = chat.page.locator("bonafide-chat .panel").bounding_box()
    log: Any = chat.page.locator("bonafide-chat .log").bounding_box()
    assert panel["height"] >= 480
    assert log["height"] >= 256
    chat.input.scroll_into_view_if_needed()
    expect(chat.input).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("height", [600, 720, 900])
def test_inline_the_panel_is_no_higher_than_the_window(
    new_context: Any, bot: BotDouble, height: int
):
    chat = start(new_context, bot, (1280, height), "inline")
    panel: Any = chat.page.locator("bonafide-chat .panel").bounding_box()
    assert panel["height"] <= height


def test_a_reader_elsewhere_is_led_to_a_new_answer(chat: Chat, bot: BotDouble):
    chat.open()
    for _ in range(2):
        chat.ask("answer")
    log = chat.page.locator("bonafide-chat .log")
    bot.failures = [0.5]
    chat.say("answer")
    log.evaluate("node => (node.scrollTop = 10)")
    jump = chat.page.get_by_role("button", name="New answer")
    expect(jump).to_be_visible()
    assert log.evaluate("node => node.scrollTop") == 10
    jump.click()
    expect(jump).to_be_hidden()
    assert chat.page.evaluate(FIRST_LINE) == [True] * 4
    assert chat.focused == "Your question"


def test_an_emergency_is_shown_wherever_the_reader_is(chat: Chat, bot: BotDouble):
    chat.open()
    for _ in range(2):
        chat.ask("answer")
    bot.failures = [0.5]
    chat.say("emergency")
    chat.page.locator("bonafide-chat .log").evaluate("node => (node.scrollTop = 10)")
    expect(chat.page.get_by_text("Get help now").first).to_be_in_viewport()


def test_a_double_click_on_a_suggestion_selects_nothing(chat: Chat, bot: BotDouble):
    chat.open()
    bot.answer = turns.answer
    chat.page.get_by_role("button", name="How can I keep my bones strong?").dblclick()
    expect(chat.messages).to_have_count(3)
    assert chat.page.evaluate("getSelection().toString()") == ""
    assert len(bot.taken) == 1


def test_recordings_of_sessions_are_told_to_leave_it_out(chat: Chat):
    chat.open()
    panel = chat.page.locator("bonafide-chat .panel.fs-mask")
    for name in ("data-dd-privacy", "data-hj-suppress", "data-sentry-mask", "data-clarity-mask"):
        expect(panel).to_have_attribute(name, "mask")
