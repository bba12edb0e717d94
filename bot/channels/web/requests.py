"""The requests of the web channel: JSON objects and forms, read with suspicion."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from bot.channels.feedback import read_feedback
from bot.channels.requests import parse_json, parse_text
from bot.emergency_numbers import parse_country
from bot.server.errors import BadMessage, NotJson
from contract.channels import GREETED

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,4}")


@dataclass(frozen=True)
class SessionMessage:
    """One message of a user.

    Attributes:
        id: Made by the client; the same id means the same message.
        text: What Rasa is given: the user's words, or a command of our own making.
        locale: The browser's language and country (`en-GB`); None if it does not say.
        country: That of the page (two capital letters); None if it does not say.
        is_greeted: Nothing was said before, and the client shows the greeting's buttons.
    """

    id: str
    text: str
    locale: str | None = None
    country: str | None = None
    is_greeted: bool = False

    @property
    def metadata(self) -> dict[str, object] | None:
        """What Rasa is told beside the text; None for nothing."""
        said = {"country": self.country, "locale": self.locale, GREETED: self.is_greeted}
        return {name: value for name, value in said.items() if value} or None


def parse_json_body(body: bytes, content_type: str) -> dict[str, object]:
    """Return the JSON object of a body.

    Raises:
        NotJson: The body is declared as something else.
        BadJson: It is not a JSON object, or one nested too deep.
    """
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.replace('"', "").strip()
    if kind.strip() != "application/json" or charset not in ("", "charset=utf-8", "charset=utf8"):
        raise NotJson("The body has to be application/json in UTF-8.")
    return parse_json(body)


def parse_form(body: bytes) -> dict[str, str]:
    """Return the fields of a form; of a field sent twice the first counts.

    Raises:
        BadMessage: It has too many fields.
    """
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError as err:
        raise BadMessage("The form has too many fields.") from err
    return {name: values[0] for name, values in fields.items()}


def parse_message(data: Mapping[str, object], *, max_chars: int) -> SessionMessage:
    """Return the message that a JSON object holds.

    Raises:
        BadMessage: A field is missing or has the wrong form.
        TooLong: The text is longer than `max_chars`.
    """
    message_id = data.get("id")
    if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
        raise BadMessage('"id" has to be 1 to 64 letters, digits, ".", "_" or "-".')
    text, feedback = data.get("text"), data.get("feedback")
    if (text is None) == (feedback is None):
        raise BadMessage('One of "text" and "feedback" has to be there.')
    if text is not None and not isinstance(text, str):
        raise BadMessage('"text" has to be a string.')
    said = parse_text(text, max_chars=max_chars) if text is not None else read_feedback(feedback)
    locale, country = parse_locale(data.get("locale")), parse_country(data.get("country"))
    is_greeted = data.get(GREETED) is True
    return SessionMessage(message_id, said, locale, country or None, is_greeted)


def parse_locale(locale: object) -> str | None:
    """Return a locale; None if it is not a language tag."""
    return locale if isinstance(locale, str) and _LOCALE.fullmatch(locale) else None
