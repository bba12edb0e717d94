"""What is found of documents printed to PDF: headings, list items, words, and their order.

Chromium prints pages of the library in four ways: with tags and without them, in one column and in
two. What was printed is known, so each way can be compared with it.
"""

import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import typer
from markdown_it import MarkdownIt

from knowledge.indexing.formats import html, pdf
from knowledge.indexing.formats.outline import ParsedDocument

FOLDER = Path("knowledge/documents")
COLUMNS = "<style>body { columns: 2; font-family: serif } h1 { column-span: all }</style>"
# Name -> what is put before the page, and Chromium's options.
WAYS: dict[str, tuple[str, list[str]]] = {
    "tagged": ("", []),
    "tagged, two columns": (COLUMNS, []),
    "without tags": ("", ["--disable-pdf-tagging"]),
    "without tags, two columns": (COLUMNS, ["--disable-pdf-tagging"]),
}


@dataclass
class Count:
    """What was found, of what there is."""

    found: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, kind: str, found: Counter[str], there: Counter[str]) -> None:
        """Add how many of the things that are there were found."""
        self.found[kind] += (found & there).total()
        self.there[kind] += there.total()


def main(
    folder: Path = FOLDER,
    n_documents: int = 8,
    chromium: str = "chromium",
) -> None:
    """Print documents of a library to PDF, read them, and say what was found."""
    browser = shutil.which(chromium)
    if browser is None:
        raise typer.BadParameter(f"{chromium} is not installed")
    paths = [path for path in sorted(folder.glob("*.md")) if path.name != "SOURCES.md"]
    for way, (style, options) in WAYS.items():
        count = Count()
        for path in paths[:n_documents]:
            page = _make_page(path)
            printed = _print(browser, style + page, options)
            start = time.process_time()
            parsed = pdf.read(printed)
            count.seconds += time.process_time() - start
            _compare(count, parsed, html.read(page.encode()))
        rates = [
            f"{kind} {count.found[kind] / count.there[kind]:.3f} of {count.there[kind]:,}"
            for kind in count.there
        ]
        typer.echo(f"{way}: {', '.join(rates)}; {count.seconds:.1f} s")


def _make_page(path: Path) -> str:
    text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    body = MarkdownIt().enable("table").render(text)
    return f"<!doctype html><html lang=en><title>{path.stem}</title><body>{body}</body></html>"


def _print(browser: str, page: str, options: list[str]) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "page.html"), Path(name, "page.pdf")
        source.write_text(page, encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", *options]
        command += [f"--user-data-dir={name}/profile", f"--print-to-pdf={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return target.read_bytes()


def _compare(count: Count, read: ParsedDocument, there: ParsedDocument) -> None:
    for kind, parts in (("headings", _headings), ("items", _items), ("words", _words)):
        count.add(kind, Counter(parts(read)), Counter(parts(there)))
    starts = [Counter(_starts(parsed)) for parsed in (read, there)]
    count.add("headings over their text", *starts)


def _headings(parsed: ParsedDocument) -> list[str]:
    return [section.headings[-1] for section in parsed.sections if section.headings]


def _items(parsed: ParsedDocument) -> list[str]:
    lines = [line for s in parsed.sections for block in s.blocks for line in block.split("\n")]
    return [line for line in lines if re.match(r"(?:-|\d+\.) ", line)]


def _words(parsed: ParsedDocument) -> list[str]:
    texts = [text for s in parsed.sections for text in (*s.headings[-1:], *s.blocks)]
    return [word for text in texts for word in re.findall(r"\w+", text.lower())]


def _starts(parsed: ParsedDocument) -> list[str]:
    return [
        f"{s.headings[-1]} {' '.join(s.blocks[0].split()[:6])}"
        for s in parsed.sections
        if s.headings
    ]


if __name__ == "__main__":
    typer.run(main)
