"""What tells text from the frame of a page: links, sentences and headings in each element."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from knowledge.indexing.formats.html_flow import BLOCKS, HEADING_TAGS, walk

# A line with fewer words of its own, not linked, says nothing yet.
MIN_SENTENCE_WORDS = 5
_END = re.compile(r"[.!?:;…][\"'\u201d\u2019»)\]]*\Z")


@dataclass(slots=True)
class Evidence:
    """What was counted in an element, with all that is in it.

    Attributes:
        letters: Characters but blanks.
        linked: Those of them that are in links and buttons.
        links: Links and buttons.
        sentences: Lines that end as a sentence does and have some words of their own.
        longest: Words of the longest line, without those in links.
        headings: Headings that hold text.
        blocks: Elements that stand on lines of their own, this one too.
        mains: Headlines and main parts.
    """

    letters: int = 0
    linked: int = 0
    links: int = 0
    sentences: int = 0
    longest: int = 0
    headings: int = 0
    blocks: int = 0
    mains: int = 0

    def add(self, part: "Evidence") -> None:
        """Add what an element in this one holds."""
        self.letters += part.letters
        self.linked += part.linked
        self.links += part.links
        self.sentences += part.sentences
        self.longest = max(self.longest, part.longest)
        self.headings += part.headings
        self.blocks += part.blocks
        self.mains += part.mains

    @property
    def said(self) -> int:
        """Characters that are in no link."""
        return self.letters - self.linked

    @property
    def link_share(self) -> float:
        """Linked characters by all of them; 0 if there are none."""
        return self.linked / self.letters if self.letters else 0.0


class Weights:
    """The evidence of each element of a page, counted in one walk."""

    def __init__(self, root: LexborNode) -> None:
        """Count all that is in `root`."""
        self._found: dict[int, Evidence] = {}
        self._line: list[str] = []
        self._n_linked_words = 0
        stack = [Evidence()]
        n_links = 0
        for is_start, node in walk(root):
            if node.tag == "-text":
                self._take(node.text_content or "" if is_start else "", stack[-1], n_links > 0)
                continue
            if node.tag in BLOCKS or node.tag == "br":
                self._end_line(stack[-1])
            n_links += (1 if is_start else -1) * is_link(node)
            if is_start:
                stack.append(Evidence(links=int(is_link(node))))
            else:
                self._close(node, stack)

    def __getitem__(self, node: LexborNode) -> Evidence:
        """Return the evidence of an element that was there as it was counted."""
        return self._found.get(node.mem_id, Evidence())

    def _take(self, text: str, evidence: Evidence, is_linked: bool) -> None:
        letters = len("".join(text.split()))
        evidence.letters += letters
        if is_linked:
            evidence.linked += letters
            self._n_linked_words += len(text.split())
        self._line.append(text)

    def _end_line(self, evidence: Evidence) -> None:
        line = "".join(self._line).strip()
        n_words = len(line.split()) - self._n_linked_words
        evidence.longest = max(evidence.longest, n_words)
        evidence.sentences += n_words >= MIN_SENTENCE_WORDS and bool(_END.search(line[-4:]))
        self._line, self._n_linked_words = [], 0

    def _close(self, node: LexborNode, stack: list[Evidence]) -> None:
        evidence = stack.pop()
        evidence.headings += node.tag in HEADING_TAGS and evidence.letters > 0
        evidence.blocks += node.tag in BLOCKS
        evidence.mains += node.tag in ("h1", "main")
        self._found[node.mem_id] = evidence
        stack[-1].add(evidence)


def is_link(node: LexborNode) -> bool:
    """Return whether an element leads somewhere or does something; what folds open does not."""
    if node.tag == "button":
        return not is_toggle(node)
    return node.tag == "a" and "href" in node.attributes and not is_toggle(node)


def is_toggle(node: LexborNode) -> bool:
    """Return whether an element folds another one open."""
    attributes = node.attributes
    return "aria-expanded" in attributes or (attributes.get("data-toggle") or "") == "collapse"
