"""Make an index from a folder of documents."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from knowledge import chunk, ingest
from knowledge.embed import Encoder
from knowledge.index import Embedded, Index, Manifest, Vectors, hash_corpus
from knowledge.settings import Settings
from knowledge.types import Document, Passage

# Passages embedded between two reports of progress.
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
    for batch in _embed(documents, passages, encoder):
        on_progress(len(rows), len(passages))
        rows.extend(batch)
    on_progress(len(passages), len(passages))
    texts, headings, sentences = zip(*rows, strict=True)
    embedded = Embedded(passages, np.vstack(texts), np.vstack(headings), sentences)
    return Index.build(settings.index, manifest, documents, embedded)


def _embed(
    documents: Sequence[Document], passages: Sequence[Passage], encoder: Encoder
) -> Iterator[list[tuple[Vectors, Vectors, Vectors]]]:
    """Yield for each batch of passages their text, heading and sentence embeddings."""
    titles = {document.id: document.title for document in documents}
    for start in range(0, len(passages), BATCH):
        parts = [
            [
                passage.text,
                f"{titles[passage.document_id]}: {passage.heading}",
                *(passage.text[first:last] for first, last in passage.sentences),
            ]
            for passage in passages[start : start + BATCH]
        ]
        # All of a batch go to the encoder together: it groups them by length.
        embeddings = encoder.encode([text for part in parts for text in part])
        ends = np.cumsum([len(part) for part in parts])
        yield [(rows[0], rows[1], rows[2:]) for rows in np.split(embeddings, ends[:-1])]
