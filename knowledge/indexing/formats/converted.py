"""HTML that was made of another format: its title, and its text without what is none."""

from selectolax.lexbor import LexborNode

from knowledge.indexing.formats.html_flow import STRUCK, read_flow, text_of, walk
from knowledge.indexing.formats.html_frame import drop_no_text
from knowledge.indexing.formats.outline import Outline, clean
from knowledge.indexing.titles import names_document


def drop_what_is_no_text(body: LexborNode) -> None:
    """Take out of an element what is never read: scripts, and what is struck out."""
    drop_no_text(body)
    for node in body.css(f"[aria-hidden=true], {STRUCK}"):
        if node.parent is not None:
            node.remove()


def find_title(body: LexborNode) -> str:
    """Return the heading that is the title of the whole; "" if none is.

    It is the only heading of the first level, or the first one, with nothing but headings under it
    before the next one of that level. Of several with text, each names a part.
    """
    headings = body.css("h1")
    if not headings:
        return ""
    title = clean(text_of(headings[0]))
    is_whole = len(headings) == 1 or not _has_text_between(body, headings[0], headings[1])
    return title if is_whole and names_document(title) else ""


def _has_text_between(body: LexborNode, first: LexborNode, second: LexborNode) -> bool:
    """Say whether there is any text before the first heading or between the two."""
    inside = False
    for is_start, node in walk(body):
        if node.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            if is_start and node.mem_id == second.mem_id:
                return False
            inside = is_start
        elif node.tag == "-text" and not inside and (node.text_content or "").strip():
            return True
    return False


def read_body(body: LexborNode, outline: Outline) -> None:
    """Add the headings, paragraphs, lists and tables of a converted text to `outline`."""
    drop_what_is_no_text(body)
    read_flow(body, outline)
