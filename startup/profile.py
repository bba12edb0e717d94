"""The profile of a program, taken before anything reads a setting."""

import os
import sys
from collections.abc import MutableMapping

from profiles import ProfileInvalid, fill_settings, read_current
from startup.faults import Fault, print_faults


def take_profile(environ: MutableMapping[str, str] = os.environ) -> None:
    """Make what the profile says settings, where they are not set.

    Raises:
        SystemExit: The profile cannot be used; each fault is printed to stderr.
    """
    try:
        fill_settings(environ, read_current(environ))
    except ProfileInvalid as err:
        sys.exit(print_faults(map(Fault, err.faults)))
