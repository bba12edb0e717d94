"""Whose number an emergency names: the page, the widget and the server together, in a browser."""

import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.conftest import Assistant, start_assistant
from tests.widget.conftest import launch_chromium

pytestmark = pytest.mark.e2e

URGENT = "I have crushing chest pain"


@pytest.fixture(scope="module")
def british(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A server of Britain that has a number of its own for Iceland."""
    settings = {"BONAFIDE_REGION": "GB", "BONAFIDE_EMERGENCY_NUMBERS": "IS=113"}
    with start_assistant(tmp_path_factory.mktemp("british"), settings) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that ends with this module: beside a running Playwright `asyncio.run` fails."""
    with sync_playwright() as playwright:
        found = launch_chromium(playwright)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that is set to American English, as many are elsewhere."""
    context = browser.new_context(locale="en-US")
    yield context.new_page()
    context.close()


# What is done to the page, and the number: the page's own `lang="en"` names no country.
PAGES = [
    ("", "999"),
    ("document.documentElement.lang = 'en-IE'", "112"),
    ("document.querySelector('bonafide-chat').setAttribute('country', 'NO')", "113"),
    ("document.querySelector('bonafide-chat').lang = 'is-IS'", "113"),
]


@pytest.mark.parametrize(("change", "number"), PAGES)
def test_the_line_and_the_reply_name_the_same_number(
    british: Assistant, page: Page, change: str, number: str
):
    page.goto(f"http://127.0.0.1:{british.port}/")
    chat = page.locator("bonafide-chat")
    expect(chat.get_by_role("textbox")).to_be_visible()
    page.evaluate(change)
    chat.get_by_role("textbox").fill(URGENT)
    chat.get_by_role("textbox").press("Enter")
    call = chat.locator(".message .emergency .calls a").first

    expect(call).to_contain_text(f"Call {number}", timeout=20_000)
    assert call.get_attribute("href") == f"tel:{number}"
    expect(chat.locator(".message .emergency")).to_contain_text(number)
    expect(chat.locator(".safety a").last).to_have_attribute("href", f"tel:{number}")


def test_without_script_the_browsers_language_comes_last(british: Assistant):
    reply = post_form(british.port, message=URGENT)

    assert '<a href="tel:999">' in reply
    assert "911" not in reply


def test_a_program_says_the_country(british: Assistant):
    said: dict[str, Any] = {"country": "JP", "locale": "en-US"}
    assert "119" in british.turn("said", URGENT, metadata=said)["text"]
    assert "999" in british.turn("unsaid", URGENT, metadata={"locale": "en-US"})["text"]


def post_form(port: int, **fields: str) -> str:
    """Return the page that follows a form of a browser without script, set to American English."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/webhooks/web/form",
        urlencode(fields).encode(),
        {"Accept-Language": "en-US,en;q=0.9"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        page: str = reply.read().decode()
    return page
