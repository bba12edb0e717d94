"""Check each action server response against its schema without checking the schema again.

Rasa's `RemoteAction._validate_action_result` builds the response schema anew and lets jsonschema
check that schema against the JSON Schema meta-schema on every call: about a quarter of the time of
a turn (docs/decisions/0004). The schema never changes, so it is built and checked once.
"""

from functools import lru_cache
from typing import Any, Dict

from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL

from bot.patches.source import check

# SHA-256 of the source of the function that is replaced, as it stands in Rasa 3.6.21.
REPLACED_SHA256 = "f8cdb4be6812396167ced74161b2ccd65c5ea676ad86d7d359d8c322d9d8dc42"

_original = RemoteAction._validate_action_result


def apply() -> None:
    """Replace the check.

    Raises:
        RuntimeError: Rasa's function is not the one this replacement was written for.
    """
    check(_original, REPLACED_SHA256, "bot/patches/action_result.py")
    RemoteAction._validate_action_result = _validate_action_result


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    cls = validator_for(schema)
    cls.check_schema(schema)
    return cls(schema)


def _validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
    for error in _validator().iter_errors(result):
        raise ValidationError(
            f"{error.message}. Failed to validate Action server response from API, make sure your "
            "response from the Action endpoint is valid. For more information about the format "
            f"visit {DOCS_BASE_URL}/custom-actions"
        )
    return True
