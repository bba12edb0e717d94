"""Word documents (DOCX): mammoth makes HTML of them, and that is read as a page is."""

import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import mammoth
from selectolax.lexbor import LexborHTMLParser

from knowledge.errors import DocumentUnreadable
from knowledge.formats.flow import read_flow
from knowledge.formats.outline import Content, Outline, clean

STYLES = """\
p[style-name='Title'] => h1.title:fresh
p[style-name='title'] => h1.title:fresh
p[style-name='Subtitle'] => p:fresh
"""
# A file that unpacks to more than this many times its size is a trap, not a text.
MAX_GROWTH = 200
CORE = "docProps/core.xml"
TITLE = "{http://purl.org/dc/elements/1.1/}title"


def read(path: Path, data: bytes) -> Content:
    """Return the headings, paragraphs, lists and tables of a Word document.

    Raises:
        DocumentUnreadable: It is no Word document, or unpacks to far more than its size.
    """
    found = _details(path, data)
    result: Any = mammoth.convert_to_html(
        io.BytesIO(data), style_map=STYLES, convert_image=mammoth.images.img_element(lambda _: {})
    )
    body = LexborHTMLParser(result.value).body
    if body is None:
        return Content((), found)
    for mark in body.css("a[href^='#footnote-'], a[href^='#endnote-'], a[href^='#comment-']"):
        mark.remove()
    headline = body.css_first("h1.title")
    title = clean(headline.text()) if headline else found.get("title", "")
    outline = Outline(title)
    read_flow(body, outline)
    return Content(outline.sections(), {"title": title} if title else {})


def _details(path: Path, data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_GROWTH * len(data):
            raise DocumentUnreadable(path, f"it unpacks to {size / 1e6:,.0f} MB.")
        if any(entry.flag_bits & 1 for entry in archive.infolist()):
            raise DocumentUnreadable(path, "it is encrypted. Save it without a password.")
        if CORE not in archive.namelist():
            return {}
        title = ElementTree.fromstring(archive.read(CORE)).findtext(TITLE)
    return {"title": clean(title)} if title and clean(title) else {}
