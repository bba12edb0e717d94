"""The pages of the library: what is quoted stands on them, and what they say of it is true."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.channels.settings import ChannelSettings
from bot.channels.web.facts import Facts
from bot.channels.web.library_pages import LibraryPages, list_titles, make_headings
from bot.channels.web.library_reply import Reply
from bot.channels.web.pages import SITE, Pages
from bot.channels.web.static_files import ENTRY, StaticFolder
from bot.channels.web.text_blocks import Block, split_blocks
from tests.bot.channels.web.test_pages import PAYLOADS

LIST = "Some of these:\n- one\n- two\n3. third\n4. fourth\nAnd a last line."


@pytest.fixture
def pages(folder: Path) -> LibraryPages:
    files = {"widget": StaticFolder(folder, entry=ENTRY), "style": StaticFolder(SITE)}
    return LibraryPages(Pages(ChannelSettings(), Facts(), **files))


def passage(anchor: str = "a", text: str = "Words.", page: int | None = None) -> dict[str, Any]:
    return {"anchor": anchor, "text": text, "page": page}


def document(**changes: Any) -> dict[str, Any]:
    return {
        "id": "leaflets/hip",
        "title": "Your hip",
        "publisher": "Bonafide library",
        "origin": "in our own words, from facts of NIH",
        "url": "",
        "checked": "2026-11-23",
        "reviewed_by": "",
        "review_due": "",
        "licence": "CC BY 4.0",
        "sources": [],
        "sections": [{"heading": "What now?", "passages": [passage()]}],
        **changes,
    }


def source(**changes: Any) -> dict[str, Any]:
    found = {"publisher": "NIH", "title": "Hips", "url": "https://nih.example/hips"}
    return {**found, "is_closed": False, "note": "", **changes}


def show(pages: LibraryPages, **changes: Any) -> str:
    reply = Reply("/library/leaflets/hip", str(changes), document(**changes))
    return pages.document_page(reply).body.decode()


def words_of(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html.partition("<main")[2])
    return " ".join(unescape(text).split())


def test_a_document_is_shown_whole(pages: LibraryPages) -> None:
    html = show(pages, sections=[{"heading": "What now?", "passages": [passage(text=LIST)]}])

    assert html.count("<h1") == 1
    assert re.search("<title>Your hip . Bonafide</title>", html)
    assert re.search(r'<h2 dir="auto">What now\?</h2>', html)
    assert "Some of these: one two third fourth And a last line." in words_of(html)
    assert re.search(r'<ol start="3">\s*<li dir="auto">third</li>', html)


def test_what_is_said_of_a_text_of_our_own_is_true(pages: LibraryPages) -> None:
    words = words_of(show(pages, review_due="2027-05-01"))

    assert (
        "In our own words, from facts of NIH, checked against its sources on 23 November 2026, "
        "not reviewed by a clinician yet." in words
    )
    assert "To be checked again by 1 May 2027" in words
    assert "Licence: CC BY 4.0. Credit “Bonafide library”" in words


def test_who_reviewed_it_is_named(pages: LibraryPages) -> None:
    words = words_of(show(pages, reviewed_by="Dr A. Example"))

    assert "reviewed by Dr A. Example" in words
    assert "not reviewed" not in words


def test_a_text_of_others_links_to_where_they_publish_it(pages: LibraryPages) -> None:
    html = show(pages, origin="published by Charity", url="https://charity.example/hip")

    assert 'Published at <a href="https://charity.example/hip"' in html
    assert "clinician" not in html


@pytest.mark.parametrize(
    ("changes", "words", "is_link"),
    [
        ({}, "NIH: Hips", True),
        ({"is_closed": True}, "NIH: Hips page closed; https://nih.example/hips", False),
        (
            {"is_closed": True, "note": "read in a copy"},
            "NIH: Hips page closed; read in a copy; https://nih.example/hips",
            False,
        ),
        ({"url": "http://nih.example/hips"}, "NIH: Hips http://nih.example/hips", False),
        ({"title": ""}, "NIH: https://nih.example/hips", True),
        ({"url": "javascript:alert(1)"}, "NIH: Hips javascript:alert(1)", False),
    ],
)
def test_a_source_that_cannot_be_opened_is_no_link(
    pages: LibraryPages, changes: Any, words: str, is_link: bool
) -> None:
    html = show(pages, sources=[source(**changes)]).partition("Where the facts come from")[2]
    html = html.partition("</ul>")[0]

    assert words in words_of(f"<main>{html}")
    assert ("<a href" in html) == is_link


def test_headings_nest_and_are_said_once(pages: LibraryPages) -> None:
    names = ["", "A > B", "A > C > D", "E", "E"]
    html = show(
        pages,
        sections=[
            {"heading": name, "passages": [passage(anchor=f"p{place}")]}
            for place, name in enumerate(names)
        ],
    )
    found = re.findall(r'<h(\d) dir="auto">([^<]*)</h', html)

    assert found == [
        *[("1", "Your hip"), ("2", "A"), ("3", "B"), ("3", "C"), ("4", "D"), ("2", "E"), ("2", "E")]
    ]


def test_a_page_of_a_pdf_is_named_once(pages: LibraryPages) -> None:
    numbers = [1, 1, 2]
    passages = [passage(f"p{place}", page=page) for place, page in enumerate(numbers)]
    html = show(pages, sections=[{"heading": "", "passages": passages}])

    assert re.findall(r'<p class="number">(.*?)</p>', html) == ["Page 1", "Page 2"]


def test_each_passage_can_be_linked_to(pages: LibraryPages) -> None:
    passages = [passage("what-now"), passage("what-now-2"), passage('größe"x')]
    html = show(pages, sections=[{"heading": "What now?", "passages": passages}])

    ids = [unescape(id_) for id_ in re.findall(r'class="passage" id="([^"]*)"', html)]
    assert ids == ["what-now", "what-now-2", 'größe"x']


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_of_a_document_becomes_html(pages: LibraryPages, payload: str) -> None:
    fields = ("title", "publisher", "origin", "url", "checked", "reviewed_by", "licence")
    html = show(
        pages,
        **dict.fromkeys(fields, payload),
        sources=[source(publisher=payload, title=payload, url=payload, note=payload)],
        sections=[{"heading": payload, "passages": [passage(payload, f"- {payload}")]}],
    )
    harmless = show(
        pages,
        **dict.fromkeys(fields, "words"),
        sources=[source(publisher="words", title="words", url="words", note="words")],
        sections=[{"heading": "words", "passages": [passage("words", "- words")]}],
    )
    assert [*re.findall(r"<(\w+)", html)] == [*re.findall(r"<(\w+)", harmless)]


def listed(n_documents: int = 1) -> Reply:
    one = {
        "id": "leaflets/hip",
        "title": "Your hip",
        "sections": [
            {"heading": "", "anchor": "your-hip"},
            {"heading": "What now?", "anchor": "what now"},
        ],
    }
    return Reply("/library", str(n_documents), {"n_documents": n_documents, "documents": [one]})


def test_the_list_links_to_each_document_and_section(pages: LibraryPages) -> None:
    html = pages.list_page(listed(), 1).body.decode()

    assert '<a href="/library/leaflets/hip">Your hip</a>' in html
    assert '<a href="/library/leaflets/hip#what%20now">What now?</a>' in html
    assert 'aria-label="Pages"' not in html


def test_a_long_list_has_pages(pages: LibraryPages) -> None:
    html = pages.list_page(listed(450), 2).body.decode()

    assert "Page 2 of 3" in html
    assert 'href="/library?page=1" rel="prev"' in html
    assert 'href="/library?page=3" rel="next"' in html


def test_headings_are_json_for_those_who_type() -> None:
    assert json.loads(make_headings(listed()).body) == {
        "sections": [
            {"title": "Your hip", "document": "Your hip", "path": "/library/leaflets/hip#your-hip"},
            {
                "title": "What now?",
                "document": "Your hip",
                "path": "/library/leaflets/hip#what%20now",
            },
        ]
    }
    assert list_titles(listed()) == (("Your hip", "/library/leaflets/hip"),)


def test_what_was_found_leads_to_its_place(pages: LibraryPages) -> None:
    hit = {"document_id": "hip", "title": "Hip", "heading": "Why?", "anchor": "why", "text": "So."}
    html = pages.found_page('"why"', [hit]).body.decode()

    assert '<a href="/library/hip#why">Why?</a>' in html
    assert 'value="&#34;why&#34;"' in html
    assert "Nothing was found" in pages.found_page("x", []).body.decode()


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("One.\nTwo.", [Block("p", 1, ("One.",)), Block("p", 1, ("Two.",))]),
        ("- a\n- b", [Block("ul", 1, ("a", "b"))]),
        ("2. a\n3. b\n- c", [Block("ol", 2, ("a", "b")), Block("ul", 1, ("c",))]),
        ("-no list\n1.5 mg", [Block("p", 1, ("-no list",)), Block("p", 1, ("1.5 mg",))]),
    ],
)
def test_lines_become_blocks(text: str, blocks: list[Block]) -> None:
    assert list(split_blocks(text)) == blocks
