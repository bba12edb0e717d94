"""The shipped documents: complete, plain enough to read, and in the library's own words."""

import datetime
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import textstat
import yaml

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "knowledge" / "documents" / "SOURCES.md"
DOCUMENTS = sorted(path for path in REGISTER.parent.glob("*.md") if path != REGISTER)

# The texts the documents were written from. They are not part of the repository.
SOURCES = ROOT.parent / "shared" / "sources"

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)


def read(path: Path) -> tuple[dict[str, Any], str]:
    """Return the front matter and the body."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", maxsplit=2)
    # The comments hold other ways to ask a heading's question: searched, never shown.
    return yaml.safe_load(front), re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)


def read_sections(path: Path) -> list[tuple[str, str]]:
    """Return heading and text of each `##` section, after any text before the first one."""
    before, *parts = re.split(r"^## (.*)\n", read(path)[1], flags=re.MULTILINE)
    return [("", before), *zip(parts[::2], parts[1::2], strict=True)]


def grade(path: Path) -> float:
    """Return the Flesch-Kincaid grade, a US school year, of the body without its headings."""
    return textstat.flesch_kincaid_grade(re.sub(r"^#.*$", "", read(path)[1], flags=re.MULTILINE))


def runs(text: str) -> set[str]:
    """Return every run of eight words: lower case, letters and digits only."""
    words = re.findall(r"[^\W_]+", text.lower())
    return {" ".join(run) for run in zip(*(words[i:] for i in range(8)), strict=False)}


@pytest.fixture(scope="module")
def source_runs() -> dict[str, str]:
    """Each run of words in the source files, with the name of a file that has it."""
    if not SOURCES.is_dir():
        pytest.skip(f"The source texts are not here ({SOURCES}): copying cannot be checked.")
    files = [path for path in sorted(SOURCES.rglob("*")) if path.is_file()]
    return {run: file.name for file in files for run in runs(file.read_text(encoding="utf-8"))}


def test_library_has_enough_documents() -> None:
    assert len(DOCUMENTS) >= 16


@each_document
@pytest.mark.parametrize("key", ["title", "topic", "publisher", "licence"])
def test_front_matter_has_text(path: Path, key: str) -> None:
    assert str(read(path)[0].get(key) or "").strip()


@each_document
def test_topic_is_snake_case(path: Path) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", read(path)[0]["topic"])


@each_document
def test_day_of_the_check_is_iso(path: Path) -> None:
    assert type(read(path)[0].get("checked")) is datetime.date


@each_document
def test_sources_have_publisher_and_address(path: Path) -> None:
    sources = read(path)[0].get("sources")
    assert sources
    assert all(source["publisher"] for source in sources)
    assert all(re.match(r"https?://[\w.-]+/", source["url"]) for source in sources)


@each_document
def test_document_is_registered(path: Path) -> None:
    first_cell = rf"^\|[^|]*(?<![\w-]){re.escape(path.stem)}(?![\w-])"
    assert re.search(first_cell, REGISTER.read_text(encoding="utf-8"), flags=re.MULTILINE)


@each_document
def test_sections_are_short_passages(path: Path) -> None:
    (_, before), *sections = read_sections(path)
    assert sections
    assert not before.strip()
    assert [name for name, text in sections if len(text.split()) not in range(20, 141)] == []


def test_topics_are_unique() -> None:
    topics = Counter(read(path)[0]["topic"] for path in DOCUMENTS)
    assert [topic for topic, n in topics.items() if n > 1] == []


def test_headings_are_unique() -> None:
    headings = Counter(name.lower() for path in DOCUMENTS for name, _ in read_sections(path)[1:])
    assert [heading for heading, n in headings.items() if n > 1] == []


@each_document
def test_document_is_plain_to_read(path: Path) -> None:
    assert grade(path) <= 8.5


def test_library_is_plain_to_read() -> None:
    assert sum(map(grade, DOCUMENTS)) / len(DOCUMENTS) <= 8.0


@each_document
def test_document_copies_no_source(path: Path, source_runs: dict[str, str]) -> None:
    ours = [runs(part) for section in read_sections(path) for part in section]
    assert {run: source_runs[run] for run in set().union(*ours) & source_runs.keys()} == {}
