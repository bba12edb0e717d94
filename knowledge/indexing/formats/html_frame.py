"""What frames the text of a page on a website, and where that text is.

Nothing is left out for its name alone if that name stands for much of the page, and headings,
paragraphs and cells never are: a page's own words decide what its parts are called, and "share"
or "menu" may be what it is about. docs/decisions/0022-text-of-a-page.md says what was measured.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from selectolax.lexbor import LexborNode

from knowledge.indexing.formats.html_evidence import Weights, is_toggle
from knowledge.indexing.formats.html_flow import Panel, text_of, walk
from knowledge.indexing.formats.html_names import (
    COMMENTS,
    MAX_FRAME_SHARE,
    NEVER,
    find_name,
    words_in,
)
from knowledge.indexing.formats.html_panels import is_in_heading, take_openers

# Never text, wherever they stand.
NO_TEXT = (
    "script, style, noscript, template, svg, math, canvas, iframe, object, video, audio, "
    "input, textarea, select, option, nav, dialog, [role=navigation], [role=search], "
    "[role=dialog], [role=alertdialog]"
)
# What somebody fills in.
_FIELDS = "textarea, select, input:not([type=hidden]):not([type=submit]):not([type=button])"
_MAINS = "main, [role=main]"
_ARTICLES = "article, [itemprop=articleBody]"
_FRAME = "header, footer, aside, [role=banner], [role=contentinfo], [role=complementary]"
# A main part with a smaller share of what is said outside links is not the page's.
MIN_MAIN_SHARE = 0.3
# So many links with so much of the letters, and no line of so many other words, lead elsewhere.
MIN_LINKS, MIN_LINK_SHARE, MAX_LINE_WORDS = 3, 0.7, 4
# A teaser of another page is shorter than this.
MAX_TEASER_LETTERS = 400
FOOTNOTE_MARK = re.compile(r"\[?[\d,*†‡]{1,5}\]?")

# A line of these with one of the first and a year says when a page was changed.
_CHANGED = words_in(
    "reviewed review updated update modified published publication posted created written"
)
_WHEN = _CHANGED | words_in(
    "page content last next date dated due on by media medically first of the and january february "
    "march april may june july august september october november december jan feb mar apr jun jul "
    "aug sep sept oct nov dec"
)
_MAX_WHEN_LETTERS = 120


def cut_out(body: LexborNode) -> tuple[list[LexborNode], dict[int, Panel]]:
    """Take what is no text out of a page.

    Args:
        body: The page; it is changed.

    Returns:
        The parts of it that hold its text, in order, and the folded parts in them.
    """
    forms = [form for form in body.css("form") if form.css_first(_FIELDS) is not None]
    drop_no_text(body)
    weights = Weights(body)
    most = MAX_FRAME_SHARE * weights[body].letters
    _remove(form for form in forms if weights[form].letters <= most)
    panels = take_openers(body)
    roots = _find_roots(body, Weights(body))
    for root in roots:
        weights = Weights(root)
        _drop_lines(root, weights)
        _drop_links(root, weights)
        _drop_named(root, weights)
        _drop_teasers(root, weights)
    return roots, panels


def drop_no_text(body: LexborNode) -> None:
    """Take out what holds no text on any page, and the marks of footnotes."""
    _remove(body.css(NO_TEXT))
    _remove(mark for mark in body.css("sup") if _is_footnote_mark(mark))


def _remove(nodes: Iterable[LexborNode]) -> None:
    for node in list(nodes):
        if node.parent is not None:
            node.remove()


def _is_footnote_mark(node: LexborNode) -> bool:
    # Only a link: in "kg/m<sup>2</sup>" the number is part of the text.
    is_link = node.css_first("a") is not None or (
        node.parent is not None and node.parent.tag == "a"
    )
    return is_link and FOOTNOTE_MARK.fullmatch(node.text().strip()) is not None


# ---- Where the text is


def _find_roots(body: LexborNode, weights: Weights) -> list[LexborNode]:
    """Return the part that is the page's text, and before it the one with its headline."""
    root = body
    for selector, least in ((_MAINS, MIN_MAIN_SHARE), (_ARTICLES, MIN_MAIN_SHARE)):
        parts = [(weights[node].said, node) for node in root.css(selector)]
        if selector == _ARTICLES and len(parts) > 1:
            least = 0.5
        said, part = max(parts, key=lambda pair: pair[0], default=(0, root))
        if said and said >= least * weights[root].said:
            root = part
            break
    else:
        _drop_frame(body, weights)
    return [*_find_headline(body, root, weights), root]


def _find_headline(body: LexborNode, root: LexborNode, weights: Weights) -> Iterator[LexborNode]:
    """Yield what stands with a headline above the main part, if it says something."""
    headline = body.css_first("h1")
    if headline is None or root.mem_id == body.mem_id or root.css_first("h1") is not None:
        return
    around = {node.mem_id for node in _parents(root)}
    part = headline
    for parent in _parents(headline):
        if parent.mem_id in around:
            break
        part = parent
    if weights[part].sentences:
        yield part


def _parents(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _drop_frame(body: LexborNode, weights: Weights) -> None:
    """Take header, footer, side columns and other pages' articles out of a page without main."""
    most = MAX_FRAME_SHARE * weights[body].letters

    def is_frame(node: LexborNode) -> bool:
        if node.tag == "article" or weights[node].letters > most:
            return False
        return not (weights[node].mains and weights[node].sentences)

    frame = {node.mem_id for node in body.css(_FRAME)}
    _remove(_outermost(body, lambda node: node.mem_id in frame and is_frame(node), ("article",)))
    articles = [node for node in body.css("article") if not weights[node].mains]
    total = sum(weights[node].letters for node in articles)
    if total <= most and body.css_first("h1") is not None:
        _remove(articles)


def _outermost(
    root: LexborNode, test: Callable[[LexborNode], bool], closed: tuple[str, ...] = ()
) -> list[LexborNode]:
    """Return the elements in `root` that pass a test, without those inside others.

    Args:
        root: Where they are looked for; it is not one of them.
        test: What they pass.
        closed: Tags of elements that are not looked into.
    """
    found: list[LexborNode] = []
    inside: int | None = None
    for is_start, node in walk(root):
        if inside is not None:
            inside = None if not is_start and node.mem_id == inside else inside
        elif is_start and node.mem_id != root.mem_id and not (node.tag or "-").startswith("-"):
            is_found = test(node)
            if is_found:
                found.append(node)
            if is_found or node.tag in closed:
                inside = node.mem_id
    return found


# ---- What is in it and no text


def _drop_lines(root: LexborNode, weights: Weights) -> None:
    """Take out lines that only say when, and links that only lead to a place on the page."""
    for node in root.css("p, div, li, span, time"):
        evidence = weights[node]
        if evidence.blocks <= 1 and evidence.letters <= _MAX_WHEN_LETTERS:
            _remove([node] if _says_only_when(node) else [])
    for link in root.css("a[href^='#']"):
        parent = link.parent
        if parent is None or is_toggle(link) or is_in_heading(link) or parent.tag == "dt":
            continue
        if weights[parent].letters == weights[link].letters:
            link.remove()


def _says_only_when(node: LexborNode) -> bool:
    words = re.findall(r"[a-z]+|\d+", text_of(node).lower())
    has_year = any(len(word) == len("2026") and word.isdigit() for word in words)
    return (
        has_year
        and bool(_CHANGED & set(words))
        and all(word.isdigit() or word in _WHEN for word in words)
    )


def _drop_links(root: LexborNode, weights: Weights) -> None:
    """Take out boxes and lists of links, but for those that a text leads in."""
    kept = set[int]()
    for links in root.css("ul, ol"):
        if _is_led_in(links, weights):
            kept.add(links.mem_id)
            for parent in _parents(links):
                if parent.mem_id in kept:
                    break
                kept.add(parent.mem_id)

    def is_box(node: LexborNode) -> bool:
        evidence = weights[node]
        return (
            node.mem_id not in kept
            and node.tag not in NEVER
            and evidence.links >= MIN_LINKS
            and evidence.link_share > MIN_LINK_SHARE
            and evidence.longest <= MAX_LINE_WORDS
        )

    _remove(_outermost(root, is_box))


def _is_led_in(links: LexborNode, weights: Weights) -> bool:
    """Return whether a list stands right after a text of its own."""
    before = links.prev
    while before is not None and before.tag == "-text" and not (before.text() or "").strip():
        before = before.prev
    if before is None:
        return False
    text = before.text().strip()
    if before.tag == "-text" or before.tag == "p":
        return text.endswith(":") or weights[before].sentences > 0
    return False


def _drop_named(root: LexborNode, weights: Weights) -> None:
    """Take out what is called a frame, unless much of the page is called the same."""
    whole = weights[root].letters
    found: dict[str, list[LexborNode]] = {}

    def is_frame(node: LexborNode) -> bool:
        word = find_name(node, weights[node])
        if not word or weights[node].mains:
            return False
        most = MAX_FRAME_SHARE if word not in COMMENTS else 1.0
        if weights[node].letters > most * whole:
            return False
        found.setdefault(word, []).append(node)
        return True

    _outermost(root, is_frame)
    for word, nodes in found.items():
        total = sum(weights[node].letters for node in nodes)
        if total <= MAX_FRAME_SHARE * whole or word in COMMENTS:
            _remove(nodes)


def _drop_teasers(root: LexborNode, weights: Weights) -> None:
    """Take out short parts that stand side by side, each under a heading that leads elsewhere."""
    rows: dict[int, list[LexborNode]] = {}
    for heading in root.css("h2, h3, h4, h5, h6"):
        if weights[heading].link_share < 1 or heading.css_first("a[href^='#']") is not None:
            continue
        card = heading
        for parent in _parents(heading):
            evidence = weights[parent]
            if evidence.headings != 1 or parent.mem_id == root.mem_id:
                break
            card = parent
        if card.parent is not None and weights[card].letters <= MAX_TEASER_LETTERS:
            rows.setdefault(card.parent.mem_id, []).append(card)
    cards = [card for row in rows.values() if len(row) > 1 for card in row]
    if sum(weights[card].letters for card in cards) <= 0.5 * weights[root].letters:
        _remove(cards)
