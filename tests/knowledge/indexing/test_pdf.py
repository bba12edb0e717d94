"""PDFs as many programs write them: tags, columns, running lines, bullets, what is no text."""

import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF

from knowledge.errors import DocumentUnreadable
from knowledge.indexing import ingest
from knowledge.indexing.chunk import chunk
from knowledge.indexing.file_reader import FileReader
from knowledge.indexing.formats import pdf
from knowledge.indexing.formats.outline import FormatError, ParsedDocument
from knowledge.types import Document

CASES = Path(__file__).parents[4] / "shared/cases/formats"
HELVETICA = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
FONTS = {
    "F1": HELVETICA,
    "F2": HELVETICA.replace("Helvetica", "Helvetica-Bold"),
    "F3": "<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>",
    "F4": "<</Type/Font/Subtype/TrueType/BaseFont/Wingdings-Regular/Encoding/WinAnsiEncoding>>",
}
CMAP = "1 begincodespacerange<00><FF>endcodespacerange 1 beginbfchar<AD><00AD>endbfchar"
FONTS["F5"] = HELVETICA.replace(">>", f"/ToUnicode {3 + len(FONTS) + 1} 0 R>>")
# A role, and what is in it: other elements, or the numbers of marked content.
Tag = tuple[str, Sequence[Any]]
LOREM = [
    "Your heart has to work harder than it", "should, and in time this can harm it.",
    "Most people do not feel this at all, so", "it is found by chance at a check.",
]  # fmt: skip


def at(x: float, y: float, text: str, font: str = "F1", size: float = 11, turn: int = 0) -> str:
    """Return the command that draws a text; at a turn it runs in another direction."""
    matrix = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}[turn]
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT/{font} {size:g} Tf {matrix} {x:g} {y:g} Tm({escaped})Tj ET\n"


def lines(x: float, y: float, texts: Sequence[str], font: str = "F1", size: float = 11) -> str:
    """Return the commands that draw lines below each other."""
    return "".join(at(x, y - 14 * row, text, font, size) for row, text in enumerate(texts))


def mark(number: int, drawn: str, role: str = "P") -> str:
    """Return commands as marked content."""
    return f"/{role}<</MCID {number}>>BDC {drawn}EMC\n"


def make_pdf(
    *pages: str, tags: Tag | None = None, roles: str = "", title: str = "", page: str = ""
) -> bytes:
    """Return a PDF of pages in A4.

    Args:
        pages: The commands that draw each.
        tags: Its structure; marked content is on page 1, `(2, 0)` is content 0 of page 2.
        roles: Names of its own for roles, with what they stand for.
        title: The one that it names.
        page: More entries of each page.
    """
    cmap = f"<</Length {len(CMAP)}>>stream\n{CMAP}\nendstream"
    objects: list[str] = ["", "", *FONTS.values(), cmap]
    fonts = "".join(f"/{name} {number} 0 R" for number, name in enumerate(FONTS, start=3))

    def add(content: str) -> int:
        objects.append(content)
        return len(objects)

    kids = []
    for drawn in pages:
        stream = add(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
        kids.append(
            add(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<<{fonts}>>>>"
                f"/Contents {stream} 0 R{page}>>"
            )
        )

    def add_tag(tag: Any) -> str:
        if isinstance(tag, int):
            tag = (1, tag)
        if isinstance(tag[0], int):
            return f"<</Type/MCR/Pg {kids[tag[0] - 1]} 0 R/MCID {tag[1]}>>"
        inner = " ".join(add_tag(kid) for kid in tag[1])
        return f"{add(f'<</Type/StructElem/S/{tag[0]}/K[{inner}]>>')} 0 R"

    marked = ""
    if tags:
        root = add(f"<</Type/StructTreeRoot/K {add_tag(tags)}/RoleMap<<{roles}>>>>")
        marked = f"/MarkInfo<</Marked true>>/StructTreeRoot {root} 0 R"
    objects[0] = f"<</Type/Catalog/Pages 2 0 R{marked}>>"
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<</Type/Pages/Kids[{listed}]/Count {len(kids)}>>"
    info = f"/Info {add(f'<</Title({title})>>')} 0 R" if title else ""
    return write(objects, info)


def write(objects: Sequence[str], info: str = "") -> bytes:
    """Return the file of objects; the first is its catalogue."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{info}>>\n".encode())
    out.write(f"startxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def flat(content: ParsedDocument) -> list[tuple[str, list[str]]]:
    """Return heading path and blocks of each section."""
    return [(" > ".join(part.headings), list(part.blocks)) for part in content.sections]


def read(*pages: str, **options: Any) -> list[tuple[str, list[str]]]:
    return flat(pdf.read(make_pdf(*pages, **options)))


# ---- tags


def test_tags_name_headings_items_and_order_whatever_is_drawn_first() -> None:
    drawn = (
        mark(3, at(60, 700, "Sit down and rest."))
        + mark(2, at(60, 640, "Treatment"), "H2")
        + mark(1, at(60, 760, "It is pain in the chest."))
        + mark(0, at(60, 790, "Angina"), "H1")
    )
    tags = ("Document", [("H1", [0]), ("P", [1]), ("H2", [2]), ("P", [3])])

    content = pdf.read(make_pdf(drawn, tags=tags))

    assert content.metadata == {"title": "Angina"}
    assert flat(content) == [
        ("", ["It is pain in the chest."]),
        ("Treatment", ["Sit down and rest."]),
    ]


def test_roles_of_a_files_own_are_looked_up() -> None:
    drawn = mark(0, at(60, 790, "Food")) + mark(1, at(60, 760, "Milk has calcium."))
    tags = ("Article", [("Kopf", [0]), ("Absatz", [1])])

    roles = "/Article/Art/Kopf/Titel/Titel/H2/Absatz/P"

    assert read(drawn, tags=tags, roles=roles, title="A guide") == [("Food", ["Milk has calcium."])]


def test_headings_without_a_number_take_their_level_from_the_sections() -> None:
    drawn = "".join(
        mark(row, at(60, 790 - 30 * row, text))
        for row, text in enumerate(["Bones", "Food", "Milk is good.", "Walks", "Go out."])
    )
    tags = ("Document", [("Sect", [
        ("H", [0]),
        ("Sect", [("H", [1]), ("P", [2])]),
        ("Sect", [("H", [3]), ("P", [4])]),
    ])])  # fmt: skip

    content = pdf.read(make_pdf(drawn, tags=tags, title="A guide"))

    assert flat(content) == [("Bones > Food", ["Milk is good."]), ("Bones > Walks", ["Go out."])]


def test_tagged_lists_keep_their_numbers_and_the_lists_in_them() -> None:
    drawn = "".join(
        mark(row, at(60, 790 - 20 * row, text))
        for row, text in enumerate(
            ["Steps", "1.", "Stand up", "a", "hold on to a chair", "\x95", "do not rush", "2.",
             "Sit down"]
        )
    )  # fmt: skip
    inner = ("L", [("LI", [("Lbl", [3]), ("LBody", [4])]), ("LI", [("Lbl", [5]), ("LBody", [6])])])
    tags = ("Document", [("H1", [0]), ("L", [
        ("LI", [("Lbl", [1]), ("LBody", [("P", [2]), inner])]),
        ("LI", [("Lbl", [7]), ("LBody", [8])]),
    ])])  # fmt: skip

    ((_, blocks),) = read(drawn, tags=tags, title="A guide")

    assert blocks == [
        "1. Stand up\n- a hold on to a chair\n- do not rush\n2. Sit down",
    ]


def test_a_tagged_table_gives_a_line_for_each_row() -> None:
    cells = ["Food", "Calcium", "Milk", "240 mg", "Tofu", "350 mg"]
    drawn = mark(9, at(60, 800, "Calcium in food", "F2", 16)) + "".join(
        mark(n, at(60 + 200 * (n % 2), 760 - 20 * (n // 2), cell)) for n, cell in enumerate(cells)
    )
    rows = [("TR", [("TH", [0]), ("TH", [1])]), ("TR", [("TD", [2]), ("TD", [3])]),
            ("TR", [("TD", [4]), ("TD", [("P", [5])])])]  # fmt: skip
    tags = ("Document", [("H1", [9]), ("Table", [("THead", rows[:1]), ("TBody", rows[1:])])])

    assert read(drawn, tags=tags) == [
        ("", ["Food | Calcium", "Milk | 240 mg", "Tofu | 350 mg"]),
    ]


def test_a_table_that_only_places_text_is_none() -> None:
    drawn = mark(0, at(60, 800, "Help")) + mark(1, at(60, 770, "Call us.")) + mark(
        2, at(300, 800, "Food")
    ) + mark(3, at(300, 770, "Milk is good."))  # fmt: skip
    tags = ("Document", [("Table", [("TR", [
        ("TD", [("H2", [0]), ("P", [1])]), ("TD", [("H2", [2]), ("P", [3])]),
    ])])])  # fmt: skip

    assert read(drawn, tags=tags) == [("Help", ["Call us."]), ("Food", ["Milk is good."])]


def test_artifacts_between_tagged_text_are_left_out() -> None:
    drawn = (
        mark(0, at(60, 700, "Food"), "H1")
        + mark(1, at(60, 670, "Milk has a lot of calcium, cheese and yoghurt have it, and so"))
        + "/Artifact BMC " + at(300, 664, "Draft 3, not for print") + "EMC\n"
        + mark(2, at(60, 656, "has tofu."))
    )  # fmt: skip
    tags = ("Document", [("H1", [0]), ("P", [1, 2])])

    assert read(drawn, tags=tags) == [
        ("", ["Milk has a lot of calcium, cheese and yoghurt have it, and so has tofu."]),
    ]


def test_text_without_a_tag_stays_where_it_is_drawn() -> None:
    drawn = (
        mark(0, at(60, 700, "Food"), "H1")
        + mark(1, lines(60, 670, [*LOREM, *LOREM]))
        + at(60, 500, "Call 999.")
        + mark(2, at(60, 470, "Milk has calcium."))
    )
    tags = ("Document", [("H1", [0]), ("P", [1]), ("P", [2])])

    ((_, blocks),) = read(drawn, tags=tags)

    assert blocks[1:] == ["Call 999.", "Milk has calcium."]


def test_text_before_all_tags_of_a_page_stays_before_them() -> None:
    drawn = at(60, 790, "For adults.") + mark(0, at(60, 700, "Food"), "H1") + mark(
        1, lines(60, 670, [*LOREM, *LOREM])
    )  # fmt: skip

    content = read(drawn, tags=("Document", [("H1", [0]), ("P", [1])]))

    assert content[0] == ("", ["For adults."])


def test_a_tagged_title_stands_above_all_headings() -> None:
    drawn = "".join(
        mark(row, at(60, 790 - 30 * row, text))
        for row, text in enumerate(
            ["Strong bones", "Food", "Milk is good for bones.", "Walks", "Go out each day."]
        )
    )
    tags = ("Document", [("Title", [0]), ("H1", [1]), ("P", [2]), ("H1", [3]), ("P", [4])])

    content = pdf.read(make_pdf(drawn, tags=tags))

    assert content.metadata == {"title": "Strong bones"}
    assert flat(content) == [("Food", ["Milk is good for bones."]), ("Walks", ["Go out each day."])]


def test_tags_that_cover_only_a_part_of_the_file_are_not_used() -> None:
    drawn = mark(0, at(60, 650, "A footnote."), "H1") + at(60, 790, "Food", "F2", 16) + lines(
        60, 760, LOREM
    )  # fmt: skip

    content = read(drawn, tags=("Document", [("H1", [0])]), title="A guide")

    assert content == [("Food", [" ".join(LOREM), "A footnote."])]


def test_a_file_whose_tags_name_no_heading_has_those_of_its_look() -> None:
    drawn = mark(0, at(60, 790, "Food", "F2", 16)) + mark(1, lines(60, 760, LOREM))

    content = read(drawn, tags=("Document", [("P", [0]), ("P", [1])]), title="A guide")

    assert content == [("Food", [" ".join(LOREM)])]


def test_a_tagged_paragraph_goes_over_to_the_next_page_and_footers_do_not() -> None:
    foot = at(60, 30, "Bones for life")
    drawn = [
        mark(0, at(60, 700, "Food"), "H1") + mark(1, at(60, 90, "Milk has cal-")) + mark(2, foot),
        mark(0, at(60, 780, "cium.")) + mark(1, foot),
    ]
    tags = ("Document", [("H1", [0]), ("P", [1, (2, 0)]), ("P", [2]), ("P", [(2, 1)])])

    assert read(*drawn, tags=tags) == [("", ["Milk has calcium."])]


def test_a_tagged_note_stands_after_the_paragraph_it_is_in() -> None:
    drawn = "".join(
        mark(row, at(60, 790 - 14 * row, text))
        for row, text in enumerate(["Food", "Milk has calcium", "A glass has 240 mg.", "in it."])
    )
    tags = ("Document", [("H1", [0]), ("P", [1, ("Note", [("P", [2])]), 3])])

    assert read(drawn, tags=tags) == [("", ["Milk has calcium in it.", "A glass has 240 mg."])]


# ---- columns, panels, turned pages


def test_two_columns_under_a_title_across_the_page() -> None:
    left, right = lines(60, 740, LOREM), lines(320, 740, [line.upper() for line in LOREM])
    title = at(60, 790, "High blood pressure and how it is found early", "F2", 22)
    foot = lines(60, 650, ["You can have it measured at any pharmacy in town, without a letter."])

    for drawn in (title + left + right + foot, foot + right + left + title):
        content = pdf.read(make_pdf(drawn))
        text = [*LOREM, *(line.upper() for line in LOREM)]
        assert content.metadata == {"title": "High blood pressure and how it is found early"}
        assert flat(content) == [
            ("", [" ".join(text[:4]), " ".join(text[4:]),
                  "You can have it measured at any pharmacy in town, without a letter."]),
        ]  # fmt: skip


def test_three_columns_with_headings() -> None:
    drawn = "".join(
        at(40 + 180 * column, 780, name, "F2", 16)
        + lines(
            40 + 180 * column, 750, [f"This is about {name.lower()}", "and what they do to it."]
        )
        for column, name in [(2, "Falls"), (0, "Bones"), (1, "Meals")]
    )

    assert read(drawn, title="A guide") == [
        (name, [f"This is about {name.lower()} and what they do to it."])
        for name in ("Bones", "Meals", "Falls")
    ]


def test_the_cells_of_a_table_are_read_across() -> None:
    drawn = lines(60, 780, ["Monday", "Tuesday", "Friday"]) + lines(
        300, 780, ["9 to 5", "9 to 1", "closed"]
    )

    ((_, (block,)),) = read(drawn)

    assert block == "Monday 9 to 5 Tuesday 9 to 1 Friday closed"


def test_a_page_on_its_side_is_read_as_a_person_holds_it() -> None:
    drawn = "".join(at(100 + 14 * n, 60, line, turn=90) for n, line in enumerate(LOREM))

    assert read(drawn, page="/Rotate 90") == [("", [" ".join(LOREM)])]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_panel_has_an_order_of_its_own(turn: int) -> None:
    step = {90: (14, 0), 180: (0, 14), 270: (-14, 0)}[turn]
    panel = "".join(
        at(400 + step[0] * n, 500 + step[1] * n, line, turn=turn)
        for n, line in reversed(list(enumerate(["Take a test first. Do not", "start without."])))
    )

    content = read(panel + lines(60, 400, LOREM))

    assert content == [("", [" ".join(LOREM), "Take a test first. Do not start without."])]


# ---- headers, footers, page numbers


def number_pages(names: Sequence[str], x: Callable[[int], float]) -> list[str]:
    return [
        lines(60, 700, [f"This is what page {row} says of", f"bones: {'abcdef'[row] * 5}."])
        + at(x(row), 30, name)
        for row, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    "names",
    [
        ["ii", "iii", "iv", "v"],
        ["7", "8", "9", "10"],
        ["- 1 -", "- 2 -", "- 3 -", "- 4 -"],
        ["Page 1 of 4", "Page 2 of 4", "Page 3 of 4", "Page 4 of 4"],
        ["1 | P a g e", "2 | P a g e", "3 | P a g e", "4 | P a g e"],
        ["Bones for life 3", "Bones for life 4", "Bones for life 5", "Bones for life 6"],
        ["Bones for life", "Example Trust", "Bones for life", "Example Trust"],
    ],
)
def test_page_numbers_and_running_footers_are_left_out(names: list[str]) -> None:
    drawn = number_pages(names, lambda row: 520 if row % 2 else 60)
    if names[0].startswith("Bones") and names[1].startswith("Bones"):
        drawn = number_pages(names, lambda _: 60)

    blocks = [block for _, blocks in read(*drawn) for block in blocks]

    assert blocks == [
        f"This is what page {row} says of bones: {'abcdef'[row] * 5}." for row in range(4)
    ]


def test_a_number_at_the_edge_that_does_not_count_with_the_pages_is_text() -> None:
    drawn = number_pages(["240", "112", "35", "900"], lambda _: 60)

    text = " ".join(block for _, blocks in read(*drawn) for block in blocks)

    assert all(number in text for number in ("240", "112", "35", "900"))


def test_a_sign_for_a_number_at_the_edge_is_none() -> None:
    drawn = number_pages(["#"] * 2, lambda _: 60)

    assert len(read(*drawn)) == 2


def test_a_running_sentence_is_kept_where_it_comes_first() -> None:
    drawn = number_pages(["Call 999 if your chest hurts."] * 4, lambda _: 60)

    text = " ".join(block for _, blocks in read(*drawn) for block in blocks)

    assert text.count("Call 999 if your chest hurts.") == 1


# ---- headings, callouts, lists


def test_numbers_of_chapters_are_no_items() -> None:
    drawn = at(60, 790, "1. Food", "F2", 16) + lines(60, 760, LOREM) + at(
        60, 690, "2. Falls", "F2", 16
    ) + lines(60, 660, ["Half of people fall.", "#"])  # fmt: skip

    assert [heading for heading, _ in read(drawn)] == ["1. Food", "2. Falls"]


def test_a_callout_at_the_end_is_text() -> None:
    drawn = at(60, 790, "Stroke", "F2", 24) + lines(60, 750, LOREM) + lines(
        60, 650, ["Do not drive to hospital", "yourself"], "F2"
    )  # fmt: skip

    content = pdf.read(make_pdf(drawn))

    assert content.metadata == {"title": "Stroke"}
    assert flat(content) == [("", [" ".join(LOREM), "Do not drive to hospital yourself"])]


@pytest.mark.parametrize(
    "drawn",
    [
        "".join(at(60, y, "l", "F3") for y in (760, 746)),
        "".join(at(60, y, "\xa7", "F4") for y in (760, 746)),
        "".join(f"60 {y} 4 4 re f\n" for y in (761, 747)),
        "".join(at(60, y, "\x96") for y in (760, 746)),
    ],
    ids=["dingbats", "wingdings", "drawn", "dashes"],
)
def test_bullets_of_all_kinds_make_a_list(drawn: str) -> None:
    text = at(60, 780, "Take with you:") + lines(80, 760, ["your letter", "your glasses"])

    assert read(drawn + text) == [("", ["Take with you:", "- your letter\n- your glasses"])]


def test_what_follows_a_colon_without_bullets_stays_with_it() -> None:
    drawn = at(60, 780, "To stay well, you should:") + "".join(
        at(80, y, text) for y, text in [(745, "walk each day"), (710, "eat fish")]
    )
    ((section),) = pdf.read(make_pdf(drawn)).sections

    (passage,) = chunk(Document("a", "A", sections=(section,)), max_words=10)

    assert passage.sentences == ((0, len(passage.text)),)


def test_the_numbers_of_a_contents_page_are_left_out() -> None:
    drawn = at(60, 790, "Contents", "F2", 16) + "".join(
        at(60, 760 - 14 * row, name) + at(500, 760 - 14 * row, number)
        for row, (name, number) in enumerate([("Bones", "3"), ("Falls", "4"), ("Food", "12")])
    )
    text = at(60, 690, "Bones", "F2", 16) + lines(60, 660, LOREM)

    assert read(drawn + text) == [("Bones", [" ".join(LOREM)])]


# ---- letters


def test_soft_hyphens_go_and_real_ones_stay() -> None:
    text = ["Osteo\xadporosis is com\xad", "mon. Ask for long-term use and well-", "being."]
    drawn = lines(60, 780, text, "F5")

    ((_, (block,)),) = read(drawn)

    assert block == "Osteoporosis is common. Ask for long-term use and well-being."


def test_a_hyphen_that_the_file_writes_elsewhere_stays() -> None:
    drawn = lines(60, 780, ["Ask for a re-cover now. You can re-", "cover it."])

    assert read(drawn) == [("", ["Ask for a re-cover now. You can re-cover it."])]


def test_ligatures_become_their_letters(tmp_path: Path) -> None:
    leaflet = FPDF()
    leaflet.add_page()
    font = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    if not font.is_file():
        pytest.skip("the font DejaVu Sans is not installed")
    leaflet.add_font("DejaVu", fname=font)
    leaflet.set_font("DejaVu", size=11)
    leaflet.multi_cell(0, 6, "\ufb01rst of\ufb01ce, \ufb02at")

    assert flat(pdf.read(bytes(leaflet.output()))) == [("", ["first office, flat"])]


@pytest.mark.parametrize(
    ("before", "raised", "after", "text"),
    [
        ("Take 5 mg", "2", " a day.", "Take 5 mg a day."),
        ("Half of them", "1,3", " fall.", "Half of them fall."),
        ("It is 25 kg/m", "2", " or more.", "It is 25 kg/m2 or more."),
        ("It is 3 x 10", "9", " a litre.", "It is 3 x 109 a litre."),
        ("The sum of x", "2", " and y.", "The sum of x2 and y."),
        ("On the 4", "th", " day.", "On the 4th day."),
    ],
)
def test_a_raised_number_is_a_footnote_or_a_power(
    before: str, raised: str, after: str, text: str
) -> None:
    drawn = (
        f"BT/F1 11 Tf 60 780 Td({before})Tj/F1 6 Tf 4 Ts({raised})Tj 0 Ts/F1 11 Tf({after})Tj ET\n"
    )

    assert read(drawn) == [("", [text])]


# ---- the cases beside the repository


def texts_of(content: ParsedDocument) -> str:
    return "\n".join(block for section in content.sections for block in section.blocks)


def headings_of(content: ParsedDocument) -> list[str]:
    found = [section.headings[-1] for section in content.sections if section.headings]
    return [content.metadata.get("title", ""), *found]


# Name -> what has to be in the text, what must not, and headings (the title is one).
EXPECTED: dict[str, tuple[list[str], list[str], list[str]]] = {
    "p01": (["High blood pressure rarely has any symptoms. The only way"], [], ["What next?"]),
    "p02": (["Your heart has to work harder than it should."], [],
            ["What is it?", "What causes it?"]),
    "p03": (["Take a test first. Do not start if it is positive."], [], ["Front panel"]),
    "p04": (["- a scan\n- a tracing"], [], []),
    "p05": (["- take off your watch\n- empty your pockets\n- tell us about implants"],
            ["\uf0b7"], []),
    "p06": (["Do not offer it again within two years."], ["Example", "conditions", "Page"], []),
    "p07": ([f"Page text number {n} talks about something else" for n in range(1, 6)],
            ["Bones for life", "leaflet"], []),
    "p08": (["People who take steroid tablets and who have had a fracture after the age of 50 have "
             "their risk assessed, and are told what it means."], [], []),
    "p11": (["Oats and beans can lower cholesterol."], [], ["Cholesterol and diet"]),
    "p12": (["Remove loose rugs."], [], ["Falls at home"]),
    "p13": (["Sit down before you use it"], [], ["Symptoms of angina", "Treatment"]),
    "p14": (["you should:\n- walk for half an hour each day\n- eat food with calcium\n"
             "- stop smoking if you can\nAsk"], [], []),
    "p15": (["5 mg once a day", "50% in a year"], [], []),
    "p16": (["treatment", "immigrants"], ["-"], []),
    "p17": (["This guide is about bones."], [".....", "Risk factors"], ["Overview"]),
    "p18": (["- wheezing\n- a tight chest\n- coughing\nThese symptoms are often"], [], []),
    "p19": (["Walk ten steps"], [], ["Exercise 1", "Exercise 2", "Exercise 3"]),
    "p20": (["- tightness or a dull ache\n- feeling sick or short of breath"], ["code 1350"],
            ["Angina", "Symptoms", "Treatment"]),
}  # fmt: skip
REFUSED = {"p09": "its letters cannot be told", "p10": "If it is a scan"}


@pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/cases/formats")
@pytest.mark.parametrize("name", EXPECTED)
def test_a_shared_case_comes_out_right(name: str) -> None:
    (path,) = CASES.glob(f"{name}-*.pdf")
    there, absent, headings = EXPECTED[name]

    content = pdf.read(path.read_bytes())

    assert [text for text in there if text not in texts_of(content)] == []
    assert [text for text in absent if text in texts_of(content)] == []
    assert set(headings) <= set(headings_of(content))
    assert content.metadata.get("title") not in ("Contents", "n")


@pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/cases/formats")
@pytest.mark.parametrize("name", REFUSED)
def test_a_shared_case_is_refused_with_its_reason(name: str) -> None:
    (path,) = CASES.glob(f"{name}-*.pdf")

    with pytest.raises(FormatError, match=REFUSED[name]):
        pdf.read(path.read_bytes())


# ---- what is not read, titles


def test_a_scan_with_a_stamp_is_a_scan() -> None:
    scan = FPDF()
    scan.add_page()
    from PIL import Image  # fpdf2 brings it

    scan.image(Image.new("L", (60, 80), 200), 0, 0, scan.w, scan.h)
    scan.set_font("helvetica", size=8)
    scan.text(50, 290, "Received 5 May 2024")

    with pytest.raises(FormatError, match="If it is a scan"):
        pdf.read(bytes(scan.output()))


@pytest.mark.parametrize(
    ("named", "title"),
    [
        ("Microsoft PowerPoint - falls v3.pptx", "Falls"),
        ("PowerPoint Presentation", "Falls"),
        ("untitled", "Falls"),
        ("Layout 1", "Falls"),
        ("n", "Falls"),
        ("Contents", "Falls"),
        ("Falls_v3", "Falls"),
        ("Falls at home", "Falls at home"),
    ],
)
def test_a_title_that_a_program_wrote_is_none(named: str, title: str) -> None:
    drawn = at(60, 790, "Falls", "F2", 24) + lines(60, 750, LOREM)

    assert pdf.read(make_pdf(drawn, title=named)).metadata == {"title": title}


# ---- files that are meant to hurt


def test_a_structure_in_a_circle_is_read_once() -> None:
    data = make_pdf(mark(0, at(60, 780, "Text.")), tags=("Document", [("P", [0])]))
    loop = data.replace(b"/S/Document/K[", b"/S/Document/K[9 0 R 10 0 R 11 0 R ")

    assert flat(pdf.read(loop)) == [("", ["Text."])]


@pytest.fixture(scope="module")
def reader() -> Iterator[FileReader]:
    reader = FileReader(timeout_s=20, memory_mb=3000)
    yield reader
    reader.close()


def nest(depth: int) -> Tag:
    tag: Tag = ("P", [0])
    for _ in range(depth):
        tag = ("Div", [tag])
    return tag


HOSTILE = {
    "deep structure": lambda: make_pdf(mark(0, at(60, 780, "Text.")), tags=nest(300)),
    "many letters": lambda: make_pdf(
        "".join(at(60 + n % 400, 780 - n // 400, "x") for n in range(20_000))
    ),
    "wide row": lambda: make_pdf("".join(at(20 * n, 780, "word") for n in range(5_000))),
    "many drawings": lambda: make_pdf(at(60, 780, "Text.") + "60 780 4 4 re f\n" * 100_000),
    "far away": lambda: make_pdf(at(1e7, -1e7, "Text.") + at(60, 780, "Text.")),
    "no end": lambda: make_pdf(at(60, 780, "Text."))[:-20],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_or_named(reader: FileReader, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(HOSTILE[name]())
    function = partial(ingest.read_file, keep_suffix=False)

    ((document,), _) = reader.run(function, path, tmp_path, path=path)

    assert document.sections


def test_a_file_that_is_cut_off_is_named(reader: FileReader, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(at(60, 780, "Text."))[:300])
    function = partial(ingest.read_file, keep_suffix=False)

    with pytest.raises(DocumentUnreadable, match="it is damaged"):
        reader.run(function, path, tmp_path, path=path)
