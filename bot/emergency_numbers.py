"""Emergency numbers and crisis lines by country: a table of ours, and the settings over it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.matching.yaml_files import read_yaml
from contract.turn import PhoneNumber
from settings import Setting, table

TABLE = Path(__file__).with_suffix(".yml")

# Said where no number is known for the country: never another country's.
ANY_EMERGENCY_NUMBER = "your local emergency number"
ANY_CRISIS_LINE = "a crisis line in your country"
_COUNTRY = re.compile(r"[A-Z]{2}")
# What clients say for a country whose code is another.
_ALIASES = {"UK": "GB", "EL": "GR"}
# The number at the end of a line, read backwards: its start can only be seen from there.
_REVERSED_NUMBER = re.compile(r"[\d ()-]*\d\+?")
# The country of a BCP 47 tag: en-GB, zh-Hant-HK; "_" for "-" as many systems write it.
_LOCALE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z]{4})?[-_](?P<country>[a-zA-Z]{2})(?:[-_.@].*)?")


@dataclass(frozen=True)
class Line:
    """A number to call.

    Attributes:
        label: What it is, in words.
        number: As people write it.
    """

    label: str
    number: str

    @property
    def words(self) -> str:
        """Label and number, as said in a sentence."""
        return f"{self.label} {self.number}".strip()

    def payload(self, label: str) -> PhoneNumber:
        """Return the number for docs/contract.md; `label` stands in for a line without one."""
        href = "tel:" + re.sub(r"[^\d+]", "", self.number)
        return {"label": self.label or label, "number": self.number, "href": href}


@dataclass(frozen=True)
class Numbers:
    """The numbers that are known, by country (ISO 3166, two capital letters).

    Attributes:
        region: Country of this deployment, empty for none.
        emergency: Emergency number by country.
        crisis: Crisis line by country.
    """

    region: str
    emergency: dict[str, Line]
    crisis: dict[str, Line]

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Numbers":
        """Return the numbers of the table, those that `environ` gives in place of them.

        Raises:
            SettingInvalid: If a setting has the wrong form.
        """
        emergency = _read_lines(table.EMERGENCY_NUMBERS, environ)
        named = [line.words for line in emergency.values() if line.label]
        if named:
            raise table.EMERGENCY_NUMBERS.make_error(named[0])
        crisis = _read_lines(table.CRISIS_LINES, environ)
        return cls(
            table.REGION.read(environ),
            {**_read_table("emergency"), **emergency},
            {**_read_table("crisis"), **crisis},
        )

    def country(self, metadata: object) -> str:
        """Return the country a message comes from; empty for an unknown one.

        It is what the client says of its page or person, else the deployment's region, and only
        then that of the locale: many people outside the United States have a browser or an app
        that says `en-US`.

        Args:
            metadata: What the client sent with the message, of any form:
                `{"country": "GB", "locale": "en-US"}`.
        """
        said = metadata if isinstance(metadata, dict) else {}
        return parse_country(said.get("country")) or self.region or country_of(said.get("locale"))

    def words(self, country: str) -> dict[str, str]:
        """Return what stands for `{emergency}` and `{crisis}` in a response."""
        emergency, crisis = self.emergency.get(country), self.crisis.get(country)
        return {
            "emergency": emergency.words if emergency else ANY_EMERGENCY_NUMBER,
            "crisis": crisis.words if crisis else ANY_CRISIS_LINE,
        }

    def find_emergency(self, country: str) -> PhoneNumber | None:
        """Return the emergency number for docs/contract.md; None if none is known."""
        line = self.emergency.get(country)
        return line.payload("Emergency number") if line else None

    def find_crisis(self, country: str) -> PhoneNumber | None:
        """Return the crisis line for docs/contract.md; None if none is known."""
        line = self.crisis.get(country)
        return line.payload("Crisis line") if line else None


def parse_country(country: object) -> str:
    """Return a country's code (ISO 3166, two capital letters); empty if it is none."""
    code = country.strip().upper() if isinstance(country, str) else ""
    return _ALIASES.get(code, code) if _COUNTRY.fullmatch(code) else ""


def country_of(locale: object) -> str:
    """Return the country of a locale (`en-GB`); empty if it names none."""
    match = _LOCALE.fullmatch(locale) if isinstance(locale, str) else None
    return parse_country(match["country"]) if match else ""


@cache
def _read_table(name: str) -> dict[str, Line]:
    """Return the lines of our own table, by country: `emergency` or `crisis`."""
    rows = read_yaml(TABLE)[name]
    return {each: Line(row.get("label", ""), row["number"]) for each, row in rows.items()}


def _read_lines(setting: Setting[str], environ: Mapping[str, str]) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    value = setting.read(environ)
    for entry in value.split(",") if value else ():
        country, equals, rest = (part.strip() for part in entry.partition("="))
        number = _REVERSED_NUMBER.match(rest[::-1])
        if not equals or not _COUNTRY.fullmatch(country) or number is None or country in lines:
            raise setting.make_error(value)
        label = rest[: len(rest) - number.end()]
        lines[country] = Line(label.strip(" :"), number[0][::-1].strip())
    return lines
