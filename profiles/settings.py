"""What of a profile there are settings for becomes one, where the setting is not set.

All that reads settings then takes the profile into account without knowing of it.
"""

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import replace
from pathlib import Path

from profiles.locate import find_folder, shorten
from profiles.reading import read_profile
from profiles.types import Assistant, Profile
from settings import table

# Settings that only make sense together: where one is set, the profile's others do not count.
_OPERATOR = (table.OPERATOR.key, table.OPERATOR_URL.key)
_CONTACT = tuple(
    each.key
    for each in (
        *(table.CONTACT_NAME, table.CONTACT_PHONE, table.CONTACT_EMAIL, table.CONTACT_URL),
        *(table.CONTACT_HOURS, table.CONTACT_TIME_ZONE),
    )
)
_TOGETHER = (_OPERATOR, _CONTACT)


def read_current(environ: Mapping[str, str] = os.environ) -> Profile:
    """Return the profile of this process.

    A library of another folder without a profile of its own gets none of the shipped assistant's
    words: they are about something else.

    Raises:
        ProfileInvalid: It cannot be used.
    """
    profile = read_profile(find_folder(environ))
    named = _read(environ, table.DOCUMENTS.key)
    if not named or _read(environ, table.PROFILE.key) or _is_library(named, profile):
        return profile
    folder = Path(named.split(os.pathsep)[0])
    return replace(profile, assistant=Assistant(), documents=folder, faq=None, questions=None)


def fill_settings(environ: MutableMapping[str, str], profile: Profile) -> None:
    """Set what the profile says and `environ` does not."""
    taken = {key for key in environ if _read(environ, key)}
    for key, value in make_settings(profile).items():
        together = next((keys for keys in _TOGETHER if key in keys), (key,))
        if taken.isdisjoint(together):
            environ[key] = value


def make_settings(profile: Profile) -> dict[str, str]:
    """Return the settings that a profile has a value for."""
    assistant, contact = profile.assistant, profile.assistant.contact
    found = {
        table.DOCUMENTS.key: join_library(profile),
        table.NAME.key: assistant.name,
        table.OPERATOR.key: assistant.organisation,
        table.OPERATOR_URL.key: assistant.organisation_url,
        table.PRIVACY_URL.key: assistant.privacy_url,
        table.REGION.key: assistant.country,
        table.CONTACT_NAME.key: contact.name,
        table.CONTACT_PHONE.key: contact.phone,
        table.CONTACT_EMAIL.key: contact.email,
        table.CONTACT_URL.key: contact.url,
        table.CONTACT_HOURS.key: contact.hours,
        table.CONTACT_TIME_ZONE.key: contact.time_zone,
    }
    return {key: value for key, value in found.items() if value}


def join_library(profile: Profile) -> str:
    """Return the folders of a profile's library, as the setting takes them."""
    folders = [profile.documents, *filter(None, [profile.faq])]
    return os.pathsep.join(map(str, folders))


def _is_library(named: str, profile: Profile) -> bool:
    folders = [str(shorten(Path(each))) for each in named.split(os.pathsep)]
    return os.pathsep.join(folders) == join_library(profile)


def _read(environ: Mapping[str, str], key: str) -> str:
    return environ.get(key, "").strip()
