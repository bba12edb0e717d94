"""HTML: the main text of a page, without what frames it on a website.

The text is cut out by rules that only take away whole elements whose tag, role or name says what
they are. docs/documents.md says what was compared.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.indexing.formats.html_flow import read_flow
from knowledge.indexing.formats.outline import (
    FormatError,
    Metadata,
    Outline,
    ParsedDocument,
    clean,
    drop_empty,
)
from spelling.addresses import safe_url

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
# Browsers nest no deeper than 512, whatever a page that forgets to end its elements says.
MAX_DEPTH = 10_000
# What is open at the end of a page goes on to its end.
_NO_TAGS = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|svg|math)\b.*?(?:</\1|\Z)", re.DOTALL | re.IGNORECASE
)
# Tags but those of elements that others end: what follows an open "p" or "li" may not be in it.
_TAG = re.compile(
    r"<(?P<end>/?)(?!(?:p|li|dt|dd|a|button|option|optgroup|t[hrd]|thead|tbody|tfoot|col|colgroup|"
    r"area|base|br|embed|frame|hr|img|input|link|meta|nobr|param|rp|rt|source|track|wbr)\b)[a-z]",
    re.IGNORECASE,
)
HEADINGS = "h1, h2, h3, h4, h5, h6, summary"


def read(data: bytes) -> ParsedDocument:
    """Return the main text of a page, its title, publisher and address.

    Raises:
        FormatError: If its bytes are not in the encoding that it names (UTF-8 if none).
    """
    tree = parse(decode(data))
    found = _read_head(tree)
    body = tree.body
    if body is None:
        return ParsedDocument((), found)
    root = _cut_out(body)
    headline = root.css_first("h1")
    title = clean(headline.text()) if headline else ""
    outline = Outline(title or found.get("title", ""))
    read_flow(root, outline)
    return ParsedDocument(outline.sections(), {**found, "title": title} if title else found)


def parse(html: str) -> LexborHTMLParser:
    """Return the tree of a page.

    Raises:
        FormatError: If its elements are nested deeper than any page's; the time that it takes
            to parse them grows with the square of that.
    """
    depth = 0
    for tag in _TAG.finditer(_NO_TAGS.sub("", html)):
        depth = max(depth + (-1 if tag["end"] else 1), 0)
        if depth > MAX_DEPTH:
            reason = f"its elements are nested more than {MAX_DEPTH:,} deep."
            raise FormatError(reason)
    return LexborHTMLParser(html)


def decode(data: bytes) -> str:
    """Return the text of a page, in the encoding that it says it has.

    Raises:
        FormatError: If it is not in that encoding, or the encoding is unknown.
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
        raise FormatError(
            f"it is not in the encoding {encoding}, which it names or lets one expect."
        ) from err


def _read_head(tree: LexborHTMLParser) -> Metadata:
    title = tree.css_first("head title")
    address = _attribute(tree, "link[rel=canonical]", "href")
    found: Metadata = {
        "title": _attribute(tree, "meta[property='og:title']", "content")
        or (clean(title.text()) if title else ""),
        "publisher": _attribute(tree, "meta[property='og:site_name']", "content"),
        "url": address if safe_url(address) else "",
    }
    return drop_empty(found)


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
