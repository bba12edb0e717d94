"""Write what was measured of the speed: README.md, its plot, docs/performance.md."""

from pathlib import Path

from benchmarks.files import NOT_MEASURED, ROOT, load_results
from benchmarks.markdown import render_table, replace_section
from benchmarks.report import figures, tables
from benchmarks.stock import report
from benchmarks.stock.metrics import ASSISTANT, LOADS, MEMORY, PIECES, SQL, STOCK, Json

DOCUMENT = ROOT / "docs/performance.md"
PROFILE = report.RESULTS.with_name("profile.json")
PROFILE_COMMAND = ".venv/bin/python -m benchmarks profile"
PIECES_COMMAND = ".venv/bin/python -m benchmarks stock --only pieces"
LINES = ((MEMORY, "in memory"), (SQL, "SQLite"))
BOTS = ((STOCK, "rasa init"), (ASSISTANT, "Bonafide"))
LIBRARY = {
    "search": "a search of the library, with its encoder",
    "search_alone": "a search of the library, its vectors known",
    "encoder_quick": "the encoder, weights of 8 bits: one question",
    "encoder_full": "the encoder, full weights: one question",
}


def write_all() -> None:
    """Write every table and the plot from the committed results."""
    results = load_results(report.RESULTS)
    report.update_readme(results)
    write_document(results, load_results(PROFILE))
    if results is not None and report.has_plot(results["parts"]):
        report.PLOT.write_bytes(draw(results["parts"]))


def write_document(results: Json | None, profile: Json | None, path: Path = DOCUMENT) -> None:
    """Write the tables of docs/performance.md between their markers."""
    parts = results["parts"] if results else {}
    replace_section(path, "now", render_now(parts))
    replace_section(path, "pieces", render_pieces(parts))
    replace_section(path, "profile", render_profile(profile))


def draw(parts: Json) -> bytes:
    """Return the plot of the latency by users at once, a line for each bot and store."""
    lines = []
    for bot, title in BOTS:
        for part, store in LINES:
            users = [n for kind, n in LOADS[part] if kind == "fresh"]
            medians = parts[part]["medians"][bot]
            times = [medians[f"fresh.{n}.p95_ms"] for n in users]
            lines.append((f"{title}, {store}", users, times))
    return figures.draw_users(lines)


def render_now(parts: Json) -> str:
    """Return the latest figures beside the stock bot's, in one row for each store."""
    columns = {
        "fresh.1.p50_ms": "1 user",
        "aged.1.p50_ms": "1 user, after 50 turns",
        "fresh.16.per_s": "16 users, a second",
        "ready_s": "start",
        "loaded.total_mb": "memory",
    }
    rows = []
    for part, store in LINES:
        if part not in parts:
            continue
        for bot, title in BOTS:
            m = parts[part]["medians"][bot]
            units = ("ms", "ms", "replies", "s", "MB")
            cells = [f"{m[key]:,.1f} {unit}" for key, unit in zip(columns, units, strict=True)]
            rows.append([f"{title}, {store}", *cells])
    if not rows:
        return NOT_MEASURED.format(command="make bench")
    return render_table(["", *columns.values()], rows)


def render_pieces(parts: Json) -> str:
    """Return what each piece takes alone, beside whole replies."""
    if PIECES not in parts:
        return NOT_MEASURED.format(command=PIECES_COMMAND)
    found = parts[PIECES]
    rows = []
    if MEMORY in parts:
        rounds = parts[MEMORY]["rounds"]
        for kind, p50_ms in report.find_kinds(rounds).items():
            name = report.KINDS.get(kind, kind)
            rows.append([f"whole reply over REST: {name}", f"{p50_ms:.1f} ms", ""])
    for action, times in found["webhook"]["actions"].items():
        rows.append([f"the action server alone: `{action}`", *tables.format_latency(times)])
    for key, label in LIBRARY.items():
        rows.append([label, *tables.format_latency(found["library"][key])])
    starts, webhook = found["starts"], found["webhook"]
    told = (
        f"The body of a call to the action server is {webhook['call_kb']:g} kB. The action server "
        f"alone is ready after {starts['action_server_s']:.1f} s; TensorFlow, which Rasa imports "
        f"and this assistant leaves out, takes {starts['import_tensorflow_s']:.1f} s."
    )
    return render_table(["", "Half within", "95 in 100 within"], rows) + f"\n\n{told}"


def render_profile(profile: Json | None) -> str:
    """Return where the processor time of each server goes."""
    if profile is None:
        return NOT_MEASURED.format(command=PROFILE_COMMAND)
    blocks = []
    for server in profile["servers"]:
        rows = [
            [row["name"], f"{row['share']:.0%}", f"{row['ms']:.1f} ms"] for row in server["rows"]
        ]
        head = [f"{server['title']}: where its processor time goes", "Share", "A message"]
        blocks.append(render_table(head, rows))
    told = (
        f"Measured on {profile['date']} with `{PROFILE_COMMAND}`: {profile['messages']:,} messages "
        "of one user."
    )
    return "\n\n".join([*blocks, told])
