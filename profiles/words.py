"""The words of an assistant, filled into the responses of domain.yml when they are said.

Nothing of them is trained: a model holds the general words, with places for these.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from profiles.made import LISTED_TITLES, SUBJECT_TITLES, MadeWords, quote_titles
from profiles.types import Assistant, Starter
from settings import table

# The words in place of those of domain.yml where a library is not about health.
NOT_HEALTH = Path(__file__).with_name("not_health.yml")
GREETING = (
    "Hello, I am {name}, a computer program. I answer questions about {subject} by quoting "
    "documents, and name each one."
)
HEALTH_PROFESSIONS = "a doctor, nurse or pharmacist"
ANYBODY = "somebody who knows about it"
NOBODY_NAMED = (
    "I am set up by those whose page or number you found me on; please ask them who they are and "
    "how they keep what you type."
)
# Responses that no profile changes: what is said in an emergency (emergencies.yml has more kinds),
# and lines that are chosen by their language.
FIXED = frozenset({"utter_emergency", "utter_own_language"})
# The key of a response's metadata that says that the first questions stand under it.
STARTERS = "starters"
_PLACE = re.compile(r"\{(\w+)\}")

# A variant of a response, as Rasa has it: text, buttons, metadata, condition.
Variant = Mapping[str, Any]
Responses = Mapping[str, Sequence[Variant]]


@dataclass(frozen=True)
class Words:
    """What fills the places of responses.

    Attributes:
        values: By the name of the place.
        starters: The first questions.
        responses: Texts in place of those of domain.yml, by the name of the response.
    """

    values: Mapping[str, str]
    starters: tuple[Starter, ...]
    responses: Mapping[str, str]

    def fill(self, text: str) -> str:
        """Return a text with its places filled; others stay for who knows them."""
        return _PLACE.sub(lambda place: self.values.get(place[1], place[0]), text)

    def word(self, responses: Responses) -> dict[str, list[dict[str, Any]]]:
        """Return the responses of a domain in the words of the assistant; worded twice is once."""
        return {
            name: [self.word_variant(name, variant) for variant in variants]
            for name, variants in responses.items()
        }

    def word_variant(self, name: str, variant: Variant) -> dict[str, Any]:
        """Return one variant of a response in the words of the assistant."""
        worded = dict(variant)
        if isinstance(text := variant.get("text"), str):
            worded["text"] = self.fill(self.responses.get(name, text))
        if (variant.get("metadata") or {}).get(STARTERS):
            worded["buttons"] = [
                {"title": each.title, "payload": each.question} for each in self.starters
            ]
        return worded


def is_complete(assistant: Assistant) -> bool:
    """Say whether somebody wrote all that would be made from the documents."""
    return bool(assistant.subject and assistant.starters and assistant.capabilities)


def make_words(
    assistant: Assistant, made: MadeWords, environ: Mapping[str, str] = os.environ
) -> Words:
    """Return the words of an assistant.

    Args:
        assistant: What somebody wrote.
        made: What the documents say of themselves, for the rest.
        environ: Its settings win over the profile.

    Raises:
        SettingInvalid: The setting of a name has the wrong form.
    """
    organisation = table.OPERATOR.read(environ) or assistant.organisation or ""
    values = {
        "name": table.NAME.read(environ),
        "organisation": organisation or "those who run this page",
        "subject": assistant.subject or _make_subject(made, is_health=assistant.is_health),
        "ask_whom": assistant.ask_whom or (HEALTH_PROFESSIONS if assistant.is_health else ANYBODY),
        "run_by": f"I am run by {organisation}." if organisation else NOBODY_NAMED,
    }
    # These hold places of the others.
    for name, text in {
        "greeting": assistant.greeting or GREETING,
        "capabilities": assistant.capabilities or _make_capabilities(assistant, made),
    }.items():
        values[name] = Words(values, (), {}).fill(text)
    replaced = {} if assistant.is_health else read_not_health()
    if assistant.disclaimer:
        replaced = {**replaced, "utter_disclaimer": assistant.disclaimer}
    starters = assistant.starters or tuple(Starter(each, each) for each in made.starters)
    return Words(values, starters, {**replaced, **assistant.responses})


def find_faults(assistant: Assistant, responses: Responses) -> list[str]:
    """Return a sentence for each own response that cannot stand in place of domain.yml's.

    Args:
        assistant: Its words.
        responses: Those of domain.yml.
    """
    faults = []
    for name, text in assistant.responses.items():
        where = f"assistant.yml: responses.{name}"
        if name in FIXED or name not in responses:
            why = "is said as it stands" if name in FIXED else "is no response of domain.yml"
            faults.append(f"{where}: it {why}. Take the line out (docs/profile.md).")
            continue
        wanted = _places(responses[name][0]["text"])
        if (found := _places(text)) != wanted:
            needed = ", ".join(f"{{{each}}}" for each in sorted(wanted)) or "none"
            shown = ", ".join(f"{{{each}}}" for each in sorted(found)) or "none"
            faults.append(
                f"{where}: it needs these places: {needed}; it has {shown}. Write each once, as "
                "domain.yml does (docs/profile.md)."
            )
    return faults


@cache
def read_not_health() -> dict[str, str]:
    """Return the words for a library that is not about health, by response."""
    found: dict[str, str] = yaml.safe_load(NOT_HEALTH.read_text(encoding="utf-8"))
    return found


def _places(text: str) -> set[str]:
    """Return the places that an action fills; those of a profile may stand anywhere.

    A number to call stands where domain.yml has it: it is kept, and filled nowhere else.
    """
    own = {"name", "organisation", "subject", "ask_whom", "run_by", "greeting", "capabilities"}
    return set(_PLACE.findall(text)) - own


def _make_subject(made: MadeWords, *, is_health: bool) -> str:
    titles = made.titles[:SUBJECT_TITLES]
    if not titles:
        return "health" if is_health else "what my documents are about"
    return quote_titles(titles, n_more=made.n_documents - len(titles), more="more")


def _make_capabilities(assistant: Assistant, made: MadeWords) -> str:
    titles = made.titles[:LISTED_TITLES]
    if not titles:
        return "You can ask me about {subject}."
    listed = quote_titles(titles, n_more=made.n_documents - len(titles), more="{} more")
    if assistant.subject:
        return f"You can ask me about {{subject}}. My documents are {listed}."
    return f"You can ask me about what my documents cover: {listed}."
