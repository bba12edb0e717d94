"""Make an index from a folder of documents."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from knowledge import chunk, ingest
from knowledge.embed import Encoder
from knowledge.index import Embedded, Index, Manifest, Vectors, hash_corpus
from knowledge.settings import Settings
from knowledge.types import Passage

# Passages that go to the encoder together.
BATCH = 16


def build(
    settings: Settings,
    encoder: Encoder,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Index:
    """Read the documents, embed their passages, write the index and return it.

    Args:
        settings: Where the documents are and where the index goes.
        encoder: Makes the vectors.
        on_progress: Called with passages done and passages in all.

    Raises:
        DocumentUnreadable: A source file cannot be read; the old index stays.
    """
    documents = ingest.read_folder(settings.documents)
    passages = [p for d in documents for p in chunk.chunk(d, max_words=settings.max_words)]
    manifest = Manifest(
        encoder=encoder.manifest.name,
        revision=encoder.manifest.revision,
        dim=encoder.dim,
        max_words=settings.max_words,
        corpus=hash_corpus(documents, passages),
        n_documents=len(documents),
        n_passages=len(passages),
    )
    rows: list[tuple[Vectors, Vectors, Vectors]] = []
    for row in _embed(passages, encoder):
        rows.append(row)
        on_progress(len(rows), len(passages))
    texts, questions, sentences = zip(*rows, strict=True)
    embedded = Embedded(passages, np.vstack(texts), questions, sentences)
    return Index.build(settings.index, manifest, documents, embedded)


def _embed(
    passages: Sequence[Passage], encoder: Encoder
) -> Iterator[tuple[Vectors, Vectors, Vectors]]:
    """Yield for each passage the embeddings of its text, questions and sentences."""
    for start in range(0, len(passages), BATCH):
        batch = passages[start : start + BATCH]
        parts = [
            [
                passage.text,
                passage.heading,
                *passage.questions,
                *(passage.text[first:last] for first, last in passage.sentences),
            ]
            for passage in batch
        ]
        # All of a batch go to the encoder together: it groups them by length.
        embeddings = encoder.encode([text for part in parts for text in part])
        ends = np.cumsum([len(part) for part in parts])
        for passage, rows in zip(batch, np.split(embeddings, ends[:-1]), strict=True):
            first_sentence = 2 + len(passage.questions)
            yield rows[0], rows[1:first_sentence], rows[first_sentence:]
