"""The encoder, loaded once for all components of a process."""

from functools import lru_cache

from encoder import OnnxEncoder


@lru_cache(maxsize=4)
def get_encoder(folder: str, threads: int = 1) -> OnnxEncoder:
    """Return the quick encoder in `folder`: some memory that several components share.

    Raises:
        EncoderUnavailable: The folder is missing or damaged.
    """
    return OnnxEncoder.load(folder, threads=threads, quick=True)
