"""Write the settings into docs/setup.md, between its two marks: `python -m settings`."""

import os
from pathlib import Path

from settings.reading import Setting
from settings.table import SECTIONS

GUIDE = Path(__file__).parents[1] / "docs" / "setup.md"
BEGIN = "<!-- Made from settings/table.py by `python -m settings`. -->\n"
END = "<!-- Made up to here. -->\n"
HEAD = "| setting | default | may be | what |\n|---|---|---|---|"


def main() -> None:
    """Write the guide anew."""
    GUIDE.write_text(update(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")


def update(guide: str) -> str:
    """Return a guide with the settings as they are now."""
    before, _, rest = guide.partition(BEGIN)
    return f"{before}{BEGIN}\n{render()}\n{END}{rest.partition(END)[2]}"


def render() -> str:
    """Return the settings as Markdown: a table for each section."""
    return "\n".join(
        f"### {title}\n\n{HEAD}\n" + "".join(map(_render_row, section))
        for title, section in SECTIONS.items()
    )


def _render_row(setting: Setting[object]) -> str:
    has_default = setting.default not in ("", frozenset())
    default = setting.unset or (f"`{format_value(setting.default)}`" if has_default else "none")
    return f"| `{setting.key}` | {default} | {setting.expected} | {setting.what} |\n"


def format_value(value: object) -> str:
    """Return a default as it would be written in the environment."""
    if isinstance(value, tuple):
        return os.pathsep.join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
