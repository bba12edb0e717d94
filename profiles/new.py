"""A new profile: five questions, and a folder with all that an owner may write in."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from profiles.fields import TEXTS
from profiles.reading import ASSISTANT

TEMPLATES = Path(__file__).with_name("template")
Ask = Callable[[str], str]


@dataclass(frozen=True)
class Asked:
    """One of the five questions.

    Attributes:
        key: Its key in assistant.yml, and its option; `folder` is where that is written.
        question: As it is asked.
    """

    key: str
    question: str


QUESTIONS = (
    Asked("folder", "In which folder shall the profile be? (for example ../charity)"),
    Asked("organisation", "Who runs the assistant and answers for it? (your organisation)"),
    Asked("name", "What shall the assistant call itself?"),
    Asked("subject", 'What is it about? (it says "I answer questions about …")'),
    Asked(
        "country", "In which country are the people you serve? (two capital letters, such as GB)"
    ),
)


def main(arguments: Sequence[str], ask: Ask | None = None) -> int:
    """Write a profile; return the exit code, 0 when it is written.

    Args:
        arguments: Options with answers: `--folder ../charity --name …`.
        ask: Asks for what no option says; None to leave that out.
    """
    parser = argparse.ArgumentParser(prog="python -m profiles new", description=__doc__)
    for each in QUESTIONS:
        parser.add_argument(f"--{each.key}", default="", metavar="…", help=each.question)
    given = {key: value.strip() for key, value in vars(parser.parse_args(arguments)).items()}
    try:
        answers = {each.key: given[each.key] or _ask(each, ask) for each in QUESTIONS}
    except (EOFError, KeyboardInterrupt):
        print("\nNothing is written.", file=sys.stderr)
        return 1
    faults = [f"{key}: {fault}" for key, value in answers.items() if (fault := _check(key, value))]
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    folder = Path(answers.pop("folder")).expanduser()
    try:
        write_profile(folder, answers)
    except OSError as err:
        print(f"folder: {folder} cannot be written: {err.strerror}.", file=sys.stderr)
        return 1
    print(_describe_next(folder))
    return 0


def write_profile(folder: Path, answers: Mapping[str, str]) -> None:
    """Write a profile.

    Args:
        folder: Where; it is made.
        answers: Values for assistant.yml by key; those that are empty are left out.
    """
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    (folder / "faq").mkdir(exist_ok=True)
    lines = {
        # A JSON text is one of YAML, whatever is in it.
        key: f"{key}: {json.dumps(value, ensure_ascii=False)}" if value else f"# {key}:"
        for key, value in answers.items()
    }
    plain = {
        "name": answers.get("name") or "this assistant",
        "organisation": answers.get("organisation") or "those who run this page",
        "subject": answers.get("subject") or "what its documents cover",
    }
    for template, path in (
        (ASSISTANT, folder / ASSISTANT),
        ("faq.md", folder / "faq" / "about-this-assistant.md"),
        ("questions.jsonl", folder / "questions.jsonl"),
    ):
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        values = lines if template == ASSISTANT else plain
        for key, value in values.items():
            text = text.replace(f"<{key}>", value)
        path.write_text(text, encoding="utf-8")


def _ask(asked: Asked, ask: Ask | None) -> str:
    """Return the answer to a question, asked until it is well."""
    if ask is None:
        return ""
    while True:
        answer = ask(f"{asked.question}\n> ").strip()
        fault = _check(asked.key, answer)
        if not fault:
            return answer
        print(fault)


def _check(key: str, answer: str) -> str:
    """Return what is wrong with an answer; empty if nothing is."""
    if key == "folder":
        if not answer:
            return "A folder is needed."
        is_taken = (Path(answer).expanduser() / ASSISTANT).exists()
        return f"There is a profile in {answer} already. Choose another folder." if is_taken else ""
    if answer and not TEXTS[key].is_well(answer):
        return f"Expected {TEXTS[key].expected}."
    return ""


def _describe_next(folder: Path) -> str:
    return f"""\
Written to {folder}. What to do now:
  1. Write ten questions and answers in {folder / "faq"}; put documents in {folder / "documents"}.
  2. make check-profile PROFILE={folder}
  3. Write BONAFIDE_PROFILE={folder.resolve()} into the file .env, then: make run
docs/profile.md describes the folder."""
