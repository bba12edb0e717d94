"""HTML: the main text of a page, without what frames it on a website.

The text is cut out by rules that only take away whole elements whose tag, role or name says what
they are. docs/documents.md says what was compared.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.errors import DocumentUnreadable
from knowledge.formats.details import is_address
from knowledge.formats.flow import read_flow
from knowledge.formats.outline import Content, Outline, clean

# Never text, wherever they stand.
NO_TEXT = (
    "script, style, noscript, template, svg, math, canvas, iframe, object, video, audio, select, "
    "input, textarea, option, nav, dialog, [role=navigation], [role=search], [role=dialog], "
    "[role=alertdialog], [aria-hidden=true]"
)
# The frame of a page; inside its main text they belong to the text.
FRAME = "header, footer, aside, [role=banner], [role=contentinfo], [role=complementary]"
# Words in a `class` or `id` that say the same.
FRAME_NAMES = frozenset(
    # One string is what a person can read and change.
    """
    ad ads advert adverts banner breadcrumb breadcrumbs consent cookie cookies footer menu modal nav
    navbar navigation newsletter pagination popup related share sharing sidebar skip social
    subscribe topnav
    """.split()  # noqa: SIM905
)
# A part with a larger share of the text than this is no frame, whatever it is called.
MAX_FRAME_SHARE = 0.3
# A button with fewer words does something; one with more asks something ("accordions").
MIN_BUTTON_WORDS = 4
FOOTNOTE_MARK = re.compile(r"\[?[\d,*†‡]{1,5}\]?")
HEADINGS = "h1, h2, h3, h4, h5, h6, summary"


def read(path: Path, data: bytes) -> Content:
    """Return the main text of a page, its title, publisher and address.

    Raises:
        DocumentUnreadable: Its bytes are not in the encoding that it names (UTF-8 if none).
    """
    tree = LexborHTMLParser(decode(path, data))
    found = _details(tree)
    body = tree.body
    if body is None:
        return Content((), found)
    root = _cut_out(body)
    headline = root.css_first("h1")
    title = clean(headline.text()) if headline else ""
    outline = Outline(title or found.get("title", ""))
    read_flow(root, outline)
    return Content(outline.sections(), {**found, "title": title} if title else found)


def decode(path: Path, data: bytes) -> str:
    """Return the text of a page, in the encoding that it says it has.

    Raises:
        DocumentUnreadable: It is not in that encoding, or the encoding is unknown.
    """
    named = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", data[:4096], re.I)
    encoding = named[1].decode("ascii").lower() if named else "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    # As browsers do: pages that say "Latin-1" are in the encoding of Windows.
    encoding = "cp1252" if encoding in ("iso-8859-1", "latin1", "latin-1", "us-ascii") else encoding
    try:
        return data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else encoding)
    except (UnicodeDecodeError, LookupError) as err:
        raise DocumentUnreadable(
            path, f"it is not in the encoding {encoding}, which it names or lets one expect."
        ) from err


def _details(tree: LexborHTMLParser) -> dict[str, Any]:
    title = tree.css_first("head title")
    address = _attribute(tree, "link[rel=canonical]", "href")
    found = {
        "title": _attribute(tree, "meta[property='og:title']", "content")
        or (clean(title.text()) if title else ""),
        "publisher": _attribute(tree, "meta[property='og:site_name']", "content"),
        "url": address if is_address(address) else "",
    }
    return {key: value for key, value in found.items() if value}


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return clean(node.attributes.get(name) or "") if node else ""


def _cut_out(body: LexborNode) -> LexborNode:
    """Return the part of a page that holds its main text, with all else taken out of it."""
    _remove(body.css(NO_TEXT))
    _remove(mark for mark in body.css("sup") if _is_footnote_mark(mark))
    for heading in body.css(HEADINGS):
        heading.unwrap_tags(["button"])
    _remove(b for b in body.css("button") if len(b.text().split()) < MIN_BUTTON_WORDS)
    mains = body.css("main, [role=main]")
    articles = body.css("article")
    if len(mains) == 1:
        root = mains[0]
    elif len(articles) == 1:
        root = articles[0]
    else:
        root = body
        _remove(node for node in body.css(FRAME) if not _is_inside(node, "article"))
    whole = len(root.text())
    _remove(node for node in root.css("[class], [id]") if _is_frame(node, root, whole))
    return root


def _is_footnote_mark(node: LexborNode) -> bool:
    # Only a link: in "kg/m<sup>2</sup>" the number is part of the text.
    is_link = node.css_first("a") is not None or (
        node.parent is not None and node.parent.tag == "a"
    )
    return is_link and FOOTNOTE_MARK.fullmatch(node.text().strip()) is not None


def _remove(nodes: Iterator[LexborNode] | list[LexborNode]) -> None:
    for node in list(nodes):
        if node.parent is not None:
            node.remove()


def _is_inside(node: LexborNode, tag: str) -> bool:
    parent = node.parent
    while parent is not None and parent.tag != tag:
        parent = parent.parent
    return parent is not None


def _is_frame(node: LexborNode, root: LexborNode, whole: int) -> bool:
    names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names)
    if not FRAME_NAMES & set(re.findall(r"[a-z]+", words.lower())):
        return False
    if node.mem_id == root.mem_id or node.tag in ("h1", "main", "article"):
        return False
    if node.css_first("h1, main, article") is not None:
        return False
    return len(node.text()) <= MAX_FRAME_SHARE * whole
