"""Slips are mended; a word that is right never changes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.lexical import Stemmer
from knowledge.spelling import Spelling

ROOT = Path(__file__).parents[2]

HEADINGS = [
    "Osteoporosis",
    "What is osteoporosis?",
    "Rheumatoid arthritis and osteoporosis",
    "Psoriatic arthritis",
    "Which foods hold calcium?",
    "Hyperthyroidism",
    "Hypercalcaemia",
    "Colitis, there and here",
    "Lupus: the physical examination",
    "Immune diseases and cortisone",
    "A broken wrist",
    "Can you catch it?",
    "Benefits and harms for the doctor to weigh",
]
TEXTS = [
    "Prednisolone is a steroid. A replacement hormone is shielded.",
    "The station was hollow until a page on steroids was taken, which happened.",
]
# Forms that stand for others of the same stem.
STEMS = {"hormon", "untill", "steroidal"}


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    words = {word.strip("?,.:").lower() for text in HEADINGS + TEXTS for word in text.split()}
    return Spelling(HEADINGS, TEXTS, is_known=(words | STEMS).__contains__)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("ostioporosis", "osteoporosis"),
        ("osteoperosis", "osteoporosis"),
        ("Osteoprosis", "osteoporosis"),
        ("osteoporisos", "osteoporosis"),
        ("OSTEOPOROSSIS", "osteoporosis"),
        ("rhumatoid", "rheumatoid"),
        ("rhuematoid", "rheumatoid"),
        ("psoratic", "psoriatic"),
        ("arthiritus", "arthritis"),
        ("calcuim", "calcium"),
        ("collitis", "colitis"),
        # Two slips, or another first letter, and the same sound.
        ("fysical", "physical"),
        ("loopus", "lupus"),
        ("imune", "immune"),
        ("cortizone", "cortisone"),
        ("kortisone", "cortisone"),
        ("rist", "wrist"),
        ("cach", "catch"),
        ("rumatoid", "rheumatoid"),
        # Words of passages, and of none.
        ("steriods", "steroids"),
        ("sheilded", "shielded"),
        ("takeing", "taking"),
        ("shoud", "should"),
        ("wich", "which"),
        ("abuot", "about"),
        ("familly", "family"),
        ("rougly", "roughly"),
        # Their stems are in the library, they are not.
        ("hormon", "hormone"),
        ("untill", "until"),
    ],
)
def test_mend_finds_the_word_that_was_meant(spelling: Spelling, wrong: str, right: str) -> None:
    assert spelling.mend(f"Is {wrong}, please?") == f"Is {right}, please?"


@pytest.mark.parametrize(
    "right",
    [
        "osteoporosis",
        "Rheumatoid",
        "prednisolone",
        "hypothyroidism",  # in the dictionary: the opposite of what the library has
        "hypocalcaemia",  # in no list
        "osteopetrosis",  # in no list: another disease
        "arthritic",
        "foots",
        "theyre",
        "shouldnt",
        "woods",
        "colic",
        "steroidal",
        "oughtn",
        "theyll",
        "mins",
        "equina",
        "crohns",
    ],
)
def test_mend_leaves_a_right_word(spelling: Spelling, right: str) -> None:
    assert spelling.mend(right) == right


@pytest.mark.parametrize("word", ["bons", "xosteoporosis", "ostprs", "qwertyuiop", "骨粗鬆症です"])
def test_mend_leaves_a_word_that_is_short_or_far_from_all(spelling: Spelling, word: str) -> None:
    assert spelling.mend(word) == word


@pytest.mark.parametrize("text", ["", "?!", "🦴 calcium 2,000 mg/day\n\t- ok", "T-score -2.5"])
def test_mend_leaves_all_that_is_no_word(spelling: Spelling, text: str) -> None:
    assert spelling.mend(text) == text


@given(st.text(max_size=200))
def test_mend_takes_any_text_and_mends_it_once(spelling: Spelling, text: str) -> None:
    mended = spelling.mend(text)

    assert spelling.mend(mended) == mended


@pytest.mark.parametrize(
    "name",
    """
    fosamax prolia actonel evenity humira forteo reclast evista boniva xgeva zometa aclasta enbrel
    cimzia stelara imuran plaquenil benlysta remicade crestor losec aleve lyrica depo statin
    statins teriparatide romosozumab denosumab raloxifene metformin frax trax dxa anca addisons
    pagets sjogren behcet coeliac perthes osteopetrosis
    """.split(),  # noqa: SIM905
)
def test_mend_leaves_names(spelling: Spelling, name: str) -> None:
    for form in (name, name.capitalize(), name.upper()):
        assert spelling.mend(f"is {form} good") == f"is {form} good"


def test_a_capital_inside_a_sentence_marks_a_name(spelling: Spelling) -> None:
    assert spelling.mend("Familly matters. Familly! How is Familly?") == (
        "family matters. family! How is Familly?"
    )


@pytest.mark.parametrize("word", ["plaît", "spät", "häpens"])
def test_mend_leaves_words_of_other_languages(spelling: Spelling, word: str) -> None:
    assert spelling.mend(word) == word


def test_mend_without_a_library_knows_english_alone() -> None:
    spelling = Spelling([], is_known=lambda word: False)

    assert spelling.mend("familly ostprs cortizol") == "family ostprs cortizol"


def test_mend_prefers_words_of_headings() -> None:
    spelling = Spelling(["Bone loss"], ["A bold boss"], is_known=lambda word: False)

    assert spelling.mend("losss") == "loss"


# What the questions of the sets misspell themselves, "boaked", which is Scots, and "slipt".
REALLY_WRONG = set(
    """
    osteoperosis anklosing arthritus autoimune boaked calcuim collitis denisty desease excersise
    fracutred helloo helo hyperparathyriodism illneses inflamation lupas menapause osteopaenia
    osteoporsis ostioporosis prevnting psoratic resutls rhumatoid shoud slipt spondilitis steriods
    symtoms wonderin wuold
    """.split()  # noqa: SIM905
)


def test_mend_changes_nothing_right_in_the_questions_of_the_sets() -> None:
    spelling = _read_library()
    questions = [*_read_examples(), *_read_sets()]
    assert len(questions) > 4000

    changed = set()
    for question in questions:
        before, after = (re.findall(r"[^\W\d_]+", q) for q in (question, spelling.mend(question)))
        changed |= {old.lower() for old, new in zip(before, after, strict=True) if old != new}

    assert changed <= REALLY_WRONG


def _read_library() -> Spelling:
    """Return the spelling of the documents in the tree, of which no index is needed."""
    paths = sorted((ROOT / "knowledge" / "documents").rglob("*.md"))
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    names = [line for line in lines if re.match(r"#|title:|.*\?$", line)]
    stemmer = Stemmer()
    stems = set(stemmer.stems(re.findall(r"\w+", " ".join(lines))))
    return Spelling(names, lines, is_known=lambda word: stems.issuperset(stemmer.stems([word])))


def _read_examples() -> list[str]:
    """Return what intents are trained on, without the marks of entities."""
    content = (ROOT / "data" / "nlu.yml").read_text(encoding="utf-8")
    examples = "\n".join(item.get("examples", "") for item in yaml.safe_load(content)["nlu"])
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
