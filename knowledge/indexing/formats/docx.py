"""Word documents (DOCX): mammoth makes HTML of them, and that is read as a page is."""

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import mammoth

from knowledge.indexing.formats import html
from knowledge.indexing.formats.converted import find_title, read_body
from knowledge.indexing.formats.docx_visible import MARK, make_visible
from knowledge.indexing.formats.outline import (
    FormatError,
    Metadata,
    Outline,
    ParsedDocument,
    clean,
)
from knowledge.indexing.titles import names_document

STYLES = """\
p[style-name='Title'] => h1.title:fresh
p[style-name='title'] => h1.title:fresh
p[style-name='Subtitle'] => p:fresh
"""
# A file that unpacks to more than this many times its size is a trap, not a text.
MAX_GROWTH = 200
CORE = "docProps/core.xml"
TITLE = "{http://purl.org/dc/elements/1.1/}title"


def read(data: bytes) -> ParsedDocument:
    """Return the headings, paragraphs, lists and tables of a Word document, as Word shows them.

    Raises:
        FormatError: If it is no Word document, or unpacks to far more than its size.
    """
    found = _read_properties(data)
    result: Any = mammoth.convert_to_html(
        io.BytesIO(make_visible(data)),
        style_map=STYLES,
        convert_image=mammoth.images.img_element(lambda _: {}),
        transform_document=mammoth.transforms.paragraph(_drop_counted),
    )
    body = html.parse(result.value.replace(MARK, "")).body
    if body is None:
        return ParsedDocument((), found)
    for mark in body.css("a[href^='#footnote-'], a[href^='#endnote-'], a[href^='#comment-']"):
        mark.remove()
    headline = body.css_first("h1.title")
    title = clean(headline.text()) if headline else find_title(body) or found.get("title", "")
    outline = Outline(title)
    read_body(body, outline)
    return ParsedDocument(outline.sections(), {"title": title} if title else {})


def _drop_counted(paragraph: Any) -> Any:
    """Return a paragraph without its place in a list if its number is part of its text."""
    for run in paragraph.children:
        text = next((each for each in getattr(run, "children", ()) if hasattr(each, "value")), None)
        if text is not None and text.value.startswith(MARK):
            return paragraph.copy(numbering=None)
    return paragraph


def _read_properties(data: bytes) -> Metadata:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_GROWTH * len(data):
            raise FormatError(f"it unpacks to {size / 1e6:,.0f} MB.")
        if any(entry.flag_bits & 1 for entry in archive.infolist()):
            raise FormatError("it is encrypted. Save it without a password.")
        if CORE not in archive.namelist():
            return {}
        # expat loads nothing from outside, and stops where entities grow (test_formats.py).
        title = ElementTree.fromstring(archive.read(CORE)).findtext(TITLE)  # noqa: S314
    return {"title": clean(title)} if title and names_document(clean(title)) else {}
