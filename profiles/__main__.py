"""What scripts ask of a profile: `python -m profiles library`."""

import sys

from profiles.settings import join_library, read_current
from profiles.types import ProfileInvalid


def main(arguments: list[str]) -> int:
    """Print the folders of the library; return 0, 1 for a profile that cannot be used, 2 else."""
    if arguments != ["library"]:
        print("usage: python -m profiles library", file=sys.stderr)
        return 2
    try:
        print(join_library(read_current()))
    except ProfileInvalid as err:
        print(err, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
