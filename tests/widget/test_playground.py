"""The page for owners: what is chosen is shown at once, and what is copied works."""

from html.parser import HTMLParser
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.widget.bot_double import WIDGET, BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

NASTY = """Bones & "joints" <script>alert(1)</script>'"""


class Playground:
    """The page as an owner meets it."""

    def __init__(self, page: Page, site: BotDouble) -> None:
        """Open it, and wait for the chat of the preview."""
        self.page = page
        page.goto(f"{site.url}/embed")
        self.preview: FrameLocator = page.frame_locator("iframe")
        self.chat: Locator = self.preview.locator("bonafide-chat")
        expect(self.chat).to_be_attached()

    def snippet(self, name: str) -> str:
        """Return the text of a snippet once it has followed the form."""
        self.page.wait_for_timeout(300)
        return str(self.page.locator(f"#{name}").text_content())


@pytest.fixture
def playground(page: Page, site: BotDouble) -> Playground:
    return Playground(page, site)


class Tags(HTMLParser):
    """The tags of a snippet, with their attributes."""

    def __init__(self, html: str) -> None:
        """Read them."""
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one down."""
        self.found.append((tag, dict(attrs)))


def test_the_preview_follows_the_form_and_leaves_the_focus_in_it(playground: Playground):
    page = playground.page
    page.get_by_label("Name of the chat").press_sequentially("Bone line", delay=20)
    expect(playground.preview.get_by_role("heading", name="Bone line", level=2)).to_be_visible()
    expect(page.get_by_label("Name of the chat")).to_be_focused()
    page.get_by_label("Main colour").fill("#7a1f5c")
    expect(playground.chat).to_have_attribute("style", "--bonafide-accent: #7a1f5c;")
    page.get_by_label("First questions").fill("What is osteoporosis?\n\nWho | gets it?")
    expect(playground.preview.get_by_role("button", name="Who / gets it?")).to_be_visible()
    page.get_by_label("The left corner").check()
    expect(playground.chat).to_have_attribute("position", "start")
    page.get_by_label("In the page, always open").check()
    expect(playground.chat).to_have_attribute("mode", "inline")
    expect(page.get_by_label("The left corner")).to_be_disabled()
    assert playground.chat.get_attribute("position") is None
    assert page.evaluate("window.violations") == []


def test_the_preview_answers(playground: Playground, site: BotDouble):
    playground.page.locator("iframe").scroll_into_view_if_needed()
    playground.preview.get_by_role("textbox", name="Your question").fill("answer")
    playground.preview.get_by_role("button", name="Send").click()
    expect(playground.preview.locator("blockquote").first).to_be_visible()


@pytest.mark.parametrize("name", ["tag", "classic"])
@pytest.mark.parametrize("place", ["A button in the corner", "In the page, always open"])
def test_what_is_copied_works_on_another_site(
    playground: Playground, site: BotDouble, elsewhere: BotDouble, place: str, name: str
):
    page = playground.page
    page.get_by_label(place).check()
    page.get_by_label("Name of the chat").fill(NASTY)
    page.get_by_label("Main colour").fill("#7a1f5c")
    snippet = playground.snippet(name)
    site.origins.add(elsewhere.url)
    page.goto(elsewhere.page("/host", head="", body=snippet))
    if place.startswith("A button"):
        Chat(page).open()
    expect(page.get_by_role("heading", name=NASTY, level=2)).to_be_visible()
    expect(page.locator("bonafide-chat .message").first).to_be_visible()
    head = page.locator("bonafide-chat .head")
    expect(head).to_have_css("background-color", "rgb(122, 31, 92)")
    assert page.evaluate("window.pwned") == 0


def test_every_snippet_has_what_was_chosen(playground: Playground, site: BotDouble):
    page = playground.page
    page.get_by_label("Name of the chat").fill(NASTY)
    page.get_by_label("Their country").fill("gb")
    page.get_by_label("Address of your website").fill("clinic.example/contact")
    page.get_by_label("Main colour").fill("#7a1f5c")
    for name in ("tag", "classic", "wordpress"):
        tags = Tags(playground.snippet(name)).found
        (attributes,) = [found for tag, found in tags if tag == "script"]
        assert (attributes["data-heading"], attributes["data-country"]) == (NASTY, "GB")
        assert str(attributes["src"]).startswith(f"{site.url}/widget/bonafide-chat.")
        assert "--bonafide-accent: #7a1f5c;" in playground.snippet(name)
    assert "</script>" not in playground.snippet("module").replace("<script>alert(1)</script>", "")
    assert playground.snippet("origins") == "BONAFIDE_WEB_ORIGINS=https://clinic.example"


@pytest.mark.parametrize(
    ("colour", "words"),
    [("#0a5a6b", "Very easy to read"), ("#767676", "Easy to read"), ("#ffd54a", "Pale")],
)
def test_pale_colours_are_named_in_plain_words(playground: Playground, colour: str, words: str):
    playground.page.get_by_label("Main colour").fill(colour)
    expect(playground.page.locator("#contrast")).to_contain_text(words)


def test_a_snippet_is_copied(new_context: Any, site: BotDouble):
    context = new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    playground = Playground(context.new_page(), site)
    button = playground.page.get_by_role("button", name="Copy: HTML to copy")
    button.focus()
    playground.page.keyboard.press("Enter")
    expect(playground.page.locator(".status")).to_have_text("Copied.")
    copied = playground.page.evaluate("navigator.clipboard.readText()")
    assert copied == playground.snippet("tag")


def test_what_cannot_be_copied_is_selected(new_context: Any, site: BotDouble):
    context = new_context()
    context.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no'));"
    )
    playground = Playground(context.new_page(), site)
    playground.page.get_by_role("button", name="Copy: HTML to copy").click()
    expect(playground.page.locator(".status")).to_contain_text("selected")
    assert playground.page.evaluate("String(getSelection())") == playground.snippet("tag")


def test_each_language_of_the_chat_can_be_chosen(playground: Playground):
    languages = {path.stem for path in (WIDGET / "words").glob("*.json")}
    values = playground.page.locator("#lang option").evaluate_all("all => all.map(o => o.value)")
    assert set(values) == {"", "en", *languages}
    playground.page.get_by_label("Language of the buttons").select_option("de")
    assert 'data-lang="de"' in playground.snippet("tag")
    expect(playground.chat).to_have_attribute("lang", "de")


def test_without_script_the_snippets_are_there_and_the_form_is_not(
    new_context: Any, site: BotDouble
):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site.url}/embed")
    expect(page.locator("form")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    for name in ("tag", "classic", "wordpress", "module", "origins", "policy"):
        expect(page.locator(f"#{name}")).to_be_visible()


def test_the_preview_is_framed_by_its_own_server_alone(site: BotDouble, elsewhere: BotDouble):
    headers = {path: found for path, (_, found) in site.pages.items()}
    assert "frame-ancestors 'self'" in headers["/embed/preview"]["Content-Security-Policy"]
    for path in ("/", "/embed", "/accessibility"):
        assert "frame-ancestors 'none'" in headers[path]["Content-Security-Policy"]
