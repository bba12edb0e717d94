"""The chat under a site's own name: header, logo, footer, parts."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.bot_double import CSP, SCRIPT, BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40">'
    '<rect width="80" height="40" fill="#7a1f5c"/></svg>'
)


def open_with(page: Page, bot: BotDouble, attributes: str = "", inside: str = "", **options: Any):
    """Open a chat with these attributes and content."""
    body = f"<bonafide-chat {attributes}>{inside}</bonafide-chat>"
    page.goto(bot.page("/brand", body=body, head=options.get("head", SCRIPT), csp=CSP))
    return Chat(page).open()


@pytest.fixture
def logo(bot: BotDouble) -> str:
    bot.pages["/logo.svg"] = (LOGO, {"Content-Type": "image/svg+xml"})
    return f"{bot.url}/logo.svg"


def test_the_words_under_the_name_are_the_sites(page: Page, bot: BotDouble) -> None:
    open_with(page, bot, 'heading="Bone line" subheading="Ask about your bones"')

    expect(page.get_by_role("heading", name="Bone line", level=2)).to_be_visible()
    expect(page.get_by_text("Ask about your bones")).to_be_visible()


def test_a_logo_of_the_site_is_shown_beside_the_name(page: Page, bot: BotDouble, logo: str) -> None:
    open_with(page, bot, 'logo="/logo.svg"')
    picture = page.locator("bonafide-chat .head img")

    assert picture.get_attribute("src") == logo
    assert picture.get_attribute("alt") == ""


@pytest.mark.parametrize(
    "address",
    [
        "https://tracker.example/pixel.png",
        "data:image/png;base64,AA",
        "javascript:1",
        "//x/y",
        "http://",
    ],
)
def test_no_other_server_learns_of_a_visit_by_a_logo(
    page: Page, bot: BotDouble, address: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_console_message(lambda line: "the logo is neither" in line.text):
        open_with(page, bot, f'logo="{address}"')

    assert page.locator("bonafide-chat .head img").count() == 0
    assert [url for url in asked if not url.startswith(bot.url)] == []


def test_a_logo_and_a_footer_can_be_any_element(page: Page, bot: BotDouble) -> None:
    open_with(
        page,
        bot,
        'heading="Bone line"',
        '<b slot="logo">BL</b><p slot="footer">Bone line is a charity.</p>',
    )
    footer = page.get_by_text("Bone line is a charity.")

    expect(page.get_by_text("BL", exact=True)).to_be_visible()
    expect(footer).to_be_visible()
    box, field = footer.bounding_box(), Chat(page).input.bounding_box()
    assert box
    assert field
    assert box["y"] >= field["y"] + field["height"]


def test_parts_can_be_styled_from_the_page(page: Page, bot: BotDouble) -> None:
    style = """<link rel="stylesheet" href="/brand.css">"""
    parts = ("panel", "header", "launcher", "message")
    css = "".join(f"bonafide-chat::part({part}) {{ letter-spacing: 2px; }}" for part in parts)
    bot.pages["/brand.css"] = (css, {"Content-Type": "text/css"})
    open_with(page, bot, head=SCRIPT + style)

    for part in parts:
        spacing = page.locator(f"bonafide-chat [part~={part}]").first.evaluate(
            "element => getComputedStyle(element).letterSpacing"
        )
        assert spacing == "2px", part
    assert not Chat(page).violations


def test_a_chat_with_a_name_of_its_own_never_says_ours(page: Page, bot: BotDouble) -> None:
    chat = open_with(page, bot, 'heading="Bone line"')
    chat.ask("answer")
    chat.ask("nothing")
    page.get_by_role("button", name="More options").click()
    shown = page.evaluate(
        """() => { const root = document.querySelector("bonafide-chat").shadowRoot;
        const names = ["aria-label", "title", "placeholder"];
        const labels = [...root.querySelectorAll("*")].flatMap((each) =>
            names.map((name) => each.getAttribute(name)));
        return root.textContent + labels.join(" "); }"""
    )

    assert "Bone line" in shown
    assert not re.search("bonafide", shown, re.IGNORECASE)
    assert not [line for line in chat.spoken if "onafide" in line]
