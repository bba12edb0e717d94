"""Documents of three charities, made from MedQuAD: on kidneys, the heart and rare diseases.

`tests/data/charities/libraries.json` names what each library is about. Its texts are not part of
this project: they are looked for in `../shared/data`, and written for a measurement, into the
folder of the index. A fourth of the documents each is Markdown, HTML, Word and PDF; half of them
have short headings ("Causes"), as charities write, half of them MedQuAD's questions.
"""

import gzip
import html
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.retrieval.libraries import QUESTIONS, SHARED, Json

FOLDER = QUESTIONS / "charities"
MEDQUAD = SHARED / "medquad.jsonl.gz"
# MedQuAD's types in the order of a page, with the heading that a charity would give each.
HEADINGS = {
    "information": "About",
    "frequency": "How common it is",
    "susceptibility": "Who is at risk",
    "causes": "Causes",
    "genetic changes": "Genes",
    "inheritance": "How it runs in families",
    "symptoms": "Symptoms",
    "complications": "Complications",
    "exams and tests": "Tests and diagnosis",
    "treatment": "Treatment",
    "outlook": "Outlook",
    "prevention": "Prevention",
    "considerations": "Living with it",
}
# What says nothing by itself: lists of links, tables of codes, what an institute studies.
_EMPTY = re.compile(r"These resources address|The NINDS (supports|conducts)|See the list of")
_TAIL = re.compile(r"(The )?Human Phenotype Ontology provides.*|These resources from Med.*", re.S)
_OPENING = re.compile(r"(Espa\S*ol )?(((What|How|Is|Who|Are)\b[^?]{0,120}\? )(?=[A-Z]))?")
MIN_WORDS = 15
PARAGRAPH_WORDS = 60

# The title and MedQuAD's type of a section, by its document's id and its heading.
Kinds = dict[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a document.

    Attributes:
        kind: MedQuAD's type.
        heading: As it stands in the document.
        blocks: Paragraphs, and lists of lines that each begin with "- ".
    """

    kind: str
    heading: str
    blocks: tuple[str, ...]


def names() -> list[str]:
    """Return the names of the libraries."""
    return list(_read_plan())


def gather(name: str) -> dict[str, list[Section]]:
    """Return the sections of each document of a library, by its title.

    Raises:
        FileNotFoundError: MedQuAD is not there.
    """
    plan = _read_plan()[name]
    found: dict[tuple[str, str], list[Json]] = {}
    with gzip.open(MEDQUAD, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            found.setdefault((row["source"], row["focus"].strip().lower()), []).append(row)
    made = {}
    for number, (title, known_as) in enumerate(sorted(plan["documents"].items())):
        rows = [
            row
            for source, focus in itertools.product(plan["sources"], known_as)
            for row in found.get((source, focus.lower()), ())
        ]
        # Each format gets documents of both kinds.
        made[title] = list(_make_sections(rows, is_short=number // 4 % 2 == 1))
    return made


def write(name: str, folder: Path) -> Kinds:
    """Write the documents of a library; return what each section is.

    Raises:
        FileNotFoundError: MedQuAD is not there.
    """
    kinds: Kinds = {}
    for number, (title, sections) in enumerate(gather(name).items()):
        stem = re.sub(r"\W+", "-", title.lower()).strip("-")
        ending, write_document = FORMATS[number % len(FORMATS)]
        write_document(folder / f"{stem}.{ending}", title, sections)
        kinds.update({(stem, each.heading): (title, each.kind) for each in sections})
    return kinds


def _read_plan() -> dict[str, Json]:
    plan: dict[str, Json] = json.loads((FOLDER / "libraries.json").read_text(encoding="utf-8"))
    return plan


def _make_sections(rows: Sequence[Json], *, is_short: bool) -> Iterator[Section]:
    """Yield a section for each type, of the first source that says something of it."""
    for kind, short in HEADINGS.items():
        of_kind = [(row, text) for row in rows if row["type"] == kind and (text := _clean(row))]
        texts = [text for row, text in of_kind if row["source"] == of_kind[0][0]["source"]]
        if texts:
            asked = of_kind[0][0]["question"].rstrip(" ?") + "?"
            blocks = itertools.chain.from_iterable(map(_split, dict.fromkeys(texts)))
            yield Section(kind, short if is_short else asked, tuple(blocks))


def _clean(row: Json) -> str:
    """Return what an answer says; empty if it says nothing by itself."""
    text = re.sub(r"\s+", " ", _TAIL.sub("", row["answer"])).strip()
    text = text[_OPENING.match(text).end() :]  # type: ignore[union-attr]  # it matches what is empty
    return "" if _EMPTY.search(text[:60]) or len(text.split()) < MIN_WORDS else text


def _split(text: str) -> Iterator[str]:
    """Yield the paragraphs and lists of a text whose line breaks are lost."""
    *before, rest = re.split(r"(?<=:) - |^- ", text, maxsplit=1)
    for paragraph in before:
        yield from _split_paragraphs(paragraph)
    if not before:
        yield from _split_paragraphs(rest)
        return
    items = []
    after = ""
    parts = rest.split(" - ")
    for number, part in enumerate(parts):
        item, end, after = re.sub(r"([.!?]) (?=[A-Z])", r"\1\n", part).partition("\n")
        items.append(f"- {item}")
        if end:
            after = " - ".join([after.replace("\n", " "), *parts[number + 1 :]])
            break
    yield "\n".join(items)
    yield from _split(after) if after else ()


def _split_paragraphs(text: str) -> Iterator[str]:
    words: list[str] = []
    for sentence in re.split(r"(?<=[.!?]) +(?=[A-Z])", text.strip()):
        words += sentence.split()
        if len(words) >= PARAGRAPH_WORDS:
            yield " ".join(words)
            words = []
    if words:
        yield " ".join(words)


def _write_markdown(path: Path, title: str, sections: Iterable[Section]) -> None:
    parts = [f"# {title}"]
    for section in sections:
        parts += [f"## {section.heading}", *section.blocks]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _write_html(path: Path, title: str, sections: Iterable[Section]) -> None:
    parts = [f"<h1>{html.escape(title)}</h1>"]
    for section in sections:
        parts.append(f"<h2>{html.escape(section.heading)}</h2>")
        for block in section.blocks:
            items = "".join(f"<li>{html.escape(item)}</li>" for item in _items(block))
            parts.append(f"<ul>{items}</ul>" if items else f"<p>{html.escape(block)}</p>")
    head = f'<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
    body = "\n".join(parts)
    path.write_text(
        f'<!doctype html><html lang="en">{head}<body><nav><a href="/">Home</a></nav>'
        f"<main>{body}</main><footer>A charity</footer></body></html>",
        encoding="utf-8",
    )


def _write_word(path: Path, title: str, sections: Iterable[Section]) -> None:
    import docx

    document = docx.Document()
    document.core_properties.title = title
    document.add_heading(title, level=1)
    for section in sections:
        document.add_heading(section.heading, level=2)
        for block in section.blocks:
            for item in _items(block):
                document.add_paragraph(item, style="List Bullet")
            if not _items(block):
                document.add_paragraph(block)
    document.save(str(path))


def _write_pdf(path: Path, title: str, sections: Iterable[Section]) -> None:
    from fpdf import FPDF

    file = FPDF()
    file.set_title(title)
    file.add_page()

    def print_text(text: str, *, size: float, style: str = "") -> None:
        file.set_font("helvetica", style, size)
        text = text.encode("latin-1", "replace").decode("latin-1")
        file.multi_cell(0, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")
        file.ln(size * 0.2)

    print_text(title, size=20, style="B")
    for section in sections:
        print_text(section.heading, size=15, style="B")
        for block in section.blocks:
            for item in _items(block):
                print_text(f"\x95 {item}", size=11)
            if not _items(block):
                print_text(block, size=11)
    file.output(str(path))


def _items(block: str) -> list[str]:
    """Return the items of a list; none of a paragraph."""
    return [line[2:] for line in block.split("\n")] if block.startswith("- ") else []


FORMATS: tuple[tuple[str, Callable[[Path, str, Iterable[Section]], None]], ...] = (
    ("md", _write_markdown),
    ("html", _write_html),
    ("docx", _write_word),
    ("pdf", _write_pdf),
)
