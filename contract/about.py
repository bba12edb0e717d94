"""What a client can know of an assistant before anybody says a word: `GET /webhooks/web/about`.

docs/web-channel.md describes it. widget/turn.d.ts has the same as TypeScript
(`python -m contract`).
"""

from typing_extensions import TypedDict

from contract.contact import Contact
from contract.turn import Chat, PhoneNumber


class Operator(TypedDict):
    """Who runs an assistant and answers for it.

    Attributes:
        name: Their name; empty where the settings give none.
        url: A page about them, http or https; may be empty.
    """

    name: str
    url: str


class About(TypedDict):
    """Who an assistant is, who is behind it, and what it keeps.

    Attributes:
        name: What it calls itself.
        operator: Who runs it.
        region: Country of the people it serves, as two capital letters; may be empty.
        retention_days: Days that its server keeps a conversation; null: until it is deleted.
        session_hours: Hours after its last use that a session ends.
        privacy_url: The privacy notice, http or https; may be empty.
        languages: What it answers in, as BCP 47 tags.
        version: Changes with the widget's files.
        max_chars: Longest message, in characters.
        greeting: What it says first; nothing is kept of it.
        contact: How to reach a person; null where the settings do not say.
        emergency: The emergency number of the client's country; null where it is not known.
    """

    name: str
    operator: Operator
    region: str
    retention_days: int | None
    session_hours: int
    privacy_url: str
    languages: list[str]
    version: str
    max_chars: int
    greeting: Chat
    contact: Contact | None
    emergency: PhoneNumber | None
