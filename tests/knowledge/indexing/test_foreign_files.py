"""Word, Markdown, text and JSON Lines as other people's programs write them."""

import json

import pytest

from knowledge.indexing.formats import docx, front_matter, jsonl, markdown, sniff, text
from knowledge.indexing.formats.outline import FormatError, Outline, ParsedDocument
from knowledge.indexing.titles import names_document, says_nothing
from tests.knowledge.indexing.word_files import (
    heading,
    item,
    list_kind,
    list_of,
    make_word_file,
    paragraph,
    run,
)


def flat(parsed: ParsedDocument) -> list[tuple[str, list[str]]]:
    """Return heading path and blocks of each section."""
    return [(" > ".join(part.headings), list(part.blocks)) for part in parsed.sections]


def blocks(parsed: ParsedDocument) -> list[str]:
    """Return the blocks of a document without headings."""
    ((_, found),) = flat(parsed)
    return found


def read_markdown(written: str) -> ParsedDocument:
    return markdown.read(written.encode())


# ---- Markdown


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('<div class="alert"><p>Call 999.</p></div>\n\nText.', [("", ["Call 999.", "Text."])]),
        ("<details>\n<summary>Is it safe?</summary>\n\nIt **is**.\n\n</details>\n\nEnd.",
         [("Is it safe?", ["It is."]), ("", ["End."])]),
        ("<table><tr><td>Milk<td>240 mg</table>", [("", ["Milk | 240 mg"])]),
        ("<script>let a = 1;</script>\n\nText.", [("", ["Text."])]),
        ("<style>\np { color: red }\n</style>\n\nText.", [("", ["Text."])]),
        ("| Food | Calcium |\n|--|--|\n| Milk | 240 mg |\n| **Tofu** | |",
         [("", ["Food | Calcium", "Milk | 240 mg", "Tofu"])]),
        ("Call 999<br>Do not wait.<br/>Stay.", [("", ["Call 999 Do not wait. Stay."])]),
        ("One<div>two</div>three", [("", ["One", "two", "three"])]),
        ("Take ~~70 mg a day~~ <del>now</del> 70 mg a week.", [("", ["Take 70 mg a week."])]),
        ("A ![Woman lifting a weight](x.png) B.", [("", ["A B."])]),
        ("Milk helps.[^1]\n\n[^1]: See the leaflet.", [("", ["Milk helps.", "See the leaflet."])]),
        ("Milk helps.[^a]\n\n[^a]: https://a.example", [("", ["Milk helps."])]),
        ("- [ ] Handrail\n- [x] Light", [("", ["- Handrail\n- Light"])]),
        ("> [!WARNING]\n> Do not stop.", [("", ["Do not stop."])]),
        (":::warning\nDo not stop.\n:::", [("", ["Do not stop."])]),
        ("::: {.box}\n\nDo not stop.\n\n:::", [("", ["Do not stop."])]),
        ("{{< youtube x >}}\n\n{% include a.html %}\n\nText.", [("", ["Text."])]),
        ("## Falls {#falls .big}\n\nText.\n{: .note}", [("Falls", ["Text."])]),
        ("See [[Falls at home|falls]] and [[Rugs]].", [("", ["See falls and Rugs."])]),
        ("• milk\n\n• fish", [("", ["- milk\n- fish"])]),
        ("Bring:\n• a **letter**\n• *a list*", [("", ["Bring:", "- a letter\n- a list"])]),
        ("1. wash\n\nPicture\n\n2. rinse", [("", ["1. wash", "Picture", "2. rinse"])]),
        ("`a[^1]` [x] [link](b)", [("", ["a[^1] [x] link"])]),
    ],
)  # fmt: skip
def test_markdown_of_other_programs(written: str, expected: list[tuple[str, list[str]]]) -> None:
    assert flat(read_markdown(written)) == expected


def test_markdown_asks_where_the_comment_stands_inside_of_html_too() -> None:
    written = "<details><summary>How?</summary>\n\n<!-- also asked: why -->\n\nSo.\n\n</details>"

    (section,) = read_markdown(written).sections

    assert (section.headings, section.questions, section.blocks) == (("How?",), ("why",), ("So.",))


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("# Falls at home\n\nText.", "Falls at home"),
        ("# Falls at home\n\n## Rugs\n\nText.", "Falls at home"),
        ("# Falls at home\n\n# Rugs\n\nText.\n\n# Light\n\nText.", "Falls at home"),
        ("Text.\n\n# Falls at home\n\nText.", "Falls at home"),
        ('<h1 align="center">Falls at home</h1>\n\nText.', "Falls at home"),
        ("# Rugs\n\nText.\n\n# Light\n\nText.", ""),
        ("# Introduction\n\nText.", ""),
        ("## Rugs\n\nText.", ""),
        ("---\ntitle: Falls\n---\n# Falls at home\n\nText.", "Falls"),
        ("+++\ntitle = 'Falls'\n+++\nText.", "Falls"),
        ('{\n "title": "Falls"\n}\n\nText.', "Falls"),
        ("\n \n---\ntitle: Falls\n---\nText.", "Falls"),
        ("---\ntitle: Falls\n...\nText.", "Falls"),
        ("---\ntitle: Untitled document\n---\n# Falls at home\n\nText.", "Falls at home"),
        ("% Falls\n% A. Nurse\n\nText.", "Falls"),
    ],
)
def test_markdown_finds_its_title(written: str, title: str) -> None:
    parsed = read_markdown(written)

    assert parsed.metadata.get("title", "") == title
    assert not title or all(title not in section.headings for section in parsed.sections)


@pytest.mark.parametrize(
    ("front", "advice"),
    [
        ("title: Falls: what to do", "Put the title in quotes"),
        ("title: @home", "Put the title in quotes"),
        ("title: *Falls*", "Put the title in quotes"),
        ('publisher: "Falls" charity', "Put the publisher in quotes"),
        ("title: 'Falls", "is not closed"),
        ("title: [Falls\nurl: b", "Put the title in quotes"),
        ("tags: [a", "`tags: [a` is not closed"),
        ("sources:\n\t- a", "Use blanks"),
        ("title: Falls\n  topic: a", "Start it at the margin"),
        ("title: A\nsources\nurl: b", "the line before it"),
    ],
)
def test_a_mistake_in_front_matter_is_named_in_plain_words(front: str, advice: str) -> None:
    with pytest.raises(FormatError, match="its front matter is not YAML: ") as caught:
        read_markdown(f"---\n{front}\n---\nText.")

    assert advice in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("+++\ntitle = Falls\n+++\n", "is not TOML: `title = Falls` cannot be read"),
        ("+++\ntitle = 'Falls'\n", r"has no closing \+\+\+ line"),
        ('{"title": "Falls",\n "a" 1}\n', 'is not JSON: there is a mistake in `"a" 1}`'),
        ('{"title": "Falls"', "is not JSON"),
    ],
)
def test_front_matter_in_other_languages_is_checked_too(content: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        front_matter.read(content)


@pytest.mark.parametrize("written", ["{not a key}", "{{ site.title }} helps.", "%5 of people."])
def test_front_matter_is_told_from_text(written: str) -> None:
    assert blocks(read_markdown(written)) == [written]


# ---- Word


def read_word(body: str, **parts: str) -> ParsedDocument:
    return docx.read(make_word_file(body, **parts))


DECIMAL = list_kind(0) + list_of(1, 0)


def test_word_numbers_go_on_after_what_interrupts_them() -> None:
    body = item("Hold on.") + paragraph(run("Stay.")) + item("Rise.") + item("Sit down.")

    assert blocks(read_word(body, numbering=DECIMAL)) == [
        "1. Hold on.",
        "Stay.",
        "2. Rise.\n3. Sit down.",
    ]


def test_word_numbers_of_a_deeper_level_start_again() -> None:
    body = item("A") + item("a", 1) + item("b", 1) + item("B") + item("c", 1)

    lines = "\n".join(blocks(read_word(body, numbering=DECIMAL))).split("\n")

    assert lines == ["1. A", "1. a", "2. b", "2. B", "1. c"]


@pytest.mark.parametrize(("restart", "number"), [(True, "1."), (False, "2.")])
def test_word_numbers_of_another_list_of_a_kind(restart: bool, number: str) -> None:
    numbering = list_kind(0) + list_of(1, 0) + list_of(2, 0, restart=restart)
    body = item("A") + paragraph(run("Text.")) + item("B", list_=2)

    assert blocks(read_word(body, numbering=numbering))[-1] == f"{number} B"


def test_word_numbers_start_where_the_list_says() -> None:
    numbering = list_kind(0, start=5) + list_of(1, 0)

    assert blocks(read_word(item("A") + item("B"), numbering=numbering)) == ["5. A\n6. B"]


def test_word_keeps_bullets_between_numbers() -> None:
    numbering = list_kind(0, "decimal bullet") + list_of(1, 0)
    body = item("Wash") + item("soap", 1) + item("Dry")

    lines = "\n".join(blocks(read_word(body, numbering=numbering))).split("\n")

    assert lines == ["1. Wash", "- soap", "2. Dry"]


def test_word_headings_bear_no_number() -> None:
    style = '<w:pStyle w:val="H2"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    body = paragraph(run("Rugs"), properties=style) + paragraph(run("Text."))

    assert flat(read_word(body, numbering=DECIMAL)) == [("Rugs", ["Text."])]


@pytest.mark.parametrize(
    "properties",
    ['<w:pStyle w:val="Ours"/>', '<w:pStyle w:val="Base"/>', '<w:outlineLvl w:val="1"/>'],
)
def test_word_headings_may_have_a_style_of_their_own(properties: str) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Base"><w:name w:val="Charity"/>'
        '<w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Ours"><w:name w:val="Charity blue"/>'
        '<w:basedOn w:val="Base"/></w:style>'
    )
    body = paragraph(run("Rugs"), properties=properties) + paragraph(run("They go first."))

    assert flat(read_word(body, styles=styles)) == [("Rugs", ["They go first."])]


@pytest.mark.parametrize("mark", ["strike", "dstrike", "vanish"])
def test_word_text_that_is_struck_out_or_hidden_is_left_out(mark: str) -> None:
    shown, hidden, off = "Once a week.", run("Daily. ", f"<w:{mark}/>"), f'<w:{mark} w:val="0"/>'

    assert blocks(read_word(paragraph(hidden, run(shown, off)))) == [shown]


@pytest.mark.parametrize("based", ["", '<w:basedOn w:val="Base"/>'])
def test_word_text_is_hidden_by_its_style_too(based: str) -> None:
    hides = "<w:rPr><w:vanish/></w:rPr>"
    styles = (
        f'<w:style w:type="character" w:styleId="Base">{hides}</w:style>'
        f'<w:style w:type="character" w:styleId="Note">{based or hides}</w:style>'
    )
    note = run("To the printer.", '<w:rStyle w:val="Note"/>')

    assert blocks(read_word(paragraph(run("Open."), note), styles=styles)) == ["Open."]


def test_word_contents_are_no_text() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>'
    contents = paragraph(run("Rugs 3"), properties='<w:pStyle w:val="T1"/>')

    assert blocks(read_word(contents + paragraph(run("Text.")), styles=styles)) == ["Text."]


@pytest.mark.parametrize(
    ("title", "body", "found"),
    [
        ("Leaflet template v2", heading("Falls at home"), "Falls at home"),
        ("Old name", heading("Falls at home"), "Falls at home"),
        (
            "Falls at home",
            heading("Rugs") + paragraph(run("A.")) + heading("Light"),
            "Falls at home",
        ),
        ("Leaflet template v2", heading("Rugs", 2), ""),
        ("Document1", heading("Introduction"), ""),
        (".", "", ""),
    ],
)
def test_word_title_is_its_heading_or_its_property_but_no_program_s(
    title: str, body: str, found: str
) -> None:
    parsed = read_word(body + paragraph(run("Text.")), title=title)

    assert parsed.metadata.get("title", "") == found


def test_word_typed_bullets_are_a_list() -> None:
    tab = "<w:r><w:t>•</w:t><w:tab/><w:t>{}</w:t></w:r>".format
    body = paragraph(run("Bring:")) + paragraph(tab("your letter")) + paragraph(tab("glasses"))

    assert blocks(read_word(body)) == ["Bring:", "- your letter\n- glasses"]


def test_word_typed_bullets_may_stand_in_one_paragraph() -> None:
    breaks = "<w:r><w:br/><w:t>• {}</w:t></w:r>".format
    body = paragraph(run("Bring:"), breaks("your letter"), breaks("glasses"))

    assert blocks(read_word(body)) == ["Bring:", "- your letter\n- glasses"]


# ---- plain text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("SYMPTOMS\nThere are none.", [("SYMPTOMS", ["There are none."])]),
        ("Treatment\n---------\nTablets help.", [("Treatment", ["Tablets help."])]),
        ("Treatment\n=========\n\nTablets help.", [("Treatment", ["Tablets help."])]),
        ("Symptoms\nOften there are none until a bone breaks in a fall.",
         [("Symptoms", ["Often there are none until a bone breaks in a fall."])]),
        ("Bone Charity\nHigh Street 5\nLondon", [("", ["Bone Charity High Street 5 London"])]),
        ("Bones get weak in many\nWomen after the menopause.",
         [("", ["Bones get weak in many Women after the menopause."])]),
        ("One.\n\n* * *\n\n-----\n\nTwo.", [("", ["One.", "Two."])]),
    ],
)  # fmt: skip
def test_text_headings_may_stand_on_their_text(
    written: str, expected: list[tuple[str, list[str]]]
) -> None:
    assert flat(text.read(written.encode())) == expected


def test_text_title_may_stand_on_a_heading_with_its_text_below() -> None:
    parsed = text.read(b"FALLS AT HOME\n\nRUGS\nThey go first.")

    assert parsed.metadata == {"title": "FALLS AT HOME"}
    assert flat(parsed) == [("RUGS", ["They go first."])]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_named(encoding: str) -> None:
    data = "Falls hurt. Übung hilft.\n".encode(encoding)

    assert "UTF-16 without its mark" in sniff.find_mismatch(data, "text")


def test_a_page_in_utf16_with_its_mark_is_a_page() -> None:
    data = "<!doctype html><p>Falls hurt.".encode("utf-16")

    assert sniff.find_mismatch(data, "html") == ""
    assert "an HTML page" in sniff.find_mismatch(data, "text")


# ---- JSON Lines


@pytest.mark.parametrize(
    ("indent", "values", "message"),
    [
        (None, [{"text": "A."}], "it is one JSON list. Put one object a line"),
        (1, [{"text": "A."}, {"text": "B."}], "it is one JSON list. Put one object a line"),
        (1, {"text": "A."}, "its JSON objects go over several lines"),
    ],
)
def test_jsonl_that_is_one_value_gets_one_message(
    indent: int | None, values: object, message: str
) -> None:
    with pytest.raises(FormatError, match=message):
        jsonl.read(json.dumps(values, indent=indent).encode(), "a")


# ---- what all share


@pytest.mark.parametrize(
    "title",
    ["", ".", "n", "12", "Leaflet template v2", "falls v3 FINAL.docx", "Microsoft Word - falls",
     "PowerPoint Presentation", "Addisons_disease", "Contents", "Untitled", "Document1", "Slide 1",
     "Adobe InDesign CC 2019", "1. Introduction"],
)  # fmt: skip
def test_a_title_that_names_no_document(title: str) -> None:
    assert not names_document(title)


@pytest.mark.parametrize(
    "title", ["Falls", "B12", "Falls at home: what to do", "Microsoft and health", "骨密度", "HRT"]
)
def test_a_title_that_names_a_document(title: str) -> None:
    assert names_document(title)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [("Overview", True), ("2.1 SUMMARY:", True), ("Summary of tests", False), ("Falls", False)],
)
def test_a_heading_that_says_nothing_alone(heading: str, expected: bool) -> None:
    assert says_nothing(heading) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["Bring:", "• a letter", "•a list"], ["Bring:", "- a letter\n- a list"]),
        (["\uf0b7 a", "\u2013 b", "- c"], ["- a\n- b\n- c"]),
        (["1. a", "2. b", "4. d", "5. e"], ["1. a\n2. b", "4. d\n5. e"]),
        (["- a\n- b", "- c\n- d"], ["- a\n- b", "- c\n- d"]),
        (["\u22125 degrees", "-5 degrees"], ["\u22125 degrees", "-5 degrees"]),
        (["• a\n• b"], ["- a\n- b"]),
    ],
)
def test_outline_makes_lists_of_typed_items(written: list[str], expected: list[str]) -> None:
    outline = Outline()
    for block in written:
        outline.block(block)

    assert [list(section.blocks) for section in outline.sections()] == [expected]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "Triggers are:\n## Stress\nA.\n## Sleep\nB.\n### Naps\nC.",
            ["Triggers are:", "- Stress\n- Sleep"],
        ),
        ("Triggers are:\n## Stress\nA.", ["Triggers are:"]),
        ("Triggers are:\n\n- stress\n\n## Stress\nA.\n## Sleep\nB.", ["Triggers are:", "- stress"]),
        ("Triggers vary.\n## Stress\nA.\n## Sleep\nB.", ["Triggers vary."]),
    ],
)
def test_headings_are_the_list_of_a_lead_in(written: str, expected: list[str]) -> None:
    assert list(read_markdown(f"# Migraine in adults\n\n{written}").sections[0].blocks) == expected
