"""What the names of an element, beside what it says, tell of it: the words of frames."""

import re

from selectolax.lexbor import LexborNode

from knowledge.indexing.formats.html_evidence import Evidence

# A part with a larger share of the text than this is no frame, whatever it is called.
MAX_FRAME_SHARE = 0.3
# A line that only labels something is no longer than this.
MAX_LABEL_WORDS = 8
_MAX_ID_WORDS = 2


def words_in(text: str) -> frozenset[str]:
    """Return the words of a list that a person can read and change."""
    return frozenset(text.split())


# Words in a `class`, or at the end of a short `id`, that say what a part is: whatever it holds; …
COMMENTS = words_in("comment comments commentlist discussions disqus forum")
_FRAMES = COMMENTS | words_in(
    "ad ads advert adverts advertisement advertising author consent cookie cookies cta "
    "disclaimer feedback footer modal newsletter popup promo rating ratings recommendations "
    "recommended sidebar signup sponsored subscribe subscription survey teaser teasers topnav "
    "trending"
)
# … where nothing is said in it as a sentence; …
_LABELS = words_in(
    "aside banner byline bylines meta metadata print share sharing skip social tag tags toolbar"
)
# … where most of it is links.
_MENUS = words_in(
    "breadcrumb breadcrumbs menu nav navbar navigation navbox pager pagination related "
    "submenu toc widget"
)
# A class with one of these says how the page is laid out, not what the part is.
_STATES = words_in("has with no without open closed is")
NEVER = words_in("h1 h2 h3 h4 h5 h6 summary p li td th tr tbody table dd dt blockquote body main")


def find_name(node: LexborNode, evidence: Evidence) -> str:
    """Return the word in an element's names that says that it is a frame; empty if none does."""
    if "data-nosnippet" in node.attributes:  # search engines may not quote it either
        return "data-nosnippet"
    if node.tag in NEVER or (node.parent is not None and node.parent.tag == "blockquote"):
        return ""
    names = _read_names(node)
    labels, menus = names & _LABELS, names & _MENUS
    found = names & _FRAMES
    if not evidence.sentences and (evidence.links or evidence.longest <= MAX_LABEL_WORDS):
        found |= labels
    if evidence.link_share > (0.5 if evidence.sentences else MAX_FRAME_SHARE):
        found |= menus
    # The same one each time: a set has no order.
    return min(found & COMMENTS or found, default="")


def _read_names(node: LexborNode) -> set[str]:
    """Return the words that name an element: its tag, its classes, the end of a short id."""
    names = {node.tag or "", node.attributes.get("itemprop") or ""}
    by_id = _split_name(node.attributes.get("id") or "")
    if len(by_id) <= _MAX_ID_WORDS and not _is_made_from_heading(node, by_id):
        names.update(by_id[-1:])
    for name in (node.attributes.get("class") or "").split():
        parts = set(_split_name(name))
        if not parts & _STATES:
            names |= parts
    return names


def _is_made_from_heading(node: LexborNode, words: list[str]) -> bool:
    """Return whether an id only says what the heading in an element does, as "consent" can."""
    if not set(words[-1:]) & (_FRAMES - COMMENTS):
        return False
    heading = node.css_first("h2, h3, h4, h5, h6")
    return heading is not None and re.findall(r"[a-z]+", heading.text().lower()) == words


def _split_name(name: str) -> list[str]:
    """Return the words of a name; none if it has digits, as those that programs make up."""
    if re.search(r"\d", name):
        return []
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
