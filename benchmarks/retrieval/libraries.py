"""Libraries with questions that real people could ask of them: the shipped one and others.

The others are slices of MedQuAD, whose texts are not part of this project: they are looked for in
`../shared/data`, beside the repository.
"""

import gzip
import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.files import ROOT
from knowledge import Retriever, Settings, build_index, load_encoder

QUESTIONS = ROOT / "tests/data"
SHARED = ROOT.parent / "shared/data"
SLICES = QUESTIONS / "libraries/slices.json"
SHIPPED = "shipped"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set.

    Attributes:
        set: The set it is from: "own", "real", "everyday", or the name of a library.
        text: As the person typed it.
        passages: Ids of the passages that answer it; empty where none does.
        any: Expressions of which one occurs in a text that answers; empty where none is given.
        is_held_out: Nothing may be fitted or chosen by it.
    """

    set: str
    text: str
    passages: frozenset[str]
    any: tuple[str, ...] = ()
    is_held_out: bool = False


def read_shipped() -> list[Asked]:
    """Return the questions of all sets on the shipped library."""
    own = [
        Asked("own", row["question"], frozenset(row.get("passages", ())),
              is_held_out=row["split"] == "held_out")
        for name in ("answerable", "unanswerable")
        for row in _read(QUESTIONS / f"{name}.jsonl")
    ]  # fmt: skip
    real = [
        _expected("real", row) for name in ("answerable", "uncovered")
        for row in _read(QUESTIONS / f"real/{name}.jsonl")
    ]  # fmt: skip
    return own + real + [_expected("everyday", row) for row in _read(QUESTIONS / "everyday.jsonl")]


def _expected(name: str, row: Json) -> Asked:
    where = row["expect"].get("where", [])
    return Asked(
        name,
        row["q"],
        frozenset([where] if isinstance(where, str) else where),
        tuple(row["expect"].get("any", ())),
        row.get("split") == "held_out",
    )


def understand(messages: Sequence[str]) -> list[Json]:
    """Return what the trained model understands of each message (bot/evaluation/parse.py).

    Raises:
        RuntimeError: There is no trained model, or it cannot be used.
    """
    lines = "\n".join(json.dumps(message) for message in messages)
    run = subprocess.run(
        [str(ROOT / ".venv-rasa/bin/python"), "-m", "bot.evaluation.parse"],
        cwd=ROOT, input=lines, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise RuntimeError(
            f'bot.evaluation.parse failed. Run "make train". Its last words:\n{run.stderr[-2000:]}'
        )
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]


def names() -> list[str]:
    """Return the names of the other libraries."""
    return list(json.loads(SLICES.read_text(encoding="utf-8")))


def read_slice(name: str) -> list[Asked]:
    """Return the questions on another library; a passage is right by its id in MedQuAD."""
    rows = _read(QUESTIONS / f"libraries/{name}.jsonl")
    return [Asked(name, row["question"], frozenset(row["passages"])) for row in rows]


def open_shipped() -> Retriever:
    """Return the retriever of the shipped library."""
    return Retriever.open(Settings())


def open_slice(name: str, settings: Settings) -> tuple[Retriever, list[frozenset[str]]]:
    """Return the retriever of another library, and the ids in MedQuAD of each of its passages.

    Args:
        name: Of the library.
        settings: Where the encoder is, and the folder that the index goes beside.

    Raises:
        FileNotFoundError: MedQuAD is not there.
    """
    wanted = json.loads(SLICES.read_text(encoding="utf-8"))[name]
    ids = set(wanted["ids"])
    with gzip.open(SHARED / "medquad.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [
            row
            for line in file
            if (row := json.loads(line))["source"] == wanted["source"] and row["id"] in ids
        ]
    folder = settings.index.parent / "libraries" / name
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    owners = _write(rows, documents)
    own = replace(settings, documents=(documents,), index=folder / "knowledge.db")
    index = build_index(own, load_encoder(settings))
    retriever = Retriever(load_encoder(settings, quantized=True), index)
    return retriever, [frozenset(owners[p.document_id, p.heading]) for p in index.passages]


def _write(rows: Iterable[Json], folder: Path) -> dict[tuple[str, str], list[str]]:
    """Write a Markdown document for each focus; return the ids by document and heading."""
    ids: dict[tuple[str, str], list[str]] = {}
    documents: dict[str, list[str]] = {}
    for row in rows:
        focus = row["focus"] or "Other matters"
        document = re.sub(r"\W+", "-", focus.lower()).strip("-")
        heading = re.sub(r"\s+", " ", row["question"]).replace(" ?", "?").strip()
        known = ids.setdefault((document, heading), [])
        known.append(row["id"])
        parts = documents.setdefault(document, [f"---\ntitle: {json.dumps(focus)}\n---\n"])
        if len(known) == 1:
            parts.append(f"## {heading}\n\n{row['answer'].strip()}\n")
    for document, parts in documents.items():
        (folder / f"{document}.md").write_text("\n".join(parts), encoding="utf-8")
    return ids


def _read(path: Path) -> list[Json]:
    lines: Sequence[str] = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]
