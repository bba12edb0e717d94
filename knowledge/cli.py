"""The command line of the library: `python -m knowledge build | search | inspect | evaluate`."""

import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table
from rich.text import Text

from knowledge import embed
from knowledge.errors import KnowledgeError
from knowledge.index import Index
from knowledge.search.retriever import Retriever
from knowledge.settings import Settings
from knowledge.types import Hit
from settings import SettingInvalid

if TYPE_CHECKING:
    from knowledge.indexing.build import BuildReport

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build and search a library of documents.",
)
stdout = Console()
stderr = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def main() -> None:
    """Run the command line; exit 0 when done, 1 on an expected failure, 2 on wrong usage."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app(prog_name="python -m knowledge")
    except (KnowledgeError, SettingInvalid) as err:
        _warn(str(err))
        sys.exit(1)


@app.command()
def build(
    as_json: AsJson = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Build again after every change, until Ctrl-C.")
    ] = False,
) -> None:
    """Read the documents and write the index; only what is new is embedded.

    Ends with 1 where a document could not be read; all others are in the index then.
    """
    settings = Settings.from_env()
    encoder = embed.load_encoder(settings)
    if watch:
        # Here, not above: the server has no use for it.
        from knowledge.indexing.watch import watch as watch_folder

        watch_folder(
            settings.documents,
            lambda: _build(settings, encoder, as_json),
            on_error=lambda err: _warn(str(err)),
        )
    elif not _build(settings, encoder, as_json):
        raise typer.Exit(1)


def _build(settings: Settings, encoder: embed.Encoder, as_json: bool) -> bool:
    """Build the index, print what was done, and say whether every document could be read."""
    # Here, not above: no other command reads documents.
    from knowledge.indexing.build import build_index

    reports: list[BuildReport] = []
    with _make_progress() as progress:
        task = progress.add_task("Passages", total=None)
        index = build_index(
            settings,
            encoder,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            on_wait=lambda: _warn("Another build of this index is running. Waiting for it to end."),
            on_report=reports.append,
        )
    (report,) = reports
    for err in report.unreadable:
        _warn(str(err))
    if as_json:
        _print_json(
            {"index": str(settings.index), **asdict(index.manifest), **_describe_build(report)}
        )
    else:
        manifest = index.manifest
        head = f"{settings.index}: {manifest.n_passages} passages of {manifest.n_documents}"
        text = f"{head} documents; {_summarise(report)}"
        stdout.print(text, highlight=False, markup=False, soft_wrap=True)
    return not report.unreadable


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="A question in plain language.")],
    top_k: Annotated[int | None, typer.Option(min=1, help="Most passages shown.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find the passages closest to a question, whether or not they answer it."""
    if not query.strip():
        raise typer.BadParameter("The question is blank.", param_hint="QUERY")
    settings = Settings.from_env()
    hits = Retriever.open(settings).search(query, top_k=top_k or settings.top_k)
    if as_json:
        _print_json([_describe_hit(hit) for hit in hits])
        return
    for hit in hits:
        head = f"{hit.rank}. {hit.document.title} > {hit.passage.heading}"
        mark = "" if hit.score >= settings.threshold else "  (below the threshold)"
        stdout.print(head, style="bold", markup=False, highlight=False)
        stdout.print(
            f"   answers with probability {hit.score:.2f}{mark}", style="dim", highlight=False
        )
        stdout.print(f"   {hit.passage.text}\n", markup=False, highlight=False)
    if not hits:
        stderr.print("Nothing found.")


@app.command()
def inspect(
    document_id: Annotated[
        str | None, typer.Argument(help="Show this document's passages.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what the index holds."""
    settings = Settings.from_env()
    index = Index.load(settings.index)
    if document_id is not None:
        _inspect_document(index, document_id, as_json)
        return
    counts = {id_: 0 for id_ in index.documents}
    for passage in index.passages:
        counts[passage.document_id] += 1
    if as_json:
        documents = [
            {"id": d.id, "title": d.title, "topic": d.topic, "checked": d.checked,
             "n_passages": counts[d.id]}
            for d in index.documents.values()
        ]  # fmt: skip
        _print_json({"manifest": asdict(index.manifest), "documents": documents})
        return
    id_column = Column("document", no_wrap=True)  # whole, to be typed after `inspect`
    table = Table(id_column, "title", "topic", "checked", "passages")
    for document in index.documents.values():
        cells = document.id, document.title, document.topic, document.checked
        table.add_row(*map(escape, cells), str(counts[document.id]))
    stdout.print(table)
    for key, value in asdict(index.manifest).items():
        stdout.print(f"{key}: {value}", highlight=False, markup=False)


@app.command()
def evaluate(
    passages: Annotated[Path, typer.Option(help="JSON Lines: id, title, text; may be .gz.")],
    queries: Annotated[Path, typer.Option(help="JSON Lines: id, subject, and the fields below.")],
    qrels: Annotated[Path, typer.Option(help="Tabs: query_id, passage_id, grade from 0 up.")],
    field: Annotated[
        Literal["summary", "paraphrase", "message", "message_only"],
        typer.Option(
            help="What is searched: `message` is the subject line and the message, as a person "
            "sent it; `message_only` leaves the subject out."
        ),
    ] = "summary",
    as_json: AsJson = False,
) -> None:
    """Measure the search on questions whose answers are graded; unjudged counts as wrong."""
    # Here, not above: it reads documents, as `build` does.
    from knowledge.evaluation import collection as collections
    from knowledge.evaluation import measure

    settings = Settings.from_env()
    texts = collections.read_queries(queries, collections.Field(field))
    grades = collections.read_grades(qrels)
    with _make_progress() as progress:
        task = progress.add_task("Passages", total=None)
        collection = collections.open_collection(
            passages,
            settings,
            embed.load_encoder(settings),
            asking=embed.load_encoder(settings, quantized=True),
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    measured = measure.evaluate(collection, texts, grades, threshold=settings.threshold)
    if as_json:
        _print_json({"field": field, **asdict(measured)})
        return
    for key, value in asdict(measured).items():
        stdout.print(f"{key}: {value:.3f}" if isinstance(value, float) else f"{key}: {value}")


def _inspect_document(index: Index, document_id: str, as_json: bool) -> None:
    passages = [p for p in index.passages if p.document_id == document_id]
    if not passages:
        known = ", ".join(index.documents)
        raise typer.BadParameter(
            f"No document {document_id!r}. There are: {known}", param_hint="DOCUMENT_ID"
        )
    if as_json:
        _print_json([asdict(passage) for passage in passages])
        return
    for passage in passages:
        stdout.print(passage.heading, style="bold", markup=False, highlight=False)
        stdout.print(f"{passage.text}\n", markup=False, highlight=False)


def _make_progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Speed(),
        TimeRemainingColumn(),
        console=stderr,
        disable=not stderr.is_terminal,
    )


class _Speed(ProgressColumn):
    """Passages a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.0f}/s", style="progress.data.speed")


def _summarise(report: "BuildReport") -> str:
    if report.is_unchanged:
        return f"nothing changed ({report.seconds:.1f} s)"
    counts = report.n_added, report.n_changed, report.n_removed
    documents = ", ".join(
        f"{n} {word}" for n, word in zip(counts, ("added", "changed", "removed"), strict=True) if n
    )
    return (
        f"{documents or 'in another order'}; "
        f"{report.n_embedded} passages embedded ({report.seconds:.1f} s)"
    )


def _describe_build(report: "BuildReport") -> dict[str, object]:
    return {
        "added": report.n_added, "changed": report.n_changed, "removed": report.n_removed,
        "embedded": report.n_embedded, "seconds": round(report.seconds, 3),
        "unreadable": [{"path": str(e.path), "reason": e.reason} for e in report.unreadable],
    }  # fmt: skip


def _warn(text: str) -> None:
    # soft_wrap: a path in it stays in one piece.
    stderr.print(text, style="red", highlight=False, markup=False, soft_wrap=True)


def _describe_hit(hit: Hit) -> dict[str, object]:
    return {
        "rank": hit.rank, "score": hit.score,
        "passage_id": hit.passage.id, "document_id": hit.document.id,
        "title": hit.document.title, "section": hit.passage.heading,
        "publisher": hit.document.publisher, "origin": hit.document.origin,
        "url": hit.document.url, "checked": hit.document.checked,
        "reviewed_by": hit.document.reviewed_by, "marks": hit.marks, "text": hit.passage.text,
    }  # fmt: skip


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
