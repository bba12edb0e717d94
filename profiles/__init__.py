"""A profile: one folder with all that makes an assistant an owner's own.

`assistant.yml` has its words, `documents/` and `faq/` what it answers from; docs/profile.md
describes the folder. Standard library and PyYAML only: both environments read it.
"""

from profiles.locate import find_folder
from profiles.reading import read_profile
from profiles.settings import fill_settings, read_current
from profiles.types import Assistant, Colours, Contact, Profile, ProfileInvalid, Starter

__all__ = [
    "Assistant",
    "Colours",
    "Contact",
    "Profile",
    "ProfileInvalid",
    "Starter",
    "fill_settings",
    "find_folder",
    "read_current",
    "read_profile",
]
