"""The same in Firefox: `BROWSER=firefox` runs every test of the widget there, this file always."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.widget.bot_double import CSP, SCRIPT, BotDouble
from tests.widget.conftest import Chat, launch_firefox

pytestmark = pytest.mark.widget


@pytest.fixture(scope="module")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    found = launch_firefox(playwright, tmp_path_factory.mktemp("firefox"))
    yield found
    found.close()


def test_it_is_firefox(page: Page, bot: BotDouble):
    page.goto(bot.url)
    assert "Firefox/" in page.evaluate("navigator.userAgent")


def test_a_question_is_answered_with_its_source(chat: Chat):
    chat.open()
    answer = chat.ask("answer")
    expect(answer.locator("blockquote")).to_be_visible()
    answer.get_by_role("button", name="Source: ").click()
    expect(answer.locator(".source").first).to_be_visible()


def test_an_emergency_can_be_called(chat: Chat):
    chat.open()
    call = chat.ask("emergency").locator(".calls a").first
    expect(call).to_be_visible()
    assert str(call.get_attribute("href")).startswith("tel:")


def test_the_menu_opens_and_closes(chat: Chat):
    chat.open()
    chat.page.get_by_role("button", name="More options").click()
    expect(chat.page.get_by_role("button", name="Delete my data")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("button", name="Delete my data")).to_be_hidden()


def test_the_focus_stays_with_somebody_who_fills_in_a_form(page: Page, bot: BotDouble):
    body = '<input aria-label="Name"><bonafide-chat mode="inline"></bonafide-chat>'
    page.goto(bot.page("/form", body=body))
    chat = Chat(page)
    expect(chat.messages.first).to_be_visible()
    bot.failures = [1.0, 400]
    chat.say("first")
    page.get_by_label("Name").click()
    page.keyboard.type("Ann Smith", delay=100)
    expect(page.get_by_text("You said: first").first).to_be_visible()
    page.evaluate("document.querySelector('bonafide-chat').ask('second')")
    expect(page.get_by_text("Could not be sent.").first).to_be_visible()
    assert page.evaluate("document.activeElement.value") == "Ann Smith"


def test_the_conversation_is_printed_without_the_page(page: Page, bot: BotDouble):
    # In the frame that is printed, not in the page.
    page.add_init_script(
        "window.print = () => { top.printed = document.documentElement.innerText; };"
    )
    page.goto(bot.url)
    chat = Chat(page).open()
    chat.ask("answer")
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name="Print or save").click()
    page.wait_for_function("window.printed")
    printed = page.evaluate("window.printed")
    assert "Osteoporosis" in printed or "osteoporosis" in printed
    assert "A page of a clinic" not in printed


def test_the_chat_stands_over_a_page_that_is_transformed(page: Page, bot: BotDouble):
    style = "<style>body { transform: translateZ(0); min-height: 3000px }</style>"
    page.goto(bot.page("/wrapped", head=style + SCRIPT))
    expect(Chat(page).launcher).to_be_in_viewport()
    Chat(page).open().ask("hello")


def test_a_classic_script_tag_does_it_too(page: Page, bot: BotDouble):
    tag = '<script src="/widget/bonafide-chat.iife.js"></script>'
    page.goto(bot.page("/classic", head=tag, csp=CSP))
    Chat(page).open().ask("hello")
    assert Chat(page).violations == []
