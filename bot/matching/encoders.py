"""The encoder, loaded once for all components of a process, and its embeddings."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.message import Message

from encoder import OnnxEncoder


@lru_cache(maxsize=4)
def get_encoder(folder: str, threads: int = 1) -> OnnxEncoder:
    """Return the quantized encoder in `folder`: some memory that several components share.

    Raises:
        EncoderUnavailable: If the folder is missing or damaged.
    """
    return OnnxEncoder.load(folder, threads=threads, quantized=True)


def embed_exemplars(folder: str, texts: Sequence[str]) -> np.ndarray:
    """Return one embedding per text, in the order given, array `(len(texts), dim)`.

    Each text is encoded once a process: several components learn from the same exemplars, and
    encoding them takes most of their training.

    Raises:
        EncoderUnavailable: If the folder is missing or damaged.
    """
    known = _get_known(folder)
    new = list(dict.fromkeys(text for text in texts if text not in known))
    known.update(zip(new, get_encoder(folder).encode(new), strict=True))
    return np.array([known[text] for text in texts])


def read_embedding(message: Message, attribute: str = TEXT) -> np.ndarray | None:
    """Return the embedding of a text of a message, `(dim,)`; None if no featurizer gave it one.

    What `Message.get_dense_features` gives for the sentence, without its deep copies.
    """
    found = [
        each.features[0]
        for each in message.features
        if each.attribute == attribute and each.type == FEATURE_TYPE_SENTENCE and each.is_dense()
    ]
    return np.concatenate(found) if found else None


@lru_cache(maxsize=4)
def _get_known(folder: str) -> dict[str, np.ndarray]:
    return {}
