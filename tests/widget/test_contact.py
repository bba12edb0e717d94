"""A way to a person: the card, and whether somebody is there now."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat
from tests.widget.test_accessibility import broken_rules

pytestmark = pytest.mark.widget

WEEK = [{"day": day, "opens": "09:00", "closes": "17:00"} for day in range(1, 6)]
ALWAYS = [{"day": day, "opens": "00:00", "closes": "24:00"} for day in range(1, 8)]
SPLIT = [
    {"day": 1, "opens": "09:00", "closes": "12:00"},
    {"day": 1, "opens": "13:00", "closes": "17:00"},
]
LATE = [
    {"day": 7, "opens": "20:00", "closes": "24:00"},
    {"day": 1, "opens": "00:00", "closes": "02:00"},
]
DESCRIBE = """async ({ hours, zone, now, locale }) => {
    const { describeHours } = await import("/source/contact.js");
    const { WORDS } = await import("/source/extras.js");
    return describeHours({ hours, time_zone: zone }, { words: WORDS, locale }, new Date(now)); }"""


def describe(page: Page, **values: Any) -> str:
    given = {"zone": "Europe/London", "locale": "en-GB", **values}
    return str(page.evaluate(DESCRIBE, given)).replace("\u202f", " ")


@pytest.fixture
def london(new_context: Any, bot: BotDouble) -> Page:
    """A page of somebody in London."""
    page: Page = new_context(timezone_id="Europe/London").new_page()
    page.goto(bot.url)
    return page


@pytest.mark.parametrize(
    ("hours", "now", "line"),
    [
        # 30 November 2026 is a Monday; London is on UTC then.
        (WEEK, "2026-11-30T09:00Z", "Open now, until 17:00."),
        (WEEK, "2026-11-30T16:59Z", "Open now, until 17:00."),
        (WEEK, "2026-11-30T17:00Z", "Closed now. Open again Tuesday, 09:00."),
        (WEEK, "2026-11-30T08:59Z", "Closed now. Open again today, 09:00."),
        (WEEK, "2026-12-04T18:00Z", "Closed now. Open again Monday, 09:00."),
        (WEEK, "2026-12-06T23:59Z", "Closed now. Open again Monday, 09:00."),
        # In July it is an hour later there.
        (WEEK, "2026-07-06T08:00Z", "Open now, until 17:00."),
        (WEEK, "2026-07-06T16:00Z", "Closed now. Open again Tuesday, 09:00."),
        (SPLIT, "2026-11-30T12:30Z", "Closed now. Open again today, 13:00."),
        (SPLIT, "2026-11-30T17:30Z", "Closed now. Open again Monday, 09:00."),
        (LATE, "2026-11-29T23:00Z", "Open now, until 02:00."),
        (LATE, "2026-11-30T01:00Z", "Open now, until 02:00."),
        (ALWAYS, "2026-11-30T01:00Z", "Open now."),
        ([], "2026-11-30T01:00Z", ""),
        ([{"day": 9, "opens": "x", "closes": None}, "no"], "2026-11-30T01:00Z", ""),
    ],
)
def test_it_is_known_whether_somebody_is_there(
    london: Page, hours: Any, now: str, line: str
) -> None:
    assert describe(london, hours=hours, now=now) == line


def test_the_time_zone_is_named_to_who_is_in_another(new_context: Any, bot: BotDouble) -> None:
    page = new_context(timezone_id="America/New_York").new_page()
    page.goto(bot.url)

    assert describe(page, hours=WEEK, now="2026-11-30T12:00Z") == "Open now, until 17:00 (GMT)."
    assert describe(page, hours=WEEK, now="2026-11-30T20:00Z", locale="en-US") == (
        "Closed now. Open again Tuesday, 9:00 AM (GMT)."
    )


CARD = """async (contact) => {
    const { makeContact } = await import("/source/contact.js");
    const first = (await import("/source/words.js")).WORDS;
    const WORDS = { ...first, ...(await import("/source/extras.js")).WORDS };
    const card = makeContact(contact, { words: WORDS, locale: "en-GB" });
    return card && { label: card.ariaLabel, text: card.innerText ?? card.textContent,
        links: [...card.querySelectorAll("a")].map(({ href }) => href) }; }"""
CONTACT = {
    "name": "Bone line",
    "phone": "0800 123 456",
    "phone_href": "tel:0800123456",
    "email": "ask@bones.example",
    "url": "https://bones.example/contact",
    "hours": [],
    "time_zone": "",
}


def test_a_card_has_every_way_that_is_set(london: Page) -> None:
    card = london.evaluate(CARD, CONTACT)

    assert card["label"] == "Ask Bone line"
    assert card["links"] == [
        "tel:0800123456",
        "mailto:ask@bones.example",
        "https://bones.example/contact",
    ]
    assert "Call 0800 123 456" in card["text"]


@pytest.mark.parametrize(
    "contact",
    [
        None,
        {},
        {**CONTACT, "phone_href": "javascript:1", "email": "", "url": "javascript:alert(1)"},
        {"name": "Nobody", "hours": WEEK, "time_zone": "Europe/London"},
    ],
)
def test_there_is_no_card_without_a_way(london: Page, contact: Any) -> None:
    assert london.evaluate(CARD, contact) is None


def test_a_time_zone_that_the_browser_does_not_know_leaves_the_rest(london: Page) -> None:
    card = london.evaluate(CARD, {**CONTACT, "hours": WEEK, "time_zone": "Mars/Base"})

    assert card["links"]


def test_a_refusal_names_a_person(chat: Chat, bot: BotDouble) -> None:
    bot.contact = {**CONTACT, "hours": ALWAYS, "time_zone": "Europe/London"}
    refusal = chat.open().ask("abstain")
    card = refusal.get_by_role("group", name="Ask Bone line")

    expect(card.get_by_text("Open now.")).to_be_visible()
    expect(card.get_by_role("link", name="Call 0800 123 456")).to_have_attribute(
        "href", "tel:0800123456"
    )


@pytest.mark.parametrize("kind", ["advice", "abstain"])
def test_only_the_last_reply_has_the_card(chat: Chat, bot: BotDouble, kind: str) -> None:
    bot.contact = CONTACT
    chat.open().ask(kind)
    expect(chat.page.get_by_role("group", name="Ask Bone line")).to_have_count(1)
    chat.ask(kind)
    expect(chat.messages.last.get_by_role("group", name="Ask Bone line")).to_be_visible()

    expect(chat.page.get_by_role("group", name="Ask Bone line")).to_have_count(1)
    assert sum("/about" in each for each in bot.requests) == 1


@pytest.mark.parametrize("kind", ["answer", "emergency", "clarify", "chat"])
def test_no_other_reply_has_one(chat: Chat, bot: BotDouble, kind: str) -> None:
    bot.contact = CONTACT
    chat.open().ask(kind)
    chat.page.wait_for_timeout(300)

    assert chat.page.locator("bonafide-chat .contact").count() == 0


def test_the_menu_has_it_too(chat: Chat, bot: BotDouble) -> None:
    bot.contact = CONTACT
    chat.open().page.get_by_role("button", name="More options").click()

    expect(chat.page.get_by_role("link", name="ask@bones.example")).to_be_visible()


def test_nothing_is_shown_where_nobody_is_named(chat: Chat, bot: BotDouble) -> None:
    chat.open().ask("abstain")
    chat.page.wait_for_timeout(300)
    chat.page.get_by_role("button", name="More options").click()

    assert chat.page.locator("bonafide-chat .contact").count() == 0


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rules_of_accessibility_hold(
    new_context: Any, bot: BotDouble, node_modules: Path, theme: str, width: int
) -> None:
    bot.contact = {**CONTACT, "hours": WEEK, "time_zone": "Asia/Tokyo"}
    page = new_context(width, 640, color_scheme=theme).new_page()
    page.goto(bot.url)
    chat = Chat(page).open()
    chat.ask("abstain")
    expect(page.get_by_role("group", name="Ask Bone line")).to_be_visible()
    page.get_by_role("button", name="More options").click()
    folder = node_modules.parents[1] / "screenshots"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"contact-{theme}-{width}.png")

    assert broken_rules(page, node_modules) == []
