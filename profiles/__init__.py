"""A profile: one folder with all that makes an assistant an owner's own.

`assistant.yml` has its words, `documents/` and `faq/` what it answers from; docs/profile.md
describes the folder. Standard library and PyYAML only: both environments read it.
"""

from profiles.locate import find_folder
from profiles.made import MadeWords, Part, list_questions, rank_titles
from profiles.reading import read_profile
from profiles.settings import fill_settings, read_current
from profiles.types import Assistant, Colours, Contact, Profile, ProfileInvalid, Starter
from profiles.words import Words, is_complete, make_words

__all__ = [
    "Assistant",
    "Colours",
    "Contact",
    "MadeWords",
    "Part",
    "Profile",
    "ProfileInvalid",
    "Starter",
    "Words",
    "fill_settings",
    "find_folder",
    "is_complete",
    "list_questions",
    "make_words",
    "rank_titles",
    "read_current",
    "read_profile",
]
