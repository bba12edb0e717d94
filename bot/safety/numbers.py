"""Emergency numbers and crisis lines by country, from the environment."""

import os
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping

REGION = "BONAFIDE_REGION"
EMERGENCY_NUMBERS = "BONAFIDE_EMERGENCY_NUMBERS"
CRISIS_LINES = "BONAFIDE_CRISIS_LINES"
# Said where no number is known for the country: never another country's.
ANY_EMERGENCY_NUMBER = "your local emergency number"
ANY_CRISIS_LINE = "a crisis line in your country"
_COUNTRY = re.compile(r"[A-Z]{2}")
_LINE = re.compile(r"(?P<label>.*?)\s*(?P<number>\+?\d[\d ()-]*)")
# The country of a BCP 47 tag: en-GB, zh-Hant-HK; "_" for "-" as many systems write it.
_LOCALE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z]{4})?[-_](?P<country>[a-zA-Z]{2})(?:[-_.@].*)?")


class NumbersInvalid(ValueError):
    """A setting of numbers has the wrong form.

    Attributes:
        key: The setting.
    """

    def __init__(self, key: str, expected: str, value: str) -> None:
        """Name the setting and what it should look like."""
        super().__init__(f"{key}: expected {expected}, found {value!r} (docs/setup.md).")
        self.key = key


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

    def payload(self, label: str) -> Dict[str, str]:
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
    emergency: Dict[str, Line]
    crisis: Dict[str, Line]

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Numbers":
        """Return the numbers that `environ` gives.

        Raises:
            NumbersInvalid: A setting has the wrong form.
        """
        region = environ.get(REGION, "").strip()
        if region and not _COUNTRY.fullmatch(region):
            raise NumbersInvalid(REGION, "a country as two capital letters (GB)", region)
        emergency = _read(environ, EMERGENCY_NUMBERS, "numbers by country (GB=999,IE=112)")
        named = [line.words for line in emergency.values() if line.label]
        if named:
            raise NumbersInvalid(EMERGENCY_NUMBERS, "numbers without a name (GB=999)", named[0])
        example = "names and numbers by country (GB=Samaritans 116 123)"
        return cls(region, emergency, _read(environ, CRISIS_LINES, example))

    def country(self, metadata: Any) -> str:
        """Return the country a message comes from: that of its locale, else the deployment's.

        Args:
            metadata: What the client sent with the message, of any form: `{"locale": "en-GB"}`.
        """
        locale = metadata.get("locale") if isinstance(metadata, dict) else None
        match = _LOCALE.fullmatch(locale) if isinstance(locale, str) else None
        return match["country"].upper() if match else self.region

    def words(self, country: str) -> Dict[str, str]:
        """Return what stands for `{emergency}` and `{crisis}` in a response."""
        emergency, crisis = self.emergency.get(country), self.crisis.get(country)
        return {
            "emergency": emergency.words if emergency else ANY_EMERGENCY_NUMBER,
            "crisis": crisis.words if crisis else ANY_CRISIS_LINE,
        }

    def payload(self, country: str, *, with_crisis: bool) -> List[Dict[str, str]]:
        """Return the known numbers for docs/contract.md, the one to call first in front."""
        lines: List[Dict[str, str]] = []
        if country in self.emergency:
            lines.append(self.emergency[country].payload("Emergency number"))
        if with_crisis and country in self.crisis:
            lines.append(self.crisis[country].payload("Crisis line"))
        return lines


def _read(environ: Mapping[str, str], key: str, expected: str) -> Dict[str, Line]:
    lines: Dict[str, Line] = {}
    value = environ.get(key, "")
    for entry in value.split(",") if value.strip() else ():
        country, equals, rest = (part.strip() for part in entry.partition("="))
        match = _LINE.fullmatch(rest)
        if not equals or not _COUNTRY.fullmatch(country) or match is None or country in lines:
            raise NumbersInvalid(key, expected, value)
        lines[country] = Line(match["label"].strip(" :"), match["number"].strip())
    return lines
