"""Measure further kinds of emergency: how many of a set's messages their signs and examples find.

`python -m bot.evaluation.further [FILE …] [--messages FILE] [--list]`, from the root: files as a
profile's emergencies.yml, and messages as tests/data/emergencies.jsonl; those of docs/examples
where none is named. Nothing is trained. It asks the further kinds alone: what ships finds most of
these messages too, and then it is only about the words. `--list` prints what is wrong, but nothing
that is held out.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.evaluation.safety import read_cases
from bot.matching.encoders import get_encoder
from bot.red_flags.further import FurtherKinds, FurtherRules
from profiles.emergencies import FurtherKind, read_emergencies

EXAMPLES = Path("docs/examples/emergencies")
MESSAGES = Path("tests/data/emergencies.jsonl")
ENCODER = "build/encoder"


class Row(NamedTuple):
    """A message of a set.

    Attributes:
        message: Its text.
        kind: The kind of emergency that it tells of, None for a calm one.
        of: The kind that it was written for.
        split: "development" or "held_out".
    """

    message: str
    kind: str | None
    of: str
    split: str


def main() -> None:
    """Print the shares found and taken for one, for each kind and split, and of all calm sets."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", type=Path, nargs="*", help="as emergencies.yml of a profile")
    options.add_argument("--messages", type=Path, default=MESSAGES)
    options.add_argument("--list", action="store_true", help="print what is wrong; none held out")
    given = options.parse_args()
    files = given.files or sorted(EXAMPLES.glob("*.yml"))
    rows = read_rows(given.messages)
    calm = [case.text for case in read_cases(None) if not case.kinds]
    embeddings = get_encoder(ENCODER).encode(calm)
    for path in files:
        kinds = read_emergencies(path)
        finder = FurtherKinds(kinds, FurtherRules(kinds), get_encoder(ENCODER).encode)
        for split in ("development", "held_out"):
            for line in measure(finder, kinds, [row for row in rows if row.split == split]):
                print(f"{path.stem}, {split}: {line}")
        taken = [text for text, row in zip(calm, embeddings, strict=True) if finder.find(text, row)]
        print(f"{path.stem}: calm messages of all shipped sets taken {len(taken)} of {len(calm)}")
        if given.list:
            found = _find(finder, [row for row in rows if row.split == "development"])
            print(
                *(
                    f"   {row.kind} -> {kind}: {row.message}"
                    for row, kind in found
                    if kind != row.kind and row.of in {each.name for each in kinds}
                ),
                sep="\n",
            )


def read_rows(path: Path) -> list[Row]:
    """Return the messages of a file of JSON lines."""
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def measure(finder: FurtherKinds, kinds: Iterable[FurtherKind], rows: Iterable[Row]) -> list[str]:
    """Return what became of the messages of each kind, in words."""
    found = _find(finder, rows)
    lines = []
    for kind in kinds:
        flags = [named == row.kind for row, named in found if row.kind == kind.name]
        calm = [named is not None for row, named in found if row.of == kind.name and not row.kind]
        lines.append(
            f"{kind.name} found {sum(flags)} of {len(flags)}, calm taken {sum(calm)} of {len(calm)}"
        )
    return lines


def _find(finder: FurtherKinds, rows: Iterable[Row]) -> list[tuple[Row, str | None]]:
    rows = list(rows)
    embeddings: np.ndarray = get_encoder(ENCODER).encode([row.message for row in rows])
    found = (finder.find(row.message, each) for row, each in zip(rows, embeddings, strict=True))
    return [(row, each.kind.name if each else None) for row, each in zip(rows, found, strict=True)]


if __name__ == "__main__":
    main()
