"""Measure how much of web pages' text is kept, and of their frame: `python -m benchmarks pages`.

`--beside trafilatura` measures that library on the same pages, where it is installed.
`--each` names what was lost and what stays.
"""

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.files import DATA
from knowledge.indexing.formats import html

PAGES = DATA / "pages"
# What a page's marks say of the words in an element; they are taken out before it is read.
_MARK = re.compile(r' data-expect="(\w+)"')


@dataclass(slots=True)
class Measured:
    """What became of the marked words of some pages.

    Attributes:
        n_text: Marked pieces of their text.
        n_frame: Marked pieces of what frames it.
        lost: Pieces of text that were not found, each with its page.
        stays: Pieces of the frame that were found, each with its page.
    """

    n_text: int = 0
    n_frame: int = 0
    lost: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of the text that is kept."""
        return 1 - len(self.lost) / self.n_text

    @property
    def frame_share(self) -> float:
        """The share of the frame that is kept, too."""
        return len(self.stays) / self.n_frame


def measure(folder: Path, read: Callable[[bytes], str]) -> Measured:
    """Return what a reader makes of the pages in a folder.

    Args:
        folder: Pages with elements marked `data-expect="kept"` or `data-expect="out"`.
        read: Returns the text of a page.
    """
    measured = Measured()
    for path in sorted(folder.glob("*.html")):
        marked = path.read_text(encoding="utf-8")
        found = f" {_normalise(read(_MARK.sub('', marked).encode()))} "
        for node in html.parse(marked).css("[data-expect]"):
            words = _normalise(node.text(separator=" "))
            is_found = f" {words} " in found
            if node.attributes["data-expect"] == "kept":
                measured.n_text += 1
                measured.lost += [] if is_found else [f"{path.name}: {words}"]
            else:
                measured.n_frame += 1
                measured.stays += [f"{path.name}: {words}"] if is_found else []
    return measured


def read_as_text(data: bytes) -> str:
    """Return title, headings and blocks of a page in one text."""
    document = html.read(data)
    lines = [document.metadata.get("title", "")]
    for section in document.sections:
        lines += [*section.headings, *section.blocks]
    return "\n".join(lines)


def _normalise(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _read_by_trafilatura(*, favor_recall: bool) -> Callable[[bytes], str]:
    import trafilatura  # type: ignore[import-not-found]  # installed for the comparison alone

    def read(data: bytes) -> str:
        text = trafilatura.extract(data, include_comments=False, favor_recall=favor_recall)
        return str(text or "")

    return read


def main(arguments: list[str] | None = None) -> None:
    """Print the figures of this project's reader, and of the one beside it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks pages", description=__doc__)
    parser.add_argument("--folder", type=Path, default=PAGES)
    parser.add_argument("--beside", choices=["trafilatura"])
    parser.add_argument("--each", action="store_true")
    chosen = parser.parse_args(arguments)
    readers: dict[str, Callable[[bytes], str]] = {"Bonafide": read_as_text}
    if chosen.beside:
        readers["trafilatura"] = _read_by_trafilatura(favor_recall=False)
        readers["trafilatura, for recall"] = _read_by_trafilatura(favor_recall=True)
    for name, read in readers.items():
        measured = measure(chosen.folder, read)
        print(
            f"{name}: {measured.recall:.3f} of {measured.n_text} pieces of text kept, "
            f"{measured.frame_share:.3f} of {measured.n_frame} pieces of the frame"
        )
        if chosen.each:
            print("".join(f"  lost:  {piece}\n" for piece in measured.lost), end="")
            print("".join(f"  stays: {piece}\n" for piece in measured.stays), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
