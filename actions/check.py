"""Check the settings and the library of the action server: `python -m actions check`."""

import os
import sys
from collections.abc import Mapping, Sequence

from actions.serving.app import read_token
from knowledge import KnowledgeError, Retriever, Settings
from outcomes.settings import Settings as OutcomesSettings
from settings import table
from startup.faults import Fault, find_invalid_settings, find_unknown_settings, print_faults
from storage.check import find_database_fault

# What is left out of the index and named at a start; the rest is counted.
MAX_LISTED = 5


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Print the faults to stderr; return the exit code, 0 if there is none."""
    faults = find_faults(environ)
    return print_faults(faults or check_library(environ))


def read_address(environ: Mapping[str, str]) -> tuple[str, int]:
    """Return host and port to listen on.

    Raises:
        SettingInvalid: If one of them is not what is expected.
    """
    return table.ACTIONS_HOST.read(environ), table.ACTIONS_PORT.read(environ)


def find_faults(environ: Mapping[str, str] = os.environ) -> list[Fault]:
    """Return what is wrong with the settings, and with the database that they name."""
    faults = find_unknown_settings(environ)
    for read in (_read_access, Settings.from_env, table.PUBLIC_URL.read):
        faults += find_invalid_settings(read, environ)
    invalid = find_invalid_settings(OutcomesSettings.from_env, environ)
    if not invalid:
        url = OutcomesSettings.from_env(environ).url
        faults += filter(None, [find_database_fault(table.OUTCOMES_URL.key, url)])
    return [*faults, *invalid]


def check_library(environ: Mapping[str, str] = os.environ) -> list[Fault]:
    """Return what is wrong with the encoder and the index; print what the index had to leave out.

    The server starts without them all the same: a new index is picked up as soon as it is there.
    """
    try:
        retriever = Retriever.open(Settings.from_env(environ))
        retriever.search("warm up")
    except KnowledgeError as err:
        return [Fault(str(err), may_pass=True)]
    # No fault: all else is answered.
    for line in describe_left_out(retriever.index.record.left_out):
        print(line, file=sys.stderr)
    return []


def describe_left_out(left_out: Sequence[tuple[str, str]]) -> list[str]:
    """Return what is said at each start of what the index lacks, until it is mended or removed.

    Args:
        left_out: Files and folders that could not be read, each with the reason.
    """
    if not left_out:
        return []
    lines = [f"  {path}: {reason}" for path, reason in left_out[:MAX_LISTED]]
    if len(left_out) > MAX_LISTED:
        n_more = len(left_out) - MAX_LISTED
        lines.append(f"  And {n_more:,} more: .venv/bin/python -m knowledge inspect lists them.")
    return ["Not everything in the folders of documents could be read:", *lines]


def _read_access(environ: Mapping[str, str]) -> str:
    return read_token(environ, read_address(environ)[0])
