"""Sections from headings and blocks, metadata, and the error that all readers share."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypedDict, cast

from knowledge.indexing.sizes import MAX_NAME
from knowledge.types import Section, Source
from spelling.sanitize import sanitize_characters

# No blank stands for these: in a PDF they may be letters that its font does not name.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# A heading without text under it says something if it has as many words: a callout that looks so.
MIN_CALLOUT_WORDS = 5

# Bullets as people type them, and as fonts of signs have them; a dash is one before a blank.
# \u2013 and \u2014 are dashes.
BULLETS = "•‣▪●◦·∙■□○➢►"
_BULLET = re.compile(rf"(?:[{BULLETS}\uf000-\uf0ff][^\S\n]*|[-\u2013\u2014][^\S\n]+)(?=\w|[\"'(])")
_ITEM = re.compile(r"(?:-|(\d{1,6})\.) ")
# Headings that a lead-in may introduce; one on top of more introduces no list but all of them.
MAX_SUBHEADINGS = 12
# Characters of a list that is gathered from single lines.
MAX_LIST = 20_000


class FormatError(Exception):
    """A file, or a part of one, cannot be read as what it is; the message says why."""


class Metadata(TypedDict, total=False):
    """What a document says about itself, by the names of `Document`'s fields."""

    title: str
    topic: str
    publisher: str
    url: str
    licence: str
    checked: str
    reviewed_by: str
    review_due: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A file as its reader returns it, or a line of one.

    Attributes:
        sections: The text.
        metadata: What it says about itself.
        id: Its own id; empty where it is named by its path.
        ignored: What of its metadata is wrong and was left out, each as a sentence.
    """

    sections: tuple[Section, ...]
    metadata: Metadata = field(default_factory=Metadata)
    id: str = ""
    ignored: tuple[str, ...] = ()


class Outline:
    """Collects headings and blocks in reading order.

    A heading with nothing under it, no deeper one either, is text of the section above if it is
    long enough to say something; else it is left out.
    """

    def __init__(self, title: str = "") -> None:
        """Start a document; a heading that only repeats its title is no section's name."""
        self.path: list[str] = []
        self._title = title
        self._blocks: list[str] = []
        self._questions: list[str] = []
        self._page: int | None = None
        self._sections: list[Section] = []
        self._is_bare = False  # nothing stands under the last heading yet

    def heading(self, level: int, text: str) -> None:
        """Start a section.

        Args:
            level: 1 for the outermost.
            text: The heading's words; without any, it is none, and with too many a paragraph.
        """
        name = clean(text)
        if not name:
            return
        if len(name) > MAX_NAME:
            self.block(text)
            return
        self._close()
        if level <= len(self.path):
            self._release()
        # A skipped level leaves a gap, so that a later sibling still replaces the right one.
        gap = [""] * (level - 1 - len(self.path))
        self.path = [*self.path[: level - 1], *gap, "" if name == self._title else name]
        self._is_bare = True

    def resume(self, path: list[str]) -> None:
        """Go back under an earlier heading path."""
        if path != self.path:
            self._close()
            self._release()
            self.path = path

    def block(self, text: str, *, page: int | None = None) -> None:
        """Add a paragraph or a list.

        Args:
            text: Lines; blanks are squeezed, empty lines left out. A line with a bullet, or with
                the next number, is an item of the list before it.
            page: Where it starts; another page starts another section.
        """
        block = _mark_items(clean_lines(text))
        if not block:
            return
        if page != self._page:
            self._close()
        self._page = page
        self._is_bare = False
        if self._blocks and _goes_on(self._blocks[-1], block):
            self._blocks[-1] += f"\n{block}"
        else:
            self._blocks.append(block)

    def ask(self, questions: Iterable[str]) -> None:
        """Add other ways to ask what the section answers."""
        self._questions.extend(filter(None, map(clean, questions)))

    def sections(self) -> tuple[Section, ...]:
        """Return what was collected."""
        self._close()
        self._release()
        return tuple(
            replace(section, blocks=(*section.blocks, listed)) if listed else section
            for section, listed in _list_subheadings(self._sections)
        )

    def _close(self) -> None:
        if self._blocks:
            headings = tuple(filter(None, self.path))
            blocks, questions = tuple(self._blocks), tuple(self._questions)
            self._sections.append(Section(headings, blocks, questions, page=self._page))
        self._blocks, self._questions = [], []

    def _release(self) -> None:
        """Make the last heading text of the section above if nothing stands under it."""
        if self._is_bare and len(self.path[-1].split()) >= MIN_CALLOUT_WORDS:
            *above, callout = self.path
            headings = tuple(filter(None, above))
            last = self._sections[-1] if self._sections else None
            if last and (last.headings, last.page) == (headings, self._page):
                self._sections[-1] = replace(last, blocks=(*last.blocks, callout))
            else:
                self._sections.append(Section(headings, (callout,), page=self._page))
        self._is_bare = False


def _mark_items(block: str) -> str:
    """Return a block with the library's mark for the bullets that its lines start with."""
    if not _BULLET.match(block):
        return block
    return "\n".join(
        _BULLET.sub("- ", line, count=1) if _BULLET.match(line) else line
        for line in block.split("\n")
    )


def _goes_on(list_: str, block: str) -> bool:
    """Say whether a block is the next item of the list before it."""
    item, last = _ITEM.match(block), _ITEM.match(list_.rpartition("\n")[2])
    if item is None or last is None or "\n" in block or len(list_) > MAX_LIST:
        return False
    return item[1] == last[1] if item[1] is None else last[1] == str(int(item[1]) - 1)


def _list_subheadings(sections: Sequence[Section]) -> Iterator[tuple[Section, str]]:
    """Yield each section with the list that it introduces by a colon; "" where it does not.

    Where its items are headings ("Common triggers are:", then a heading for each), a lead-in alone
    says nothing: the headings are its list, too.
    """
    for at, section in enumerate(sections):
        depth = len(section.headings)
        below: dict[str, None] = {}
        if section.blocks[-1].endswith(":"):
            for following in sections[at + 1 :]:
                if following.headings[:depth] != section.headings:
                    break
                if len(following.headings) > depth:
                    below[following.headings[depth]] = None
                if len(below) > MAX_SUBHEADINGS:
                    break
        is_list = 1 < len(below) <= MAX_SUBHEADINGS
        yield section, "\n".join(f"- {name}" for name in below) if is_list else ""


def drop_empty(metadata: Metadata) -> Metadata:
    """Return the metadata that say something."""
    return cast(Metadata, {key: value for key, value in metadata.items() if value})


def clean(text: str) -> str:
    """Return `text` with one blank between words and nothing that cannot be seen or stored."""
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return " ".join(sanitize_characters(_CONTROL.sub("", text)).split())


def clean_lines(text: str) -> str:
    """Return the lines of `text`, each clean, without those that hold nothing."""
    return "\n".join(filter(None, map(clean, text.split("\n"))))
