"""An answer is mostly its quotation: what stands around it is small, said once, and true."""

from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble
from tests.widget.conftest import Chat, open_sources

pytestmark = pytest.mark.widget

LIMIT_PX = 250
MAX_LINE = 68
# What stands beside the quotation; the disclaimer comes once in a conversation, on top.
CHROME = """item => { const tall = (node) => node.getBoundingClientRect().height;
    return [...item.querySelectorAll("blockquote, .disclaimer")].reduce(
        (left, node) => left - tall(node), tall(item)); }"""
# The longest line of what is said, in characters.
LONGEST = """item => { let longest = 0;
    for (const node of item.querySelectorAll(":is(blockquote, .said) :is(p, li), .disclaimer")) {
        const words = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        const lines = new Map();
        while (words.nextNode()) for (let at = 0; at < words.currentNode.length; at += 1) {
            const range = document.createRange();
            range.setStart(words.currentNode, at); range.setEnd(words.currentNode, at + 1);
            const top = Math.round(range.getBoundingClientRect().bottom / 8);
            lines.set(top, (lines.get(top) ?? 0) + 1);
        }
        longest = Math.max(longest, ...lines.values());
    } return longest; }"""


def cited(document: str, section: str, text: str, **changes: Any) -> dict[str, Any]:
    """Return a citation of a passage of the library."""
    anchor = section.lower().replace(" ", "-").strip("?")
    return turns.citation(
        document_id=document.lower().replace(" ", "-"),
        path=f"/library/{document.lower().replace(' ', '-')}#{anchor}",
        title=document,
        section=section,
        text=text,
        url="",
        origin="in our own words, from facts of MedlinePlus and NIHSeniorHealth",
        **changes,
    )


def standard(heading: str, text: str, document: str, asked: list[str]) -> dict[str, Any]:
    """Return an answer as the library gives it."""
    return turns.ANSWER | {
        "answer_id": str(abs(hash(heading))),
        "heading": heading,
        "text": text,
        "marks": [text.split(". ")[0] + "."],
        "citations": [
            cited(document, heading, text),
            cited(document, "What helps?", "Walking helps."),
            cited("Medicines for osteoporosis", "Side effects", "They are rare."),
        ],
        "suggestions": [turns.suggestion(title) for title in asked],
    }


STANDARD = [
    standard(
        "What is osteoporosis?",
        "Osteoporosis is a disease that makes bones thin and weak. They then break easily.",
        "Osteoporosis in short",
        ["What causes it?", "Who gets osteoporosis?", "What are the signs?"],
    ),
    standard(
        "What tests are there?",
        "A bone density scan measures how strong bones are.\n- It takes ten minutes.\n"
        "- It does not hurt.",
        "Tests for osteoporosis and autoimmune disease",
        ["What does a bone density scan show?", "How often is it done?", "Who should have one?"],
    ),
    standard(
        "Is osteoporosis an autoimmune disease?",
        turns.PASSAGE,
        "Osteoporosis and the immune system: the link",
        ["How does inflammation weaken bone?", "Which diseases affect bones?"],
    ),
    standard(
        "How can I keep my bones strong?",
        turns.LIST["text"],
        "Preventing osteoporosis",
        ["Which foods have calcium?", "How much exercise?", "What about vitamin D?"],
    ),
    standard(
        "Side effects of alendronate and other bisphosphonates",
        "Most people have none. Some have heartburn, or pain in the muscles.",
        "Treatment of osteoporosis",
        ["What if I miss a dose?", "How long do people take it?"],
    ),
]


def test_an_answer_is_mostly_its_quotation(new_context: Any, bot: BotDouble):
    page = new_context(390, 844).new_page()
    page.goto(bot.url)
    chat = Chat(page).open()
    chrome = []
    for turn in STANDARD:
        bot.answer = lambda _, turn=turn: [turn]
        item = chat.ask("question")
        expect(item.locator(".origin")).to_be_visible()
        chrome.append(item.evaluate(CHROME))
    assert max(chrome) <= LIMIT_PX, chrome


@pytest.mark.parametrize("width", [390, 1280])
def test_lines_can_be_read(new_context: Any, bot: BotDouble, width: int):
    page = new_context(width, 844).new_page()
    page.goto(bot.page("/inline", body='<bonafide-chat mode="inline"></bonafide-chat>'))
    chat = Chat(page)
    expect(chat.messages.first).to_be_visible()
    for kind in ("answer", "list", "advice", "abstain"):
        assert 20 < chat.ask(kind).evaluate(LONGEST) <= MAX_LINE


def test_one_line_names_the_source_and_opens(chat: Chat, bot: BotDouble):
    bot.answer = lambda _: [STANDARD[0]]
    item = chat.open().ask("question")
    line = item.get_by_role("button", name="Source: ")
    expect(line).to_have_text("Source: Osteoporosis in short · 3 passages in 2 documents")
    expect(line).to_have_attribute("aria-expanded", "false")
    expect(item.get_by_role("list", name="Sources")).to_be_hidden()
    sources = open_sources(item)
    expect(line).to_have_attribute("aria-expanded", "true")
    assert sources.locator(".title").all_text_contents() == [
        "Osteoporosis in short",
        "Medicines for osteoporosis",
    ]
    expect(sources.locator(".source").first).to_contain_text(
        "In our own words, from facts of MedlinePlus and NIHSeniorHealth. Checked against its "
        "sources on 1 May 2026. Not reviewed by a clinician yet."
    )
    # The quote is not shown again.
    assert sources.locator("summary").all_text_contents() == ["What helps?", "Side effects"]
    line.click()
    expect(item.get_by_role("list", name="Sources")).to_be_hidden()


def test_a_reviewer_is_named_and_nothing_is_said_of_what_others_publish(chat: Chat, bot: BotDouble):
    citations = [turns.citation(), turns.citation(document_id="b", reviewed_by="Dr A. Example")]
    bot.answer = lambda _: [turns.ANSWER | {"citations": citations}]
    sources = open_sources(chat.open().ask("question")).locator(".source")
    expect(sources.first).to_contain_text("Published by Example Bone Charity.")
    expect(sources.first).not_to_contain_text("clinician")
    expect(sources.first.get_by_role("link", name="See it at charity.example")).to_be_visible()
    expect(sources.last).to_contain_text("Reviewed by Dr A. Example.")


def address(item: Locator) -> str:
    """Return where the quoted passage is read."""
    link = open_sources(item).get_by_role("link", name="Read it in the document").first
    return link.get_attribute("href") or ""


def test_a_quote_is_read_in_its_document(chat: Chat, bot: BotDouble):
    mark = turns.ANSWER["marks"][0]
    where = address(chat.open().ask("answer"))
    assert where.startswith(f"{bot.url}/library/autoimmune-link#one:~:text=")
    assert unquote(where.split(":~:text=")[1]) == mark


def test_a_long_mark_is_found_by_its_ends(chat: Chat, bot: BotDouble):
    mark = "One, two - three four five six seven eight nine ten eleven & twelve."
    bot.answer = lambda _: [turns.ANSWER | {"text": f"{mark}\nMore.", "marks": [mark]}]
    start, end = address(chat.open().ask("question")).split(":~:text=")[1].split(",")
    assert unquote(start) == "One, two - three four"
    assert unquote(end) == "nine ten eleven & twelve."
    assert "-" not in start


def test_an_item_of_a_list_is_looked_for_without_its_sign(chat: Chat, bot: BotDouble):
    bot.answer = lambda _: [turns.ANSWER | {"text": "Ask for:\n- a scan", "marks": ["- a scan"]}]
    assert address(chat.open().ask("question")).endswith(":~:text=a%20scan")


def test_a_browser_that_finds_no_words_still_finds_the_place(chat: Chat, bot: BotDouble):
    chat.page.evaluate("delete Document.prototype.fragmentDirective")
    assert address(chat.open().ask("answer")) == f"{bot.url}/library/autoimmune-link#one"


@pytest.mark.parametrize("path", ["", "//evil.example/library/x", "/webhooks/x", 7, "/library/a b"])
def test_only_the_library_of_this_server_is_a_document(chat: Chat, bot: BotDouble, path: Any):
    citations = [turns.citation(path=path, url="")]
    bot.answer = lambda _: [turns.ANSWER | {"citations": citations}]
    expect(open_sources(chat.open().ask("question")).get_by_role("link")).to_have_count(0)


def test_the_disclaimer_stands_once_in_full(chat: Chat, bot: BotDouble):
    chat.open().ask("advice")
    chat.ask("answer")
    chat.ask("list")
    chat.ask("answer")
    shown = chat.page.locator("bonafide-chat .disclaimer")
    assert shown.all_text_contents() == [turns.DISCLAIMER]
    chat.page.reload()
    expect(shown.first).to_be_visible()
    assert shown.all_text_contents() == [turns.DISCLAIMER]


def test_suggestions_stand_under_the_latest_reply_alone(chat: Chat, bot: BotDouble):
    chat.open()
    shown = chat.page.locator("bonafide-chat .suggestions:visible")
    expect(shown).to_have_count(1)
    chat.ask("answer")
    expect(shown.get_by_role("button")).to_have_text(
        [each["title"] for each in turns.ANSWER["suggestions"]]
    )
    chat.ask("hello")
    expect(shown).to_have_count(0)
    # The choices of a question back belong to it.
    chat.ask("clarify")
    chat.ask("hello")
    expect(shown).to_have_count(1)


def test_without_marks_the_first_sentence_stands_out(chat: Chat, bot: BotDouble):
    bot.answer = lambda _: [turns.ANSWER | {"marks": []}]
    item = chat.open().ask("question")
    expect(item.locator(".first")).to_have_text(turns.PASSAGE.split(". ")[0] + ".")


def test_an_answer_is_copied_with_its_source(new_context: Any, bot: BotDouble):
    page: Page = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(bot.url)
    bot.answer = lambda _: [STANDARD[0]]
    item = Chat(page).open().ask("question")
    open_sources(item).get_by_role("button", name="Copy with source").click()
    expect(item.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == [
        "What is osteoporosis?",
        STANDARD[0]["text"],
        "",
        "Source: Osteoporosis in short, What is osteoporosis?",
        "In our own words, from facts of MedlinePlus and NIHSeniorHealth. Checked against its "
        "sources on 1 May 2026. Not reviewed by a clinician yet.",
        f"{bot.url}/library/osteoporosis-in-short#what-is-osteoporosis",
    ]
