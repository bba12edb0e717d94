"""A peer of the library at one size, in an environment of its own and a process for each job.

`python -m benchmarks.scale_peers build|search bm25s|lancedb FOLDER`: FOLDER holds what
`benchmarks.scale_ours` exported. Imports nothing of the library, so that memory is the peer's own.
"""

import importlib
import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.scale_timing import size_bytes, time_calls

TOP_K = 4
Json = dict[str, Any]
# Returns how many passages it found for the n-th query.
Search = Callable[[int], int]


def build_bm25s(folder: Path, store: Path) -> None:
    """Write an index for BM25 by bm25s."""
    import bm25s

    texts = [f"{passage['title']}\n{passage['text']}" for passage in read_passages(folder)]
    model = bm25s.BM25()
    model.index(tokenize(texts), show_progress=False)
    model.save(str(store))


def open_bm25s(folder: Path, store: Path) -> Search:
    """Return a search with BM25 by bm25s: English stop words, Porter stems."""
    import bm25s

    model = bm25s.BM25.load(str(store))
    passages, queries = read_passages(folder), read_queries(folder)

    def search(i: int) -> int:
        rows, _ = model.retrieve(tokenize([queries[i]]), k=TOP_K, show_progress=False)
        return len([passages[row] for row in rows[0]])

    return search


def tokenize(texts: Sequence[str]) -> Any:
    """Return the stems of texts as bm25s wants them."""
    import bm25s
    import Stemmer

    return bm25s.tokenize(
        list(texts),
        stopwords="en",
        stemmer=Stemmer.Stemmer("porter"),
        return_ids=False,
        show_progress=False,
    )


def build_lancedb(folder: Path, store: Path) -> None:
    """Write a LanceDB table of the passages and the library's own vectors."""
    import lancedb

    rows = [
        {**passage, "vector": vector}
        for passage, vector in zip(
            read_passages(folder), np.load(folder / "vectors.npy"), strict=True
        )
    ]
    lancedb.connect(store).create_table("passages", rows)


def open_lancedb(folder: Path, store: Path) -> Search:
    """Return LanceDB's flat search, by vectors alone."""
    import lancedb

    table = lancedb.connect(store).open_table("passages")
    embeddings = np.load(folder / "query_vectors.npy")

    def search(i: int) -> int:
        query = table.search(embeddings[i]).distance_type("dot").limit(TOP_K)
        # The distance too: left out, LanceDB logs a warning at every search.
        return len(query.select(["id", "title", "text", "_distance"]).to_list())

    return search


BUILDS = {"bm25s": build_bm25s, "lancedb": build_lancedb}
OPENS = {"bm25s": open_bm25s, "lancedb": open_lancedb}


def measure_build(peer: str, folder: Path) -> Json:
    """Make a peer's index; return how long it took and how large it is."""
    store = folder / peer
    shutil.rmtree(store, ignore_errors=True)
    started = time.perf_counter()
    BUILDS[peer](folder, store)
    seconds = time.perf_counter() - started
    return {"build_s": round(seconds, 2), "size_mb": round(size_bytes(store) / 1e6, 1)}


def measure_search(peer: str, folder: Path) -> Json:
    """Open a peer's index; return how long that took, its memory and its latency."""
    before = psutil.Process().memory_info().rss
    started = time.perf_counter()
    search = OPENS[peer](folder, folder / peer)
    load_s = time.perf_counter() - started
    loaded = psutil.Process().memory_info().rss
    timings = time_calls(search, len(read_queries(folder)))
    after = psutil.Process().memory_info().rss
    return {
        "load_s": round(load_s, 3),
        "memory_mb": round((loaded - before) / 1e6, 1),
        "memory_after_search_mb": round((after - before) / 1e6, 1),
        "search": timings,
    }


def read_passages(folder: Path) -> list[Json]:
    """Return the exported passages, in the order of the vectors."""
    with (folder / "passages.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_queries(folder: Path) -> list[str]:
    """Return the exported queries."""
    queries: list[str] = json.loads((folder / "queries.json").read_text(encoding="utf-8"))
    return queries


if __name__ == "__main__":
    importlib.import_module(sys.argv[2])  # before the clock starts, and before memory is counted
    measure = {"build": measure_build, "search": measure_search}[sys.argv[1]]
    print(json.dumps(measure(sys.argv[2], Path(sys.argv[3]))))
