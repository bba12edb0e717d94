"""Titles that name no document, and headings that mean nothing without one."""

import re

# What a file's properties say where nobody wrote a title: a file's name, a program's, a template's.
_MADE_BY_PROGRAM = re.compile(
    r"\.(docx?|dotx?|odt|rtf|txt|md|html?|pdf|pptx?|xlsx?|indd|qxd|pages|pub|key)\b"
    r"|^(microsoft (word|power ?point|publisher|excel|office)|google docs|libre ?office)"
    r"|^(open ?office|adobe (indesign|illustrator|acrobat|photoshop)|quark ?xpress)"
    r"|^(power ?point presentation|presentation|document|layout|slide|page|scan|file) ?\d*$"
    r"|^(img|image) ?\d*$"
    r"|\b(untitled|template)\b",
    re.IGNORECASE,
)
# Headings that stand in documents of any subject and name none.
_SAYS_NOTHING = frozenset(
    {
        "about this leaflet",
        "about this page",
        "abstract",
        "at a glance",
        "background",
        "conclusion",
        "conclusions",
        "contents",
        "description",
        "foreword",
        "further information",
        "general",
        "general information",
        "home",
        "in brief",
        "in short",
        "in this leaflet",
        "introduction",
        "key facts",
        "key points",
        "main menu",
        "menu",
        "more information",
        "on this page",
        "overview",
        "preface",
        "quick facts",
        "summary",
        "table of contents",
        "the basics",
    }
)
# Characters of a title; a longer one is a paragraph in a heading's look.
MAX_TITLE = 300
_NUMBER = re.compile(r"^\d{1,3}(\.\d{1,3}){0,3}[.)]?\s+")


def names_document(title: str) -> bool:
    """Say whether a title says what a document is about, as far as its form can tell.

    Args:
        title: Of a file's properties, or the heading on top of it.
    """
    n_signs, n_letters = len(re.findall(r"\w", title)), len(re.findall(r"[^\W\d_]", title))
    if n_signs < 2 or not n_letters or len(title) > MAX_TITLE or says_nothing(title):
        return False
    # "Addisons_disease_v3": a file's name, though without its suffix.
    is_file_name = "_" in title and " " not in title
    return not is_file_name and _MADE_BY_PROGRAM.search(title) is None


def says_nothing(heading: str) -> bool:
    """Say whether a heading could stand in a document on anything: "Overview", "1. Summary"."""
    bare = _NUMBER.sub("", heading.strip()).rstrip(" :.?!").lower()
    return bare in _SAYS_NOTHING
