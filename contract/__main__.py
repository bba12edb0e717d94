"""Writes what is made from the classes of contract/: a JSON schema and TypeScript types.

A test says whether both are up to date.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from contract import about, turn

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "docs" / "turn.schema.json"
TYPES = ROOT / "widget" / "turn.d.ts"
_ATTRIBUTE = re.compile(r"^    (\w+): (.+)$", re.MULTILINE)
_TYPESCRIPT = {"string": "string", "integer": "number", "number": "number", "null": "null"}

Json = Mapping[str, Any]


def make_schema() -> dict[str, object]:
    """Return the JSON schema of a turn, the docstrings of the classes as descriptions."""
    schema = TypeAdapter(Annotated[turn.Turn, Field(discriminator="kind")]).json_schema()
    _describe(schema["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A turn of the bot",
        "description": "What docs/contract.md describes. Later versions add kinds and fields.",
        **schema,
    }


def _describe(definitions: dict[str, Any]) -> None:
    """Take the descriptions of fields from the docstrings of their classes."""
    for definition in definitions.values():
        text = definition["description"]
        definition["description"] = text.partition("\n")[0]
        for name, description in _ATTRIBUTE.findall(text):
            field = definition["properties"][name]
            field.pop("title", None)
            field["description"] = description


def make_about_definitions() -> dict[str, Any]:
    """Return the definitions of `GET /webhooks/web/about`, without those that a turn has, too."""
    schema = TypeAdapter(about.About).json_schema()
    definitions = {**schema.pop("$defs"), "About": schema}
    own = {name: each for name, each in definitions.items() if not hasattr(turn, name)}
    _describe(own)
    return own


def make_types(schema: Json) -> str:
    """Return the same as TypeScript, with what describes the assistant."""
    lines = ["// Made from contract/turn.py and contract/about.py by `python -m contract`."]
    for name, definition in {**schema["$defs"], **make_about_definitions()}.items():
        lines += ["", f"/** {definition['description']} */", f"export interface {name} {{"]
        for field, what in definition["properties"].items():
            mark = "" if field in definition.get("required", ()) else "?"
            lines += [f"  /** {what['description']} */", f"  {field}{mark}: {_type_of(what)};"]
        lines.append("}")
    kinds = " | ".join(_name_of(kind["$ref"]) for kind in schema["oneOf"])
    return "\n".join([*lines, "", f"export type Turn = {kinds};", ""])


def _type_of(field: Json) -> str:
    if "const" in field:
        return json.dumps(field["const"])
    if "anyOf" in field:
        return " | ".join(map(_type_of, field["anyOf"]))
    if "$ref" in field:
        return _name_of(field["$ref"])
    if field["type"] == "array":
        return f"{_type_of(field['items'])}[]"
    return _TYPESCRIPT[field["type"]]


def _name_of(reference: str) -> str:
    return reference.rpartition("/")[2]


def main() -> None:
    """Write both files."""
    schema = make_schema()
    SCHEMA.write_text(json.dumps(schema, indent=1) + "\n", encoding="utf-8")
    TYPES.write_text(make_types(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
