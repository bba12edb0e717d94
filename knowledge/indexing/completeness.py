"""Whether the passages of a document hold all its words: its page is made of them.

What is cited then stands on the page that the citation links to, word for word.
"""

from collections.abc import Sequence

from knowledge.types import Document, Passage


def find_loss(document: Document, passages: Sequence[Passage]) -> str:
    """Return what the passages lack or have of their own, as part of a message; else "".

    Blanks and line ends do not count.
    """
    words = " ".join(block for section in document.sections for block in section.blocks).split()
    end = 0
    for passage in passages:
        quoted = passage.text.split()
        if words[end : end + len(quoted)] != quoted:
            return f"a passage that does not stand in it so: {passage.id}"
        end += len(quoted)
    if end < len(words):
        return f"words that stand in no passage: {' '.join(words[end : end + 5])} …"
    return ""
