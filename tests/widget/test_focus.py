"""The focus moves on the user's own act alone: trouble, replies and pages never take it away."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

FORM = (
    '<form style="height: 1200px"><label>Name <input id="name"></label></form>'
    "<bonafide-chat {attributes}></bonafide-chat>"
)
# What the rule forbids from here on: a focus that moves, a page that scrolls.
WATCH = """() => { window.moved = [];
    for (const name of ["focusin", "focusout"]) addEventListener(name, (event) => {
        const [node] = event.composedPath(); moved.push(`${name} ${node.localName}`); }, true);
    document.addEventListener("scroll", (event) =>
        event.target === document && moved.push(`scroll ${scrollY}`), true); }"""


def error(status: int, code: str, **headers: str) -> Callable[[Route], None]:
    """Return what answers every request with an error of the channel."""
    body = f'{{"error": {{"code": "{code}", "message": ""}}}}'
    return lambda route: route.fulfill(status=status, body=body, headers=headers)


# Each way in which a request can fail, to the session and to messages.
FAILURES: dict[str, Callable[[Route], None]] = {
    "unreachable": lambda route: route.abort(),
    "bad request": error(400, "bad_request"),
    "not allowed": error(403, "origin_not_allowed"),
    "too long": error(413, "too_long"),
    "too many": error(429, "rate_limited", **{"Retry-After": "600"}),
    "broken": error(500, "broken"),
    "unavailable": error(503, "unavailable"),
    "not json": lambda route: route.fulfill(status=200, body="<html>a login page</html>"),
}
MODES = ["floating", "inline"]


def start(page: Page, bot: BotDouble, mode: str) -> Chat:
    """Open a page with a form and the chat far below it; ask nothing yet."""
    attributes = "mode=inline" if mode == "inline" else ""
    page.goto(bot.page(f"/form-{mode}", body=FORM.format(attributes=attributes)))
    page.clock.install()
    chat = Chat(page)
    if mode == "floating":
        chat.launcher.click()
    expect(chat.input).to_be_visible()
    return chat


def leave(page: Page) -> None:
    """Go to the form and begin to fill it in."""
    page.evaluate("scrollTo(0, 0)")
    page.locator("#name").focus()
    page.keyboard.type("Ann ")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    page.evaluate(WATCH)


def wait(page: Page) -> None:
    """Let pauses between attempts go by, and requests be answered."""
    for _ in range(9):
        page.clock.run_for(1000)
        page.wait_for_timeout(30)


def stay(page: Page) -> None:
    """Check that the form was left alone."""
    page.keyboard.type("Smith")
    assert page.evaluate("document.activeElement.id") == "name"
    assert page.locator("#name").input_value() == "Ann Smith"
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("moved") == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", [*turns.TURNS, "hello"])
def test_a_reply_leaves_the_page_s_form_alone(page: Page, bot: BotDouble, mode: str, kind: str):
    chat = start(page, bot, mode)
    bot.failures = [0.3]
    chat.say(kind)
    leave(page)
    expect(chat.page.locator("bonafide-chat .bot:last-child")).to_have_count(1)
    page.wait_for_timeout(600)
    wait(page)
    stay(page)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("failure", FAILURES)
def test_trouble_leaves_the_page_s_form_alone(page: Page, bot: BotDouble, mode: str, failure: str):
    page.route("**/webhooks/web/**", FAILURES[failure])
    chat = start(page, bot, mode)
    chat.say("What is osteoporosis?")
    leave(page)
    wait(page)
    expect(chat.page.locator("bonafide-chat .user .state")).to_be_attached()
    stay(page)
    spoken = [line for line in chat.spoken if line.startswith("polite: ")]
    assert spoken


@pytest.mark.parametrize("mode", MODES)
def test_being_offline_leaves_the_page_s_form_alone(page: Page, bot: BotDouble, mode: str):
    chat = start(page, bot, mode)
    chat.say("hello")
    leave(page)
    page.context.set_offline(True)
    wait(page)
    page.context.set_offline(False)
    wait(page)
    stay(page)


@pytest.mark.parametrize("mode", MODES)
def test_missing_extras_leave_the_page_s_form_alone(page: Page, bot: BotDouble, mode: str):
    page.route("**/extras.js", lambda route: route.abort())
    chat = start(page, bot, mode)
    chat.say("answer")
    leave(page)
    wait(page)
    stay(page)


@pytest.mark.parametrize("failure", FAILURES)
def test_what_is_typed_while_something_fails_is_kept(page: Page, bot: BotDouble, failure: str):
    page.route("**/webhooks/web/**", FAILURES[failure])
    chat = start(page, bot, "floating")
    chat.say("What is osteoporosis?")
    words = "What tests are there for osteoporosis?"
    for letter in words:
        page.keyboard.type(letter)
        page.clock.run_for(250)
    expect(chat.page.locator("bonafide-chat .user .state")).to_be_attached()
    assert chat.input.input_value() == words
    assert chat.focused == "Your question"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_chat_that_a_page_opens_leaves_its_form_alone(
    new_context: Any, bot: BotDouble, width: int
):
    page = new_context(width).new_page()
    page.goto(bot.page("/own", body=FORM.format(attributes="")))
    leave(page)
    page.evaluate("document.querySelector('bonafide-chat').open = true")
    page.wait_for_timeout(300)
    if width > 480:  # a chat that covers the page has to take the focus
        stay(page)
    else:
        assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("is_autofocused", [True, False])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_chat_that_is_open_from_the_start_takes_no_focus(
    new_context: Any, bot: BotDouble, width: int, is_autofocused: bool
):
    page = new_context(width).new_page()
    body = FORM.format(attributes="open")
    if is_autofocused:
        body = body.replace("<input", "<input autofocus")
    page.goto(bot.page("/open", body=body))
    page.wait_for_timeout(300)
    if is_autofocused:
        assert page.evaluate("document.activeElement.id") == "name"
    elif width > 480:
        assert page.evaluate("document.activeElement === document.body")
    assert page.evaluate("scrollY") == 0


def test_a_window_that_gets_small_leaves_the_page_s_form_alone(page: Page, bot: BotDouble):
    """A tablet's keyboard makes the window low while somebody fills in a form beside the chat."""
    start(page, bot, "floating")
    leave(page)
    page.set_viewport_size({"width": 1280, "height": 300})
    page.wait_for_timeout(100)
    stay(page)
