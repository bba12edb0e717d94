"""Ask a running bot what people really ask: `python -m benchmarks questions`.

Prints the share of right replies of each set, with 95 % intervals; tests/data/README.md says what a
row expects. With `--greeted` each conversation is one of the web channel, which greets first: the
buttons of its greeting are then what the bot offered last.
"""

import json
import re
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from math import sqrt
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.files import DATA

SETS = ("answerable", "uncovered", "advice", "red_flags", "conversations")
# 95 % of a normal distribution lie within so many standard deviations.
Z = 1.96
Json = dict[str, Any]
# What is said in a conversation to the payload of the turn.
Say = Callable[[str], Json]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def over_rest(url: str) -> Say:
    """Return a new conversation on the REST channel."""
    sender = f"check-{uuid.uuid4().hex}"

    def say(text: str) -> Json:
        replies = _post(f"{url}/webhooks/rest/webhook", {"sender": sender, "message": text})
        return next((reply["custom"] for reply in replies if "custom" in reply), {})

    return say


def over_web(url: str) -> Say:
    """Return a new conversation on the web channel, greeted."""
    token = _post(f"{url}/webhooks/web/session", {"locale": "en-GB"})["token"]
    is_first = True

    def say(text: str) -> Json:
        nonlocal is_first
        message = {"id": uuid.uuid4().hex, "text": text, "locale": "en-GB", "greeted": is_first}
        is_first = False
        turns = _post(f"{url}/webhooks/web/messages", message, token)["turns"]
        return dict(turns[0]) if turns else {}

    return say


def _post(url: str, data: Json, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, json.dumps(data).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


def is_right(expect: Json, reply: Json) -> bool:
    """Say whether a reply is what a row expects; a row that expects nothing is always right."""
    text, quote = reply.get("text") or "", reply.get("quote") or ""
    said = quote if reply.get("kind") == "advice" else text
    if _hits(expect.get("or_any", ()), said):
        return True
    return (
        reply.get("kind") in expect.get("kind", [reply.get("kind")])
        and ("any" not in expect or _hits(expect["any"], said))
        and not _hits(expect.get("not", ()), said)
        and not _hits(expect.get("text_not", ()), text)
        and ("quote_any" not in expect or _hits(expect["quote_any"], quote))
        and not _hits(expect.get("quote_not", ()), quote)
    )


def is_offered(expect: Json, reply: Json) -> bool:
    """Say whether a passage that answers is among what a reply offers."""
    where = expect.get("where") or []
    wanted = {where} if isinstance(where, str) else set(where)
    return any(each.get("passage_id") in wanted for each in reply.get("suggestions") or [])


def _hits(patterns: Sequence[str], text: str) -> bool:
    return any(re.search(pattern, text) for pattern in patterns)


def share(n_right: int, n: int) -> str:
    """Return a share with its 95 % interval (Wilson)."""
    if not n:
        return "none"
    p, d = n_right / n, 1 + Z * Z / n
    middle = p + Z * Z / 2 / n
    half = Z * sqrt(p * (1 - p) / n + Z * Z / 4 / n / n)
    return f"{n_right}/{n} = {p:.3f} [{(middle - half) / d:.3f}, {(middle + half) / d:.3f}]"


Note = Callable[[Json, Json, str], None]


def check_questions(rows: list[Json], converse: Callable[[], Say], note: Note) -> str:
    """Return the share of single questions that get what they expect, at once or by an offer."""
    right = reached = 0
    for row in rows:
        reply = converse()(row["q"])
        ok = is_right(row["expect"], reply)
        right += ok
        reached += ok or is_offered(row["expect"], reply)
        if not ok:
            note(row, reply, row["q"])
    has_where = any(row["expect"].get("where") for row in rows)
    offers = f" | or among the offers {share(reached, len(rows))}" if has_where else ""
    return share(right, len(rows)) + offers


def check_red_flags(rows: list[Json], converse: Callable[[], Say], note: Note) -> str:
    """Return the shares of flags found, found with fitting words, and of calm messages flagged."""
    found = fitting = false = 0
    flags = [row for row in rows if row["expect"]["flag"]]
    for row in rows:
        reply, is_flag = converse()(row["q"]), row["expect"]["flag"]
        is_found = reply.get("kind") == "emergency"
        fits = is_found and reply.get("flag") in row["expect"].get("kind", ())
        found, fitting = found + (is_flag and is_found), fitting + (is_flag and fits)
        false += is_found and not is_flag
        if is_found != is_flag or (is_flag and not fits):
            note(row, reply, row["q"])
    return (
        f"found {share(found, len(flags))} | with fitting words {share(fitting, len(flags))}"
        f" | calm taken for a flag {share(false, len(rows) - len(flags))}"
    )


def check_conversations(rows: list[Json], converse: Callable[[], Say], note: Note) -> str:
    """Return the shares of turns, of last turns and of whole conversations that are right."""
    turns = right = last = whole = 0
    for row in rows:
        say, marks = converse(), []
        for text, expect in zip(row["turns"], row["each"], strict=True):
            reply = say(text)
            marks.append(not expect or is_right(expect, reply))
            if not marks[-1]:
                note(row, reply, text)
        turns, right = turns + len(marks), right + sum(marks)
        last, whole = last + marks[-1], whole + all(marks)
    n = len(rows)
    return f"turns {share(right, turns)} | last turn {share(last, n)} | whole {share(whole, n)}"


CHECKS = {"red_flags": check_red_flags, "conversations": check_conversations}


@app.command()
def main(
    sets: Annotated[list[str] | None, typer.Argument(help="Of the folder; default: all.")] = None,
    url: Annotated[str, typer.Option(help="Where the bot runs.")] = "http://localhost:5005",
    folder: Annotated[Path, typer.Option(help="Has the sets.")] = DATA / "real",
    split: Annotated[str, typer.Option(help="Only the rows of this half.")] = "",
    greeted: Annotated[bool, typer.Option(help="Ask on the web channel, greeted.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="Show what is not right.")] = False,
) -> None:
    """Ask a running bot the sets of a folder."""

    def note(row: Json, reply: Json, said: str) -> None:
        if listing:
            shown = f"[{reply.get('heading', '')}] {reply.get('quote') or reply.get('text') or ''}"
            print(f"   {row['id']} {reply.get('kind')} {said[:110]!r} -> {shown[:140]!r}")

    def converse() -> Say:
        return over_web(url) if greeted else over_rest(url)

    for name in sets or [each for each in SETS if (folder / f"{each}.jsonl").exists()]:
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        rows = [row for row in rows if not split or row.get("split") == split]
        print(name, CHECKS.get(name, check_questions)(rows, converse, note), flush=True)


if __name__ == "__main__":
    app(prog_name="python -m benchmarks questions")
