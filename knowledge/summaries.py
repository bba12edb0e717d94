"""What the command line says of a build, and of the documents of a library."""

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from knowledge.types import Document

if TYPE_CHECKING:
    from knowledge.indexing.build import BuildReport

# A review that is due in so many days is named, so that there is time for it.
DUE_DAYS = 30


def find_unattributed(documents: Iterable[Document]) -> list[Document]:
    """Return the documents of which nobody can be told where their words or facts come from."""
    return [document for document in documents if not document.origin]


def is_due(document: Document, today: datetime.date) -> bool:
    """Say whether a document is to be checked again within 30 days, or was to be before."""
    last_day = today + datetime.timedelta(days=DUE_DAYS)
    return bool(document.review_due) and document.review_due <= last_day.isoformat()


def describe_upkeep(documents: Sequence[Document], today: datetime.date) -> str:
    """Return what the owner of some documents should see to, in a sentence; empty for nothing."""
    parts = []
    if n := len(find_unattributed(documents)):
        parts.append(f"{n:,} {'document lacks' if n == 1 else 'documents lack'} a publisher")
    if n := sum(is_due(document, today) for document in documents):
        named = "" if parts else (" document" if n == 1 else " documents")
        parts.append(f"{n:,}{named} {'is' if n == 1 else 'are'} due for review")
    return f"{', '.join(parts)}. python -m knowledge inspect shows which." if parts else ""


def describe_document(document: Document, n_passages: int, today: datetime.date) -> str:
    """Return a document's title and what else its owner may look for, in one line."""
    parts = [
        document.title,
        document.topic and f"topic {document.topic}",
        document.publisher or ("" if document.origin else "no publisher"),
        document.checked and f"checked {document.checked}",
        f"due for review {document.review_due}" if is_due(document, today) else "",
        f"{n_passages} {'passage' if n_passages == 1 else 'passages'}",
    ]
    return " · ".join(filter(None, parts))


def summarise_build(report: "BuildReport") -> str:
    """Return what a build changed, as the end of a sentence."""
    if report.is_unchanged:
        return f"nothing changed ({report.seconds:.1f} s)"
    counts = report.n_added, report.n_changed, report.n_removed
    documents = ", ".join(
        f"{n} {word}" for n, word in zip(counts, ("added", "changed", "removed"), strict=True) if n
    )
    return (
        f"{documents or 'in another order'}; "
        f"{report.n_embedded} passages embedded ({report.seconds:.1f} s)"
    )


def describe_build(
    report: "BuildReport", documents: Sequence[Document], today: datetime.date
) -> dict[str, object]:
    """Return the same for machines."""
    return {
        "added": report.n_added, "changed": report.n_changed, "removed": report.n_removed,
        "embedded": report.n_embedded, "seconds": round(report.seconds, 3),
        "unreadable": [{"path": str(e.path), "reason": e.reason} for e in report.unreadable],
        "ignored": [{"path": str(e.path), "reason": e.reason} for e in report.ignored],
        "passed_over": {kind: len(paths) for kind, paths in report.passed_over.items()},
        "without_publisher": [document.id for document in find_unattributed(documents)],
        "due_for_review": [document.id for document in documents if is_due(document, today)],
    }  # fmt: skip
