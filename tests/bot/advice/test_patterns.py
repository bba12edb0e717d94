"""What asks for advice on one person's health, and what only sounds like it."""

from pathlib import Path

import pytest

from bot.advice.patterns import AdvicePatterns
from bot.matching.yaml_files import PhrasesInvalid


@pytest.fixture(scope="module")
def patterns() -> AdvicePatterns:
    return AdvicePatterns()


def find_matter(patterns, text, entities):
    return patterns.find_matter(patterns.split_sentences(text, entities))


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("should i stop my tablets?", "stop"),
        ("cant my mum just skip the injection this time", "stop"),
        ("how much should I take", "dose"),
        ("what dose is right for my son", "dose"),
        ("do I have lupus?", "diagnosis"),
        ("whats wrong with me", "diagnosis"),
        ("can I drink wine while on my tablets", "interaction"),
        ("which tablet is best for me", "choice"),
        ("what would you do?  I am 70.", "choice"),
        ("is it safe for me to ski", "other"),
    ],
)
def test_find_names_the_matter(patterns, text, matter):
    entities = (
        [("condition", text.index("lupus"), text.index("lupus") + 5)] if "lupus" in text else ()
    )

    assert find_matter(patterns, text, entities) == matter


@pytest.mark.parametrize(
    "text",
    [
        "should people with thin bones take tablets?",
        "why do I have to stop my tablets before the scan",
        "how can I stop my bones from getting weaker",
        "how do tablets work",
        "what should I expect at the scan",
        "what should I be asking about my tablets",
        "my tablets were changed, is that because of my kidneys or what",
        "which test shows how thin my bones are",
        "what can I do to protect my bones",
        "my doctor gave me tablets, what are they for",
        "",
        "?!",
    ],
)
def test_find_leaves_questions_on_the_matter_itself_alone(patterns, text):
    assert find_matter(patterns, text, ()) is None


def test_find_reads_the_names_of_medicines_as_medicines(patterns):
    text = "should my dad give up zoledronate"

    assert find_matter(patterns, text, [("medicine", 22, 33)]) == "stop"
    assert find_matter(patterns, text, ()) != "stop"


def test_read_gives_sentences_with_placeholders(patterns):
    text = "My mum has lupus, can't sleep. Stop the Fosamax?"

    assert patterns.split_sentences(text, [("condition", 11, 16), ("person", 3, 6)]) == [
        " my mum has diseaseentity , can not sleep ",
        " stop the medicineentity ",
    ]


def test_find_knows_the_names_on_the_box(patterns):
    assert find_matter(patterns, "should I give up Prolia", ()) == "stop"


def test_patterns_name_the_file_that_is_missing(tmp_path: Path):
    with pytest.raises(PhrasesInvalid, match=r"\.yml"):
        AdvicePatterns(tmp_path / "patterns.yml")
