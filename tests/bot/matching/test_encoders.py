"""What exemplars mean is worked out once a process."""

import numpy as np

from bot.matching import encoders


class CountingEncoder:
    """Gives a text its length, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked.extend(texts)
        return np.array([[float(len(text))] for text in texts]).reshape(-1, 1)


def test_exemplars_are_encoded_once_and_come_in_the_order_asked(monkeypatch):
    encoder = CountingEncoder()
    monkeypatch.setattr(encoders, "get_encoder", lambda folder: encoder)
    encoders._get_known.cache_clear()

    encoders.embed_exemplars("folder", ["a", "bb", "a"])
    embeddings = encoders.embed_exemplars("folder", ["ccc", "bb", "a"])

    encoders._get_known.cache_clear()
    assert encoder.asked == ["a", "bb", "ccc"]
    assert embeddings.tolist() == [[3.0], [2.0], [1.0]]
