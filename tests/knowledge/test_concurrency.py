"""Builds that are killed or meet each other, and searches that go on while a library is built."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.embed import Encoder
from knowledge.errors import IndexNotFound
from knowledge.index import Index
from knowledge.indexing.build import WINDOW, BuildReport, build_index
from knowledge.search import live, retriever
from knowledge.search.live import LiveRetriever
from knowledge.search.retriever import Retriever
from knowledge.settings import Settings

ROOT = Path(__file__).parents[2]
N_NEW = 3 * WINDOW
DEADLINE_S = 60

# A build in a process of its own, which a test spoils by the lines put in.
PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from knowledge import index, store
from knowledge.indexing import build as module
from knowledge.settings import Settings
sys.path.insert(0, "tests/knowledge")
from conftest import FakeEncoder

def die():
    os.kill(os.getpid(), signal.SIGKILL)

encoder = FakeEncoder()
on_progress = lambda done, total: print(done, flush=True)
{spoil}
settings = Settings(documents=(Path(sys.argv[1]),), index=Path(sys.argv[2]))
on_wait = lambda: print("waits", flush=True)
module.build_index(settings, encoder, on_progress=on_progress, on_wait=on_wait)
print("built", flush=True)
"""
# Says that it has begun, and goes on when it is told to.
HALTED = """
def on_progress(done, total):
    print(done, flush=True)
    while done == module.WINDOW and not Path(sys.argv[1], "..", "go").exists():
        time.sleep(0.01)
"""
DIE_EMBEDDING = """
def on_progress(done, total):
    if done == module.WINDOW: die()
"""
DIE_WRITING = """
write_row = store._passage_row
def _passage_row(passage, count=[0]):
    count[0] += 1
    if count[0] == {row}: die()
    return write_row(passage)
store._passage_row = _passage_row
"""
DIE_BEFORE_REPLACING = "index.os.replace = lambda *paths: die()"


@pytest.fixture
def settings(library: Settings, tmp_path: Path) -> Settings:
    """A library that is built, with three windows of documents that are not in it yet."""
    copied = replace(library, documents=(tmp_path / "documents",), index=tmp_path / "knowledge.db")
    shutil.copytree(library.documents[0], copied.documents[0])
    shutil.copy(library.index, copied.index)
    for number in range(N_NEW):
        text = f"# Question {number}\n\nCheese {number} is good. Fish {number} too."
        (copied.documents[0] / f"new{number:03}.md").write_text(text)
    return copied


@pytest.fixture
def start(settings: Settings) -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Starts a build in another process."""
    started: list[subprocess.Popen[str]] = []

    def run(spoil: str = "") -> "subprocess.Popen[str]":
        program = PROGRAM.replace("{spoil}", spoil)
        command = [sys.executable, "-c", program, settings.documents[0], settings.index]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


Start = Callable[[str], "subprocess.Popen[str]"]


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.005)


def report_build(settings: Settings, encoder: Encoder) -> BuildReport:
    reports: list[BuildReport] = []
    build_index(settings, encoder, on_report=reports.append).close()
    return reports[0]


def rewrite(settings: Settings, stem: str, text: str, encoder: Encoder) -> None:
    (settings.documents[0] / f"{stem}.md").write_text(text)
    build_index(settings, encoder).close()


# ---- killed


@pytest.mark.parametrize(
    "spoil",
    [
        DIE_EMBEDDING,
        # The corpus is hashed first, row by row too: then comes the file.
        DIE_WRITING.replace("{row}", str(N_NEW // 2)),
        DIE_WRITING.replace("{row}", str(2 * N_NEW)),
        DIE_BEFORE_REPLACING,
    ],
    ids=["embedding", "hashing", "writing", "before-replacing"],
)
def test_a_build_that_is_killed_leaves_the_old_index(
    settings: Settings, encoder: Encoder, start: Start, spoil: str
) -> None:
    before = settings.index.read_bytes()
    process = start(spoil)

    process.communicate(timeout=DEADLINE_S)

    assert process.returncode == -signal.SIGKILL
    assert settings.index.read_bytes() == before
    assert len(Index.load(settings.index).passages) == 10
    report = report_build(settings, encoder)
    assert (report.n_added, report.n_embedded) == (N_NEW, N_NEW)
    assert len(Index.load(settings.index).passages) == 10 + N_NEW
    left = {path.name for path in settings.index.parent.iterdir()}
    assert left == {"documents", "knowledge.db", "knowledge.db.lock"}


def test_a_build_goes_on_where_another_was_killed(
    settings: Settings, encoder: Encoder, start: Start
) -> None:
    start(DIE_EMBEDDING).communicate(timeout=DEADLINE_S)
    texts: list[str] = []

    class CountingEncoder:
        manifest, dim = encoder.manifest, encoder.dim

        def encode(self, some: list[str]) -> object:
            texts.extend(some)
            return encoder.encode(some)

    build_index(settings, CountingEncoder()).close()  # type: ignore[arg-type] # counts, returns the same

    embedded = {int(text.split()[1]) for text in texts if text.startswith("Cheese")}
    assert len(embedded) == N_NEW - WINDOW


def test_a_build_that_is_interrupted_leaves_the_old_index(
    settings: Settings, encoder: Encoder, start: Start
) -> None:
    before = settings.index.read_bytes()
    process = start(HALTED)
    assert process.stdout is not None
    assert process.stdout.readline() == f"{WINDOW}\n"

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=DEADLINE_S)

    assert process.returncode != 0
    assert settings.index.read_bytes() == before
    assert report_build(settings, encoder).n_added == N_NEW


# ---- two at once


def test_a_second_build_waits_for_the_first(
    settings: Settings, encoder: Encoder, start: Start
) -> None:
    first = start(HALTED)
    assert first.stdout is not None
    first.stdout.readline()

    second = start("")
    assert second.stdout is not None
    assert second.stdout.readline() == "waits\n"
    (settings.documents[0].parent / "go").touch()

    assert second.communicate(timeout=DEADLINE_S)[0] == "built\n"
    assert first.communicate(timeout=DEADLINE_S)[0].endswith("built\n")
    assert (first.returncode, second.returncode) == (0, 0)
    assert report_build(settings, encoder).is_unchanged


def test_a_build_does_not_wait_for_one_that_was_killed(
    settings: Settings, encoder: Encoder, start: Start
) -> None:
    process = start(HALTED)
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.wait()
    waits: list[bool] = []

    build_index(settings, encoder, on_wait=lambda: waits.append(True)).close()

    assert waits == []
    assert len(Index.load(settings.index).passages) == 10 + N_NEW


def test_builds_of_several_threads_take_turns(settings: Settings, encoder: Encoder) -> None:
    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(lambda _: build_index(settings, encoder), range(4)))

    assert {index.manifest for index in built} == {Index.load(settings.index).manifest}


# ---- read while it is built


def test_readers_see_one_build_or_the_other(settings: Settings, encoder: Encoder) -> None:
    built = build_index(settings, encoder)
    words = {built.manifest.corpus: "spinach"}
    text = (settings.documents[0] / "calcium.md").read_text()
    ended = threading.Event()

    def read() -> set[str]:
        seen = set()
        while not ended.is_set():
            index = Index.load(settings.index)
            hits = Retriever(encoder, index).search("spinach cheese")
            assert all(mark in hit.passage.text for hit in hits for mark in hit.marks)
            assert len(index.passages) == index.manifest.n_passages == len(index.texts)
            seen.add(index.manifest.corpus)
            index.close()
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for number in range(8):
            changed = text.replace("Spinach", f"Cheese {number}")
            (settings.documents[0] / "calcium.md").write_text(changed)
            words[build_index(settings, encoder).manifest.corpus] = "cheese"
        ended.set()
        seen = set.union(*(reader.result() for reader in readers))

    assert seen <= words.keys()
    assert len(seen) > 1


# ---- a program that runs on


@pytest.fixture
def following(
    settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> LiveRetriever:
    monkeypatch.setattr(retriever, "load_encoder", lambda settings, **options: encoder)
    return LiveRetriever(settings)


def test_live_retriever_loads_once(following: LiveRetriever) -> None:
    with ThreadPoolExecutor(8) as pool:
        retrievers = {id(r) for r in pool.map(lambda _: following.current(), range(100))}

    assert len(retrievers) == 1


def test_live_retriever_picks_up_a_new_build(
    following: LiveRetriever, settings: Settings, encoder: Encoder
) -> None:
    old = following.current()
    rewrite(settings, "calcium", "# Which foods?\n\nCheese holds calcium.", encoder)

    wait_until(lambda: following.current() is not old)

    (hit,) = following.current().search("cheese calcium foods", top_k=1)
    assert hit.passage.text == "Cheese holds calcium."
    assert following.current().encoder is old.encoder
    # Who had begun with the old one ends with it.
    assert "Milk" in old.search("Which foods hold calcium?", top_k=1)[0].passage.text


def test_live_retriever_never_fails_a_search_while_builds_go_on(
    following: LiveRetriever, settings: Settings, encoder: Encoder
) -> None:
    ended = threading.Event()
    first = following.current()

    def ask() -> int:
        n_searches = 0
        while not ended.is_set():
            hits = following.current().search("Which foods hold calcium?", top_k=3)
            assert len(hits) == 3
            assert all(mark in hit.passage.text for hit in hits for mark in hit.marks)
            n_searches += 1
        return n_searches

    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(ask) for _ in range(3)]
        for number in range(6):
            rewrite(settings, "calcium", f"# Which foods?\n\nCheese {number} has it.", encoder)
            time.sleep(0.05)
        wait_until(lambda: "Cheese 5 has it." in {
            passage.text for passage in following.current().index.passages
        })  # fmt: skip
        ended.set()

    assert all(one.result() > 0 for one in asked)
    assert following.current() is not first


def test_live_retriever_serves_on_where_the_new_index_is_of_no_use(
    following: LiveRetriever,
    settings: Settings,
    encoder: Encoder,
    make_encoder: Callable[..., Encoder],
    caplog: pytest.LogCaptureFixture,
) -> None:
    old = following.current()
    build_index(settings, make_encoder(revision="2")).close()

    following.current()
    wait_until(lambda: "The new index cannot be used" in caplog.text)

    assert following.current() is old
    time.sleep(0.05)
    assert caplog.text.count("The new index cannot be used") == 1
    rewrite(settings, "calcium", "# Which foods?\n\nCheese holds calcium.", encoder)
    wait_until(lambda: following.current() is not old)


def test_live_retriever_serves_on_where_the_index_is_deleted(
    following: LiveRetriever, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    old = following.current()
    settings.index.unlink()

    assert following.current() is old
    assert old.search("calcium") != []


def test_live_retriever_without_an_index_tries_again(
    following: LiveRetriever, settings: Settings, encoder: Encoder
) -> None:
    settings.index.unlink()
    with pytest.raises(IndexNotFound):
        following.current()

    build_index(settings, encoder).close()

    assert following.current().search("calcium") != []


def test_live_retriever_says_what_it_loaded(
    following: LiveRetriever,
    settings: Settings,
    encoder: Encoder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    following.current()

    with caplog.at_level(logging.INFO, logger=live.__name__):
        build_index(settings, encoder).close()
        following.current()
        wait_until(lambda: "new index" in caplog.text)

    assert f"new index documents={5 + N_NEW} passages={10 + N_NEW}" in caplog.text


def test_live_retriever_is_cheap_to_ask(following: LiveRetriever) -> None:
    following.current()
    started = time.thread_time()

    for _ in range(1000):
        following.current()

    # Some 3 ms here; a slow machine may take its time, but loads nothing.
    assert time.thread_time() - started < 0.2


def test_an_index_copied_over_the_old_one_is_picked_up(
    following: LiveRetriever, settings: Settings, encoder: Encoder, tmp_path: Path
) -> None:
    old = following.current()
    elsewhere = replace(settings, index=tmp_path / "elsewhere.db")
    build_index(elsewhere, encoder).close()

    os.replace(shutil.copy(elsewhere.index, tmp_path / "sent.db"), settings.index)

    wait_until(lambda: following.current() is not old)
    assert len(following.current().index.passages) == 10 + N_NEW
