"""Faults: what keeps a server from starting, and how it is said."""

import difflib
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from settings.table import KEYS

# Neither a restart nor time mends it: what starts servers again gives up at this exit code
# (scripts/supervise.py; RestartPreventExitStatus of systemd).
EXIT_CODE = os.EX_CONFIG
_OURS = re.compile(r"(?:BONAFIDE|KNOWLEDGE)[_-]", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        sentence: What, and what to do; never a password.
        may_pass: Whether it can be gone without anybody's doing: a database server that is away.
            A server starts all the same, and says that it is not ready.
    """

    sentence: str
    may_pass: bool = False


def print_faults(faults: Iterable[Fault]) -> int:
    """Print a sentence for each fault to stderr; return the exit code, 0 if there is none."""
    code = 0
    for fault in faults:
        print(fault.sentence, file=sys.stderr)
        code = EXIT_CODE
    return code


def find_unknown_settings(environ: Mapping[str, str]) -> list[Fault]:
    """Return a fault for each variable that looks like a setting of ours but is none.

    One with a slip in its name would otherwise be taken for one that is not set.
    """
    faults = []
    for name in sorted(environ):
        if _OURS.match(name) and name not in KEYS:
            nearest = difflib.get_close_matches(name.upper(), sorted(KEYS), n=1, cutoff=0.75)
            hint = f" Did you mean {nearest[0]}?" if nearest else ""
            faults.append(Fault(f"{name} is no setting (docs/setup.md).{hint}"))
    return faults


def find_invalid_settings(
    read: Callable[[Mapping[str, str]], object], environ: Mapping[str, str]
) -> list[Fault]:
    """Return the fault that keeps `read` from reading its settings, in a list; empty for none."""
    try:
        read(environ)
    except ValueError as err:
        return [Fault(str(err))]
    return []
