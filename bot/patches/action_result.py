"""Check each action server response against its schema, and nothing twice.

Rasa's `RemoteAction._validate_action_result` builds the response schema anew and lets jsonschema
check that schema against the JSON Schema meta-schema on every call: about a quarter of the time of
a turn (docs/decisions/0004). The schema never changes, so it is built and checked once.

It lists what the 23 kinds of events look like, and jsonschema tries them all for each event. The
kinds differ in the value of `event`, so the one of that name is all there is to try.
"""

from functools import lru_cache
from typing import Any

from jsonschema import ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL

from bot.patches.replaces import replaces


@lru_cache(maxsize=1)
def _validators() -> tuple[Any, Any, dict[str, Any]]:
    """Return what checks a whole result, one without its events, and an event of each kind."""
    schema = RemoteAction.action_response_format_spec()
    cls = validator_for(schema)
    cls.check_schema(schema)
    properties = schema["properties"]
    event = properties["events"]["items"]
    frame = {**schema, "properties": {**properties, "events": {"type": "array"}}}
    kinds = {
        kind["properties"]["event"]["const"]: cls({**event, "oneOf": [kind]})
        for kind in event["oneOf"]
    }
    return cls(schema), cls(frame), kinds


def _is_valid(result: Any) -> bool:
    frame = _validators()[1]
    return bool(frame.is_valid(result)) and all(map(_is_valid_event, result.get("events", ())))


def _is_valid_event(event: Any) -> bool:
    name = event.get("event") if isinstance(event, dict) else None
    kind = _validators()[2].get(name) if isinstance(name, str) else None
    return kind is not None and bool(kind.is_valid(event))


@replaces(
    RemoteAction,
    "_validate_action_result",
    sha256="f8cdb4be6812396167ced74161b2ccd65c5ea676ad86d7d359d8c322d9d8dc42",
)
def validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Return True for a valid result.

    Raises:
        ValidationError: If it is not, in the words of the original.
    """
    if _is_valid(result):
        return True
    # In the words of jsonschema, as `jsonschema.validate` chooses them.
    error = best_match(_validators()[0].iter_errors(result))
    raise ValidationError(
        f"{error.message}. Failed to validate Action server response from API, make sure your "
        "response from the Action endpoint is valid. For more information about the format visit "
        f"{DOCS_BASE_URL}/custom-actions"
    )
