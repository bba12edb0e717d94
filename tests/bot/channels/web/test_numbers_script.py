"""The numbers that the widget has before it has asked anything."""

import json
import re

from bot.channels.web.numbers_script import FIRST, WIDGET, make_numbers_scripts
from bot.channels.web.static_files import ENTRY, StaticFolder
from bot.emergency_numbers import Numbers

NAME = "numbers.js"


def read(script: str) -> dict[str, str]:
    """Return the number of each country, as a browser reads them."""
    (groups,) = (json.loads(each) for each in re.findall(r"NUMBERS(?: =|,) (\{.*\})", script))
    pairs = {number: re.findall("..", countries) for number, countries in groups.items()}
    return {country: number for number, each in pairs.items() for country in each}


def test_the_modules_in_the_repository_are_made_of_the_table():
    for name, text in make_numbers_scripts(Numbers.from_env({})).items():
        assert (WIDGET / name).read_text(encoding="utf-8") == text, (
            "run .venv-rasa/bin/python -m bot.channels.web.numbers_script"
        )


def test_the_modules_have_every_number_and_the_region():
    settings = {"BONAFIDE_REGION": "EG", "BONAFIDE_EMERGENCY_NUMBERS": "GB=997,XK=192 000"}
    numbers = Numbers.from_env(settings)
    scripts = make_numbers_scripts(numbers)
    known = {country: line.number.replace(" ", "") for country, line in numbers.emergency.items()}
    first = read(scripts[NAME])

    assert read(scripts["numbers-all.js"]) == known
    # What is likeliest, the server's own country, and what its settings name.
    assert first == {each: known[each] for each in {*FIRST, "EG", "XK"}}
    assert (first["GB"], first["XK"], first["DE"]) == ("997", "192000", "112")
    assert 'REGION = "EG"' in scripts[NAME]
    assert 'REGION = ""' in make_numbers_scripts(Numbers.from_env({}))[NAME]


def test_the_server_sends_its_own_numbers_in_the_widget(folder):
    (folder / NAME).write_text('export const REGION = "";\n')
    (folder / ENTRY).write_text('import { REGION } from "./numbers.js";\nconsole.log(REGION);\n')
    sent = StaticFolder(folder, entry=ENTRY, replaced={NAME: 'export const REGION = "GB";\n'})

    assert b'"GB"' in sent.entry.body
    assert b'"GB"' in sent.find_file(NAME).body
    assert sent.version != StaticFolder(folder, entry=ENTRY).version
    # A copy of the widget without the module gets none.
    (folder / NAME).unlink()
    assert StaticFolder(folder, replaced={NAME: "x"}).find_file(NAME) is None
