"""The names that messages are searched for: health in general, and what a profile adds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from profiles import find_folder

FOLDER = Path(__file__).parent
# In a profile: what its owner's field calls things by.
WORDS = "words.yml"
# One file per entity label.
LABELS = {
    "conditions": "condition",
    "tests": "test",
    "medicines": "medicine",
    "body_parts": "body_part",
    "people": "person",
    "feelings": "feeling",
}
# The labels that a profile can add names to.
OWN_LABELS = ("condition", "test", "medicine", "body_part", "person")
# Label, canonical name, name.
Name = tuple[str, str, str]


class VocabularyFaulty(Exception):
    """A vocabulary file cannot be used.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"{path}: {reason}")
        self.path = path


def find_words() -> Path | None:
    """Return the words of the profile; None if it has none."""
    path = find_folder() / WORDS
    return path if path.exists() else None


def read_names(folder: Path = FOLDER, words: Path | None = None) -> Iterator[Name]:
    """Yield every (label, canonical name, name), the canonical name itself included.

    A profile's name counts for what the profile says, whatever it is in general: "PSA".

    Args:
        folder: The vocabulary.
        words: Those of a profile.

    Raises:
        VocabularyFaulty: If a file is missing, not a mapping of lists, or names something twice.
    """
    own = list(read_words(words)) if words else []
    yield from own
    taken = {name.lower() for _, _, name in own}
    seen: dict[str, str] = {}
    for stem, label in LABELS.items():
        path = folder / f"{stem}.yml"
        content, node = _load(path)
        for each in _names_of(label, _check(content, node, path), path, seen):
            if each[2].lower() not in taken:
                yield each


def read_words(path: Path) -> Iterator[Name]:
    """Yield every (label, canonical name, name) of a profile's words.

    Raises:
        VocabularyFaulty: If the file is missing, has another form, or names something twice.
    """
    content, node = _load(path)
    if not isinstance(content, dict) or set(content) != {"names"}:
        raise VocabularyFaulty(path, "expected one key, `names:`, with kinds of names below it.")
    kinds, kind_node = content["names"], node.value[0][1]
    if not isinstance(kinds, dict) or not set(kinds) <= set(OWN_LABELS):
        raise VocabularyFaulty(path, f"below `names:` can stand {', '.join(OWN_LABELS)}.")
    seen: dict[str, str] = {}
    for key, kind in kind_node.value:
        yield from _names_of(key.value, _check(kinds[key.value], kind, path), path, seen)


def _names_of(
    label: str, lists: dict[str, list[str]], path: Path, seen: dict[str, str]
) -> Iterator[Name]:
    for canonical, others in lists.items():
        for name in [canonical, *others]:
            if not name.strip():
                raise VocabularyFaulty(path, f"a name of {canonical!r} is blank.")
            key = name.lower()
            if key in seen:
                raise VocabularyFaulty(path, f"{name!r} stands twice, also under {seen[key]!r}.")
            seen[key] = canonical
            yield label, canonical, name


def _load(path: Path) -> tuple[Any, Any]:
    """Return the content of a YAML file, and its nodes, which know of keys that stand twice."""
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.safe_load(text), yaml.compose(text)
    except OSError as err:
        raise VocabularyFaulty(path, f"{err.strerror}.") from err
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        raise VocabularyFaulty(path, f"not YAML in UTF-8 ({err}).") from err


def _check(content: Any, node: Any, path: Path) -> dict[str, list[str]]:
    if not isinstance(content, dict):
        raise VocabularyFaulty(path, "expected `canonical name: [other names]` lines.")
    # YAML keeps only the last of two lines with one key.
    keys = [key.value for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise VocabularyFaulty(path, f"{key!r} has two lines.")
    for canonical, names in content.items():
        if (
            not isinstance(canonical, str)
            or not isinstance(names, list)
            or not all(isinstance(name, str) for name in names)
        ):
            raise VocabularyFaulty(path, f"{canonical!r} needs a list of names; quote yes and no.")
    return content
