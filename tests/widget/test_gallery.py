"""The gallery shows the real chat in every state, and asks nothing of the server."""

from typing import Any, get_args, get_type_hints

import pytest
from playwright.sync_api import Page, expect

from contract import turn as contract
from tests.widget.bot_double import BotDouble

pytestmark = pytest.mark.widget


def open_gallery(page: Page, site: BotDouble) -> Page:
    page.goto(f"{site.url}/embed/states")
    expect(page.locator("bonafide-chat")).to_have_count(8)
    expect(page.locator("bonafide-chat .alarm").first).to_be_visible()
    return page


def kinds_of_the_contract() -> set[str]:
    found: set[str] = set()
    for kind in get_args(contract.Turn):
        found |= set(get_args(get_type_hints(kind)["kind"]))
    return found


def test_each_kind_of_turn_is_shown(page: Page, site: BotDouble):
    page.add_init_script(
        """window.kinds = []; addEventListener("bonafide-message",
        ({ detail }) => window.kinds.push(detail.kind));"""
    )
    open_gallery(page, site)
    page.wait_for_function("window.kinds.length >= 6")
    shown = set(page.evaluate("window.kinds"))
    assert {"answer", "advice", "clarify", "abstain", "emergency"} <= kinds_of_the_contract()
    assert kinds_of_the_contract() - {"chat"} <= shown
    expect(page.get_by_text("Could not be sent.").first).to_be_visible()


def test_nothing_is_sent(page: Page, site: BotDouble):
    open_gallery(page, site)
    page.wait_for_timeout(500)
    assert [each for each in site.requests if "/webhooks/" in each] == []
    assert page.evaluate("window.violations") == []
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    assert page.evaluate("scrollY") == 0


def test_all_turn_dark(new_context: Any, site: BotDouble):
    page = open_gallery(new_context(color_scheme="light").new_page(), site)
    page.get_by_role("button", name="All dark").click()
    for chat in page.locator("bonafide-chat").all():
        expect(chat.locator(".panel")).to_have_css("background-color", "rgb(19, 30, 38)")
