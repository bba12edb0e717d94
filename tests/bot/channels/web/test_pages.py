"""The pages, and the conversation as a page."""

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.channels.contact import read_contact
from bot.channels.settings import ChannelSettings
from bot.channels.web.facts import Facts
from bot.channels.web.pages import SITE, TEMPLATES, Pages
from bot.channels.web.static_files import ENTRY, StaticFolder
from bot.emergency_numbers import Numbers
from contract.turn import Citation

# The pretended website of the preview has no words of ours.
READ = sorted(TEMPLATES.keys() - {"/embed/preview"})
PAYLOADS = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7777*7777 }}{% raw %}",
    "javascript:alert(1)", "' autofocus onfocus=alert(1) x='", "</textarea><svg onload=alert(1)>",
    "\ud800<b>", "data:text/html,<script>alert(1)</script>", "&lt;script&gt;", "<!--", "]]>",
]  # fmt: skip


@pytest.fixture
def pages(folder: Path) -> Pages:
    return Pages(
        ChannelSettings(),
        Facts(),
        widget=StaticFolder(folder, entry=ENTRY),
        style=StaticFolder(SITE),
    )


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("GB", '<a href="tel:999">999</a>'),
        ("", "your local emergency number"),
        ("XX", "your local emergency number"),
    ],
)
def test_every_page_says_whom_to_call_in_the_servers_region(folder, region, said):
    numbers = Numbers.from_env({"BONAFIDE_REGION": region})
    made = Pages(
        ChannelSettings(),
        Facts(),
        widget=StaticFolder(folder, entry=ENTRY),
        style=StaticFolder(SITE),
        emergency=numbers.find_emergency(region),
    )
    named = [made.find_page(path, host="bot.example", scheme="https") for path in READ]
    for page in (*named, made.answer_page(question="", turns=[], token="", nonce="")):
        footer = page.body.decode().partition("<footer")[2]
        assert f"In an emergency, call {said} now." in footer


def answer_of(folder: Path, kind: str, environ: dict) -> str:
    made = Pages(
        ChannelSettings(),
        Facts(),
        widget=StaticFolder(folder, entry=ENTRY),
        style=StaticFolder(SITE),
        contact=read_contact(environ),
    )
    turn = {"kind": kind, "text": "Words.", "suggestions": [], "numbers": []}
    return made.answer_page(question="Why?", turns=[turn], token="t", nonce="n").body.decode()


def test_the_form_names_a_way_to_a_person(folder):
    page = answer_of(
        folder,
        "abstain",
        {
            "BONAFIDE_CONTACT_NAME": "Bone <line>",
            "BONAFIDE_CONTACT_PHONE": "0800 123",
            "BONAFIDE_CONTACT_EMAIL": "ask@bones.example",
            "BONAFIDE_CONTACT_URL": "https://bones.example/contact",
            "BONAFIDE_CONTACT_HOURS": "Mo-Fr 09:00-17:00",
            "BONAFIDE_CONTACT_TIME_ZONE": "Europe/London",
        },
    )

    assert "<h2>Ask Bone &lt;line&gt;</h2>" in page
    assert '<a href="tel:0800123">Call 0800 123</a>' in page
    assert '<a href="mailto:ask@bones.example">' in page
    assert '<a href="https://bones.example/contact" rel="noopener noreferrer">' in page
    assert "Monday to Friday, 09:00 to 17:00 (Europe/London)" in page


@pytest.mark.parametrize(
    ("kind", "environ"), [("emergency", {"BONAFIDE_CONTACT_PHONE": "0800 123"}), ("abstain", {})]
)
def test_the_form_names_nobody_in_an_emergency_and_without_settings(folder, kind, environ):
    page = answer_of(folder, kind, environ)

    assert "0800 123" not in page
    assert "a person</h2>" not in page


def answer_with(pages: Pages, words: str) -> str:
    """Return the page of a reply with these words in every field."""
    citation = dict.fromkeys([*Citation.__annotations__], words)
    turn = {
        "kind": "answer", "preface": words, "heading": words, "text": words,
        "quote": words, "marks": [words], "disclaimer": words,
        "citations": [citation], "suggestions": [{"title": words, "payload": words}],
        "numbers": [{"label": words, "number": words, "href": words}],
    }  # fmt: skip
    page = pages.answer_page(question=words, turns=[turn], token=words, nonce=words)
    return page.body.decode()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_of_a_reply_becomes_html(pages, payload):
    html, harmless = answer_with(pages, payload), answer_with(pages, "words")

    assert "<script" not in html
    assert "onerror=alert(1)>" not in html.replace("&gt;", "")
    assert "60481729" not in html
    for start in (
        "<img",
        "<svg",
        "<b>",
        "<!--",
        'href="javascript',
        'href="data:text',
        "' autofocus",
    ):
        assert html.count(start) == harmless.count(start)


CASES = json.loads((Path(__file__).parents[3] / "data" / "addresses.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["url"][:60]))
def test_the_page_links_an_address_that_goes_where_it_seems_to_go(pages, case):
    turn = {"kind": "answer", "text": "t", "citations": [{"title": "T", "url": case["url"]}]}
    html = pages.answer_page(question="q", turns=[turn], token="", nonce="").body.decode()

    links = re.findall(r'<a href="(http[^"]*)', html, re.I)
    hosts = [urlsplit(unescape(link)).hostname for link in links]
    assert hosts == ([case["host"]] if case["host"] else [])


TURNS = Path(__file__).parents[3] / "data" / "messaging" / "turns"


@pytest.mark.parametrize("path", sorted(TURNS.glob("*.json")), ids=lambda path: path.stem)
def test_the_page_has_the_parts_of_a_turn_in_order(pages, path):
    turn = json.loads(path.read_text("utf-8"))
    html = unescape(pages.answer_page(question="q", turns=[turn], token="", nonce="").body.decode())
    turn["text"] = turn["text"].partition("\n")[0]  # an emergency has its numbers after it
    names = ("preface", "text", "heading", "quote", "disclaimer")
    if turn["kind"] == "answer":
        names = ("preface", "heading", "text", "disclaimer")
    places = [html.index(turn[name]) for name in names if turn.get(name)]

    assert places == sorted(places)


@pytest.mark.parametrize(("heading", "count"), [("What is it?", 1), ("", 2)])
def test_the_page_repeats_neither_heading_nor_passage(pages, heading, count):
    cited = {"title": "T", "section": "What is it?", "text": "It is a bone."}
    other = {"title": "U", "section": "What is it?", "text": "It is a joint."}
    turn = {
        "kind": "answer",
        "heading": heading,
        "text": "It is a bone.",
        "citations": [cited, other],
    }
    html = pages.answer_page(question="q", turns=[turn], token="", nonce="").body.decode()

    assert html.count('<span class="from">What is it?</span>') == count
    assert html.count("It is a bone.") == 1
    assert html.count("It is a joint.") == 1


def test_the_page_words_page_and_date_as_every_channel_does(pages):
    citation = {
        "title": "T",
        "section": "S",
        "page": 3,
        "origin": "from P",
        "checked": "2026-05-01",
    }
    turn = {"kind": "answer", "text": "t", "citations": [citation]}
    html = pages.answer_page(question="q", turns=[turn], token="", nonce="").body.decode()

    assert '<span class="from">S, page 3</span>' in html
    words = "From P, checked against its sources on 1 May 2026, not reviewed by a clinician yet"
    assert f'<span class="from">{words}</span>' in html


def test_links_go_to_pages_and_telephones_only(pages):
    citation = {"title": "T", "url": "https://x.example/a?b=1&c=2", "text": "t"}
    number = {"label": "Emergency number", "number": "999", "href": "tel:999"}
    turn = {"kind": "emergency", "text": "Call now.", "numbers": [number], "citations": [citation]}
    html = pages.answer_page(question="q", turns=[turn], token="", nonce="").body.decode()

    assert 'href="https://x.example/a?b=1&amp;c=2"' in html
    assert 'href="tel:999"' in html


def open_page(pages: Pages, path: str, *, host: str = "bot.example:5005") -> str:
    page = pages.find_page(path, host=host, scheme="https")
    assert page is not None
    return page.body.decode()


@pytest.mark.parametrize("path", READ)
def test_every_page_says_what_it_is_and_leads_on(pages, path):
    html = open_page(pages, path)
    (title,) = re.findall(r"<title>([^<]+)</title>", html)
    (about,) = re.findall(r'<meta name="description" content="([^"]+)">', html)

    assert f'<meta property="og:title" content="{title}">' in html
    assert f'<meta property="og:description" content="{about}">' in html
    assert 50 <= len(about) <= 160
    assert len(re.findall(r"<h1\b", html)) == 1
    assert 'rel="icon" type="image/svg+xml"' in html
    for link in ("/library", "/embed", "/accessibility"):
        assert f'<a href="{link}">' in html


def test_the_first_page_is_for_those_who_ask(pages):
    html = open_page(pages, "/")

    assert "BONAFIDE_" not in html
    assert "&lt;script" not in html
    assert html.index("<bonafide-chat") < html.index("Quotes only")


def test_the_first_page_preloads_the_modules(pages, folder):
    (folder / "a.js").write_text('import "./leaf.js";\nexport default 1;\n')
    html = open_page(pages, "/")

    version = StaticFolder(folder).version
    for name in ("a.js", "leaf.js"):
        assert f'<link rel="modulepreload" href="/widget/{version}/{name}">' in html


def test_owners_find_the_snippet_and_the_setting(pages):
    html = unescape(open_page(pages, "/embed"))

    assert '<script type="module" src="https://bot.example:5005/widget/bonafide-chat.js">' in html
    assert "BONAFIDE_WEB_ORIGINS=" in html


def test_a_host_that_is_none_is_not_shown(pages):
    html = open_page(pages, "/embed", host='x"><script>')

    assert "https://bot.example.org/widget" in html


def test_an_emergency_has_its_own_headline_and_goes_before_all(pages):
    number = {"label": "Emergency services", "number": "999", "href": "tel:999"}
    turn = {"kind": "emergency", "text": "Call 999 now.\nKeep still.", "numbers": [number]}
    html = pages.answer_page(question="I fell", turns=[turn], token="", nonce="").body.decode()

    assert "<title>Get help now" in html
    assert "<h1>Get help now</h1>" in html
    assert "Your answer" not in html
    assert "I fell" not in html[: html.index("Call 999 now.")]
    assert html.index("Call 999 now.") < html.index('href="tel:999"') < html.index("Keep still.")


def cite(**changes):
    return {
        "document_id": "bones", "title": "Bones", "section": "What is it?", "text": "It is a bone.",
        "path": "/library/bones#what", "url": "", "origin": "in our own words, from facts of NIH",
        **changes,
    }  # fmt: skip


def answer_page(pages, *citations):
    turn = {"kind": "answer", "heading": "What is it?", "text": "It is a bone."}
    turns = [{**turn, "citations": list(citations)}]
    return pages.answer_page(question="q", turns=turns, token="", nonce="").body.decode()


def test_a_source_leads_to_the_words_on_this_server(pages):
    html = answer_page(pages, cite(url="https://charity.example/bones"))

    assert '<a href="/library/bones#what" rel="noopener noreferrer">Bones</a>' in html


def test_several_passages_of_a_document_are_one_source(pages):
    second = cite(section="And joints?", text="They move.", path="/library/bones#joints")
    html = answer_page(pages, cite(), second, cite(document_id="b", title="Lupus", text="It is."))

    assert html.count('rel="noopener noreferrer">Bones</a>') == 1
    assert '<a href="/library/bones#joints">And joints?</a>' in html
    assert html.count("In our own words, from facts of NIH") == 2
    assert "They move." in html


@pytest.mark.parametrize("path", ["//evil.example", '/library/a"b', "/library/", "/", None])
def test_only_pages_of_the_library_are_linked_to(pages, path):
    assert ">Bones</a>" not in answer_page(pages, cite(path=path))
