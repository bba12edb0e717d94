"""The two bots that are compared: the one `rasa init` makes and this assistant."""

import functools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks import conversations
from benchmarks.servers import HOST, ROOT, Program, Reply, find_free_ports, run_to_end

RASA_PYTHON = ROOT / ".venv-rasa/bin/python"
PYTHON = ROOT / ".venv/bin/python"
# What has to be there before the assistant can be trained and started.
NEEDED = ("build/encoder/manifest.json", "build/knowledge.db", "build/spacy/meta.json")
OUTAGE = "utter_search_unavailable"


@dataclass(frozen=True, slots=True)
class Bot:
    """How one bot is trained, started and talked to.

    Attributes:
        key: Its name in the results.
        title: Its name in tables and messages.
        training: Trains its model.
        make_servers: Returns its programs and the port that takes messages, on new free ports.
        probe: The first message; the bot is ready when the reply satisfies `is_ready`.
        is_ready: Says whether a reply is the one wanted from a bot that has everything it needs.
        talks: Conversations, each a list of messages.
        outage: The words of a reply that means a part of the bot is missing; empty when none does.
    """

    key: str
    title: str
    training: Program
    make_servers: Callable[[], tuple[list[Program], int]]
    probe: str
    is_ready: Callable[[Reply], bool]
    talks: tuple[tuple[str, ...], ...]
    outage: str = ""


def make_stock_bot(folder: Path, *, logs: Path, keep: bool = False) -> Bot:
    """Let `rasa init` make its bot in `folder` and return it.

    Args:
        folder: Emptied first, so that nothing but what `rasa init` writes is measured.
        logs: Folder of log files.
        keep: Use the bot that is there from an earlier run.
    """
    if not (keep and (folder / "domain.yml").is_file()):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        command = rasa("init", "--no-prompt", "--init-dir", str(folder))
        run_to_end(Program("rasa init", command, folder), logs=logs)
    model = "--fixed-model-name", "stock", "--out", "models"
    return Bot(
        key="stock",
        title="rasa init",
        training=Program("stock training", rasa("train", "--force", *model), folder),
        make_servers=functools.partial(make_stock_servers, folder),
        probe="hello",
        is_ready=bool,
        talks=conversations.STOCK,
    )


def make_stock_servers(folder: Path) -> tuple[list[Program], int]:
    """Return the one server of the `rasa init` bot and its port."""
    (port,) = find_free_ports(1)
    command = rasa(
        "run", "--model", "models/stock.tar.gz", "--interface", HOST, "--port", str(port)
    )
    return [Program("stock server", command, folder)], port


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
        make_servers=functools.partial(make_assistant_servers, folder / "bonafide.tar.gz"),
        probe="What is osteoporosis?",
        is_ready=has_answer,
        talks=conversations.ASSISTANT,
        outage=domain["responses"][OUTAGE][0]["text"],
    )


def make_assistant_servers(model: Path) -> tuple[list[Program], int]:
    """Return the assistant's Rasa server and action server, and the port of the first."""
    port, actions_port = find_free_ports(2)
    environ = {
        "BONAFIDE_ACTIONS_PORT": str(actions_port),
        "BONAFIDE_OUTCOMES_URL": f"sqlite:///{model.with_name('outcomes.db')}",
    }
    files = "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"
    address = "--interface", HOST, "--port", str(port)
    return [
        Program("action server", (str(PYTHON), "-m", "actions"), environ=environ),
        Program(
            "rasa server", bot("run", "--model", str(model), *files, *address), environ=environ
        ),
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
