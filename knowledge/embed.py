"""The encoder as this library uses it, and the texts of a passage that it embeds."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

import encoder as encoder_package
from knowledge.errors import EncoderUnavailable
from knowledge.settings import Settings
from knowledge.types import Passage

# Texts of similar length that run through the model together: as many as a core's cache holds.
# Of MedQuAD 16 texts of 2,000 letters take 3.4 s where 32 of any length take 5.3 s, and a third
# of the memory.
BATCH = 16
BATCH_LETTERS = 2000


class EncoderManifest(Protocol):
    """What an index records of its encoder."""

    @property
    def name(self) -> str:
        """Model name."""

    @property
    def revision(self) -> str:
        """Digest of the weights."""


class Encoder(Protocol):
    """Text to unit-length vectors; `encoder.OnnxEncoder` is one."""

    @property
    def manifest(self) -> EncoderManifest:
        """The model's name and the digest of its weights."""

    @property
    def dim(self) -> int:
        """Length of an embedding."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text."""

    def encode_with_pieces(
        self, text: str
    ) -> tuple[NDArray[np.float32], Sequence[tuple[int, int, float]]]:
        """Return the embedding of a text, and start, end and weight of each of its word pieces."""


@dataclass(frozen=True, slots=True)
class PassageTexts:
    """The texts of a passage that are embedded.

    Attributes:
        text: The passage under its document's title and its heading.
        questions: Its heading, other ways to ask what it answers, and the document's title.
        sentences: Its sentences.
    """

    text: str
    questions: tuple[str, ...]
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, passage: Passage, title: str) -> "PassageTexts":
        """Return the parts of a passage of a document with this title."""
        # A passage without a heading of its own bears the title; once is enough.
        under = title if passage.heading == title else f"{title}. {passage.heading}"
        return cls(
            text=f"{under}\n{passage.text}",
            questions=(passage.heading, *passage.questions, title),
            sentences=tuple([passage.text[start:end] for start, end in passage.sentences]),
        )

    def labelled(self) -> list[tuple[str, str]]:
        """Return each text after its kind: the text, the questions, the sentences."""
        return [
            ("text", self.text),
            *(("question", text) for text in self.questions),
            *(("sentence", text) for text in self.sentences),
        ]


def load_encoder(
    settings: Settings, *, threads: int = 1, quantized: bool = False
) -> encoder_package.OnnxEncoder:
    """Return the encoder of `settings`.

    Args:
        settings: Where it is.
        threads: Cores one call may use.
        quantized: Take the weights of 8 bits, for messages; documents are embedded once, in full.

    Raises:
        EncoderUnavailable: If it is missing or damaged.
    """
    try:
        return encoder_package.OnnxEncoder.load(
            settings.encoder, threads=threads, quantized=quantized
        )
    except encoder_package.EncoderUnavailable as err:
        raise EncoderUnavailable(err.name, str(err)) from err


def encode_all(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return one row per text, using every core.

    A batch for each core is faster than several cores for a batch, and far faster where other
    programs want the cores too: no core waits for another one within a batch.

    Args:
        encoder: One that uses a single thread for itself.
        texts: Any number.
    """
    # Similar lengths share a batch, so that short texts are not padded to the longest one. The
    # longest first: at the end no core is left alone with a long batch.
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    batches = list(_make_batches(order, [len(text) for text in texts]))
    embeddings = np.empty((len(texts), encoder.dim), dtype=np.float32)
    with ThreadPoolExecutor(_count_cores()) as pool:
        encoded = pool.map(lambda rows: encoder.encode([texts[row] for row in rows]), batches)
        for rows, batch in zip(batches, encoded, strict=True):
            embeddings[rows] = batch
    return embeddings


def _make_batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield batches of rows, which come longest first."""
    batch: list[int] = []
    for row in order:
        # All are padded to the first one.
        if batch and (len(batch) == BATCH or lengths[batch[0]] * (len(batch) + 1) > BATCH_LETTERS):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _count_cores() -> int:
    # Those this program may use: in a container fewer than the machine has.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
