"""The library at one size, in its own process: `python -m benchmarks.scale.jobs JOB ...`."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswerQuestion
from benchmarks.files import ROOT
from benchmarks.scale.library import RecallingEncoder
from benchmarks.stock.metrics import percentile
from knowledge import Index, Retriever, Settings, build_index, load_encoder

TOP_K = 4
# Words of a question as most people type it; half of LiveQA-Med's are messages that tell a story.
SHORT = 20
# Every timed search has both, as in a conversation: a topic, and the subject of a question that
# names none, for which it is read a second time.
SETTINGS = Settings()
# Rounds over all queries before the clock starts, and timed ones after them.
WARM_UP, ROUNDS = 1, 5
Json = dict[str, Any]


def measure_build(documents: Path, index: Path, memory: Path) -> Json:
    """Build an index and return what it took.

    Args:
        documents: Folder of the library.
        index: Where the index goes.
        memory: Where the encoder's vectors are kept. Where there are some already, the time says
            nothing about embedding.
    """
    settings = replace(SETTINGS, documents=(documents,), index=index)
    started = time.perf_counter()
    with closing(RecallingEncoder(load_encoder(settings), memory)) as encoder:
        build_index(settings, encoder, on_progress=show_progress(started))
    build_s = time.perf_counter() - started
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    n_passages = len(Index.load(index).passages)
    return {
        "n_passages": n_passages,
        "build_s": round(build_s, 2),
        "passages_per_s": round(n_passages / build_s, 1),
        "size_mb": round(size_bytes(index) / 1e6, 1),
        "peak_memory_mb": round(peak_kb / 1e3, 1),
    }


def show_progress(started: float) -> Callable[..., None]:
    """Return a function that writes a line to stderr every ten seconds."""
    last = started

    def show(done: int, total: int, *_: object) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last >= 10:
            last = now
            print(f"    {done:,} of {total:,} after {now - started:.0f} s", file=sys.stderr)

    return show


def measure_search(index: Path, folder: Path) -> Json:
    """Load an index, export it for the peers and return how fast and large it is.

    Args:
        index: The built index.
        folder: Holds `queries.json`; passages and vectors are written there.
    """
    queries: list[str] = json.loads((folder / "queries.json").read_text(encoding="utf-8"))
    encoder = load_encoder(SETTINGS, quantized=True)
    before = psutil.Process().memory_info().rss
    started = time.perf_counter()
    retriever = Retriever(encoder, Index.load(index))
    load_s = time.perf_counter() - started
    loaded = psutil.Process().memory_info().rss

    def search(i: int) -> int:
        return len(retriever.search(queries[i], top_k=TOP_K))

    # The first round embeds the queries, the timed ones recall them.
    with closing(RecallingEncoder(encoder, folder / "memory")) as recalling:
        retriever.queries.encoder = recalling
        alone = time_calls(search, len(queries))
    retriever.queries.encoder = encoder
    short = [query for query in queries if len(query.split()) <= SHORT]
    results: Json = {
        "n_passages": len(retriever.index.passages),
        "size_mb": round(size_bytes(index) / 1e6, 1),
        "load_s": round(load_s, 3),
        "search": alone,
        "search_with_encoder": time_calls(search, len(queries)),
        "answer": time_calls(answer(retriever, queries), len(queries)),
        "answer_short": time_calls(answer(retriever, short), len(short)),
        "memory_mb": round((loaded - before) / 1e6, 1),
        "memory_after_search_mb": round((psutil.Process().memory_info().rss - before) / 1e6, 1),
    }
    exact = Retriever(encoder, retriever.index, large=results["n_passages"] + 1)
    results["same_as_in_full"] = compare(retriever, exact, queries)
    export(retriever, queries, folder)
    return results


def compare(retriever: Retriever, exact: Retriever, queries: Sequence[str]) -> float:
    """Return for how many queries both retrievers find the same passages in the same order."""
    n_same = 0
    for query in queries:
        found, expected = (
            [hit.passage.id for hit in one.search(query)] for one in (retriever, exact)
        )
        n_same += found == expected
    return round(n_same / len(queries), 4)


def answer(retriever: Retriever, queries: list[str]) -> Callable[[int], int]:
    """Return a function that runs the action server's whole answer to the n-th query.

    It resolves the message, encodes it, searches, judges and composes, as for a real message;
    only HTTP and Rasa's own part are left out.
    """
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    action = ActionAnswerQuestion(lambda: retriever, lambda: replace(SETTINGS, threshold=0.0))
    loop = asyncio.new_event_loop()
    intent = {"name": "ask_topic_0", "confidence": 0.5}

    def run(i: int) -> int:
        message = {"text": queries[i], "intent": intent, "intent_ranking": [intent]}
        tracker = Tracker("scale", {}, message, [], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        loop.run_until_complete(action.run(dispatcher, tracker, domain))
        return sum(said.get("response") == "utter_answer" for said in dispatcher.messages)

    return run


def export(retriever: Retriever, queries: list[str], folder: Path) -> None:
    """Write the passages, their vectors and the queries' vectors for the peers."""
    index = retriever.index
    with (folder / "passages.jsonl").open("w", encoding="utf-8") as file:
        for passage in index.passages:
            title = index.documents[passage.document_id].title
            line = {"id": passage.id, "title": title, "text": passage.text}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    np.save(folder / "vectors.npy", index.texts)
    np.save(folder / "query_vectors.npy", retriever.encoder.encode(queries))


def main(job: str, *arguments: str) -> Json:
    """Run one job: `build DOCUMENTS INDEX MEMORY` or `search INDEX FOLDER`."""
    paths = [Path(argument) for argument in arguments]
    return measure_search(*paths) if job == "search" else measure_build(*paths)


def time_calls(search: Callable[[int], int], n_queries: int) -> dict[str, float]:
    """Return how long a search takes, over all queries several times.

    Args:
        search: Searches for the n-th query and returns how many passages it found.
        n_queries: How many queries there are.

    Raises:
        RuntimeError: No query at all found anything: what was timed is not a search.
    """
    found = sum(search(i) for _ in range(WARM_UP) for i in range(n_queries))
    if not found:
        raise RuntimeError("Not one of the queries found a passage: nothing to time.")
    times = []
    for _ in range(ROUNDS):
        for i in range(n_queries):
            started = time.perf_counter()
            search(i)
            times.append((time.perf_counter() - started) * 1000)
    return {
        "n": len(times),
        "p50_ms": round(percentile(times, 50), 3),
        "p95_ms": round(percentile(times, 95), 3),
    }


def size_bytes(path: Path) -> int:
    """Return the size of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
