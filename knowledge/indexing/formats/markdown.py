"""Markdown with YAML front matter."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from knowledge.indexing.formats import metadata, text
from knowledge.indexing.formats.outline import FormatError, Outline, ParsedDocument
from knowledge.types import Section


def read(data: bytes) -> ParsedDocument:
    """Return what a Markdown file holds.

    Raises:
        FormatError: If it is not UTF-8, or its front matter is faulty.
    """
    front, body = split_front_matter(text.decode(data))
    return ParsedDocument(read_sections(body), metadata.parse_yaml(front, where="front matter"))


def split_front_matter(content: str) -> tuple[str, str]:
    """Return the YAML between the leading `---` lines, and the text after it.

    Raises:
        FormatError: If the front matter is not closed.
    """
    lines = content.splitlines()
    if not lines or lines[0].strip() != "---":
        return "", content
    ends = [number for number, line in enumerate(lines[1:], start=1) if line.strip() == "---"]
    if not ends:
        raise FormatError("its front matter has no closing --- line.")
    return "\n".join(lines[1 : ends[0]]), "\n".join(lines[ends[0] + 1 :])


def read_sections(markdown: str) -> tuple[Section, ...]:
    """Return the sections of a Markdown text in order; headings without text give none."""
    outline = Outline()
    for node in SyntaxTreeNode(MarkdownIt("commonmark").parse(markdown)).children:
        if node.type == "html_block":
            outline.ask(_read_also_asked(node.content))
        elif node.type == "heading":
            outline.heading(int(node.tag[1]), _inline_text(node))
        else:
            for block in _list_blocks(node):
                outline.block(block)
    return outline.sections()


def _read_also_asked(html: str) -> list[str]:
    """Return the lines of a comment `<!-- also asked: - … - … -->`."""
    comment = re.fullmatch(r"<!--\s*also asked:(.*)-->", html.strip(), re.DOTALL | re.IGNORECASE)
    lines = comment[1].splitlines() if comment else []
    return [line.strip(" -\t") for line in lines if re.search(r"\w", line)]


def _list_blocks(node: SyntaxTreeNode) -> Iterator[str]:
    if node.type in ("paragraph", "heading"):  # a heading in here is one inside a quote or a list
        yield _inline_text(node)
    elif node.type in ("bullet_list", "ordered_list"):
        yield "\n".join(_list_items(node))
    elif node.type in ("fence", "code_block"):
        yield node.content
    elif node.type == "blockquote":
        for child in node.children:
            yield from _list_blocks(child)


def _list_items(node: SyntaxTreeNode) -> Iterator[str]:
    for number, item in enumerate(node.children, start=int(node.attrs.get("start", 1))):
        mark = "-" if node.type == "bullet_list" else f"{number}."
        lines = [
            line
            for child in item.children
            for block in _list_blocks(child)
            for line in block.splitlines()
            if line.strip()
        ]
        if lines:
            yield f"{mark} {lines[0]}"
            yield from lines[1:]


def _inline_text(node: SyntaxTreeNode) -> str:
    parts = []
    for child in node.walk():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return "".join(parts)
