"""Takes out of a script what browsers do not need: blanks, and the length of private names.

A script is cut into strings, templates, regular expressions and the code between; blanks are taken
out of the code alone, and out of templates that are style sheets. What cannot be cut for certain
is refused.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import count

_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
# Code in a template has no braces and no templates of its own.
_TEMPLATE = re.compile(r"`(?:\\.|\$\{[^{}`]*\}|\$(?!\{)|[^`\\$])*`", re.DOTALL)
_REGEX = re.compile(r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_CODE = re.compile(r"[^\"'`/]+")
_DIVISION = re.compile("/")
_KINDS = {'"': _STRING, "'": _STRING, "`": _TEMPLATE, "/": _REGEX}
# A slash after one of these begins a regular expression; after anything else it divides.
_BEFORE_REGEX = re.compile(r"(?:[(,=:\[!&|?{};>]|\breturn)\s*$|^\s*$")
_STYLE = re.compile(r"\bconst CSS ?= ?$")
_CSS_BLANKS = re.compile(r"([{};,>])\s*|(?<!\s)\s+(?=[{};,>])|(?<=:)\s+")
# Not around + and -: two of them are one that means something else.
_BLANKS = re.compile(r"([=<>!*/&|?:,;(){}\[\]]+) *|(?<! ) +(?=[=<>!*/&|?:,;(){}\[\]])")
# Where a line ends or begins like this, the statement goes on, or has ended with a mark.
_LINE_ENDS = re.compile(r"(?<=[;{,(\[&|?:=])\n|\n(?=[.?:&|)\]])")
_CONSTANT = re.compile(r"\b[A-Z][A-Z_]{2,}\b")
_PRIVATE = re.compile(r"(?<![\w\"'])#[a-zA-Z_]\w*\b")
_PRIVATE_IN_TEMPLATE = re.compile(r"(?<=\.)#[a-zA-Z_]\w*\b")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def minify(script: str) -> str:
    """Return a script that does the same and is shorter.

    Args:
        script: Without comments and indentation, as `bundle` makes it.

    Raises:
        ValueError: Something in it cannot be told to be a string, a template, a regular
            expression or a division.
    """
    pieces = _cut(script)
    codes = [piece for kind, piece in pieces if kind is _CODE]
    names = _shorten_names(codes)
    constants = _shorten_constants(script, codes)

    def rename(name: re.Match[str]) -> str:
        return names.get(name[0], name[0])

    shorter, before = [], ""
    for kind, piece in pieces:
        if kind is _CODE:
            code = _CONSTANT.sub(lambda name: constants.get(name[0], name[0]), piece)
            shorter.append(_LINE_ENDS.sub("", _BLANKS.sub(r"\1", _PRIVATE.sub(rename, code))))
        elif kind is _TEMPLATE and _STYLE.search(before):
            shorter.append(minify_style(piece))
        elif kind is _TEMPLATE:
            shorter.append(_PRIVATE_IN_TEMPLATE.sub(rename, piece))
        else:
            shorter.append(piece)
        before = piece
    return "".join(shorter)


def minify_style(sheet: str) -> str:
    """Return a style sheet without the blanks that mean nothing."""
    parts = re.split(r"(\"[^\"]*\")", sheet)
    parts[::2] = [
        re.sub(r"\s+", " ", _CSS_BLANKS.sub(lambda found: found[1] or "", part)).replace(";}", "}")
        for part in parts[::2]
    ]
    return "".join(parts)


def _cut(script: str) -> list[tuple[re.Pattern[str], str]]:
    """Return the pieces of a script, each with the pattern that says what it is."""
    pieces: list[tuple[re.Pattern[str], str]] = []
    at = 0
    while at < len(script):
        kind, found = _read_piece(script, at)
        if not found:
            line = script.count("\n", 0, at) + 1
            raise ValueError(f"line {line} cannot be read: {script[at : at + 40]!r}")
        if pieces and kind is _CODE and pieces[-1][0] is _CODE:
            pieces[-1] = (_CODE, pieces[-1][1] + found[0])
        else:
            pieces.append((kind, found[0]))
        at = found.end()
    return pieces


def _read_piece(script: str, at: int) -> tuple[re.Pattern[str], re.Match[str] | None]:
    kind = _KINDS.get(script[at], _CODE)
    if kind is _REGEX and not _BEFORE_REGEX.search(script, max(0, at - 40), at):
        return _CODE, _DIVISION.match(script, at)
    return kind, kind.match(script, at)


def _shorten_names(codes: Iterable[str]) -> dict[str, str]:
    """Return a short name for each private one, the shortest for the most frequent."""
    counted = Counter(name for code in codes for name in _PRIVATE.findall(code))
    short = (f"#{letter}{number or ''}" for number in count() for letter in _LETTERS)
    return {name: next(short) for name, _ in counted.most_common()}


def _shorten_constants(script: str, codes: Sequence[str]) -> dict[str, str]:
    """Return a short name for each constant of the script's own that nothing else can know.

    Left out are those that are, or look like, a property or an export, or stand in a template.
    """
    whole = " ".join(codes)
    declared = re.findall(r"^const ([A-Z][A-Z_]{2,}) =", whole, re.MULTILINE)
    seen = re.compile(
        r"\.\s*(%s)\b|\b(%s)\s*:|[{,]\s*(%s)(?=\s*[,}])".replace("%s", r"[A-Z][A-Z_]{2,}")
    )
    known = {name for found in seen.findall(whole) for name in found}
    known |= set(re.findall(_CONSTANT, " ".join(re.findall(r"\$\{[^}]*\}", script))))
    short = (f"${letter}" for letter in _LETTERS)
    return dict(zip((each for each in declared if each not in known), short, strict=False))
