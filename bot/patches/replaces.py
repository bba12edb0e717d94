"""A decorator for functions that stand in for Rasa's, and all of them applied at once."""

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

_patches: "list[Patch]" = []


@dataclass(eq=False)
class Patch:
    """A replacement of one function or class of Rasa 3.6.21.

    Attributes:
        owner: The class or module that holds the original.
        name: Of the original, in its owner.
        sha256: Digest of the original's source in Rasa 3.6.21.
        function: The replacement.
        relies_on: Digests of other sources that the replacement builds on.
        original: What is replaced, to be called as an attribute of its owner.
    """

    owner: type | ModuleType
    name: str
    sha256: str
    function: Callable[..., Any]
    relies_on: Mapping[ModuleType, str] = field(default_factory=dict)
    original: Callable[..., Any] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the original."""
        self.original = getattr(self.owner, self.name)

    def apply(self) -> None:
        """Put the replacement in the original's place; twice does no harm.

        Raises:
            RuntimeError: If the original, or what the replacement relies on, is not that of Rasa
                3.6.21.
        """
        for source, expected in ((self.original, self.sha256), *self.relies_on.items()):
            self._check(source, expected)
        has_self = inspect.isfunction(inspect.getattr_static(self.owner, self.name))
        is_static = isinstance(self.owner, type) and not has_self
        setattr(self.owner, self.name, staticmethod(self.function) if is_static else self.function)

    def _check(self, source: Any, expected: str) -> None:
        found = digest(source)
        if found != expected:
            name = getattr(source, "__qualname__", source.__name__)
            raise RuntimeError(
                f"{name} is not that of Rasa 3.6.21, which {self.function.__module__} is for "
                f"(SHA-256 {found}). Install rasa==3.6.21."
            )


def replaces(
    owner: type | ModuleType,
    name: str,
    *,
    sha256: str,
    relies_on: Mapping[ModuleType, str] | None = None,
) -> Callable[[Callable[..., Any]], Patch]:
    """Return a decorator that makes a function the replacement of one of Rasa's.

    Nothing is replaced before `apply_all`. The arguments are the attributes of `Patch`.
    """

    def register(function: Callable[..., Any]) -> Patch:
        patch = Patch(owner, name, sha256, function, relies_on or {})
        _patches.append(patch)
        return patch

    return register


def apply_all() -> None:
    """Apply every patch of this folder; twice does no harm.

    Raises:
        RuntimeError: If something to be replaced is not that of Rasa 3.6.21.
    """
    for patch in find_patches():
        patch.apply()


def find_patches() -> list[Patch]:
    """Return every patch of this folder."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        importlib.import_module(f"{__package__}.{module.name}")
    return _patches


def digest(source: Any) -> str:
    """Return the SHA-256 of the source of a function, class or module."""
    return hashlib.sha256(inspect.getsource(source).encode()).hexdigest()
