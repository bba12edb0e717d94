"""Make a spaCy pipeline from the vocabulary files and the words of a profile.

It has a tokenizer, lookup lemmas, an entity ruler, and a filter for what only looks like a name.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import spacy
from spacy.language import Language
from spacy.pipeline import EntityRuler

from bot.matching.yaml_files import hash_files
from bot.vocabulary.abbreviations import NAME as ABBREVIATIONS
from bot.vocabulary.abbreviations import AbbreviationFilter
from bot.vocabulary.names import FOLDER, Name, find_words, read_names
from profiles import find_folder
from spelling import is_english

ROOT = FOLDER.parents[1]
# Where names, and words that look like them, stand in sentences: what the assistant is trained on
# (a profile's intents too), and sentences with such words.
TEXTS = (
    ROOT / "data" / "nlu.yml",
    ROOT / "bot" / "red_flags" / "exemplars.yml",
    ROOT / "bot" / "advice" / "exemplars.yml",
    FOLDER / "words.txt",
)
# Key of a pipeline's meta data: a digest of the profile's words that it was made with.
MADE_WITH = "bonafide_words"
# Most letters of an abbreviation that is typed with dots.
_MOST_DOTS = 5
# A form of address, or milliseconds; no dictionary has it as a word.
_NO_ENGLISH = frozenset({"ms"})
# An item of a list, without what quotes it; "[RA](condition)" marks an entity.
_ITEM = re.compile(r"^[^\S\n]*- [\"']?(.*?)[\"']?$", re.MULTILINE)
_MARK = re.compile(r"\[([^\]\[]*)\](?:\([^)]*\)|\{[^}]*\})")


def write_pipeline(target: Path, folder: Path = FOLDER, words: Path | None = None) -> Language:
    """Write the pipeline made from the vocabulary in `folder` to `target`, and return it.

    Args:
        target: A folder.
        folder: The vocabulary.
        words: Those of a profile.

    Raises:
        VocabularyFaulty: If a file is missing, not a mapping of lists, or names something twice.
    """
    nlp = make_pipeline(folder, words)
    nlp.to_disk(target)
    return nlp


def make_pipeline(folder: Path = FOLDER, words: Path | None = None) -> Language:
    """Return a blank English pipeline with lookup lemmas and the vocabulary's names as entities.

    An abbreviation is found however it is typed. One that is a word as well, "as", is a name only
    in capitals of its own, or where names stand.

    Args:
        folder: The vocabulary.
        words: Those of a profile.

    Raises:
        VocabularyFaulty: If a file is missing, not a mapping of lists, or names something twice.
    """
    nlp = spacy.blank("en")
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    # The lemma table is loaded by initialize(), which must come before the ruler has patterns.
    nlp.initialize()
    ruler = cast(EntityRuler, nlp.add_pipe("entity_ruler"))
    names = list(read_names(folder, words))
    ruler.add_patterns(list(_patterns(nlp, names)))
    short = [name.lower() for _, _, name in names if _is_abbreviation(name)]
    ambiguous = [name for name in short if _is_word(name)]
    docs = list(nlp.pipe(read_texts(), disable=["lemmatizer"])) if ambiguous else []
    cast(AbbreviationFilter, nlp.add_pipe(ABBREVIATIONS)).learn(ambiguous, docs)
    nlp.meta[MADE_WITH] = hash_words(words)
    return nlp


def renew_pipeline(nlp: Language) -> Language:
    """Return a pipeline that knows the words of the profile as they are now.

    So a change of them needs no training: the servers are started again. A pipeline that is not
    of ours, or was made with the same words, is returned as it is.

    Raises:
        VocabularyFaulty: If a file cannot be used.
    """
    words = find_words()
    is_current = nlp.meta.get(MADE_WITH, hash_words(words)) == hash_words(words)
    return nlp if is_current else make_pipeline(words=words)


def hash_words(words: Path | None) -> str:
    """Return a digest of a profile's words; empty if it has none."""
    return hash_files([words]) if words else ""


def read_texts() -> Iterator[str]:
    """Yield the sentences that tell where names stand, and where words that look like them."""
    for path in (*TEXTS, *sorted((find_folder() / "intents").glob("*.yml"))):
        text = path.read_text(encoding="utf-8")
        yield from text.splitlines() if path.suffix == ".txt" else map(_unmark, _ITEM.findall(text))


def _patterns(nlp: Language, names: Iterable[Name]) -> Iterator[dict[str, Any]]:
    for label, canonical, name in names:
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
