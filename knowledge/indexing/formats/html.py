"""HTML: the main text of a page, without what frames it on a website."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.indexing.formats.html_flow import read_flow
from knowledge.indexing.formats.html_frame import cut_out, drop_no_text
from knowledge.indexing.formats.outline import (
    FormatError,
    Metadata,
    Outline,
    ParsedDocument,
    clean,
    drop_empty,
)
from knowledge.indexing.titles import says_nothing
from knowledge.types import Section
from spelling.addresses import safe_url

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
# Between the name of a page and that of its site.
_PARTS = re.compile(r" [-\u2013\u2014|:·»] ")
_SEPARATORS = " -\u2013\u2014|:·»"


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
    is_sure = bool(_attribute(tree, "meta[property='og:title']", "content"))
    found["title"] = _find_title(body, found.get("title", ""), is_sure=is_sure)
    found = drop_empty(found)
    outline = Outline(found.get("title", ""))
    roots, panels = cut_out(body)
    for root in roots:
        read_flow(root, outline, panels)
    return ParsedDocument(outline.sections() or _read_all(data, found), found)


def _read_all(data: bytes, found: Metadata) -> tuple[Section, ...]:
    """Return all text of a page that seems to have none but its frame."""
    body = parse(decode(data)).body
    outline = Outline(found.get("title", ""))
    if body is not None:
        drop_no_text(body)
        read_flow(body, outline)
    return outline.sections()


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
    publisher = _attribute(tree, "meta[property='og:site_name']", "content")
    addresses = (
        _attribute(tree, "link[rel=canonical]", "href"),
        _attribute(tree, "meta[property='og:url']", "content"),
    )
    named = clean(title.text()).removesuffix(publisher) if title else ""
    found: Metadata = {
        "title": _attribute(tree, "meta[property='og:title']", "content")
        or named.rstrip(_SEPARATORS),
        "publisher": publisher,
        "url": next(filter(safe_url, addresses), ""),
    }
    return drop_empty(found)


def _find_title(body: LexborNode, named: str, *, is_sure: bool) -> str:
    """Return the headline of a page: the one that its head names, or the first that says something.

    Args:
        body: The page; headlines that are those of the site are taken out of it.
        named: Its title in its head; empty if it has none.
        is_sure: Whether that title was made for others to show.
    """
    headlines = [node for node in body.css("h1") if clean(node.text())]
    parts = [_letters(part) for part in _PARTS.split(named)]
    words = set[str]().union(*parts)

    def fit(node: LexborNode) -> tuple[int, int]:
        own = _letters(node.text())
        return len(own & parts[0]), len(own & words)

    best = max(headlines, key=fit, default=None)
    shared = _letters(best.text()) & words if best is not None else set()
    if not shared or shared == parts[-1] != parts[0]:  # it may be the name of the site
        for second in body.css("h2"):
            if _letters(second.text()) in filter(None, parts):
                _remove(headlines)
                return clean(second.text())
    if best is not None and shared:
        return clean(best.text())
    empty = [node for node in headlines if says_nothing(clean(node.text()))]  # "Menu"
    names = [clean(node.text()) for node in headlines if node not in empty]
    _remove(empty)
    return named if is_sure or not names else names[0]


def _remove(nodes: list[LexborNode]) -> None:
    for node in nodes:
        node.remove()


def _letters(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 2}


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    node = tree.css_first(selector)
    return clean(node.attributes.get(name) or "") if node else ""
