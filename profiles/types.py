"""What a profile holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class ProfileInvalid(ValueError):
    """A profile cannot be used.

    Attributes:
        faults: A sentence for each thing that is wrong: file, key, what, and what to do.
    """

    def __init__(self, *faults: str) -> None:
        """Take the sentences."""
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Starter:
    """A question that the assistant offers before anybody has asked one.

    Attributes:
        title: What the button says.
        question: What it asks.
    """

    title: str
    question: str


@dataclass(frozen=True)
class Contact:
    """A way to a person; each may be written as the setting of the same name takes it.

    Attributes:
        name: Who answers.
        phone: Not one for emergencies.
        hours: Days and times ("Mo-Fr 09:00-17:00").
        time_zone: Of the hours.
    """

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    url: str | None = None
    hours: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True)
class Colours:
    """Colours of the page and of the chat, as "#0a5a6b".

    Attributes:
        accent: Of buttons and links.
        header: Of the chat's header.
    """

    accent: str | None = None
    header: str | None = None


@dataclass(frozen=True)
class Assistant:
    """The words of an assistant; None where nobody wrote them.

    Attributes:
        name: What it calls itself.
        organisation: Who runs it and answers for it.
        organisation_url: A page about them.
        subject: What it is about, as in "I answer questions about …".
        greeting: Its first words; `{name}` and `{subject}` are filled in.
        starters: Questions that it offers first.
        capabilities: What it says when it is asked what it can do.
        ask_whom: Whom to ask instead, as in "Please ask …".
        disclaimer: What stands under the first answer.
        privacy_url: The privacy notice.
        country: Of the people it serves, two capital letters.
        languages: Of its documents, as BCP 47 tags.
        logo: A picture for the page, SVG or PNG.
        contact: A way to a person.
        colours: Of the page and the chat.
        is_health: Whether it is about health; else no word sends people to a doctor or nurse.
        responses: Own words for responses of domain.yml, by name.
    """

    name: str | None = None
    organisation: str | None = None
    organisation_url: str | None = None
    subject: str | None = None
    greeting: str | None = None
    starters: tuple[Starter, ...] | None = None
    capabilities: str | None = None
    ask_whom: str | None = None
    disclaimer: str | None = None
    privacy_url: str | None = None
    country: str | None = None
    languages: tuple[str, ...] | None = None
    logo: Path | None = None
    contact: Contact = field(default_factory=Contact)
    colours: Colours = field(default_factory=Colours)
    is_health: bool = True
    responses: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Profile:
    """A profile that was read and is well.

    Attributes:
        folder: Where it is.
        assistant: Its words.
        documents: Folder of the documents.
        faq: Folder of questions with their answers; None where there is none.
        words: `words.yml`, names and abbreviations of the field; None where there is none.
        questions: `questions.jsonl`, the owner's own test questions; None where there is none.
        intents: Folder of example messages for Rasa; None where there is none.
        emergencies: `emergencies.yml`, further kinds and words; None where there is none.
    """

    folder: Path
    assistant: Assistant
    documents: Path
    faq: Path | None = None
    words: Path | None = None
    questions: Path | None = None
    intents: Path | None = None
    emergencies: Path | None = None
