"""What every turn is checked with: the types of contract/turn.py, and no field beside theirs."""

from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter

from contract.turn import Turn

_TURN = TypeAdapter(
    Annotated[Turn, Field(discriminator="kind")], config=ConfigDict(extra="forbid", strict=True)
)


def check_turn(payload: object) -> None:
    """Raise an error that names the field, unless `payload` is a turn."""
    _TURN.validate_python(payload)
