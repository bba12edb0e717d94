"""All that the Rasa server reads before it starts, looked at: `python -m bot check`."""

import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

from bot.channels.contact import read_contact
from bot.channels.messaging import inbox
from bot.channels.messaging.registry import print_channels, read_accounts
from bot.channels.secrets import check_platform_secret
from bot.channels.settings import ChannelSettings
from bot.channels.web.facts import Facts
from bot.emergency_numbers import Numbers
from bot.matching.yaml_files import read_yaml
from bot.server.settings import ServerSettings
from bot.vocabulary.names import VocabularyFaulty, read_words
from outcomes.settings import Settings as OutcomesSettings
from profiles import ProfileInvalid, read_current
from profiles.words import find_faults as find_word_faults
from settings import SettingInvalid, table
from startup.faults import Fault, find_invalid_settings, find_unknown_settings, print_faults
from storage.check import find_database_fault, find_folder_fault
from storage.database import read_url

MODEL = Path("models/bonafide.tar.gz")
DOMAIN = Path(__file__).parents[1] / "domain.yml"


def main(environ: Mapping[str, str] = os.environ, *, model: Path = MODEL) -> int:
    """Print the channels that are on, or what is wrong to stderr; return the exit code."""
    faults = [*find_faults(environ), *check_model(model)]
    code = print_faults(faults) or print_channels(environ)
    if not code and (warning := warn_of_region(environ)):
        print(warning)
    return code


def warn_of_region(environ: Mapping[str, str]) -> str:
    """Return what is said where an emergency may name no number, or the wrong one."""
    numbers = Numbers.from_env(environ)
    region = numbers.region
    if not region:
        return (
            f"{table.REGION.key} is not set: on a page that names no country, an emergency names "
            "the number of the browser's, which may be another. Set it, for example to GB."
        )
    if numbers.find_emergency(region) is None:
        return (
            f"No emergency number is known for {table.REGION.key}={region}. "
            f"Set {table.EMERGENCY_NUMBERS.key}, for example to {region}=112."
        )
    return ""


def find_faults(environ: Mapping[str, str] = os.environ) -> list[Fault]:
    """Return what is wrong with the settings, and with the databases that they name."""
    faults = [*find_unknown_settings(environ), *check_profile(environ)]
    for read in (
        Numbers.from_env,
        read_contact,
        ChannelSettings.from_env,
        Facts.from_env,
        ServerSettings.from_env,
        read_accounts,
        _check_secrets,
        table.PORT.read,
        table.ACTIONS_PORT.read,
        table.ACTIONS_URL.read,
    ):
        faults += find_invalid_settings(read, environ)
    # A database is asked where its own settings are well.
    for setting, read_address in (
        (table.CONVERSATIONS_URL, lambda given: read_url(table.CONVERSATIONS_URL, given)),
        (table.INBOX_URL, _read_inbox_url),
        (table.OUTCOMES_URL, lambda given: OutcomesSettings.from_env(given).url),
    ):
        invalid = find_invalid_settings(read_address, environ)
        faults += invalid or filter(None, [find_database_fault(setting.key, read_address(environ))])
    unwritten = table.STATE.read(environ) / "unwritten"
    faults += filter(None, [find_folder_fault(table.STATE.key, unwritten)])
    # An address that two settings share is wrong once.
    return list(dict.fromkeys(faults))


def check_profile(environ: Mapping[str, str]) -> list[Fault]:
    """Return what is wrong with the profile, its own words for responses and names included."""
    try:
        profile = read_current(environ)
    except ProfileInvalid as err:
        return [Fault(sentence) for sentence in err.faults]
    faults = check_words(profile.words) if profile.words else []
    if not profile.assistant.responses:
        return faults
    responses = read_yaml(DOMAIN)["responses"]
    return [*faults, *map(Fault, find_word_faults(profile.assistant, responses))]


def check_words(path: Path) -> list[Fault]:
    """Return what is wrong with the names in a profile's words.yml."""
    try:
        for _ in read_words(path):
            pass
    except VocabularyFaulty as err:
        return [Fault(str(err))]
    return []


def check_model(path: Path) -> list[Fault]:
    """Return what is wrong with the file of a model, as far as can be seen without loading it."""
    if not path.is_file():
        return [Fault(f'There is no model at {path}. Run "make train".')]
    try:
        with tarfile.open(path) as archive:
            names = {Path(name).name for name in archive.getnames()}
    except (tarfile.TarError, OSError, EOFError) as err:
        return [Fault(f'{path} is damaged ({type(err).__name__}). Run "make train" again.')]
    if "metadata.json" not in names:
        return [Fault(f'{path} is no model of Rasa\'s. Run "make train" again.')]
    return []


def _read_inbox_url(environ: Mapping[str, str]) -> str:
    """Return the address of the inbox; empty while no platform is on."""
    url = inbox.read_inbox_url(environ)
    try:
        return url if read_accounts(environ) else ""
    except SettingInvalid:  # a fault of its own
        return ""


def _check_secrets(environ: Mapping[str, str]) -> None:
    """Raise SettingInvalid if conversations on platforms would end."""
    try:
        settings, accounts = ChannelSettings.from_env(environ), read_accounts(environ)
    except SettingInvalid:  # a fault of its own
        return
    if accounts:
        check_platform_secret(settings)
