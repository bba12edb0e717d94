"""A collection to evaluate the search on: its passages, its queries and its grades, from files."""

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from knowledge.embed import Encoder
from knowledge.errors import DocumentUnreadable
from knowledge.indexing.build import build_index
from knowledge.search.retriever import Retriever
from knowledge.settings import Settings
from spelling.words import FUNCTION_WORDS

# A passage without a title is called by its first words.
UNTITLED_WORDS = 12
# Other names at the end of a title: "(Also called: Brittle bones; Bone loss)".
_ALSO_CALLED = re.compile(r"\((?:also called|also known as):?(?P<names>.*?)\)?\s*$", re.IGNORECASE)
# The passages are one file, whatever its size.
_ANY_SIZE_MB = 1_000_000
_ANY_TIME_S = 3600
# What a question does with its subject: "How to diagnose lupus?"
_VERBS = frozenset({"cause", "causes", "diagnose", "prevent", "treat"})
_PREPOSITION = re.compile(r"\b(?:of|for|about|by)\s+(?=\S)")
# What a question asks after it has named its subject.
_AFTERTHOUGHT = re.compile(
    r"(?<!\s)\s+(?:and (?:what|why|how)\b.*|be used\b.*|inherited|occur|work)$"
)


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
        DocumentUnreadable: If the file is missing, or a line is not a passage.
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
        settings,
        documents=(documents,),
        index=folder / "knowledge.db",
        max_file_mb=_ANY_SIZE_MB,
        read_memory_mb=_ANY_SIZE_MB,
        read_timeout_s=_ANY_TIME_S,
    )
    index = build_index(own, encoder, on_progress=on_progress)
    return Collection(
        [str(passage["id"]) for passage in passages], Retriever(asking or encoder, index)
    )


def _as_document(number: int, passage: Mapping[str, object]) -> dict[str, object]:
    """Return the line that the build reads; its other names can be searched like its title."""
    text = str(passage["text"])
    title = str(passage.get("title") or "") or " ".join(text.split()[:UNTITLED_WORDS])
    also_called = _ALSO_CALLED.search(title)
    names = []
    if also_called:
        title = title[: also_called.start()].strip()
        names = [name.strip(" )") for name in also_called["names"].split(";")]
    subject = find_subject(title)
    return {
        "id": str(number),
        "title": title,
        "text": text,
        "questions": [name for name in dict.fromkeys([subject, *names]) if name],
    }


def find_subject(question: str) -> str:
    """Return what a question is about, in its own words.

    "What are the symptoms of polycystic ovary syndrome?" is about polycystic ovary syndrome. A
    title that is no question is its own subject.
    """
    asked = _strip_start(question.strip(" ?"))
    preposition = _PREPOSITION.search(asked)
    if preposition:
        asked = _strip_start(asked[preposition.end() :])
    return _AFTERTHOUGHT.sub("", asked)


def _strip_start(text: str) -> str:
    """Return `text` without the words at its start that only ask; its last word stays."""
    words = text.split()
    while len(words) > 1:
        word = re.sub(r"\W", "", words[0].lower())
        if word and word not in FUNCTION_WORDS and word not in _VERBS:
            break
        del words[0]
    return " ".join(words)


def read_queries(path: Path, field: Field) -> dict[str, str]:
    """Return the text of each query by its id.

    Raises:
        DocumentUnreadable: If the file is missing, or a line is not a query.
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
        DocumentUnreadable: If the file is missing or not such a table, separated by tabs.
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
        DocumentUnreadable: If the file is missing, or a line is no JSON object with these keys.
    """
    # Not splitlines: JSON may hold other line separators inside a text.
    for number, line in enumerate(_read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as err:  # RecursionError: a thousand brackets
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
