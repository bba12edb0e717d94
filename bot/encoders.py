"""The encoder, loaded once for all components of a process, and what it gives for texts."""

from functools import lru_cache
from typing import Dict, Optional, Sequence

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.message import Message

from encoder import OnnxEncoder


@lru_cache(maxsize=4)
def get_encoder(folder: str, threads: int = 1) -> OnnxEncoder:
    """Return the quick encoder in `folder`: some memory that several components share.

    Raises:
        EncoderUnavailable: The folder is missing or damaged.
    """
    return OnnxEncoder.load(folder, threads=threads, quick=True)


def embed_exemplars(folder: str, texts: Sequence[str]) -> np.ndarray:
    """Return one embedding per text, in the order given, array `(len(texts), dim)`.

    Each text is encoded once a process: several components learn from the same exemplars, and
    encoding them takes most of their training.

    Raises:
        EncoderUnavailable: The folder is missing or damaged.
    """
    known = _get_known(folder)
    new = list(dict.fromkeys(text for text in texts if text not in known))
    known.update(zip(new, get_encoder(folder).encode(new), strict=True))
    return np.array([known[text] for text in texts])


def read_embedding(message: Message) -> Optional[np.ndarray]:
    """Return the embedding of a message, `(dim,)`; none where no featurizer gave it one.

    What `Message.get_dense_features` gives for the sentence, without its deep copies.
    """
    found = [
        each.features[0]
        for each in message.features
        if each.attribute == TEXT and each.type == FEATURE_TYPE_SENTENCE and each.is_dense()
    ]
    return np.concatenate(found) if found else None


@lru_cache(maxsize=4)
def _get_known(folder: str) -> Dict[str, np.ndarray]:
    return {}
