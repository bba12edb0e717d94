"""Markdown, with HTML in it and metadata on top: HTML is made of it, and that is read as a page is.

What other programs write between the words of a text is left out: marks of footnotes, boxes to
tick, names of boxes, calls of templates.
"""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.indexing.formats import front_matter, html, text
from knowledge.indexing.formats.converted import find_title, read_body
from knowledge.indexing.formats.outline import BULLETS, Outline, ParsedDocument
from knowledge.indexing.titles import names_document

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# Stands in the HTML for a comment of other ways to ask; its number follows. Nothing else has it.
_ASKED = "\U000ffffd"
_ALSO_ASKED = re.compile(r"<!--\s*also asked:(.*)-->", re.DOTALL | re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,40}\]:?")
_FOOTNOTE_LINK = re.compile(r"\^[^\[\]\s]{1,40}")
# Of Jekyll, Liquid and Hugo; attributes of Kramdown and Pandoc.
_CALL = re.compile(r"\{\{[<%][^{}]{0,400}[>%]\}\}|\{%[^{}]{0,400}%\}|\{[:#.][^{}]{0,100}\}")
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]{1,200}\|)?([^\[\]|]{1,200})\]\]")
# At the start of a line: the fence of a box (Pandoc, Docusaurus), the kind of one (GitHub), a box
# to tick.
_LINE_MARK = re.compile(
    r":{3,}[ \t]*(?:\{[^{}]{0,100}\}|[\w-]{0,40})|\[![A-Za-z]{1,20}\]|\[[ xX]\](?=\s)"
)


def read(data: bytes) -> ParsedDocument:
    """Return what a Markdown file holds.

    Raises:
        FormatError: If it is not UTF-8, or its front matter is faulty.
    """
    found, ignored, content = front_matter.read(text.decode(data))
    tokens = _PARSER.parse(content)
    asked = list(_take_questions(tokens))
    _tidy(tokens)
    body = html.parse(_PARSER.renderer.render(tokens, _PARSER.options, {})).body
    if body is None:
        return ParsedDocument((), found, ignored=ignored)
    given = found.get("title", "")
    title = given if names_document(given) else find_title(body) or given
    outline = _Outline(title, asked)
    read_body(body, outline)
    return ParsedDocument(
        outline.sections(), {**found, "title": title} if title else found, ignored=ignored
    )


class _Outline(Outline):
    """An outline that knows the places of other ways to ask."""

    def __init__(self, title: str, asked: Sequence[list[str]]) -> None:
        super().__init__(title)
        self._asked = asked

    def block(self, text: str, *, page: int | None = None) -> None:
        """Add a paragraph or a list, or the other ways to ask that it stands for."""
        if text.startswith(_ASKED):
            self.ask(self._asked[int(text.removeprefix(_ASKED))])
        else:
            super().block(text, page=page)


def _take_questions(tokens: list[Token]) -> Iterator[list[str]]:
    """Yield the lines of each comment `<!-- also asked: - … - … -->`; a mark stays in its place."""
    n_found = 0
    for token in tokens:
        token.content = token.content.replace(_ASKED, "")
        comment = (
            _ALSO_ASKED.fullmatch(token.content.strip()) if token.type == "html_block" else None
        )
        if comment:
            lines = comment[1].splitlines()
            yield [line.strip(" -\t") for line in lines if re.search(r"\w", line)]
            token.content = f"<p>{_ASKED}{n_found}</p>\n"
            n_found += 1


def _tidy(tokens: list[Token]) -> None:
    """Leave out what is none of the text's words; a heading in a quote or a list is its text."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close") and token.level:
            token.tag = "p"
        if token.type == "inline":
            _tidy_line(token.children or [])


def _tidy_line(children: list[Token]) -> None:
    before = Token("softbreak", "", 0)
    for child in children:
        if child.type == "text":
            starts_line = before.type in ("softbreak", "hardbreak")
            if starts_line and child.content.startswith(tuple(BULLETS)):
                before.type = "hardbreak"  # an item, and not the rest of the line before
            child.content = _tidy_text(child.content, before, starts_line=starts_line)
        before = child


def _tidy_text(text: str, before: Token, *, starts_line: bool) -> str:
    """Return a text without the marks in it; `before` is the token before it."""
    if before.type == "link_open" and _FOOTNOTE_LINK.fullmatch(text):
        return ""
    mark = _LINE_MARK.match(text) if starts_line else None
    text = _FOOTNOTE.sub("", _CALL.sub("", text[mark.end() :] if mark else text))
    return _WIKI_LINK.sub(r"\1", text)
