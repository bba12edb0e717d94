"""Make a spaCy pipeline from the vocabulary files.

It has a tokenizer, lookup lemmas, an entity ruler, and a filter for what only looks like a name.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import spacy
import yaml
from spacy.language import Language
from spacy.pipeline import EntityRuler

from bot.vocabulary.abbreviations import NAME as ABBREVIATIONS
from bot.vocabulary.abbreviations import AbbreviationFilter
from spelling import is_english

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
# Where names, and words that look like them, stand in sentences: what the assistant is trained on,
# and sentences with such words.
TEXTS = (
    ROOT / "data" / "nlu.yml",
    ROOT / "bot" / "red_flags" / "exemplars.yml",
    ROOT / "bot" / "advice" / "exemplars.yml",
    FOLDER / "words.txt",
)
# Most letters of an abbreviation that is typed with dots.
_MOST_DOTS = 5
# A form of address, or milliseconds; no dictionary has it as a word.
_NO_ENGLISH = frozenset({"ms"})
# An item of a list, without what quotes it; "[RA](condition)" marks an entity.
_ITEM = re.compile(r"^[^\S\n]*- [\"']?(.*?)[\"']?$", re.MULTILINE)
_MARK = re.compile(r"\[([^\]\[]*)\](?:\([^)]*\)|\{[^}]*\})")
# One file per entity label.
LABELS = {
    "conditions": "condition",
    "tests": "test",
    "medicines": "medicine",
    "body_parts": "body_part",
    "people": "person",
    "feelings": "feeling",
}


class VocabularyFaulty(Exception):
    """A vocabulary file cannot be used.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"{path}: {reason}")
        self.path = path


def write_pipeline(target: Path, folder: Path = FOLDER) -> Language:
    """Write the pipeline made from the vocabulary in `folder` to `target`, and return it.

    Raises:
        VocabularyFaulty: If a file is missing, not a mapping of lists, or names something twice.
    """
    nlp = make_pipeline(folder)
    nlp.to_disk(target)
    return nlp


def make_pipeline(folder: Path = FOLDER) -> Language:
    """Return a blank English pipeline with lookup lemmas and the vocabulary's names as entities.

    An abbreviation is found however it is typed. One that is a word as well, "as", is a name only
    in capitals of its own, or where names stand.

    Raises:
        VocabularyFaulty: If a file is missing, not a mapping of lists, or names something twice.
    """
    nlp = spacy.blank("en")
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    # The lemma table is loaded by initialize(), which must come before the ruler has patterns.
    nlp.initialize()
    ruler = cast(EntityRuler, nlp.add_pipe("entity_ruler"))
    ruler.add_patterns(list(_patterns(nlp, folder)))
    names = [name for _, _, name in read_names(folder) if _is_abbreviation(name)]
    ambiguous = [name.lower() for name in names if _is_word(name.lower())]
    docs = list(nlp.pipe(read_texts(), disable=["lemmatizer"])) if ambiguous else []
    cast(AbbreviationFilter, nlp.add_pipe(ABBREVIATIONS)).learn(ambiguous, docs)
    return nlp


def read_texts() -> Iterator[str]:
    """Yield the sentences that tell where names stand, and where words that look like them."""
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        yield from text.splitlines() if path.suffix == ".txt" else map(_unmark, _ITEM.findall(text))


def read_names(folder: Path = FOLDER) -> Iterator[tuple[str, str, str]]:
    """Yield every (label, canonical name, name), the canonical name itself included.

    Raises:
        VocabularyFaulty: If a file is missing, not a mapping of lists, or names something twice.
    """
    seen: dict[str, str] = {}
    for stem, label in LABELS.items():
        path = folder / f"{stem}.yml"
        for canonical, others in _read(path).items():
            for name in [canonical, *others]:
                if not name.strip():
                    raise VocabularyFaulty(path, f"a name of {canonical!r} is blank.")
                key = name.lower()
                if key in seen:
                    raise VocabularyFaulty(
                        path, f"{name!r} stands twice, also under {seen[key]!r}."
                    )
                seen[key] = canonical
                yield label, canonical, name


def _read(path: Path) -> dict[str, list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(text)
    except OSError as err:
        raise VocabularyFaulty(path, f"{err.strerror}.") from err
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        raise VocabularyFaulty(path, f"not YAML in UTF-8 ({err}).") from err
    if not isinstance(content, dict):
        raise VocabularyFaulty(path, "expected `canonical name: [other names]` lines.")
    # YAML keeps only the last of two lines with one key.
    keys = [key.value for key, _ in yaml.compose(text).value]
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


def _patterns(nlp: Language, folder: Path) -> Iterator[dict[str, Any]]:
    for label, canonical, name in read_names(folder):
        typed = [name, name.lower(), *_dotted(name)]
        for words in sorted({tuple(token.lower_ for token in nlp.make_doc(t)) for t in typed}):
            yield {"label": label, "id": canonical, "pattern": [{"LOWER": w} for w in words]}


def _dotted(name: str) -> list[str]:
    """Return the ways to type an abbreviation with dots: "hrt" as "h.r.t", "H.R.T."."""
    n_capitals = sum(letter.isupper() for letter in name)
    if n_capitals < 2 or not name.isalpha() or len(name) > _MOST_DOTS:
        return []
    dotted = ".".join(name.lower())
    return [dotted, f"{dotted}.", dotted.upper(), f"{dotted}.".upper()]


def _is_abbreviation(name: str) -> bool:
    return name.upper() == name


def _is_word(word: str) -> bool:
    return word in _NO_ENGLISH or is_english(word)


def _unmark(item: str) -> str:
    return _MARK.sub(r"\1", item)
