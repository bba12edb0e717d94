"""What passages are called, and which one a name means."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.search.passage_names import PassageNames
from knowledge.types import Document, Passage

Row = tuple[str, str]
HEADINGS = [
    *("Why?", "why", "Why is it so", "Why?, part 2", "Dose", "Apples > Dose", "Pears > Dose"),
    *("Dose (A)", "Dose *", "骨?", "?"),
]
ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(HEADINGS)), max_size=12)


def make(rows: list[Row]) -> PassageNames:
    """Return the names of a library whose passages have these documents and headings."""
    passages = [
        Passage(f"{document}#{at}", document, at, heading, "Text.", ((0, 5),))
        for at, (document, heading) in enumerate(rows)
    ]
    documents = {document: Document(document, document.upper()) for document, _ in rows}
    return PassageNames(SimpleNamespace(passages=passages, documents=documents))  # type: ignore[arg-type]


def names_of(rows: list[Row]) -> list[str]:
    names = make(rows)
    return [names.name_of(row) for row in range(len(rows))]


@given(ROWS)
def test_no_two_passages_have_the_same_name(rows: list[Row]) -> None:
    names = [name.casefold() for name in names_of(rows)]

    assert len(set(names)) == len(rows)


@given(ROWS)
def test_a_name_and_an_id_lead_to_their_passage(rows: list[Row]) -> None:
    names = make(rows)

    for row, (document, _) in enumerate(rows):
        assert names.find(names.name_of(row)) == names.find(f"{document}#{row}") == row


@pytest.mark.parametrize(
    "said",
    ["Why is it so?", "why is it so", " WHY  is\nit so!? ", "Why is it so ?", "Why is it so."],
)
def test_a_name_is_known_however_it_is_typed(said: str) -> None:
    assert make([("a", "Dose"), ("a", "Why is it so?")]).find(said) == 1


@pytest.mark.parametrize("said", ["", "why is it", "why is it so and so", "a#2"])
def test_another_text_is_no_name(said: str) -> None:
    assert make([("a", "Dose"), ("a", "Why is it so?")]).find(said) is None


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([("a", "Dose"), ("b", "Why?")], ["Dose", "Why?"]),
        ([("a", "Apples > Dose"), ("a", "Why?")], ["Dose", "Why?"]),
        ([("a", "Why?"), ("b", "why")], ["Why? (A)", "why (B)"]),
        ([("a", "Why?"), ("a", "Why?"), ("a", "Dose")], ["Why?", "Why?, part 2", "Dose"]),
        ([("a", "Why?")] * 2 + [("b", "Why?")], ["Why? (A)", "Why? (A), part 2", "Why? (B)"]),
    ],
    ids=["heading", "last-heading", "title", "part", "title-and-part"],
)
def test_a_name_is_no_longer_than_it_needs_to_be(rows: list[Row], names: list[str]) -> None:
    assert names_of(rows) == names


def test_a_heading_called_like_a_part_has_a_name_of_its_own() -> None:
    assert len(set(names_of([("a", "Why?"), ("a", "Why?, part 2"), ("a", "Why?")]))) == 3


def test_alike_headings_under_different_ones_are_no_parts_of_one_section() -> None:
    rows = [("a", "Apples > Dose"), ("a", "Pears > Dose"), ("a", "Pears > Dose")]

    assert names_of(rows) == ["Apples > Dose", "Pears > Dose", "Pears > Dose, part 2"]
