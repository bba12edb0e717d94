"""Measure the search on other charities' libraries: `python -m benchmarks charities`.

Each question of tests/data/charities goes the way of a message whose intent nobody knows and in
which no vocabulary finds a name: search, judge and reply as the actions have them. Nothing of the
model is needed, only the encoder, and MedQuAD (`../shared/data`), of which the libraries are made.
The first run embeds them, some minutes for each; later ones take seconds.
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer
import yaml
from rasa_sdk import Tracker

from actions.question import parse_message
from actions.replies.compose import reply_to_message
from actions.replies.replier import Replier
from actions.search import Library
from benchmarks import files
from benchmarks.retrieval import charity_documents
from benchmarks.retrieval.charity_documents import Kinds
from knowledge import Passage, Retriever, Settings, build_index, load_encoder

RESULTS = files.RESULTS / "charities.json"
# What the three libraries are to reach together.
WANTED = {"right": 0.72, "uncovered_not_answered": 0.88}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a library, and what answers it.

    Attributes:
        text: As a person types it.
        where: By a document's title, the types of its sections that may answer; empty where the
            library holds no answer.
        any: Expressions of which one is in a text that answers.
        is_held_out: Nothing may be fitted or chosen by it.
    """

    text: str
    where: dict[str, list[str]]
    any: tuple[str, ...]
    is_held_out: bool

    def is_answered_by(self, passage: Passage, kinds: Kinds) -> bool:
        """Say whether a passage is of such a section, and has what answers in its text."""
        if not self.is_of_a_section(passage, kinds):
            return False
        return any(re.search(each, passage.text) for each in self.any)

    def is_of_a_section(self, passage: Passage, kinds: Kinds) -> bool:
        """Say whether a passage is a part of a section that may answer."""
        # A heading that says nothing by itself has its document's title before it.
        heading = passage.heading.split(" > ")[-1]
        for each in (heading, heading.rsplit(": ", 1)[-1]):
            title, kind = kinds.get((passage.document_id, each), ("", ""))
            if kind:
                return kind in self.where.get(title, ())
        return False

    def is_of_a_document(self, passage: Passage, kinds: Kinds) -> bool:
        """Say whether a passage is of a document that may answer."""
        titles = {title for (id_, _), (title, _) in kinds.items() if id_ == passage.document_id}
        return not titles.isdisjoint(self.where)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question.

    Attributes:
        question: It.
        turn: The reply, as docs/contract.md has it.
        is_right: The passage that is quoted answers it.
        is_offered: One that answers is quoted or offered.
        is_near: What is shown is of a document that may answer, whatever its section.
        is_cut: No section that answers is one passage: each is so long that it was cut.
        shown: Id of the passage that is quoted; else of the first that is offered; else empty.
    """

    question: Question
    turn: Json
    is_right: bool
    is_offered: bool
    is_near: bool
    is_cut: bool
    shown: str

    @property
    def is_answer(self) -> bool:
        """Whether something is quoted."""
        return bool(self.turn["kind"] == "answer")


def read_questions(name: str) -> list[Question]:
    """Return the questions on a library."""
    return [
        Question(
            row["question"], row["where"], tuple(row["any"]), is_held_out=row["split"] == "held_out"
        )
        for row in files.read_rows(charity_documents.FOLDER / f"{name}.jsonl")
    ]


def open_library(name: str, settings: Settings) -> tuple[Retriever, Kinds]:
    """Write the documents of a library and build their index; what is built already is kept.

    Returns:
        Its retriever, and what each section is.

    Raises:
        FileNotFoundError: MedQuAD is not there.
    """
    folder = settings.index.parent / "charities" / name
    documents = folder / "documents"
    shutil.rmtree(documents, ignore_errors=True)
    documents.mkdir(parents=True)
    kinds = charity_documents.write(name, documents)
    own = replace(settings, documents=(documents,), index=folder / "knowledge.db")
    index = build_index(own, load_encoder(settings))
    return Retriever(load_encoder(settings, quantized=True), index), kinds


def ask(
    questions: Sequence[Question], retriever: Retriever, kinds: Kinds, settings: Settings
) -> Iterator[Outcome]:
    """Yield what becomes of each question, the first of its conversation."""
    domain = yaml.safe_load((files.ROOT / "domain.yml").read_text(encoding="utf-8"))
    library = Library(lambda: retriever, settings)
    parts = Counter((each.document_id, each.heading) for each in retriever.index.passages)
    for question in questions:
        message = {"text": question.text, "intent": {}, "entities": [], "intent_ranking": []}
        tracker = Tracker("benchmark", {}, message, [], False, None, {}, "action_listen")
        reply = reply_to_message(parse_message(tracker), Replier(tracker, domain), library)
        turn: Json = dict(reply.outcome or {"kind": reply.response})
        quoted = [each["passage_id"] for each in turn.get("citations", ())][:1]
        offered = [
            each["passage_id"] for each in turn.get("suggestions", ()) if "passage_id" in each
        ]
        passages = [hit.passage for each in (*quoted, *offered) if (hit := retriever.look_up(each))]
        answers = {each.id for each in passages if question.is_answered_by(each, kinds)}
        yield Outcome(
            question,
            turn,
            is_right=turn["kind"] == "answer" and not answers.isdisjoint(quoted),
            is_offered=bool(answers),
            is_near=bool(passages) and question.is_of_a_document(passages[0], kinds),
            is_cut=all(
                parts[each.document_id, each.heading] > 1
                for each in retriever.index.passages
                if question.is_answered_by(each, kinds)
            ),
            shown=passages[0].id if passages else "",
        )


def measure(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the shares that matter.

    A question that the library does not cover is not answered where nothing is quoted: refused, or
    headings offered because nothing is sure.
    """
    covered = [each for each in outcomes if each.question.where]
    uncovered = [each for each in outcomes if not each.question.where]
    return {
        "n_answerable": len(covered),
        "n_uncovered": len(uncovered),
        "right": _share([each.is_right for each in covered]),
        "right_or_offered": _share([each.is_offered for each in covered]),
        "right_document": _share([each.is_near for each in covered]),
        "wrong": _share([each.is_answer and not each.is_right for each in covered]),
        "uncovered_not_answered": _share([not each.is_answer for each in uncovered]),
        "uncovered_refused": _share([each.turn["kind"] == "abstain" for each in uncovered]),
    }


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _describe(outcome: Outcome) -> str:
    """Return a line on an outcome that is not what is wanted."""
    asked = outcome.question
    wanted = ", ".join(f"{title}: {'/'.join(kinds)}" for title, kinds in asked.where.items())
    return f"  {asked.text}\n    {outcome.turn['kind']} {outcome.shown} | {wanted or 'uncovered'}"


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    show: Annotated[
        bool, typer.Option(help="Print the development questions that went wrong.")
    ] = False,
) -> None:
    """Ask each library its questions; print and write the shares."""
    settings = Settings.from_env()
    everything: list[Outcome] = []
    results: dict[str, dict[str, float]] = {}
    for name in charity_documents.names():
        try:
            retriever, kinds = open_library(name, settings)
        except FileNotFoundError as err:
            raise SystemExit(
                f"The libraries are made of MedQuAD, which is not here: {err}"
            ) from err
        outcomes = list(ask(read_questions(name), retriever, kinds, settings))
        results[name] = measure(outcomes)
        everything += outcomes
    for part, is_held_out in (("development", False), ("held_out", True)):
        results[part] = measure([e for e in everything if e.question.is_held_out == is_held_out])
    # Where an answer stands in a section of one passage, and where all that hold it are cut.
    covered = [each for each in everything if each.question.where]
    results["in_one_passage"] = measure([each for each in covered if not each.is_cut])
    results["in_long_sections"] = measure([each for each in covered if each.is_cut])
    results["all"] = measure(everything)
    files.save_results({"wanted": WANTED, **results}, RESULTS)
    print(json.dumps(results, indent=1))
    if show:
        for each in everything:
            fine = each.is_right if each.question.where else not each.is_answer
            if not fine and not each.question.is_held_out:
                print(_describe(each))


if __name__ == "__main__":
    app(prog_name="python -m benchmarks charities")
