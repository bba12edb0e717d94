"""Where the profile is."""

import os
from collections.abc import Mapping
from pathlib import Path

from settings import table

ROOT = Path(__file__).parents[1]


def find_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that `BONAFIDE_PROFILE` names, else that of the shipped assistant."""
    named = environ.get(table.PROFILE.key, "").strip()
    return shorten(Path(named) if named else ROOT / table.PROFILE.default)


def shorten(path: Path) -> Path:
    """Return a path as seen from the working directory, where it is below that."""
    here = Path(os.path.normpath(path))
    try:
        return here.relative_to(Path.cwd())
    except ValueError:
        return here
