"""The encoder, as this library sees it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

import encoder as encoder_package
from knowledge.errors import EncoderUnavailable
from knowledge.settings import Settings


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
        """What it is."""

    @property
    def dim(self) -> int:
        """Length of an embedding."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text."""


def load_encoder(settings: Settings, *, threads: int = 1) -> encoder_package.OnnxEncoder:
    """Return the encoder of `settings`.

    Raises:
        EncoderUnavailable: It is missing or damaged.
    """
    try:
        return encoder_package.OnnxEncoder.load(settings.encoder, threads=threads)
    except encoder_package.EncoderUnavailable as err:
        raise EncoderUnavailable(err.name, str(err)) from err
