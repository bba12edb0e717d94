"""What the command line says of documents."""

import datetime

import pytest

from knowledge.summaries import describe_document, describe_upkeep, is_due
from knowledge.types import Document, Source

TODAY = datetime.date(2026, 5, 1)
KNOWN = Document("known", "Known", publisher="NHS")
OWN = Document("own", "Own words", sources=(Source("NHS", "https://nhs.example"),))
BARE = Document("bare", "Bare")
DUE = Document("due", "Due", publisher="NHS", review_due="2026-05-31")
LATER = Document("later", "Later", publisher="NHS", review_due="2026-06-01")
LATE = Document("late", "Late", publisher="NHS", review_due="2019-12-31")
HINT = " python -m knowledge inspect shows which."


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([], ""),
        ([KNOWN, OWN, LATER], ""),
        ([BARE], f"1 document lacks a publisher.{HINT}"),
        ([DUE], f"1 document is due for review.{HINT}"),
        ([DUE, LATE, LATER], f"2 documents are due for review.{HINT}"),
        ([BARE] * 12 + [DUE] * 3, f"12 documents lack a publisher, 3 are due for review.{HINT}"),
        ([BARE, BARE, LATE], f"2 documents lack a publisher, 1 is due for review.{HINT}"),
    ],
)
def test_upkeep_is_said_in_a_sentence(documents: list[Document], expected: str) -> None:
    assert describe_upkeep(documents, TODAY) == expected


def test_a_review_is_due_a_month_before_its_day() -> None:
    assert [is_due(each, TODAY) for each in (KNOWN, LATE, DUE, LATER)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (KNOWN, "Known · NHS · 1 passage"),
        (OWN, "Own words · 1 passage"),
        (BARE, "Bare · no publisher · 1 passage"),
        (LATE, "Late · NHS · due for review 2019-12-31 · 1 passage"),
    ],
)
def test_a_document_is_described_in_a_line(document: Document, expected: str) -> None:
    assert describe_document(document, 1, TODAY) == expected
