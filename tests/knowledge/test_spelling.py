"""The words of the documents: what is misspelt is corrected, and nothing else."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.search.lexical import Stemmer
from spelling import Corrector, apply_corrections, count_words, locate_original

ROOT = Path(__file__).parents[2]

# What the questions of the sets misspell themselves, "boaked", which is Scots, and "slipt".
REALLY_WRONG = set(
    """
    accidentaly anklosing arthritus autoimune boaked calcuim collitis denisty desease excersise
    fracutred goin helloo helo hyperparathyriodism illneses inflamation lupas menapause
    osteoperosis osteoporsis ostioporosis prevnting psoratic resutls rhumatoid shoud
    slipt somthing spondilitis steriods symtoms wonderin wuold
    """.split()  # noqa: SIM905
)

# Right, but the library has the British forms; it has "osteopenia" alone.
AMERICAN = {"celiac", "estrogen", "neighbor", "osteopaenia", "remodeling"}


def test_correct_changes_nothing_right_in_the_questions_of_the_sets() -> None:
    spelling = _read_library()
    questions = [*_read_examples(), *_read_sets()]
    assert len(questions) > 4000

    changed = set()
    for question in questions:
        both = (question, spelling.correct(question))
        before, after = (re.findall(r"[^\W\d_]+", text) for text in both)
        changed |= {old.lower() for old, new in zip(before, after, strict=True) if old != new}

    assert changed <= REALLY_WRONG | AMERICAN


@given(st.text(max_size=200))
def test_correct_takes_any_text_and_corrects_it_once(text: str) -> None:
    corrected = _read_library().correct(text)

    assert _read_library().correct(corrected) == corrected


@given(
    st.lists(st.sampled_from(["osteoperosis", "the", "Wich", "bones?", "\n", "ok 🦴", "arthritus"]))
)
def test_all_that_is_not_corrected_stands_where_locate_says(words: list[str]) -> None:
    text = " ".join(words)
    typos = _read_library().find_typos(text)
    corrected = apply_corrections(text, typos)

    for match in re.finditer(r"\S+", corrected):
        start, end = locate_original(*match.span(), typos)
        assert _read_library().correct(text[start:end]) == match.group()


@cache
def _read_library() -> Corrector:
    """Return the corrector of the documents in the tree, of which no index is needed."""
    paths = sorted((ROOT / "knowledge" / "documents").rglob("*.md"))
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    names = [line for line in lines if re.match(r"#|title:|.*\?$", line)]
    stemmer = Stemmer()
    stems = set(stemmer.stems(re.findall(r"\w+", " ".join(lines))))
    return Corrector(
        count_words(names),
        count_words(lines),
        is_known=lambda word: stems.issuperset(stemmer.stems([word])),
    )


def _read_examples() -> list[str]:
    """Return what intents are trained on, without the marks of entities."""
    paths = [ROOT / "data" / "nlu.yml", *(ROOT / "profile" / "intents").glob("*.yml")]
    parts = [part for p in paths for part in yaml.safe_load(p.read_text(encoding="utf-8"))["nlu"]]
    examples = "\n".join(item.get("examples", "") for item in parts)
    return re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", examples).splitlines()


def _read_sets() -> list[str]:
    """Return the clean questions of the development halves."""
    questions: list[str] = []
    for path in sorted((ROOT / "tests" / "data").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case: dict[str, Any] = json.loads(line)
            if case.get("split") == "development":
                questions += [case[key] for key in ("clean", "message", "question") if key in case]
                questions += case.get("turns", [])
    return questions
