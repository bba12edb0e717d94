"""Questions in British and in American spelling get the same passage of the shipped library."""

import json
from pathlib import Path

import pytest

from knowledge.search.retriever import Retriever
from knowledge.settings import Settings

ROOT = Path(__file__).parents[2]
PAIRS = [
    json.loads(line)
    for line in (ROOT / "tests" / "data" / "british_american.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    return Retriever.open(
        Settings(encoder=ROOT / "build" / "encoder", index=ROOT / "build" / "knowledge.db")
    )


def test_there_are_thirty_pairs_and_more() -> None:
    assert len(PAIRS) >= 30
    assert all(pair["british"] != pair["american"] for pair in PAIRS)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["american"])
def test_both_forms_of_a_question_get_the_same_first_passage(
    retriever: Retriever, pair: dict[str, str]
) -> None:
    british, american = (retriever.search(pair[form])[0] for form in ("british", "american"))

    assert american.passage.id == british.passage.id
