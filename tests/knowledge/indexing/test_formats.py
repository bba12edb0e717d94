"""One format at a time: headings, paragraphs, lists, tables and pages, and what is damaged."""

import contextlib
import io
import zipfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from knowledge.indexing.chunk import chunk
from knowledge.indexing.formats import docx as docx_format
from knowledge.indexing.formats import html, jsonl, markdown, pdf, sniff, text
from knowledge.indexing.formats.outline import FormatError, Outline, ParsedDocument, clean
from knowledge.types import Document, Section


def flat(content: ParsedDocument) -> list[tuple[str, list[str]]]:
    """Return heading path and blocks of each section."""
    return [(" > ".join(part.headings), list(part.blocks)) for part in content.sections]


# ---- Markdown


def read_sections(written: str) -> tuple[Section, ...]:
    """Return the sections of a Markdown file whose title its front matter says."""
    return markdown.read(f"---\ntitle: The title\n---\n{written}".encode()).sections


@pytest.mark.parametrize(
    ("written", "headings"),
    [
        ("Text.", [()]),
        ("# A\n\nText.\n\n## B\n\nText.\n\n# C\n\nText.", [("A",), ("A", "B"), ("C",)]),
        ("# A\n\n### B\n\nText.\n\n## C\n\nText.", [("A", "B"), ("A", "C")]),
        ("### A\n\nText.\n\n# B\n\nText.", [("A",), ("B",)]),
        ("## Empty\n\n## Full\n\nText.", [("Full",)]),
        ("A\n=\n\nB\n-\n\nText.", [("A", "B")]),
        ("## What is a **T-score**?\n\nText.", [("What is a T-score?",)]),
    ],
)
def test_read_sections_keeps_the_heading_path(
    written: str, headings: list[tuple[str, ...]]
) -> None:
    assert [section.headings for section in read_sections(written)] == headings


@pytest.mark.parametrize(
    ("written", "blocks"),
    [
        ("One\nparagraph  \nof three lines.", ["One paragraph of three lines."]),
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("*Calcium* is **good** [for you](https://a.example).", ["Calcium is good for you."]),
        ("`DXA` &amp; 5 \\* 4 <https://a.example/b>", ["DXA & 5 * 4 https://a.example/b"]),
        ("![A bone](bone.png) heals.", ["heals."]),
        ("Text with <b>tags</b>.", ["Text with tags."]),
        ("One.\n\n---\n\nTwo.", ["One.", "Two."]),
        ("Foods:\n\n* milk\n* fish", ["Foods:", "- milk\n- fish"]),
        ("1. wash\n2. rinse", ["1. wash\n2. rinse"]),
        ("3. dry\n4. fold", ["3. dry\n4. fold"]),
        ("- fish\n  - sardines\n  - salmon\n- milk", ["- fish\n- sardines\n- salmon\n- milk"]),
        ("- one\n\n  still one\n- two", ["- one\nstill one\n- two"]),
        ("- # Heading\n- text", ["- Heading\n- text"]),
        ("> Quoted.\n>\n> - item", ["Quoted.", "- item"]),
        ("> ## Heading\n>\n> Quoted.", ["Heading", "Quoted."]),
        ("```\none\n\ntwo\n```", ["one\ntwo"]),
        ("    indented\n", ["indented"]),
    ],
)
def test_read_sections_keeps_the_text(written: str, blocks: list[str]) -> None:
    assert [list(section.blocks) for section in read_sections(written)] == [blocks]


@pytest.mark.parametrize(
    ("comment", "questions"),
    [
        ("<!-- also asked:\n- how much\n- how often?\n-->", ("how much", "how often?")),
        ("<!-- also asked:\n\n  * a - b\n\n-\n-->", ("* a - b",)),
        ("<!-- Also asked: how much -->", ("how much",)),
        ("<!-- also asked: one\n-->\n\n<!-- also asked: two -->", ("one", "two")),
        ("<!-- to be checked: how much -->", ()),
        ("<!-- also asked: -->", ()),
    ],
)
def test_read_sections_reads_other_questions_and_shows_none(
    comment: str, questions: tuple[str, ...]
) -> None:
    written = f"## A\n\n{comment}\n\nText.\n\n## B\n\nMore."

    assert list(read_sections(written)) == [
        Section(("A",), ("Text.",), questions),
        Section(("B",), ("More.",)),
    ]


# An "x" first: a line must not start like a list or a number.
lines = st.text("abcXYZäßΩ09 ", max_size=20).map(lambda text: "x" + " ".join(text.split()))


@given(st.lists(st.tuples(st.integers(1, 6), lines, st.lists(lines, min_size=1, max_size=3))))
def test_read_sections_loses_no_text(parts: list[tuple[int, str, list[str]]]) -> None:
    written = "\n\n".join(
        line for level, heading, blocks in parts for line in (f"{'#' * level} {heading}", *blocks)
    )

    sections = list(read_sections(written))

    assert [(section.headings[-1], list(section.blocks)) for section in sections] == [
        (heading, blocks) for _, heading, blocks in parts
    ]


# ---- what all formats share


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("one\t two\n three", "one two three"),
        ("osteo\u00adporosis", "osteoporosis"),
        ("a\x00b\ufeff", "ab"),
        ("is \u202edo not\u202c \u2066take\u2069 it\u200f", "is do not take it"),
        ("seen\U000e0073\U000e0065\U000e007f \ufe0f\U000e0101", "seen \ufe0f"),
        (
            "\u0645\u06cc\u200c\u062e \u0915\u094d\u200d\u0937",
            "\u0645\u06cc\u200c\u062e \u0915\u094d\u200d\u0937",
        ),
        ("bad \ud800 half", "bad half"),
        ("\ud83e\uddb4", "🦴"),
        ("  ", ""),
    ],
)
def test_clean_leaves_what_can_be_seen_and_stored(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@given(st.text())
def test_clean_text_can_be_stored_and_stays_clean(raw: str) -> None:
    cleaned = clean(raw)

    cleaned.encode()
    assert clean(cleaned) == cleaned


def test_outline_starts_a_section_on_each_page() -> None:
    outline = Outline()
    outline.heading(1, "A")
    outline.block("One.", page=1)
    outline.block("Two.", page=2)

    assert outline.sections() == (
        Section(("A",), ("One.",), page=1),
        Section(("A",), ("Two.",), page=2),
    )


CALL, WAIT = "Call 999 if a face droops", "Do not wait for it to pass"


@pytest.mark.parametrize(
    ("headings", "sections"),
    [
        ([(2, CALL), (2, WAIT)], [(("A",), ("One.", CALL, WAIT))]),
        ([(2, CALL), (1, "B"), (2, WAIT)], [(("A",), ("One.", CALL)), (("B",), (WAIT,))]),
        ([(2, "B"), (3, CALL)], [(("A",), ("One.",)), (("A", "B"), (CALL,))]),
        ([(2, CALL), (3, WAIT)], [(("A",), ("One.",)), (("A", CALL), (WAIT,))]),
        ([(2, "See also"), (2, "More")], [(("A",), ("One.",))]),
        ([(1, "Falls and how to prevent them")], [(("A",), ("One.",))]),
    ],
)
def test_outline_makes_text_of_a_heading_that_stands_alone(
    headings: list[tuple[int, str]], sections: list[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    outline = Outline("Falls and how to prevent them")
    outline.heading(1, "A")
    outline.block("One.")
    for level, name in headings:
        outline.heading(level, name)

    assert [(part.headings, part.blocks) for part in outline.sections()] == sections


# ---- HTML


NAV = '<a href="/">Home</a> <a href="/give">Donate now</a>'
ARTICLE = """
<h1>Living with osteoporosis</h1><p>Bones become <b>weak</b><a href="#1"><sup>1</sup></a>.</p>
<h2>What helps?</h2><p>Good foods are:</p>
<ul><li>milk</li><li><p>fish</p><ul><li>sardines</li></ul></li></ul>
<h3>How much?</h3><p>Not over 25 kg/m<sup>2</sup>.</p>
<table><tr><th>Food</th><th>Calcium</th></tr><tr><td>Milk</td><td>240 mg</td></tr></table>
<h2>Steroids</h2><blockquote>Never stop them on your own.</blockquote>
<details><summary>More on tablets</summary><p>Take them with water.</p></details>
<p>Ask <br>a doctor.</p>"""
SECTIONS = [
    ("", ["Bones become weak."]),
    ("What helps?", ["Good foods are:", "- milk\n- fish\n- sardines"]),
    ("What helps? > How much?", ["Not over 25 kg/m2.", "Food | Calcium", "Milk | 240 mg"]),
    ("Steroids", ["Never stop them on your own."]),
    ("Steroids > More on tablets", ["Take them with water."]),
    ("Steroids", ["Ask a doctor."]),
]
HEAD = """<title>Living with osteoporosis | Bone Charity</title>
<meta property="og:site_name" content="Bone Charity">
<link rel="canonical" href="https://bone.example/live">"""


def read_html(body: str, head: str = "") -> ParsedDocument:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return html.read(page.encode())


@pytest.mark.parametrize(
    "body",
    [
        f"<header><nav>{NAV}</nav></header><main>{ARTICLE}</main><aside>Related: hip</aside>"
        "<footer>© Bone Charity</footer>",
        f'<div class="cookie-banner">We use cookies. <button>Accept</button></div>'
        f'<div id="topNav">{NAV}</div><div class="page with-sidebar">'
        f'<div class="sidebar"><h4>Related</h4><ul><li>Hip</li></ul></div>'
        f'<div class="content">{ARTICLE}</div><div class="social share">Share this</div></div>'
        f'<div id="footer">© Bone Charity</div><script>var text = "no text";</script>',
        f'<div role="navigation">{NAV}</div><article><header>{ARTICLE}</header></article>'
        f'<div role="contentinfo">© Bone Charity</div>',
    ],
    ids=["tags", "names", "roles"],
)
def test_html_keeps_the_main_text_and_drops_the_frame(body: str) -> None:
    assert flat(read_html(body)) == SECTIONS


def test_html_says_what_the_page_says_about_itself() -> None:
    assert read_html(ARTICLE, HEAD).metadata == {
        "title": "Living with osteoporosis",
        "publisher": "Bone Charity",
        "url": "https://bone.example/live",
    }


@pytest.mark.parametrize("address", ["/live", "javascript:alert(1)", ""])
def test_html_takes_no_address_that_a_reader_cannot_open(address: str) -> None:
    head = f'<link rel="canonical" href="{address}">'

    assert "url" not in read_html("<p>Text.</p>", head).metadata


@pytest.mark.parametrize(
    ("body", "sections"),
    [
        ("<p>One.<p>Two.", [("", ["One.", "Two."])]),
        ("One.<br><br>Two.<br>Three.", [("", ["One.", "Two. Three."])]),
        ("<div>a<p>b</p>c</div>", [("", ["a", "b", "c"])]),
        ("<p>x &lt; 5 &amp; y&nbsp;z</p>", [("", ["x < 5 & y z"])]),
        ("<ol start=3><li>dry<li>fold</ol>", [("", ["3. dry\n4. fold"])]),
        ("<ul><li>a<p>b</p></li></ul>x", [("", ["- a\nb", "x"])]),
        ("<ul><li><h3>Why?</h3><p>So.</p></li></ul>", [("Why?", ["So."])]),
        ("<h3><button>Why?</button></h3><div hidden>So.</div>", [("Why?", ["So."])]),
        ("<button>How long does it take?</button><p>A day.</p>",
         [("How long does it take?", ["A day."])]),
        ("<dl><dt>T-score<dd>A number.</dl>", [("", ["T-score", "A number."])]),
        ("<table><tr><td><h2>A</h2>One.</td><td>Two.</td></tr></table>", [("A", ["One.", "Two."])]),
        ("<pre>one\n\n two</pre>", [("", ["one\ntwo"])]),
        ("<form><p>Text in a form.</p></form>", [("", ["Text in a form."])]),
        ("", []),
    ],
)  # fmt: skip
def test_html_keeps_the_text(body: str, sections: list[tuple[str, list[str]]]) -> None:
    assert flat(read_html(body)) == sections


def test_html_drops_no_large_part_whatever_its_name() -> None:
    body = f'<div class="menu share">{"<p>The text itself.</p>" * 9}</div><p>End.</p>'

    assert flat(read_html(body)) == [("", ["The text itself."] * 9 + ["End."])]


def test_html_can_be_nested_deeper_than_python_recurses() -> None:
    assert flat(read_html("<div><b>" * 3000 + "Deep.")) == [("", ["Deep."])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "koi8-r"])
def test_html_is_read_in_the_encoding_it_names(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    word = "кость" if encoding == "koi8-r" else "Östrogen"
    page = f"<meta charset='{name}'><p>{word}.</p>".encode(encoding)

    assert flat(html.read(page)) == [("", [f"{word}."])]


@pytest.mark.parametrize("page", ["<p>Ö", "<meta charset=utf-8><p>Ö", "<meta charset=klingon>Ö"])
def test_html_in_another_encoding_is_refused(page: str) -> None:
    with pytest.raises(FormatError, match="not in the encoding"):
        html.read(page.encode("latin-1"))


WORDS = st.text("abcdefgh", min_size=1, max_size=8)


@given(st.lists(st.tuples(st.sampled_from(["p", "div", "li", "h2", "td", "b", "dd"]), WORDS)))
def test_html_loses_no_word(parts: list[tuple[str, str]]) -> None:
    body = "".join(f"<{tag}>{word} </{tag}>" for tag, word in parts) + "<p>end</p>"

    found = [
        word
        for heading, blocks in flat(read_html(body))
        for word in " ".join([heading, *blocks]).replace(" > ", " ").replace("- ", " ").split()
    ]
    # Headings without text under them give no section.
    words = [word for tag, word in parts if tag != "h2"]
    assert [word for word in words if word not in found] == []


# ---- Word


def save(document: Any) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def make_docx() -> Any:
    document = docx.Document()
    document.core_properties.title = ""
    return document


def test_docx_keeps_headings_lists_and_tables() -> None:
    document = make_docx()
    document.add_heading("Living with osteoporosis", 0)
    document.add_paragraph("Bones become weak.")
    document.add_heading("What helps?", 1)
    document.add_paragraph("Good foods are:")
    for item in ("milk", "fish"):
        document.add_paragraph(item, style="List Bullet")
    document.add_heading("How?", 2)
    for item in ("wash", "cook"):
        document.add_paragraph(item, style="List Number")
    table = document.add_table(2, 2)
    for cell, word in zip(chain(*(row.cells for row in table.rows)), "ABCD", strict=True):
        cell.text = word
    document.add_paragraph("End.")

    content = docx_format.read(save(document))

    assert content.metadata == {"title": "Living with osteoporosis"}
    assert flat(content) == [
        ("", ["Bones become weak."]),
        ("What helps?", ["Good foods are:", "- milk\n- fish"]),
        ("What helps? > How?", ["1. wash\n2. cook", "A | B", "C | D", "End."]),
    ]


def test_docx_is_named_by_its_properties() -> None:
    document = make_docx()
    document.core_properties.title = "From the properties"
    document.add_paragraph("Text.")

    assert docx_format.read(save(document)).metadata == {"title": "From the properties"}


def with_properties(declarations: str, title: str) -> bytes:
    """Return a document whose properties are this XML."""
    core = (
        f"<!DOCTYPE p [{declarations}]>"
        f'<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></p>'
    )
    source, target = io.BytesIO(save(make_docx())), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, core if name == docx_format.CORE else old.read(name))
    return target.getvalue()


def test_docx_properties_load_nothing_from_outside(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of another file")
    data = with_properties(f'<!ENTITY x SYSTEM "{secret.as_uri()}">', "&x;")

    # expat either leaves the entity out or says that it does not know it.
    with contextlib.suppress(ElementTree.ParseError):
        assert "another" not in str(docx_format.read(data))


def test_docx_properties_whose_entities_grow_are_refused() -> None:
    grown = ["<!ENTITY e0 'lol'>"]
    grown += [f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10)]
    data = with_properties("".join(grown), "&e9;")

    with pytest.raises(ElementTree.ParseError):
        docx_format.read(data)


def test_docx_that_unpacks_to_far_more_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 20_000_000)

    with pytest.raises(FormatError, match="unpacks to 20 MB"):
        docx_format.read(target.getvalue())


# ---- PDF


class Leaflet(FPDF):
    """A leaflet with a header and a footer on each page."""

    def header(self) -> None:
        self.set_font("helvetica", size=8)
        self.line_of("Bone Charity, leaflet 12")

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("helvetica", size=8)
        self.cell(0, 8, f"Page {self.page_no()} of 2", align="C")

    def line_of(self, words: str, height: float = 8) -> None:
        self.multi_cell(0, height, words, new_x="LMARGIN", new_y="NEXT")

    def title_of(self, words: str, size: int = 15) -> None:
        self.set_font("helvetica", "B", size)
        self.line_of(words)

    def text_of(self, words: str) -> None:
        self.set_font("helvetica", "", 11)
        self.line_of(words, 6)
        self.ln(4)


def make_pdf(fill: Callable[[Leaflet], None], **encryption: Any) -> bytes:
    leaflet = Leaflet()
    leaflet.add_page()
    fill(leaflet)
    if encryption:
        leaflet.set_encryption(**encryption)
    return bytes(leaflet.output())


def fill_leaflet(leaflet: Leaflet) -> None:
    leaflet.title_of("Osteoporosis and you", 22)
    leaflet.title_of("What is it?")
    leaflet.text_of("Osteoporosis makes bones weak. " * 8)
    leaflet.text_of("They break. " * 20)
    leaflet.title_of("What helps?")
    leaflet.text_of("- milk\n- fish, tinned\n- greens")
    leaflet.add_page()
    leaflet.title_of("When should I call a doctor?")
    leaflet.text_of("Call at once.")


def test_pdf_keeps_headings_paragraphs_lists_and_pages() -> None:
    content = pdf.read(make_pdf(fill_leaflet))

    assert content.metadata == {"title": "Osteoporosis and you"}
    assert flat(content) == [
        ("What is it?", [("Osteoporosis makes bones weak. " * 8).strip(),
                         ("They break. " * 20).strip()]),
        ("What helps?", ["- milk\n- fish, tinned\n- greens"]),
        ("When should I call a doctor?", ["Call at once."]),
    ]  # fmt: skip
    assert [section.page for section in content.sections] == [1, 1, 2]


def test_pdf_cuts_no_sentence_between_pages() -> None:
    sentences = [
        f"This is sentence {n} about bones and what they need to stay strong." for n in range(150)
    ]

    content = pdf.read(make_pdf(lambda leaflet: leaflet.text_of(" ".join(sentences))))

    assert [section.page for section in content.sections] == [1, 2, 3][: len(content.sections)]
    assert len(content.sections) > 1
    blocks = [block for section in content.sections for block in section.blocks]
    assert " ".join(blocks) == " ".join(sentences)
    assert all(block.startswith("This is") and block.endswith("strong.") for block in blocks)


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ("Osteoporosis is common. Osteo-\nporosis is silent.",
         "Osteoporosis is common. Osteoporosis is silent."),
        ("This needs long-\nterm care.", "This needs long-term care."),
        ("Ask in 2025-\n26.", "Ask in 2025-26."),
    ],
)  # fmt: skip
def test_pdf_mends_a_word_cut_in_two_only_where_it_knows_it(lines: str, joined: str) -> None:
    leaflet = FPDF()
    leaflet.add_page()
    leaflet.set_font("helvetica", size=11)
    leaflet.multi_cell(0, 6, lines)

    assert flat(pdf.read(bytes(leaflet.output()))) == [("", [joined])]


def test_pdf_that_is_protected_against_changes_only_is_read() -> None:
    data = make_pdf(fill_leaflet, owner_password="secret")

    assert flat(pdf.read(data))[-1] == ("When should I call a doctor?", ["Call at once."])


def test_pdf_that_needs_a_password_is_refused() -> None:
    data = make_pdf(fill_leaflet, owner_password="secret", user_password="needed")

    with pytest.raises(FormatError, match="encrypted"):
        pdf.read(data)


def test_pdf_of_pictures_is_refused() -> None:
    scan = FPDF()
    scan.add_page()
    scan.rect(10, 10, 50, 50, style="F")

    with pytest.raises(FormatError, match="its pages hold no text"):
        pdf.read(bytes(scan.output()))


def test_passages_of_a_pdf_know_their_page() -> None:
    sections = pdf.read(make_pdf(fill_leaflet)).sections
    passages = chunk(Document("leaflet", "Osteoporosis and you", sections=sections), max_words=30)

    assert {(passage.heading, passage.page) for passage in passages} == {
        ("What is it?", 1),
        ("What helps?", 1),
        ("When should I call a doctor?", 2),
    }


# ---- plain text


@pytest.mark.parametrize(
    ("raw", "sections"),
    [
        ("One\nparagraph.\n\nTwo.", [("", ["One paragraph.", "Two."])]),
        ("What helps?\n\nMilk does.", [("What helps?", ["Milk does."])]),
        ("Falls\n\nRugs\n\nThey go first.", [("Rugs", ["They go first."])]),
        ("Foods:\n* milk\n  or cheese\n• fish\nEat them.",
         [("", ["Foods:", "- milk or cheese\n- fish", "Eat them."])]),
        ("1. wash\n2) rinse", [("", ["1. wash\n2. rinse"])]),
        ("5 * 4 _is_ #20 <b>.", [("", ["5 * 4 _is_ #20 <b>."])]),
        ("Last line", [("", ["Last line"])]),
        ("A.\r\n\r\nB.", [("", ["A.", "B."])]),
        (" \n ", []),
    ],
)  # fmt: skip
def test_text_keeps_the_text(raw: str, sections: list[tuple[str, list[str]]]) -> None:
    assert flat(text.read(raw.encode())) == sections


def test_text_takes_two_headings_at_its_start_as_title_and_heading() -> None:
    assert text.read(b"Falls\n\nRugs\n\nThey go first.").metadata == {"title": "Falls"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_however_it_was_saved(encoding: str) -> None:
    assert flat(text.read("Östrogen.".encode(encoding))) == [("", ["Östrogen."])]


@given(st.lists(st.text("abc .\n-", max_size=30)))
def test_text_loses_no_word(parts: list[str]) -> None:
    raw = "\n\n".join(parts)
    content = text.read(raw.encode())

    found = " ".join(
        word
        for section in content.sections
        for word in (content.metadata.get("title", ""), *section.headings, *section.blocks)
    )
    assert {w for w in raw.replace("-", " ").split()} <= set(found.replace("-", " ").split()) | {""}


# ---- JSON Lines


def test_jsonl_keeps_id_address_and_all_else() -> None:
    line = (
        '{"id": "Q7-2", "title": "Milk", "text": "One.\\n\\n- a\\n- b", "url": "https://a.example",'
        '"section": "How much?", "questions": ["what amount"], "checked": "2026-05-01"}'
    )

    (content,), faults = jsonl.read(line.encode(), "some-document")

    assert faults == []
    assert content.id == "Q7-2"
    assert content.metadata == {
        "title": "Milk",
        "url": "https://a.example",
        "checked": "2026-05-01",
    }
    assert content.sections == (
        Section(("How much?",), ("One.", "- a\n- b"), ("what amount",), id="Q7-2"),
    )


def test_jsonl_numbers_what_has_no_id() -> None:
    contents, _ = jsonl.read(b'{"text": "One."}\n\n{"id": 5, "text": "Two."}', "pairs")

    assert [content.id for content in contents] == ["pairs/1", "5"]


def test_passages_of_json_lines_keep_their_id() -> None:
    line = '{"id": "Q7", "text": "One two three four. Five six seven eight. Nine ten."}'
    ((content,), _) = jsonl.read(line.encode(), "some-document")

    passages = chunk(Document("Q7", "Title", sections=content.sections), max_words=5)

    assert [passage.id for passage in passages] == ["Q7", "Q7#2", "Q7#3"]
    assert {passage.document_id for passage in passages} == {"Q7"}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["a list"]', "not a JSON object"),
        ('{"id": "x"}', "no `text`"),
        ('{"text": ""}', "no `text`"),
        ('{"text": ["a"]}', "`text` is not a text"),
        ('{"text": "a", "id": {}}', "`id` is not a text"),
        ('{"text": "a", "url": "javascript:alert(1)"}', "not a web address"),
        ('{"text": "a", "checked": "last spring"}', "is not a date"),
        ('{"text": "a", "questions": "b"}', "`questions`"),
    ],
)
def test_jsonl_leaves_out_a_faulty_line_and_says_which(line: str, fault: str) -> None:
    data = f'{{"id": "good", "text": "One."}}\n{line}\n{{"id": "last", "text": "Two."}}'.encode()

    contents, (found,) = jsonl.read(data, "some-document")

    assert [content.id for content in contents] == ["good", "last"]
    assert found.startswith("line 2: ")
    assert fault in found


# ---- what a file is


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (b"", "text", "empty"),
        (b" \n", "markdown", "empty"),
        (b"%PDF-1.7 ...", "html", "a PDF under a wrong name"),
        (b"PK\x03\x04...word/document.xml", "pdf", "a Word document"),
        (b"PK\x03\x04...", "docx", "an archive"),
        (b"\xd0\xcf\x11\xe0...", "docx", "encrypted Office"),
        (b"\x89PNG\r\n\x1a\n", "pdf", "a picture"),
        (b"<!DOCTYPE html><p>Text", "text", "an HTML page"),
        (b"<html>", "pdf", "an HTML page"),
        (b"Text.", "pdf", "not a PDF"),
        (b"Text.", "docx", "not a Word document"),
        (b"Text.", "html", "no tag"),
        (b"Text\x00.", "markdown", "binary"),
    ],
)
def test_find_mismatch_says_what_a_file_is(data: bytes, kind: str, reason: str) -> None:
    assert reason in sniff.find_mismatch(data, kind)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"Text.", "text"),
        (b"<p>Text.", "html"),
        (b"<!-- saved -->\n<HTML>", "html"),
        (b"<b>Text</b>", "markdown"),
        ("Text.".encode("utf-16"), "text"),
        (b"\n%PDF-1.4", "pdf"),
        (b"{}", "jsonl"),
    ],
)
def test_find_mismatch_finds_none(data: bytes, kind: str) -> None:
    assert sniff.find_mismatch(data, kind) == ""
