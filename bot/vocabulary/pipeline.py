"""Make a spaCy pipeline from the vocabulary files: tokenizer, lookup lemmas, entity ruler."""

from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple, cast

import spacy
import yaml
from spacy.language import Language
from spacy.pipeline import EntityRuler

FOLDER = Path(__file__).parent
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
        VocabularyFaulty: A file is missing, not a mapping of lists, or names something twice.
    """
    nlp = make_pipeline(folder)
    nlp.to_disk(target)
    return nlp


def make_pipeline(folder: Path = FOLDER) -> Language:
    """Return a blank English pipeline with lookup lemmas and the vocabulary's names as entities.

    Raises:
        VocabularyFaulty: A file is missing, not a mapping of lists, or names something twice.
    """
    nlp = spacy.blank("en")
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    # The lemma table is loaded by initialize(), which must come before the ruler has patterns.
    nlp.initialize()
    ruler = cast(EntityRuler, nlp.add_pipe("entity_ruler"))
    ruler.add_patterns(list(_patterns(nlp, folder)))
    return nlp


def read_names(folder: Path = FOLDER) -> Iterator[Tuple[str, str, str]]:
    """Yield every (label, canonical name, name), the canonical name itself included.

    Raises:
        VocabularyFaulty: A file is missing, not a mapping of lists, or names something twice.
    """
    seen: Dict[str, str] = {}
    for stem, label in LABELS.items():
        path = folder / f"{stem}.yml"
        for canonical, others in _read(path).items():
            for name in [canonical, *others]:
                if not name.strip():
                    raise VocabularyFaulty(path, f"a name of {canonical!r} is blank.")
                key = name if _is_abbreviation(name) else name.lower()
                if key in seen:
                    raise VocabularyFaulty(
                        path, f"{name!r} stands twice, also under {seen[key]!r}."
                    )
                seen[key] = canonical
                yield label, canonical, name


def _read(path: Path) -> Dict[str, List[str]]:
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


def _patterns(nlp: Language, folder: Path) -> Iterator[Dict[str, Any]]:
    for label, canonical, name in read_names(folder):
        # "AS" is a disease and "as" a word: abbreviations count only as they are written.
        key = "ORTH" if _is_abbreviation(name) else "LOWER"
        text = name if key == "ORTH" else name.lower()
        yield {
            "label": label,
            "id": canonical,
            "pattern": [{key: t.text} for t in nlp.make_doc(text)],
        }


def _is_abbreviation(name: str) -> bool:
    return name.upper() == name
