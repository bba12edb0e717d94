"""The widget's modules of emergency numbers: `python -m bot.channels.web.numbers_script`.

Those in the repository have the numbers of the table; the server sends others with its own settings
in their place. The widget's first script has the countries that are likeliest, the server's own and
those that the settings name; the others come with what is fetched when the chat is opened.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from bot.emergency_numbers import Numbers

WIDGET = Path(__file__).parents[3] / "widget"
FIRST = frozenset(
    re.findall(
        "..",
        "ATAUBEBGBRCACHCYCZDEDKEEESFIFRGBGRHRHUIEILINISITJPKRLTLULVMTMXNLNONZPLPTROSESISKTRUSZA",
    )
)
_FIRST_SCRIPT = """\
// Made from bot/emergency_numbers.yml by `python -m bot.channels.web.numbers_script`; a server
// sends its own settings in place of it.

/** @type {{Record<string, string>}} The countries (two letters each) of each number. */
export const NUMBERS = {};

/** The server's country; empty if it has none, and in a copy that none has sent. */
export const REGION = {};
"""
_REST_SCRIPT = """\
// Made from bot/emergency_numbers.yml by `python -m bot.channels.web.numbers_script`; a server
// sends its own settings in place of it.

import {{ NUMBERS }} from "./numbers.js";

export const ALL_NUMBERS = Object.assign(NUMBERS, {});
"""


def make_numbers_scripts(numbers: Numbers) -> dict[str, str]:
    """Return the modules for these numbers, by file name."""
    table = Numbers.from_env({}).emergency
    own = {code for code, line in numbers.emergency.items() if table.get(code) != line}
    first = _group(numbers, FIRST | own | {numbers.region})
    return {
        "numbers.js": _FIRST_SCRIPT.format(first, json.dumps(numbers.region)),
        "numbers-all.js": _REST_SCRIPT.format(_group(numbers, numbers.emergency)),
    }


def _group(numbers: Numbers, countries: Iterable[str]) -> str:
    """Return the countries one after the other under the number that they share, as JSON.

    The number is without blanks: it is part of a link, too.
    """
    groups: dict[str, str] = {}
    for country in sorted(countries):
        if line := numbers.emergency.get(country):
            number = re.sub(r"[^+\d]", "", line.number)
            groups[number] = groups.get(number, "") + country
    return json.dumps(groups)


if __name__ == "__main__":
    for name, text in make_numbers_scripts(Numbers.from_env({})).items():
        (WIDGET / name).write_text(text, encoding="utf-8")
