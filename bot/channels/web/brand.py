"""Logo and colours of the profile, in the files that the pages name."""

import base64
from pathlib import Path

from profiles import Assistant

# The ground of the pages in light colours (site/site.css), and the least contrast of words on it
# (WCAG 2.2, level AA).
GROUND, MIN_CONTRAST = "#f8f5ef", 4.5
WHITE, INK = "#ffffff", "#1a2a33"
# By how much a pale colour is made darker at once.
STEP = 0.95
_FRAMED = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">'
    '<image href="data:image/png;base64,{}" width="32" height="32"/></svg>\n'
)


def make_brand_files(assistant: Assistant, site: Path) -> dict[str, str]:
    """Return the files that are sent in place of those of the site, by name.

    Args:
        assistant: Its logo and colours; nothing is replaced where it has none.
        site: The folder of the pages' files.
    """
    files = {}
    if assistant.logo is not None:
        files["mark.svg"] = _make_mark(assistant.logo)
    if rules := make_rules(assistant.colours.accent, assistant.colours.header):
        files["site.css"] = (site / "site.css").read_text(encoding="utf-8") + rules
    return files


def make_rules(accent: str | None, header: str | None) -> str:
    """Return the style rules of two colours, each as "#0a5a6b"; empty without any.

    In dark colours the pages keep theirs: nobody knows whether an owner's can be read there. The
    chat sees to that by itself (widget/colours.js).
    """
    rules = ""
    if accent:
        readable = darken(accent)
        on_accent = max((WHITE, INK), key=lambda other: measure_contrast(readable, other))
        rules += (
            "@media (prefers-color-scheme: light) {\n"
            f"  :root {{ --accent: {readable}; --on-accent: {on_accent}; }}\n}}\n"
        )
    chosen = {"--bonafide-accent": accent, "--bonafide-header": header}
    if given := " ".join(f"{name}: {value};" for name, value in chosen.items() if value):
        rules += f"bonafide-chat {{ {given} }}\n"
    return rules


def darken(colour: str) -> str:
    """Return a colour, made so dark that words in it can be read on the pages' ground."""
    parts = [float(part) for part in _split(colour)]
    while measure_contrast(_join(parts), GROUND) < MIN_CONTRAST:
        parts = [STEP * part for part in parts]
    return _join(parts)


def measure_contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_measure_luminance(one), _measure_luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _measure_luminance(colour: str) -> float:
    red, green, blue = (_linearise(part / 255) for part in _split(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linearise(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _split(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _join(parts: list[float]) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in parts)


def _make_mark(logo: Path) -> str:
    """Return a logo as SVG; a PNG is framed."""
    if logo.suffix.lower() == ".svg":
        return logo.read_text(encoding="utf-8")
    return _FRAMED.format(base64.b64encode(logo.read_bytes()).decode("ascii"))
