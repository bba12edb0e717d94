"""The pages of the library in a browser: the place that a citation names is seen, by everybody."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.channels.settings import ChannelSettings
from bot.channels.web.facts import Facts
from bot.channels.web.library_pages import LibraryPages
from bot.channels.web.library_reply import Reply
from bot.channels.web.pages import SITE, Pages
from bot.channels.web.security_headers import PAGE_HEADERS
from bot.channels.web.static_files import ENTRY, StaticFolder
from tests.widget.bot_double import WIDGET, BotDouble
from tests.widget.test_accessibility import broken_rules

pytestmark = pytest.mark.widget

LONG = "Bone is living tissue. It is broken down and built up again all through life. " * 6
QUOTED = "A scan shows how dense the bones are."
LISTED = "Your doctor may ask for:\n- a scan\n- blood tests\n1. first\n2. second"
SOURCES = [
    {"publisher": "Healthline", "title": "Bones", "url": "https://www.healthline.com/bones"},
    {"publisher": "NIH", "title": "Falls", "url": "http://nih.example/" + "x" * 90},
]
DOCUMENT = {
    "id": "tests",
    "title": "Tests for osteoporosis and autoimmune disease",
    "publisher": "Bonafide library",
    "origin": "in our own words, from facts of Healthline and NIH",
    "url": "",
    "checked": "2026-11-23",
    "reviewed_by": "",
    "review_due": "2027-11-23",
    "licence": "CC BY 4.0",
    "sources": [{**source, "is_closed": False, "note": "read in a copy"} for source in SOURCES],
    "sections": [
        {"heading": heading, "passages": [{"anchor": anchor, "text": text, "page": page}]}
        for heading, anchor, text, page in [
            ("What is bone?", "what-is-bone", f"{LONG}\n{LISTED}", 1),
            ("Tests > What is a scan?", "what-is-a-scan", f"{LONG}\n{QUOTED} {LONG}", 2),
            ("Tests > What then?", "what-then", LONG, 3),
        ]
    ],
}
SECTIONS = [
    {"heading": section["heading"], "anchor": section["passages"][0]["anchor"]}
    for section in DOCUMENT["sections"]
]
LIST = {
    "n_documents": 450,
    "documents": [
        {"id": f"tests{n}", "title": f"{DOCUMENT['title']} {n}", "sections": SECTIONS}
        for n in range(12)
    ],
}
HIT = {"document_id": "tests", "title": DOCUMENT["title"], "heading": "What is a scan?"}
ADDRESSES = ["/library", "/library/tests", "/found", "/missing"]
# What the reader sees of a citation's place, and whether its words are marked.
BACKGROUND = "(node) => getComputedStyle(node).backgroundColor"


@pytest.fixture
def library(bot: BotDouble) -> BotDouble:
    """Serves the pages of a small library."""
    style = StaticFolder(SITE)
    pages = Pages(ChannelSettings(), Facts(), widget=StaticFolder(WIDGET, entry=ENTRY), style=style)
    made = LibraryPages(pages)
    files = {
        "/library": made.list_page(Reply("/library", "1", LIST), 2),
        "/library/tests": made.document_page(Reply("/library/tests", "1", DOCUMENT)),
        "/found": made.found_page("scan", [{**HIT, "anchor": "what-is-a-scan", "text": LONG}] * 3),
        "/missing": made.notice_page("not_found"),
    }
    for path, page in files.items():
        bot.pages[path] = (page.body.decode(), PAGE_HEADERS)
    for each in SITE.iterdir():
        file = style.find_file(each.name)
        if file is not None:
            bot.files[f"/site/{style.version}/{each.name}"] = (file.body, file.type)
    return bot


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ADDRESSES)
def test_all_can_read_the_pages(
    new_context: Any, library: BotDouble, node_modules: Path, path: str, theme: str, width: int
):
    page = new_context(width, 800, color_scheme=theme).new_page()
    page.goto(library.url + path)
    folder = node_modules.parents[1] / "screenshots"
    folder.mkdir(exist_ok=True)
    name = path.strip("/").replace("/", "-")
    page.screenshot(path=folder / f"page-{name}-{theme}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert broken_rules(page, node_modules) == []


@pytest.mark.parametrize("fragment", ["", ":~:text=A%20scan%20shows%20how%20dense"])
def test_what_a_citation_leads_to_is_seen(page: Page, library: BotDouble, fragment: str):
    page.goto(f"{library.url}/library/tests#what-is-a-scan{fragment}")
    place = page.locator("#what-is-a-scan")
    expect(place).to_be_in_viewport()
    other = page.locator("#what-then").evaluate(BACKGROUND)
    assert place.evaluate(BACKGROUND) != other


def test_a_printed_document_is_the_document(page: Page, library: BotDouble):
    page.goto(f"{library.url}/library/tests")
    page.emulate_media(media="print")
    for shown in (page.get_by_text(QUOTED), page.get_by_text("Where the facts come from")):
        expect(shown).to_be_visible()
    for name in ("On this page", "Main"):
        expect(page.get_by_role("navigation", name=name)).to_be_hidden()


def test_the_pages_need_no_script(new_context: Any, library: BotDouble):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{library.url}/library")
    page.locator("summary").first.click()
    expect(page.get_by_role("link", name="What is bone?").first).to_be_visible()
    page.goto(f"{library.url}/library/tests")
    page.get_by_role("link", name="What then?").first.click()
    expect(page.locator("#what-then")).to_be_in_viewport()
