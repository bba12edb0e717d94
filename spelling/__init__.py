"""Words that are written wrongly, and the right ones: shared by both servers."""

from spelling.atlantic import common_form
from spelling.english import is_english
from spelling.field import count_words
from spelling.mend import Spelling
from spelling.slips import Slip, correct, locate

__all__ = ["Slip", "Spelling", "common_form", "correct", "count_words", "is_english", "locate"]
