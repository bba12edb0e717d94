"""The table of emergency numbers agrees with what another project has noted of the same."""

from pathlib import Path

import pytest
import yaml

short_numbers = pytest.importorskip(
    "phonenumbers.shortnumberinfo", reason="Rasa's environment does without"
)

TABLE = Path(__file__).parents[2] / "bot" / "emergency_numbers.yml"


def test_every_emergency_number_is_one_for_libphonenumber_too():
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))

    numbers = {country: row["number"] for country, row in table["emergency"].items()}
    assert [
        each for each in numbers.items() if not short_numbers.is_emergency_number(each[1], each[0])
    ] == []
