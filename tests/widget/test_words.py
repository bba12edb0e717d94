"""The words of the widget in other languages, and those of a page's own."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget.bot_double import SCRIPT, WIDGET, BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

FILES = sorted((WIDGET / "words").glob("*.json"))
FRENCH = {"language": "fr", "launch": "Poser une question", "send": "Envoyer", "n": 3, "you": {}}


def page_in(bot: BotDouble, language: str, attributes: str = "", *, head: str = SCRIPT) -> str:
    """Return the address of a page in a language, with a chat."""
    html = f"<bonafide-chat {attributes}></bonafide-chat>"
    address = bot.page("/foreign", body=html, head=head)
    content, headers = bot.pages["/foreign"]
    bot.pages["/foreign"] = (
        content.replace('<html lang="en">', f'<html lang="{language}">'),
        headers,
    )
    return address


def english(page: Page, bot: BotDouble) -> dict[str, Any]:
    """Return all words of the widget as they are written in its modules."""
    page.goto(bot.url)
    return dict(
        page.evaluate(
            """async () => Object.assign({}, ...(await Promise.all(
            ["words.js", "extras.js"].map((name) => import(`/source/${name}`))
            )).map((module) => module.WORDS))"""
        )
    )


def forms_of(words: Any) -> dict[str, str]:
    return words if isinstance(words, dict) else {"other": words}


def places_in(words: Any) -> set[str]:
    return {place for form in forms_of(words).values() for place in re.findall(r"\{\w+\}", form)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_pack_has_every_word_with_the_same_places(page: Page, bot: BotDouble, path: Path) -> None:
    words, pack = english(page, bot), json.loads(path.read_text(encoding="utf-8"))

    assert sorted(set(words) - set(pack)) == []
    assert sorted(set(pack) - set(words)) == []
    assert {name for name in words if places_in(words[name]) != places_in(pack[name])} == set()
    assert not [name for name in pack if not all(forms_of(pack[name]).values())]
    said = {name: re.sub(r"\{\w+\}", "", str(each)) for name, each in words.items()}
    same = {name for name in said if words[name] == pack[name] and len(said[name]) > 3}
    assert same <= {"heading"}, "not translated"
    assert pack["language"] == path.stem


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_pack_has_the_plurals_of_its_language(page: Page, bot: BotDouble, path: Path) -> None:
    words, pack = english(page, bot), json.loads(path.read_text(encoding="utf-8"))
    wanted = page.evaluate(
        "(lang) => new Intl.PluralRules(lang).resolvedOptions().pluralCategories", path.stem
    )
    with_forms = [name for name, each in words.items() if isinstance(each, dict)]

    assert with_forms
    assert {name: sorted(pack[name]) for name in with_forms} == {
        name: sorted(wanted) for name in with_forms
    }


def test_the_widget_knows_which_packs_there_are() -> None:
    (listed,) = re.findall(r"const LANGUAGES = (\[.*?\]);", (WIDGET / "packs.js").read_text())

    assert json.loads(listed) == [path.stem for path in FILES]


@pytest.mark.parametrize("script", ["bonafide-chat.js", "bonafide-chat.iife.js"])
def test_a_german_page_gets_german_words(page: Page, bot: BotDouble, script: str) -> None:
    module = "" if "iife" in script else 'type="module"'
    head = f'<script {module} src="/widget/{script}" data-mount="none"></script>'
    page.goto(page_in(bot, "de-AT", head=head))
    page.get_by_role("button", name="Frage stellen").click()

    expect(page.get_by_role("textbox", name="Ihre Frage (auf Englisch)")).to_be_focused()
    page.get_by_role("button", name="Weitere Möglichkeiten").click()
    expect(page.get_by_role("button", name="Meine Daten löschen")).to_be_visible()
    assert (
        page.evaluate("document.querySelector('bonafide-chat').shadowRoot.firstChild.lang") == "de"
    )
    assert [each for each in bot.requests if "/words/" in each] == ["GET /widget/words/de.json"]


def test_the_language_of_the_element_goes_before_that_of_the_page(
    page: Page, bot: BotDouble
) -> None:
    page.goto(page_in(bot, "de", 'lang="en-GB"'))

    expect(page.get_by_role("button", name="Ask a question")).to_be_visible()
    assert not [each for each in bot.requests if "packs" in each or "/words/" in each]


def test_nothing_more_is_fetched_for_an_english_page(chat: Chat, bot: BotDouble) -> None:
    chat.open()

    assert not [each for each in bot.requests if "packs" in each or "/words/" in each]


@pytest.mark.parametrize("language", ["fr", "xx-YY"])
def test_a_language_without_words_gets_english_ones(
    page: Page, bot: BotDouble, language: str
) -> None:
    page.goto(page_in(bot, language))
    Chat(page).open()

    assert (
        page.evaluate("document.querySelector('bonafide-chat').shadowRoot.firstChild.lang") == "en"
    )
    assert not [each for each in bot.requests if "/words/" in each]


def test_words_that_do_not_come_are_english(page: Page, bot: BotDouble) -> None:
    page.route(re.compile("words/de.json"), lambda route: route.fulfill(status=500, body="no"))
    page.goto(page_in(bot, "de"))

    assert Chat(page).open().ask("Hello")


def test_words_that_hang_are_not_waited_for(page: Page, bot: BotDouble) -> None:
    held: list[Any] = []
    page.route(re.compile("words/de.json"), lambda route: held.append(route))
    page.goto(page_in(bot, "de"))

    expect(page.get_by_role("button", name="Ask a question")).to_be_visible(timeout=4500)
    for route in held:
        route.abort()


def test_what_is_typed_while_other_words_come_is_sent(page: Page, bot: BotDouble) -> None:
    held: list[Any] = []
    page.route(re.compile("words/de.json"), lambda route: held.append(route))
    page.goto(page_in(bot, "en", "open"))
    chat = page.locator("bonafide-chat")
    expect(chat.get_by_role("textbox")).to_be_visible()
    page.evaluate("document.querySelector('bonafide-chat').lang = 'de'")
    chat.get_by_role("textbox").fill("first")
    chat.get_by_role("textbox").press("Enter")
    expect(chat.locator(".bot")).to_have_count(2)
    chat.get_by_role("textbox").fill("half of a ques")
    for route in held:
        route.continue_()

    # The same conversation, and the draft, in the other language.
    expect(chat.get_by_role("textbox", name="Ihre Frage (auf Englisch)")).to_have_value(
        "half of a ques"
    )
    expect(chat.locator(".user")).to_contain_text("first")


def test_a_page_can_have_words_of_its_own(page: Page, bot: BotDouble) -> None:
    bot.pages["/fr.json"] = (json.dumps(FRENCH), {})
    page.goto(page_in(bot, "fr", 'words-src="/fr.json" words=\'{"send": "Allez"}\''))
    page.get_by_role("button", name="Poser une question").click()

    expect(page.get_by_role("button", name="Allez")).to_be_visible()
    # What is neither words nor forms of them is left as it was.
    assert Chat(page).ask("Hello")
    expect(page.locator("bonafide-chat .user")).to_contain_text("You")


def test_own_words_stand_over_those_of_the_language(page: Page, bot: BotDouble) -> None:
    bot.pages["/de.json"] = (json.dumps({"launch": "Frag uns"}), {})
    page.goto(page_in(bot, "de", 'words-src="/de.json"'))
    page.get_by_role("button", name="Frag uns").click()

    expect(page.get_by_role("button", name="Senden")).to_be_visible()


def test_a_question_asked_before_the_words_are_there_is_asked(page: Page, bot: BotDouble) -> None:
    page.goto(page_in(bot, "de", head=""))
    page.evaluate(
        """(src) => import(src).then(() =>
            document.querySelector("bonafide-chat").ask("What is osteoporosis?"))""",
        f"{bot.url}/widget/bonafide-chat.js",
    )

    expect(page.get_by_text("You said: What is osteoporosis?").first).to_be_visible()
    assert bot.taken == ["What is osteoporosis?"]


@pytest.mark.parametrize(
    ("typed", "line"),
    [(1999, "1 character left"), (1998, "2 characters left"), (2001, "1 character too many")],
)
def test_plurals_are_those_of_the_language(chat: Chat, typed: int, line: str) -> None:
    chat.open().input.fill("x" * typed)

    expect(chat.page.get_by_text(line, exact=True).first).to_be_visible()


def test_each_line_runs_as_its_own_language_does(chat: Chat, bot: BotDouble) -> None:
    lines = "\u0645\u0631\u062d\u0628\u0627\nI can only answer in English."
    bot.answer = lambda _: [{"kind": "abstain", "text": lines, "suggestions": []}]
    arabic, english = chat.open().ask("Hello").locator(".said p").all()

    assert arabic.evaluate("line => getComputedStyle(line).direction") == "rtl"
    assert english.evaluate("line => getComputedStyle(line).direction") == "ltr"
