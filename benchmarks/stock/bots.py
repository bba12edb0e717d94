"""The two bots that are compared: the one `rasa init` makes and this assistant."""

import functools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.files import ROOT
from benchmarks.harness.servers import HOST, Program, Reply, find_free_ports, run_to_end
from benchmarks.stock import conversations
from benchmarks.stock.metrics import SQL

RASA_PYTHON = ROOT / ".venv-rasa/bin/python"
PYTHON = ROOT / ".venv/bin/python"
# What has to be there before the assistant can be trained and started.
NEEDED = ("build/encoder/manifest.json", "build/knowledge.db", "build/spacy/meta.json")
OUTAGE = "utter_search_unavailable"
# What `rasa init` does before it trains for the first time, which is not measured.
SCAFFOLD = (
    "import sys; from rasa.cli.scaffold import create_initial_project as make; make(sys.argv[1])"
)
# A load from one address is what the limits of the web channel are there to stop.
WEB_SETTINGS = {
    "BONAFIDE_SECRET": "only for this measurement, and no secret",
    "BONAFIDE_SESSION_RATE": "0",
    "BONAFIDE_ADDRESS_RATE": "0",
}


@dataclass(frozen=True, slots=True)
class Bot:
    """How one bot is trained, started and talked to.

    Attributes:
        key: Its name in the results.
        title: Its name in tables and messages.
        training: Trains its model.
        make_servers: Returns its programs and the port that takes messages, on new free ports, for
            one of the two places where conversations are kept.
        probe: The first message; the bot is ready when the reply satisfies `is_ready`.
        is_ready: Says whether a reply is the one wanted from a bot that has everything it needs.
        make_talks: Returns conversations, no two messages alike, and what goes on in old ones;
            different ones for each seed.
        outage: The words of a reply that means a part of the bot is missing; empty when none does.
        may_be_silent: Off its stories it may say nothing.
    """

    key: str
    title: str
    training: Program
    make_servers: Callable[[str], tuple[list[Program], int]]
    probe: str
    is_ready: Callable[[Reply], bool]
    make_talks: Callable[[int], tuple[Iterator[conversations.Talk], Iterator[conversations.Talk]]]
    outage: str = ""
    may_be_silent: bool = False


def make_stock_bot(folder: Path, *, logs: Path) -> Bot:
    """Let Rasa make its starter bot in `folder`, emptied first, and return it.

    Args:
        folder: Of the bot.
        logs: Folder of log files.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = str(RASA_PYTHON), "-c", SCAFFOLD, str(folder)
    run_to_end(Program("rasa init", command, folder), logs=logs)
    return find_stock_bot(folder)


def has_stock_model(folder: Path) -> bool:
    """Say whether the starter bot in `folder` is there and trained."""
    return (folder / "models/stock.tar.gz").is_file()


def find_stock_bot(folder: Path) -> Bot:
    """Return the starter bot in `folder`."""
    model = "--fixed-model-name", "stock", "--out", "models"
    return Bot(
        key="stock",
        title="rasa init",
        training=Program("stock training", rasa("train", "--force", *model), folder),
        make_servers=functools.partial(make_stock_servers, folder),
        probe="hello",
        is_ready=bool,
        make_talks=conversations.make_stock_talks,
        may_be_silent=True,
    )


def make_stock_servers(folder: Path, store: str) -> tuple[list[Program], int]:
    """Return the one server of the `rasa init` bot and its port."""
    (port,) = find_free_ports(1)
    endpoints = folder / "endpoints.yml"
    if store == SQL:
        database = forget(folder / "conversations.db")
        added = {"tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(database)}}
        text = endpoints.read_text(encoding="utf-8") + "\n" + yaml.safe_dump(added)
        endpoints = folder / "endpoints-sql.yml"
        endpoints.write_text(text, encoding="utf-8")
    command = rasa(
        "run", "--enable-api", "--model", "models/stock.tar.gz", "--endpoints", str(endpoints),
        "--interface", HOST, "--port", str(port),
    )  # fmt: skip
    return [Program("stock server", command, folder)], port


def forget(database: Path) -> Path:
    """Remove an SQLite file with what belongs to it, and return its path."""
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()
    return database


def make_assistant(folder: Path) -> Bot:
    """Return this assistant; its model is trained into `folder`, so `models/` stays as it is."""
    model = "--fixed-model-name", "bonafide", "--out", str(folder)
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return Bot(
        key="bonafide",
        title="Bonafide",
        training=Program(
            "bonafide training",
            bot("train", "--force", *model),
            environ={"RASA_CACHE_DIRECTORY": str(folder / "cache")},
        ),
        make_servers=functools.partial(make_assistant_servers, model_in(folder)),
        probe="What is osteoporosis?",
        is_ready=has_answer,
        make_talks=conversations.make_talks,
        outage=domain["responses"][OUTAGE][0]["text"],
    )


def model_in(folder: Path) -> Path:
    """Return the assistant's model in its scratch folder."""
    return folder / "bonafide.tar.gz"


def make_assistant_servers(
    model: Path, store: str, *, actions_url: str = ""
) -> tuple[list[Program], int]:
    """Return the assistant's Rasa server and action server, and the port of the first.

    Args:
        model: The trained model; databases go beside it.
        store: Where conversations are kept.
        actions_url: Where the Rasa server calls actions, when not at the action server itself.
    """
    port, actions_port = find_free_ports(2)
    outcomes, kept = (forget(model.with_name(f"{n}.db")) for n in ("outcomes", "conversations"))
    environ = {
        "BONAFIDE_ACTIONS_PORT": str(actions_port),
        "BONAFIDE_OUTCOMES_URL": f"sqlite:///{outcomes}",
        "BONAFIDE_STATE": str(model.with_name("state")),
        "BONAFIDE_CONVERSATIONS_URL": f"sqlite:///{kept}" if store == SQL else "",
        **WEB_SETTINGS,
    }
    files = "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"
    address = "--interface", HOST, "--port", str(port)
    command = bot("run", "--enable-api", "--model", str(model), *files, *address)
    rasa_environ = environ | ({"BONAFIDE_ACTIONS_URL": actions_url} if actions_url else {})
    return [
        Program("action server", (str(PYTHON), "-m", "actions"), environ=environ),
        Program("rasa server", command, environ=rasa_environ),
    ], port


def has_answer(reply: Reply) -> bool:
    """Say whether a reply quotes the library: then both servers and the index are there."""
    return any((message.get("custom") or {}).get("kind") == "answer" for message in reply)


def find_missing() -> list[str]:
    """Return what `make train` still has to make before the assistant can be measured."""
    return [name for name in NEEDED if not (ROOT / name).is_file()]


def rasa(*arguments: str) -> tuple[str, ...]:
    """Return a command of stock Rasa."""
    return (str(RASA_PYTHON), "-m", "rasa", *arguments)


def bot(*arguments: str) -> tuple[str, ...]:
    """Return a command of Rasa with this project's runtime settings."""
    return (str(RASA_PYTHON), "-m", "bot", *arguments)
