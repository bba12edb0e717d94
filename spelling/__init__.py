"""Spelling correction, shared by both servers."""

from spelling.atlantic import common_form
from spelling.corrector import Corrector
from spelling.english import is_english
from spelling.known_words import count_words
from spelling.typos import Typo, apply_corrections, locate_original

__all__ = [
    "Corrector",
    "Typo",
    "apply_corrections",
    "common_form",
    "count_words",
    "is_english",
    "locate_original",
]
