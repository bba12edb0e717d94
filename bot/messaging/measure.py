"""How long a text is, in the units that platforms count."""

from typing import Callable

Size = Callable[[str], int]


def utf16(text: str) -> int:
    """Return the UTF-16 code units of `text`: never fewer than its characters, whoever counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Return the bytes of `text` in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))
