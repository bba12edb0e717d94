"""`python -m profiles library`, for scripts, and `python -m profiles new`, to make a profile."""

import sys

from profiles import new
from profiles.settings import join_library, read_current
from profiles.types import ProfileInvalid


def main(arguments: list[str]) -> int:
    """Run a command; return 0, 1 where it cannot be done, 2 on wrong usage."""
    if arguments[:1] == ["new"]:
        return new.main(arguments[1:], input if sys.stdin.isatty() else None)
    if arguments != ["library"]:
        print("usage: python -m profiles library | new [--help]", file=sys.stderr)
        return 2
    try:
        print(join_library(read_current()))
    except ProfileInvalid as err:
        print(err, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
