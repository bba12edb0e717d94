"""The request of a platform, and the HTTP response that it gets at once."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

MAX_FIELDS = 200


class InvalidSignature(Exception):
    """A webhook that is not the platform's: it gets 403, and a line in the log.

    Its text ends that line. It says what is wrong, and repeats nothing of what was sent.
    """


class MalformedWebhook(Exception):
    """A webhook of the platform that makes no sense: it gets 400, and silence."""


@dataclass(frozen=True)
class Webhook:
    """A request of a platform.

    Attributes:
        path: What of its address follows the platform's name: `webhook`.
        method: GET or POST.
        headers: By name, whose case does not count.
        target: Path and query as they were sent.
        query: The first value of each parameter.
        body: As it was sent.
    """

    path: str
    method: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    target: str = field(default="", repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def is_form(self) -> bool:
        """Whether the body is declared as a form."""
        kind = self.headers.get("content-type", "").partition(";")[0]
        return kind.strip().lower() == "application/x-www-form-urlencoded"

    def json(self) -> object:
        """Return what the body says as JSON.

        Raises:
            MalformedWebhook: If it is not JSON.
        """
        return read_json(self.body)

    def form(self) -> list[tuple[str, str]]:
        """Return the fields of a form in order, empty ones too.

        Raises:
            MalformedWebhook: If it has too many fields.
        """
        text = self.body.decode("utf-8", "replace")
        try:
            return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError as err:
            raise MalformedWebhook("Too many form fields.") from err


@dataclass(frozen=True)
class WebhookResponse:
    """What a webhook is answered with at once.

    Attributes:
        status: HTTP status.
        body: Its text.
        content_type: What the text is.
    """

    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"

    @classmethod
    def json(cls, data: object) -> "WebhookResponse":
        """Return a response in JSON."""
        return cls(200, json.dumps(data), "application/json")


def read_json(text: str | bytes) -> object:
    """Return what a text says as JSON: a body, or the field of a form.

    Raises:
        MalformedWebhook: If it is not JSON, or nested too deep.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as err:
        raise MalformedWebhook("Not JSON.") from err


def secrets_equal(given: str, secret: str) -> bool:
    """Compare a secret in a time that says nothing about it."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode("utf-8"))
