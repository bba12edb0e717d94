"""The source of Rasa's functions, as far as a replacement depends on it."""

import hashlib
import inspect
from typing import Any


def digest(function: Any) -> str:
    """Return the SHA-256 of the source of a function or module."""
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()


def check(function: Any, expected: str, module: str) -> None:
    """Refuse another function than the one that a replacement was written for.

    Args:
        function: Rasa's own, or a module of it.
        expected: Digest of its source in Rasa 3.6.21.
        module: Path of the replacement.

    Raises:
        RuntimeError: It is another one.
    """
    found = digest(function)
    if found != expected:
        name = getattr(function, "__qualname__", function.__name__)
        raise RuntimeError(
            f"{name} is not that of Rasa 3.6.21, which {module} is for "
            f"(SHA-256 {found}). Install rasa==3.6.21."
        )
