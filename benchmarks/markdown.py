"""Tables in Markdown, and the places of documents that they are put in."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path


def render_table(head: Sequence[str], rows: Iterable[Sequence[str]], *, n_left: int = 1) -> str:
    """Return a table, the first columns left, the others right."""
    rule = ["---"] * n_left + ["---:"] * (len(head) - n_left)
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rule, *rows])


def replace_section(path: Path, name: str, section: str) -> None:
    """Put `section` into a document, between the markers called `name`.

    Raises:
        ValueError: The markers are not there exactly once.
    """
    text = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"{path} needs {begin} and {end} exactly once, in this order.")
    path.write_text(pattern.sub(lambda _: f"{begin}\n{section}\n{end}", text), encoding="utf-8")
