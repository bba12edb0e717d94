"""Read source files: Markdown with YAML front matter."""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from knowledge.errors import DocumentUnreadable
from knowledge.types import Document, Section, Source

# A register of where the documents come from, not a document itself.
REGISTER = "SOURCES.md"


def read_folder(folder: Path) -> list[Document]:
    """Return every document below `folder`, ordered by path.

    Raises:
        DocumentUnreadable: The folder is missing or empty, or one of its files cannot be read.
    """
    if not folder.is_dir():
        raise DocumentUnreadable(folder, "there is no such folder.")
    paths = sorted(path for path in folder.rglob("*.md") if path.name != REGISTER)
    if not paths:
        raise DocumentUnreadable(folder, "it holds no Markdown document (*.md).")
    return [read_document(path, folder) for path in paths]


def read_document(path: Path, folder: Path) -> Document:
    """Return the document in the file `path` below `folder`.

    Raises:
        DocumentUnreadable: The file is not UTF-8 text, its front matter is faulty, or it is empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as err:
        raise DocumentUnreadable(path, "it is not UTF-8 text.") from err
    except OSError as err:
        raise DocumentUnreadable(path, f"{err.strerror}.") from err
    front, body = split_front_matter(text, path)
    sections = tuple(read_sections(body))
    if not sections:
        raise DocumentUnreadable(path, "it has no text below its front matter.")
    sources = _sources(front, path)
    return Document(
        id=path.relative_to(folder).with_suffix("").as_posix(),
        title=_text(front, "title", path) or path.stem.replace("-", " ").capitalize(),
        topic=_text(front, "topic", path),
        publisher=_text(front, "publisher", path),
        url=_text(front, "url", path) or (sources[0].url if sources else ""),
        reviewed=_date(front, path),
        licence=_text(front, "licence", path),
        sources=sources,
        sections=sections,
    )


def split_front_matter(text: str, path: Path) -> tuple[dict[str, Any], str]:
    """Return the YAML mapping between the leading `---` lines, and the text after it.

    Raises:
        DocumentUnreadable: The front matter is not closed, or is not a YAML mapping.
    """
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return {}, text
    ends = [number for number, line in enumerate(lines[1:], start=1) if line.strip() == "---"]
    if not ends:
        raise DocumentUnreadable(path, "its front matter has no closing --- line.")
    try:
        front = yaml.safe_load("\n".join(lines[1 : ends[0]]))
    except (yaml.YAMLError, ValueError) as err:  # ValueError: a date like 2026-02-30
        raise DocumentUnreadable(path, f"its front matter is not YAML ({err}).") from err
    if not isinstance(front, dict | None):
        raise DocumentUnreadable(path, "its front matter is not a list of `key: value` lines.")
    return front or {}, "\n".join(lines[ends[0] + 1 :])


def read_sections(markdown: str) -> Iterator[Section]:
    """Yield the sections of a Markdown text in order; headings without text yield nothing."""
    path: list[str] = []
    blocks: list[str] = []
    questions: list[str] = []
    for node in SyntaxTreeNode(MarkdownIt("commonmark").parse(markdown)).children:
        if node.type == "html_block":
            questions.extend(_also_asked(node.content))
        elif node.type != "heading":
            blocks.extend(block for block in _blocks(node) if block)
        else:
            if blocks:
                yield Section(tuple(filter(None, path)), tuple(blocks), tuple(questions))
            level = int(node.tag[1])
            # A skipped level leaves a gap, so that a later sibling still replaces the right one.
            path = [*path[: level - 1], *[""] * (level - 1 - len(path)), _inline(node)]
            blocks, questions = [], []
    if blocks:
        yield Section(tuple(filter(None, path)), tuple(blocks), tuple(questions))


def _also_asked(html: str) -> list[str]:
    """Return the lines of a comment `<!-- also asked: - … - … -->`."""
    comment = re.fullmatch(r"<!--\s*also asked:(.*)-->", html.strip(), re.DOTALL | re.IGNORECASE)
    lines = comment[1].splitlines() if comment else []
    return [line.strip(" -\t") for line in lines if re.search(r"\w", line)]


def _blocks(node: SyntaxTreeNode) -> Iterator[str]:
    if node.type in ("paragraph", "heading"):  # a heading in here is one inside a quote or a list
        yield _inline(node)
    elif node.type in ("bullet_list", "ordered_list"):
        yield "\n".join(_items(node))
    elif node.type in ("fence", "code_block"):
        yield "\n".join(line for line in node.content.splitlines() if line.strip())
    elif node.type == "blockquote":
        for child in node.children:
            yield from _blocks(child)


def _items(node: SyntaxTreeNode) -> Iterator[str]:
    for number, item in enumerate(node.children, start=int(node.attrs.get("start", 1))):
        mark = "-" if node.type == "bullet_list" else f"{number}."
        lines = [
            line
            for child in item.children
            for block in _blocks(child)
            for line in block.splitlines()
        ]
        if lines:
            yield f"{mark} {lines[0]}"
            yield from lines[1:]


def _inline(node: SyntaxTreeNode) -> str:
    parts = []
    for child in node.walk():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())


def _text(front: dict[str, Any], key: str, path: Path) -> str:
    value = front.get(key)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise DocumentUnreadable(path, f"`{key}` in its front matter is not a text.")
    return str(value).strip()


def _date(front: dict[str, Any], path: Path) -> str:
    value = front.get("reviewed")
    if value is None:
        return ""
    if type(value) is datetime.date:  # a datetime is one too, and has a time of day
        return value.isoformat()
    raise DocumentUnreadable(path, f"`reviewed: {value}` is not a date like 2026-05-01.")


def _sources(front: dict[str, Any], path: Path) -> tuple[Source, ...]:
    entries = front.get("sources") or []
    if not isinstance(entries, list) or not all(map(_is_source, entries)):
        raise DocumentUnreadable(
            path, "each of `sources` in its front matter needs a publisher and a url."
        )
    return tuple(
        Source(
            publisher=str(entry["publisher"]),
            url=str(entry["url"]),
            title=str(entry.get("title") or ""),
        )
        for entry in entries
    )


def _is_source(entry: object) -> bool:
    return isinstance(entry, dict) and bool(entry.get("publisher") and entry.get("url"))
