"""An owner's profile, checked without a server: `python -m actions check-profile FOLDER`.

The documents are built into an index beside the one that serves, the words are filled in, and the
owner's own questions are asked as the action server would be.
"""

import datetime
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import yaml
from pydantic import TypeAdapter, ValidationError
from rasa_sdk import Tracker
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actions.dialogue.state import Domain
from actions.library_words import make_library_words
from actions.question import parse_message
from actions.replies.compose import reply_to_message
from actions.replies.replier import Replier
from actions.search import Library
from contract.turn import Suggestion, Turn
from knowledge import (
    KnowledgeError,
    Retriever,
    Settings,
    build_index,
    describe_upkeep,
    load_encoder,
)
from profiles import Profile, ProfileInvalid, fill_settings, make_words, read_profile
from profiles.words import Words, find_faults

DOMAIN = Path(__file__).parents[1] / "domain.yml"
WIDTH = 100
# Headings that are named where a question was not answered.
MAX_NEAREST = 3


@dataclass(frozen=True)
class Failure:
    """Something that is not as it should be.

    Attributes:
        what: The file, the word or the question.
        expected: What should have come.
        found: What came instead.
    """

    what: str
    expected: str
    found: str


@dataclass(frozen=True)
class OwnQuestion:
    """A question of questions.jsonl.

    Attributes:
        question: As a person would ask it.
        expect: A text that the answer holds; empty where it is to be refused.
    """

    question: str
    expect: str = ""


def main(folder: Path, environ: Mapping[str, str] = os.environ) -> int:
    """Print what is wrong with a profile; return the exit code, 0 if nothing is."""
    console = Console(width=WIDTH) if not Console().is_terminal else Console()
    started = time.perf_counter()
    try:
        profile = read_profile(folder)
        failures, summary = check_profile(profile, environ)
    except (ProfileInvalid, KnowledgeError) as err:
        # No wrapping in the middle of a path.
        console.print(str(err), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    if failures:
        console.print(make_table(failures))
    seconds = time.perf_counter() - started
    fate = f"{len(failures)} to mend" if failures else "nothing to mend"
    console.print(f"{folder}: {summary}; {fate} ({seconds:.1f} s).", markup=False, soft_wrap=True)
    return 1 if failures else 0


def check_profile(profile: Profile, environ: Mapping[str, str]) -> tuple[list[Failure], str]:
    """Return what is wrong with a profile, and what was looked at.

    Raises:
        KnowledgeError: If not one document can be read, or there is no encoder.
    """
    responses = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["responses"]
    failures = [
        Failure("words", "words that fit", fault)
        for fault in find_faults(profile.assistant, responses)
    ]
    settings = _make_settings(profile, environ)
    retriever, unreadable = _build(settings, name_index(settings.index, profile.folder))
    failures += unreadable
    made = make_library_words(retriever, threshold=settings.threshold)
    words = make_words(profile.assistant, made, environ)
    domain = cast(Domain, {"responses": words.word(responses)})
    asker = Asker(Library(lambda: retriever, settings), domain)
    questions = read_questions(profile.questions) if profile.questions else []
    failures += check_starters(words, asker)
    failures += [failure for each in questions if (failure := check_question(each, asker))]
    documents = list(retriever.index.documents.values())
    upkeep = describe_upkeep(documents, datetime.date.today()).partition(". ")[0]
    n_documents, n_questions = len(documents), len(questions)
    parts = [
        f"{n_documents} {'document' if n_documents == 1 else 'documents'}",
        upkeep,
        f"{n_questions} {'question' if n_questions == 1 else 'questions'} of your own",
    ]
    return failures, ", ".join(filter(None, parts))


class Asker:
    """Asks a library as the action server does, one question at a time."""

    def __init__(self, library: Library, domain: Domain) -> None:
        """Take what answers.

        Args:
            library: The retriever with its settings.
            domain: The responses, in the words of the assistant.
        """
        self._library = library
        self._domain = domain
        self._turn: TypeAdapter[Turn] = TypeAdapter(Turn)

    def ask(self, question: str) -> Turn:
        """Return the turn that replies.

        Raises:
            ValueError: If it is not what docs/contract.md describes.
        """
        latest = {"text": question, "intent": {}, "entities": []}
        tracker = Tracker("check", {}, latest, [], False, None, {}, "")
        replier = Replier(tracker, self._domain)
        turn = reply_to_message(parse_message(tracker), replier, self._library).outcome
        # Talk has no turn of its own; none of it is what an owner's question asks for.
        return self._turn.validate_python(turn or {"kind": "chat", "text": "", "suggestions": []})


def read_questions(path: Path) -> list[OwnQuestion]:
    """Return the owner's own questions; the profile has checked their form."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [OwnQuestion(row["question"], row.get("expect", "")) for row in rows]


def check_question(own: OwnQuestion, asker: Asker) -> Failure | None:
    """Return what is wrong with the reply to a question; None if nothing is."""
    expected = f"an answer with “{own.expect}”" if own.expect else "a refusal"
    try:
        turn = asker.ask(own.question)
    except ValidationError as err:
        return Failure(own.question, "a turn of docs/contract.md", str(err))
    is_answer = turn["kind"] == "answer"
    if not own.expect:
        return Failure(own.question, expected, describe(turn)) if is_answer else None
    has_text = is_answer and _fold(own.expect) in _fold(turn["text"])
    return None if has_text else Failure(own.question, expected, describe(turn))


def check_starters(words: Words, asker: Asker) -> Iterator[Failure]:
    """Yield the first questions that are not answered: who takes an offer is not to be refused."""
    for starter in words.starters:
        turn = asker.ask(starter.question)
        if turn["kind"] != "answer":
            yield Failure(f"starter: {starter.question}", "an answer", describe(turn))


def describe(turn: Turn) -> str:
    """Return what a turn is, in plain words."""
    if turn["kind"] == "answer":
        return f"answered from “{turn['citations'][0]['section']}”"
    offered = cast("list[Suggestion]", turn.get("suggestions", []))[:MAX_NEAREST]
    nearest = ", ".join(f"“{each['title']}”" for each in offered)
    kinds = {"clarify": "not sure", "abstain": "refused", "chat": "taken for small talk"}
    kind = kinds.get(turn["kind"], turn["kind"])
    return f"{kind}; the nearest: {nearest}" if nearest else kind


def make_table(failures: Sequence[Failure]) -> Table:
    """Return failures as they are printed."""
    table = Table("to mend", "expected", "found", show_lines=True)
    for each in failures:
        # As it is: a heading may hold brackets, which are markup otherwise.
        table.add_row(*map(Text, (each.what, each.expected, each.found)))
    return table


def name_index(serving: Path, folder: Path) -> Path:
    """Return the index of a check: beside the one that serves, and one for each profile.

    What is only checked is not shown to anybody, and a second check finds the first one's.
    """
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
    return serving.with_name(f"{serving.name}.check-{name}")


def _make_settings(profile: Profile, environ: Mapping[str, str]) -> Settings:
    filled = {key: value for key, value in environ.items() if key != "KNOWLEDGE_DOCUMENTS"}
    fill_settings(filled, profile)
    return Settings.from_env(filled)


def _build(settings: Settings, index: Path) -> tuple[Retriever, list[Failure]]:
    """Return a retriever of the documents as they are now, and the documents left out."""
    if not index.exists() and settings.index.exists():
        # What it has of the same documents need not be embedded again.
        shutil.copyfile(settings.index, index)
    left_out: list[Failure] = []
    beside = replace(settings, index=index)
    encoder = load_encoder(beside)
    build_index(
        beside,
        encoder,
        on_report=lambda report: left_out.extend(
            Failure(err.path.name, "a document", err.reason) for err in report.unreadable
        ),
    )
    return Retriever.open(beside), left_out


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
