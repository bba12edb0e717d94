"""What becomes of a message that is not answered at once: the states of docs/widget.md."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

ERRORS = """() => { window.errors = [];
    addEventListener("bonafide-error", ({ detail }) => errors.push(detail.code), true); }"""


@pytest.fixture
def clock(page: Page, bot: BotDouble) -> Callable[[int], None]:
    """Let seconds go by, and requests be answered meanwhile."""
    page.goto(bot.url)
    page.clock.install()

    def run(seconds: int) -> None:
        for _ in range(seconds):
            page.clock.run_for(1000)
            page.wait_for_timeout(80)

    return run


@pytest.fixture
def opened(page: Page, clock: Any) -> Chat:
    return Chat(page).open()


def state(chat: Chat) -> Locator:
    """What stands under the last message of the user."""
    return chat.page.locator("bonafide-chat .user .state").last


def said(chat: Chat, text: str) -> Locator:
    """A message with these words alone."""
    return chat.page.locator("bonafide-chat .message .said").get_by_text(text, exact=True)


def button(chat: Chat, name: str) -> Locator:
    return chat.page.get_by_role("button", name=name, exact=True)


def bar(chat: Chat) -> Locator:
    """The line over the input that says why there is no connection."""
    return chat.page.locator("bonafide-chat .bar:not([hidden])")


def test_offline_a_message_waits_and_has_not_failed(opened: Chat):
    opened.page.context.set_offline(True)
    opened.say("hello")
    expect(state(opened).locator("span")).to_have_text("Waiting to send.")
    expect(bar(opened)).to_contain_text("You are offline.")
    expect(opened.page.locator("bonafide-chat .off")).to_have_text("Not connected")
    expect(opened.page.locator(".failed")).to_have_count(0)
    expect(button(opened, "Try again")).to_have_count(0)
    opened.page.context.set_offline(False)
    expect(said(opened, "You said: hello")).to_be_visible()
    expect(opened.page.locator("bonafide-chat .off")).to_have_count(0)


def test_what_the_server_asks_to_wait_is_counted_down_and_waited(
    opened: Chat, bot: BotDouble, clock: Callable[[int], None]
):
    bot.failures, bot.retry_after = [429], 40
    opened.say("hello")
    expect(bar(opened)).to_contain_text("Trying again in 40 seconds.")
    clock(10)
    expect(bar(opened)).to_contain_text("Trying again in 30 seconds.")
    assert [line for line in opened.spoken if "Trying again" in line] == [
        "polite: That was a lot at once. Trying again in 40 seconds."
    ]
    assert bot.taken == []
    clock(31)
    expect(said(opened, "You said: hello")).to_be_visible()
    expect(bar(opened)).to_have_count(0)
    assert bot.taken == ["hello"]


def test_a_long_wait_is_told_in_minutes(opened: Chat, bot: BotDouble):
    bot.failures, bot.retry_after = [503], 600
    opened.say("hello")
    expect(bar(opened)).to_contain_text("Trying again in 10 minutes.")


@pytest.mark.parametrize("failure", ["drop", 503])
def test_after_a_restart_of_the_server_all_is_sent_by_itself(
    opened: Chat, bot: BotDouble, clock: Callable[[int], None], failure: Any
):
    bot.failures = [failure] * 6
    opened.say("hello")
    clock(9)
    expect(bar(opened)).to_contain_text("The chat cannot be reached at the moment. Trying again in")
    bot.sessions.clear()  # a secret that is new with each start ends all sessions
    opened.say("again")
    bot.failures = []
    clock(62)
    expect(said(opened, "You said: again")).to_be_visible()
    assert bot.taken == ["hello", "again"]
    expect(state(opened)).to_have_count(0)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_s_own_page_counts_as_a_server_that_is_away(
    opened: Chat, bot: BotDouble, clock: Callable[[int], None], status: int
):
    page = opened.page
    page.route("**/messages", lambda route: route.fulfill(status=status, body="<h1>Bad gateway"))
    opened.say("hello")
    clock(9)
    expect(bar(opened)).to_contain_text("Trying again in")
    page.unroute("**/messages")
    button(opened, "Try again").click()
    expect(said(opened, "You said: hello")).to_be_visible()


def test_nothing_is_tried_in_a_tab_that_nobody_sees(
    opened: Chat, bot: BotDouble, clock: Callable[[int], None]
):
    bot.failures = [503] * 12
    opened.say("hello")
    clock(9)
    hide = """(hidden) => { Object.defineProperty(document, "hidden", { get: () => hidden,
        configurable: true }); document.dispatchEvent(new Event("visibilitychange")); }"""
    opened.page.evaluate(hide, True)
    before = len(bot.requests)
    clock(120)
    assert len(bot.requests) == before
    bot.failures = []
    opened.page.evaluate(hide, False)
    expect(said(opened, "You said: hello")).to_be_visible()


@pytest.mark.parametrize("status", [400, 413, 500])
def test_what_could_not_be_sent_is_in_view_and_can_be_changed(
    opened: Chat, bot: BotDouble, clock: Callable[[int], None], status: int
):
    for number in range(4):
        opened.ask(f"{number}")
    bot.failures = [status] * 3
    opened.say("helo")
    clock(9)
    expect(state(opened)).to_contain_text("Could not be sent.")
    expect(state(opened)).to_be_in_viewport(ratio=1)
    expect(button(opened, "Try again")).to_have_count(0 if status == 413 else 1)
    bot.failures = []
    opened.input.type("and")
    button(opened, "Edit").click()
    expect(opened.input).to_have_value("helo\nand")
    assert opened.focused == "Your question"
    expect(said(opened, "helo")).to_have_count(0)
    opened.say("hello")
    expect(said(opened, "You said: hello")).to_be_visible()
    assert bot.taken[4:] == ["hello"]


def test_what_waits_can_be_taken_back(opened: Chat, bot: BotDouble, clock: Callable[[int], None]):
    bot.failures = [503] * 12
    opened.say("hello")
    opened.say("again")
    clock(9)
    expect(button(opened, "Remove")).to_have_count(2)
    bot.failures = []
    button(opened, "Remove").first.press("Enter")
    assert opened.focused == "Your question"
    expect(said(opened, "You said: again")).to_be_visible()
    assert bot.taken == ["again"]
    expect(bar(opened)).to_have_count(0)
    expect(opened.messages).to_have_count(3)


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), (" \n", "empty"), ("x" * 2001, "too_long")]
)
def test_a_page_that_asks_what_cannot_be_sent_is_told_so(
    chat: Chat, bot: BotDouble, text: str, code: str
):
    chat.page.evaluate(ERRORS)
    chat.page.evaluate("(text) => document.querySelector('bonafide-chat').ask(text)", text)
    chat.page.wait_for_timeout(200)
    assert chat.page.evaluate("errors") == [code]
    expect(chat.launcher).to_be_visible()
    assert bot.taken == []
    assert chat.page.locator("bonafide-chat .user").count() == 0


def test_a_line_of_what_was_done_goes_by_itself(opened: Chat, clock: Callable[[int], None]):
    def copy() -> Locator:
        button(opened, "More options").click()
        button(opened, "Copy the conversation").click()
        line = opened.page.locator("bonafide-chat .bar", has_text="Copied")
        expect(line).to_be_visible()
        return line

    line = copy()
    clock(7)
    expect(line).to_have_count(0)
    line = copy()
    line.hover()
    clock(13)
    expect(line).to_be_visible()
    opened.page.mouse.move(5, 5)
    clock(7)
    expect(line).to_have_count(0)
    line = copy()
    opened.ask("hello")
    expect(line).to_have_count(0)
