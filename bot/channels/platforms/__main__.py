"""Say which channels are on: `python -m bot.channels.platforms`."""

import os
import sys
from typing import Mapping

from bot.channels.platforms.registry import name_channels, read_accounts
from bot.channels.settings import SettingInvalid

# Always open (credentials.yml).
ALWAYS = ("web", "rest")


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Print the channels to stdout, or what is wrong with a setting to stderr; return the code."""
    try:
        channels = name_channels(read_accounts(environ))
    except SettingInvalid as err:
        print(err, file=sys.stderr)
        return 1
    print(f"Channels: {', '.join([*ALWAYS, *channels])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
