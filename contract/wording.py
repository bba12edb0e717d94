"""Fields of a citation as people read them; the widget has the same words in extras.js."""

import datetime

NOT_REVIEWED = "not reviewed by a clinician yet"


def format_date(iso: str) -> str:
    """Return "2026-05-01" as "1 May 2026", which no country reads the wrong way round.

    Raises:
        ValueError: If it is no ISO date.
    """
    date = datetime.date.fromisoformat(iso)
    return f"{date.day} {date:%B} {date.year}"


def format_checked(iso: object) -> str:
    """Return "checked against its sources on 1 May 2026"; an empty string for no ISO date."""
    try:
        return f"checked against its sources on {format_date(iso)}" if isinstance(iso, str) else ""
    except ValueError:  # the document does not say
        return ""


def format_review(reviewed_by: object, *, url: object) -> str:
    """Return "reviewed by Dr A. Example", or that no clinician has reviewed a text yet.

    Args:
        reviewed_by: The clinician; empty where none is known.
        url: Where the document is published. What others publish may well have been reviewed, so
            nothing is said of it where no clinician is named.
    """
    if isinstance(reviewed_by, str) and reviewed_by:
        return f"reviewed by {reviewed_by}"
    return "" if url else NOT_REVIEWED


def format_page(page: object) -> str:
    """Return "page 3"; an empty string for what is no number of a page."""
    return f"page {page}" if type(page) is int and 0 < page < 10**9 else ""


def format_heading(heading: str) -> str:
    """Return the heading of a passage as part of a line."""
    return f"section “{heading}”"
