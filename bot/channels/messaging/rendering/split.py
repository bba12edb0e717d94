"""The length of a text in the units that platforms count, and texts cut to fit one."""

import re
import unicodedata
from collections.abc import Callable, Sequence

# Says whether a text can be sent as it is; false for every text that begins with one too long.
Fits = Callable[[str], bool]

ELLIPSIS = "…"
# The end of a line or of a sentence, with the space after it.
_SENTENCE_END = re.compile(r"""\n|(?<![.!?…؟۔।])[.!?…؟۔।]+["'”’»)\]]*\s+|[。！？]+[”’」』）]*""")  # noqa: RUF001
_SPACE = re.compile(r"\s+")
# Their full stop ends no sentence. Those followed by a small letter need not be named.
_ABBREVIATIONS = {"approx", "dr", "fig", "mr", "mrs", "ms", "no", "prof", "st", "vs"}
_LAST_WORD = re.compile(r"(?<!\w)(\w+)\.\s+\Z")

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)


def utf16(text: str) -> int:
    """Return the UTF-16 code units of `text`: never fewer than its characters, whoever counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Return the bytes of `text` in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def split_text(text: str, fits: Fits) -> list[str]:
    """Return `text` in pieces that fit, in order, without the space between them.

    A piece ends where a sentence or a line ends; inside a sentence that does not fit alone, between
    words (a link is a word); inside a word that does not fit alone, between what people see as
    characters; inside a heap of marks on one letter, anywhere.

    Args:
        text: What is to be said; blank text gives no piece.
        fits: Says what can be sent.

    Raises:
        ValueError: Not even one character fits.
    """
    pieces = []
    rest = text.strip()
    while rest and not fits(rest):
        end = _last_end(rest, fits)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*pieces, rest] if rest else pieces


def truncate(text: str, limit: int) -> str:
    """Return `text`, with an ellipsis for what is over the limit.

    Args:
        text: A title, on one line.
        limit: Most UTF-16 code units; 1 at least.
    """
    if utf16(text) <= limit:
        return text

    def fits(part: str) -> bool:
        return utf16(part.rstrip() + ELLIPSIS) <= limit

    end = _longest(range(1, len(text) + 1), text, fits)
    while end and not _is_edge(text, end):
        end -= 1
    # A word is kept whole where that costs no more than a third of the title.
    space = text.rfind(" ", 0, end + 1)
    return text[: space if 3 * space > 2 * end else end].rstrip() + ELLIPSIS


def _last_end(text: str, fits: Fits) -> int:
    """Return where the first piece of a text that does not fit ends."""
    sentences = [m.end() for m in _SENTENCE_END.finditer(text) if _ends_sentence(text, m.end())]
    words = [match.start() for match in _SPACE.finditer(text)]
    end = _longest(sentences, text, fits) or _longest(words, text, fits)
    if end:
        return end
    most = _longest(range(1, len(text)), text, fits)
    if not most:
        raise ValueError("Not even one character fits.")
    edge = most
    while edge and not _is_edge(text, edge):
        edge -= 1
    return edge or most


def _longest(ends: Sequence[int], text: str, fits: Fits) -> int:
    """Return the last of the rising `ends` up to which `text` fits; 0 when there is none."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if fits(text[: ends[middle]].rstrip()):
            low = middle + 1
        else:
            high = middle
    return ends[low - 1] if low else 0


def _ends_sentence(text: str, end: int) -> bool:
    """Say whether what looks like the end of a sentence is one."""
    if text[end - 1] == "\n":
        return True
    if text[end : end + 1].islower():
        return False
    before = _LAST_WORD.search(text, max(0, end - 20), end)
    return not before or not (before[1].isdigit() or before[1].lower() in _ABBREVIATIONS)


def _is_edge(text: str, place: int) -> bool:
    """Say whether what people see as one character ends before `place`."""
    if place >= len(text):
        return True
    before, after = text[place - 1], text[place]
    is_joined = (
        unicodedata.category(after).startswith("M")
        or _JOINER in (before, after)
        or ord(after) in _SKIN_TONES
    )
    return not is_joined and not _is_inside_flag(text, place)


def _is_inside_flag(text: str, place: int) -> bool:
    """Say whether `place` is between the two letters of a flag."""
    first = place
    while first and ord(text[first - 1]) in _FLAGS:
        first -= 1
    return ord(text[place]) in _FLAGS and (place - first) % 2 == 1
