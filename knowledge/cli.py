"""The command line of the library: `python -m knowledge build | search | inspect | evaluate`."""

import datetime
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.padding import Padding
from rich.text import Text

from knowledge import embed
from knowledge.console import make_progress, print_json, say, stderr, stdout, warn
from knowledge.errors import DocumentUnreadable, KnowledgeError
from knowledge.index import Index
from knowledge.search.retriever import Retriever
from knowledge.settings import Settings
from knowledge.summaries import describe_build, describe_document, describe_upkeep, summarise_build
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
# An index was made, but something was left out of it.
LEFT_OUT = 3
# Most lines about what is left out; a whole site may lack the same thing.
MAX_LINES = 30

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def main() -> None:
    """Run the command line.

    It exits with 0 when done, 1 on an expected failure, 2 on wrong usage, and 3 when an index was
    made but something was left out of it.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app(prog_name="python -m knowledge")
    except (KnowledgeError, SettingInvalid) as err:
        warn(str(err))
        sys.exit(1)


@app.command()
def build(
    as_json: AsJson = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Build again after every change, until Ctrl-C.")
    ] = False,
) -> None:
    """Read the documents and write the index; only what is new is embedded.

    Ends with 3 where something could not be read; all else is in the index then. Ends with 1 where
    no index could be made; the old one stays.
    """
    settings = Settings.from_env()
    encoder = embed.load_encoder(settings)
    if watch:
        # Here, not above: the server has no use for it.
        from knowledge.indexing.watch import watch as watch_folder

        watch_folder(
            settings.documents,
            lambda: _build(settings, encoder, as_json),
            on_error=lambda err: warn(str(err)),
        )
    elif not _build(settings, encoder, as_json):
        raise typer.Exit(LEFT_OUT)


def _build(settings: Settings, encoder: embed.Encoder, as_json: bool) -> bool:
    """Build the index, print what was done, and say whether every document could be read."""
    # Here, not above: no other command reads documents.
    from knowledge.indexing.build import build_index
    from knowledge.indexing.sources import describe_passed_over

    reports: list[BuildReport] = []
    with make_progress() as progress:
        files = progress.add_task("Files", total=None)
        task = progress.add_task("Passages", total=None, visible=False)
        index = build_index(
            settings,
            encoder,
            on_read=lambda done, total: progress.update(files, completed=done, total=total),
            on_progress=lambda done, total: progress.update(
                task, completed=done, total=total, visible=True
            ),
            on_wait=lambda: warn("Another build of this index is running. Waiting for it to end."),
            on_report=reports.append,
        )
    (report,) = reports
    for kind, paths in report.passed_over.items():
        warn(describe_passed_over(kind, paths), style="yellow")
    _print_some(report.ignored, style="yellow", more=" like these.")
    _print_some(report.unreadable, style="red", more=": python -m knowledge inspect lists all.")
    documents, manifest, today = [*index.documents.values()], index.manifest, datetime.date.today()
    if as_json:
        described = describe_build(report, documents, today)
        print_json({"index": str(settings.index), **asdict(manifest), **described})
        return not report.unreadable
    head = f"{settings.index}: {manifest.n_passages} passages of {manifest.n_documents} documents"
    say(f"{head}; {summarise_build(report)}")
    if upkeep := describe_upkeep(documents, today):
        say(upkeep)
    return not report.unreadable


def _print_some(faults: Sequence[DocumentUnreadable], *, style: str, more: str) -> None:
    for fault in faults[:MAX_LINES]:
        warn(str(fault), style=style)
    if len(faults) > MAX_LINES:
        warn(f"And {len(faults) - MAX_LINES:,} more{more}", style=style)


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
        print_json([_describe_hit(hit) for hit in hits])
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
             "publisher": d.publisher, "review_due": d.review_due, "n_passages": counts[d.id]}
            for d in index.documents.values()
        ]  # fmt: skip
        left_out = [{"path": file, "reason": reason} for file, reason in index.record.left_out]
        manifest = asdict(index.manifest)
        print_json({"manifest": manifest, "documents": documents, "left_out": left_out})
        return
    today = datetime.date.today()
    for document in index.documents.values():
        say(document.id)  # whole, to be typed after `inspect`
        line = describe_document(document, counts[document.id], today)
        stdout.print(Padding(Text(line), (0, 0, 0, 4)))
    for key, value in asdict(index.manifest).items():
        say(f"{key}: {value}")
    for file, reason in index.record.left_out:
        say(f"left out: {file}: {reason}")


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
    with make_progress() as progress:
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
        print_json({"field": field, **asdict(measured)})
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
        print_json([asdict(passage) for passage in passages])
        return
    for passage in passages:
        stdout.print(passage.heading, style="bold", markup=False, highlight=False)
        stdout.print(f"{passage.text}\n", markup=False, highlight=False)


def _describe_hit(hit: Hit) -> dict[str, object]:
    return {
        "rank": hit.rank, "score": hit.score,
        "passage_id": hit.passage.id, "document_id": hit.document.id,
        "title": hit.document.title, "section": hit.passage.heading,
        "publisher": hit.document.publisher, "origin": hit.document.origin,
        "url": hit.document.url, "checked": hit.document.checked,
        "reviewed_by": hit.document.reviewed_by, "marks": hit.marks, "text": hit.passage.text,
    }  # fmt: skip
