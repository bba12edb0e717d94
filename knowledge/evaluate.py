"""Measure retrieval on questions whose answers somebody has graded."""

import gzip
import hashlib
import json
import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.build import build
from knowledge.embed import Encoder
from knowledge.errors import DocumentUnreadable
from knowledge.search import Retriever
from knowledge.settings import Settings
from knowledge.words import subject_of

# Ranks that count.
DEPTH = 10
# A passage without a title is called by its first words.
UNTITLED_WORDS = 12
# Other names at the end of a title: "(Also called: Brittle bones; Bone loss)".
_ALSO_CALLED = re.compile(r"\((?:also called|also known as):?(?P<names>.*?)\)?\s*$", re.IGNORECASE)
# The passages are one file, whatever its size.
_ANY_SIZE_MB = 1_000_000

Grades = Mapping[str, int]


class Field(StrEnum):
    """What of a query is searched.

    A message is searched as a person sent it, its subject line first; `message_only` leaves that
    out. A query without the field is asked by its message.
    """

    SUMMARY = "summary"
    PARAPHRASE = "paraphrase"
    MESSAGE = "message"
    MESSAGE_ONLY = "message_only"


@dataclass(frozen=True, slots=True)
class Measurement:
    """How well and how fast the questions were answered; means over the judged questions.

    Attributes:
        n_queries: Questions with at least one relevant passage; others are not counted.
        n_passages: Passages searched.
        ndcg_at_10: Order of the first ten by grade, 0 to 1: gain 2^grade - 1, discount log2.
        mrr_at_10: One over the rank of the first relevant passage, 0 where none is among ten.
        recall_at_10: Share of the relevant passages among the first ten.
        coverage: Share of questions whose first hit is judged to answer.
        queries_per_s: Questions answered a second, one after the other.
        p50_ms: Median time of one, encoder included, in milliseconds.
    """

    n_queries: int
    n_passages: int
    ndcg_at_10: float
    mrr_at_10: float
    recall_at_10: float
    coverage: float
    queries_per_s: float
    p50_ms: float


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages to search.

    Attributes:
        ids: Of the passages, in order.
        retriever: Searches them; the id of a document is its passage's place in `ids`.
    """

    ids: list[str]
    retriever: Retriever

    def rank(self, query: str) -> list[str]:
        """Return the ids of all passages, best first; each counts as its best chunk does."""
        passages = self.retriever.index.passages
        owners = [int(passages[row].document_id) for row in self.retriever.order(query)]
        return [self.ids[owner] for owner in dict.fromkeys(owners)]


def evaluate(
    collection: Collection,
    queries: Mapping[str, str],
    grades: Mapping[str, Grades],
    *,
    threshold: float,
) -> Measurement:
    """Return the measurement of every query that has a relevant passage.

    Args:
        collection: What is searched.
        queries: Text by query id.
        grades: By query id and passage id, 0 for not relevant; a pair that is missing is 0 too.
        threshold: Lowest probability that counts as an answer, 0 to 1.

    Raises:
        ValueError: No query has a relevant passage.
    """
    judged = [id_ for id_ in queries if any(grade > 0 for grade in grades.get(id_, {}).values())]
    if not judged:
        raise ValueError("No query has a judgment above 0.")
    scores, seconds, answered = [], [], []
    for id_ in judged:
        started = time.perf_counter()
        hits = collection.retriever.search(queries[id_])
        seconds.append(time.perf_counter() - started)
        answered.append(bool(hits) and hits[0].score >= threshold)
        found = collection.rank(queries[id_])[:DEPTH] if hits else []
        scores.append(measure_ranking(found, grades[id_]))
    ndcg, mrr, recall = np.mean(scores, axis=0).tolist()
    return Measurement(
        n_queries=len(judged),
        n_passages=len(collection.ids),
        ndcg_at_10=ndcg,
        mrr_at_10=mrr,
        recall_at_10=recall,
        coverage=float(np.mean(answered)),
        queries_per_s=len(seconds) / sum(seconds),
        p50_ms=float(np.median(seconds)) * 1000,
    )


def measure_ranking(found: Sequence[str], grades: Grades) -> tuple[float, float, float]:
    """Return nDCG, reciprocal rank of the first relevant passage, and recall, at `DEPTH`.

    Args:
        found: Passage ids, best first.
        grades: By passage id; at least one is above 0.
    """
    gains = [2 ** grades.get(id_, 0) - 1 for id_ in found[:DEPTH]]
    ideal = sorted((2**grade - 1 for grade in grades.values()), reverse=True)[:DEPTH]
    ranks = [rank for rank, gain in enumerate(gains, start=1) if gain]
    reciprocal = 1 / ranks[0] if ranks else 0.0
    n_relevant = sum(grade > 0 for grade in grades.values())
    return _discount(gains) / _discount(ideal), reciprocal, len(ranks) / n_relevant


def _discount(gains: Sequence[int]) -> float:
    return float(sum(gain / np.log2(rank + 1) for rank, gain in enumerate(gains, start=1)))


def open_collection(
    path: Path,
    settings: Settings,
    encoder: Encoder,
    *,
    asking: Encoder | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Collection:
    """Return a file of passages, indexed; the index is kept beside the library's for next time.

    Args:
        path: JSON Lines, gzipped where it ends in .gz: `id`, `title`, `text`, perhaps `url`.
        settings: Where the library's own index is, and how passages are cut.
        encoder: Makes the vectors of the passages.
        asking: Makes those of the questions, where another one does.
        on_progress: Called with chunks embedded and chunks to embed.

    Raises:
        DocumentUnreadable: The file is missing, or a line is not a passage.
    """
    passages = list(read_lines(path, "id", "text"))
    lines = [json.dumps(_as_document(i, passage)) for i, passage in enumerate(passages)]
    text = "\n".join(lines) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    folder = settings.index.parent / "evaluate" / digest
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    (documents / "passages.jsonl").write_text(text, encoding="utf-8")
    own = replace(
        settings, documents=documents, index=folder / "knowledge.db", max_file_mb=_ANY_SIZE_MB
    )
    index = build(own, encoder, on_progress=on_progress)
    return Collection(
        [str(passage["id"]) for passage in passages], Retriever(asking or encoder, index)
    )


def _as_document(number: int, passage: Mapping[str, Any]) -> dict[str, Any]:
    """Return the line that the build reads; its other names can be searched like its title."""
    text = str(passage["text"])
    title = str(passage.get("title") or "") or " ".join(text.split()[:UNTITLED_WORDS])
    also_called = _ALSO_CALLED.search(title)
    names = []
    if also_called:
        title = title[: also_called.start()].strip()
        names = [name.strip(" )") for name in also_called["names"].split(";")]
    subject = subject_of(title)
    return {
        "id": str(number),
        "title": title,
        "text": text,
        "questions": [name for name in dict.fromkeys([subject, *names]) if name],
    }


def read_queries(path: Path, field: Field) -> dict[str, str]:
    """Return the text of each query by its id.

    Raises:
        DocumentUnreadable: The file is missing, or a line is not a query.
    """
    queries = {}
    for query in read_lines(path, "id"):
        message = str(query.get("message") or "")
        subject = str(query.get("subject") or "")
        if field == Field.MESSAGE and subject:
            text = f"{subject}. {message}"
        else:
            text = str(query.get(field.removesuffix("_only")) or message)
        queries[str(query["id"])] = text
    return queries


def read_grades(path: Path) -> dict[str, dict[str, int]]:
    """Return the grades of a table `query_id, passage_id, grade`, by query and passage.

    Raises:
        DocumentUnreadable: The file is missing or not such a table, separated by tabs.
    """
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_read_text(path).splitlines(), start=1):
        cells = line.split("\t")
        if number == 1 and cells[-1] == "grade":
            continue
        try:
            query_id, passage_id, grade = cells
            grades.setdefault(query_id, {})[passage_id] = int(grade)
        except ValueError as err:
            reason = f"line {number} is not a query id, a passage id and a grade."
            raise DocumentUnreadable(path, reason) from err
    return grades


def read_lines(path: Path, *keys: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file that may be gzipped.

    Raises:
        DocumentUnreadable: The file is missing, or a line is no JSON object with these keys.
    """
    # Not splitlines: JSON may hold other line separators inside a text.
    for number, line in enumerate(_read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as err:
            raise DocumentUnreadable(path, f"line {number} is not JSON.") from err
        if not isinstance(value, dict) or not all(value.get(key) for key in keys):
            raise DocumentUnreadable(path, f"line {number} has no {' or no '.join(keys)}.")
        yield value


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as err:
        raise DocumentUnreadable(path, f"{err}.") from err
