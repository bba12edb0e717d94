"""MedQuAD as a library of any size, and an encoder that remembers what it has embedded."""

import gzip
import hashlib
import json
import os
import random
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.embed import Encoder, EncoderManifest
from knowledge.indexing import ingest
from knowledge.indexing.chunk import chunk
from knowledge.indexing.sources import read_sources

Vectors = NDArray[np.float32]

# Stands in the title of a repeated pair, so that its passage is another one.
_MARK = re.compile(r" \(copy \d+\)")
# How far a repeated passage's vector lies from the first one: their cosine is about 0.98.
JITTER = 0.2
_DIGEST_BYTES = 16
# As many as the shipped library has.
N_TOPICS = 28
# In the id of a repeated pair.
_COPY = "+"
# Keeps a file below the library's limit of size.
_FILE_LINES = 20_000


class DataMissing(Exception):
    """A data set that the benchmark reads is not there."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(
            f"No {path}. The benchmark reads the public data sets MedQuAD and LiveQA-Med; "
            "name their folder with --data."
        )
        self.path = path


def write_pairs(medquad: Path, folder: Path, n_pairs: int) -> int:
    """Write pairs of MedQuAD to `folder` as JSON Lines; return how many.

    Args:
        medquad: `medquad.jsonl.gz`.
        folder: Made when missing, empty otherwise.
        n_pairs: How many; 0 for all.

    Raises:
        DataMissing: There is no such file.
    """
    pairs = read_pairs(medquad)[: n_pairs or None]
    write_lines(pairs, folder)
    return len(pairs)


def write_passages(medquad: Path, folder: Path, n_passages: int, *, max_words: int) -> None:
    """Write as many pairs as the library cuts into just `n_passages`, repeated where need be.

    Args:
        medquad: `medquad.jsonl.gz`.
        folder: Made when missing, empty otherwise.
        n_passages: How many passages the built library is to have.
        max_words: Most words of a passage.

    Raises:
        DataMissing: There is no such file.
    """
    pairs = read_pairs(medquad)
    whole = folder.with_name(folder.name + "-whole")
    write_lines(pairs, whole)
    documents = read_sources([whole], ingest.read_file).documents
    shutil.rmtree(whole)
    by_id = {document.id: document for document in documents}
    counts: dict[str, int] = {}
    lines = []
    for line in repeat(pairs):
        base = line["id"].partition(_COPY)[0]
        if base not in counts:
            counts[base] = len(chunk(by_id[base], max_words=max_words)) if base in by_id else 0
        # A pair that is too long for what is left gives way to the next short one.
        if 0 < counts[base] <= n_passages:
            lines.append(line)
            n_passages -= counts[base]
        if not n_passages:
            break
    write_lines(lines, folder)


def write_lines(lines: Sequence[dict[str, Any]], folder: Path) -> None:
    """Write ready passages to `folder`, some ten thousand a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(lines), _FILE_LINES):
        some = lines[start : start + _FILE_LINES]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in some)
        (folder / f"medquad-{start:07}.jsonl").write_text(text, encoding="utf-8")


def read_pairs(medquad: Path) -> list[dict[str, Any]]:
    """Return the pairs as ready passages, in one random order: their sources follow each other.

    Raises:
        DataMissing: There is no such file.
    """
    if not medquad.is_file():
        raise DataMissing(medquad)
    with gzip.open(medquad, "rt", encoding="utf-8") as file:
        pairs = [json.loads(line) for line in file]
    random.Random(0).shuffle(pairs)
    return [
        {
            "id": str(number),  # MedQuAD's own are not unique
            "title": pair["question"],
            "text": pair["answer"],
            "url": pair["url"],
            "publisher": pair["source"],
            "topic": f"topic_{number % N_TOPICS}",
        }
        for number, pair in enumerate(pairs)
        if pair["answer"].strip()
    ]


def repeat(pairs: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every pair, then every pair again as a copy with its own id and title, for ever."""
    yield from pairs
    for copy in count(2):
        for pair in pairs:
            yield pair | {
                "id": f"{pair['id']}{_COPY}{copy}",
                "title": f"{pair['title']} (copy {copy})",
            }


def read_queries(folder: Path) -> list[str]:
    """Return real questions of patients: a summary and the whole message of each.

    Args:
        folder: `liveqa`, with `queries.jsonl`.

    Raises:
        DataMissing: There is no such file.
    """
    path = folder / "queries.jsonl"
    if not path.is_file():
        raise DataMissing(path)
    queries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        queries += [asked["summary"], f"{asked['subject']}. {asked['message']}"]
    return [query for query in queries if query.strip(" .")]


class RecallingEncoder:
    """An encoder that embeds a text once and a repeated passage's text never.

    The vector of a copy is the first one's, moved a little in a direction of its own. Vectors are
    kept on disk, so that what a build needs of memory is the build's. Several threads may use it.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """Wrap an encoder.

        Args:
            encoder: Embeds what is new.
            folder: What it embedded is kept there, for the next run too.
        """
        self._encoder = encoder
        folder.mkdir(parents=True, exist_ok=True)
        self._keys = (folder / "keys").open("a+b")
        self._vectors = (folder / "vectors").open("a+b")
        self._keys.seek(0)
        stored = self._keys.read()
        keys = [stored[i : i + _DIGEST_BYTES] for i in range(0, len(stored), _DIGEST_BYTES)]
        self._rows = {key: row for row, key in enumerate(keys)}
        self._lock = threading.Lock()

    def encode_with_pieces(self, text: str) -> tuple[Vectors, list[tuple[int, int, float]]]:
        """Return the embedding of a text; its words weigh the same, whatever the encoder thinks."""
        words = list(re.finditer(r"\w+", text))
        pieces = [(word.start(), word.end(), 1 / len(words)) for word in words]
        return self.encode([text])[0], pieces

    def close(self) -> None:
        """Close the files."""
        self._keys.close()
        self._vectors.close()

    @property
    def manifest(self) -> EncoderManifest:
        """What the wrapped encoder is."""
        return self._encoder.manifest

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self._encoder.dim

    def encode(self, texts: Sequence[str], **options: Any) -> Vectors:
        """Return one embedding per text; `options` go to the wrapped encoder."""
        bases = [_MARK.sub("", text) for text in texts]
        keys = [_digest(base) for base in bases]
        new = {key: base for key, base in zip(keys, bases, strict=True) if key not in self._rows}
        if new:
            self._remember(list(new), self._encoder.encode(list(new.values()), **options))
        embeddings = np.empty((len(texts), self.dim), dtype=np.float32)
        for i, (text, base, key) in enumerate(zip(texts, bases, keys, strict=True)):
            vector = self._read(self._rows[key])
            embeddings[i] = vector if text == base else _move(vector, text)
        return embeddings

    def _remember(self, keys: Sequence[bytes], embeddings: Vectors) -> None:
        with self._lock:
            # Another thread may have embedded the same sentence meanwhile.
            new = [i for i, key in enumerate(keys) if key not in self._rows]
            self._vectors.write(embeddings[new].astype(np.float32).tobytes())
            self._keys.write(b"".join(keys[i] for i in new))
            # Before their rows are known: what is read comes past these files' buffers.
            self._vectors.flush()
            self._keys.flush()
            for i in new:
                self._rows[keys[i]] = len(self._rows)

    def _read(self, row: int) -> Vectors:
        size = 4 * self.dim
        stored = os.pread(self._vectors.fileno(), size, row * size)
        return np.frombuffer(stored, dtype=np.float32)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).digest()


def _move(vector: Vectors, text: str) -> Vectors:
    seed = int.from_bytes(_digest(text)[:8], "little")
    noise = np.random.default_rng(seed).standard_normal(len(vector)).astype(np.float32)
    moved = vector + JITTER * noise / np.linalg.norm(noise)
    return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)
