"""What is wrong with a YAML text, in words for people who never heard of YAML."""

import re

from yaml.composer import ComposerError

# Characters of a line that a message shows.
MAX_SHOWN = 80
# A value that starts so is read as something else than a text.
_SIGN = re.compile(r"[^:]+:\s+[@`%&*!|>{}\[\]#,?\"']")


def describe_yaml_error(err: Exception, text: str) -> str:
    """Return what to mend, with the line that it is about, as the end of a message.

    Args:
        err: What the parser raised.
        text: What it was given.
    """
    line = _find_line(err, text)
    shown = f"`{line[:MAX_SHOWN]}`"
    key = re.match(r"\s*(\w[\w -]{0,40}):", line)
    name = f"the {key[1].strip()}" if key else "the text after the colon"
    if isinstance(err, ComposerError):
        return f"{err.problem}, in {shown}. If it is a text, put {name} in quotes."
    problem = str(getattr(err, "problem", None) or "")
    if "mapping values are not allowed" in problem:
        if line.count(":") < 2:
            return f"{shown} stands further right than the line before it. Start it at the margin."
        return f"{shown} has a second colon. Put {name} in quotes."
    if "\\t" in problem:
        return f"{shown} starts with a tab. Use blanks."
    if "stream end" in problem or "end of stream" in problem:
        return f"a quotation mark or bracket in {shown} is not closed."
    if _SIGN.match(line):
        return f"{shown} starts with a sign that means something there. Put {name} in quotes."
    return f"{shown}, or the line before it, is not of the form `key: value`."


def _find_line(err: Exception, text: str) -> str:
    """Return the line of a text that an error is about; "" where it names none."""
    context = str(getattr(err, "context", None) or "")
    # What is opened and never closed is told where it opens, not where the text ends.
    is_open = "flow" in context or "quoted" in context
    names = ("context_mark", "problem_mark") if is_open else ("problem_mark", "context_mark")
    mark = next((found for name in names if (found := getattr(err, name, None))), None)
    lines = text.splitlines() or [""]
    number = len(lines) - 1 if mark is None else min(int(mark.line), len(lines) - 1)
    return lines[number].strip()
