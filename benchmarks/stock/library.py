"""The library and the encoder alone, in a process: `python -m benchmarks.stock.library`."""

import json
import os

# As in the action server, before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.scale.library import RecallingEncoder
from benchmarks.stock.conversations import mix
from benchmarks.stock.metrics import percentile
from knowledge import Index, Retriever, Settings, load_encoder

# Questions before the clock starts.
WARM_UP = 20
# Where the questions stand in a conversation of benchmarks/stock/conversations.py.
QUESTIONS = (1, 3, 6)
Json = dict[str, Any]


def measure(count: int) -> Json:
    """Return how long the library and the encoder take for `count` questions, each asked once."""
    settings = Settings.from_env()
    questions = list_questions(count + WARM_UP)
    quick, full = load_encoder(settings, quantized=True), load_encoder(settings)
    index = Index.load(settings.index)

    def searching(retriever: Retriever) -> Callable[[str], object]:
        return lambda question: retriever.search(question, top_k=settings.top_k)

    with (
        tempfile.TemporaryDirectory() as folder,
        closing(RecallingEncoder(quick, Path(folder))) as recalling,
    ):
        # The first search embeds, the timed one of another retriever recalls.
        time_each(searching(Retriever(recalling, index)), questions)
        alone = time_each(searching(Retriever(recalling, index)), questions)
    return {
        "search": time_each(searching(Retriever(quick, index)), questions),
        "search_alone": alone,
        "encoder_quick": time_each(lambda question: quick.encode([question]), questions),
        "encoder_full": time_each(lambda question: full.encode([question]), questions),
    }


def list_questions(count: int) -> list[str]:
    """Return different questions."""

    def ask() -> Iterator[str]:
        for talk in mix(0):
            yield from (talk[i] for i in QUESTIONS)

    return [question for question, _ in zip(ask(), range(count), strict=False)]


def time_each(call: Callable[[str], object], questions: Sequence[str]) -> Json:
    """Return how long a call takes, each question once, without the first ones."""
    times = []
    for question in questions:
        started = time.perf_counter()
        call(question)
        times.append((time.perf_counter() - started) * 1000)
    return describe(times[WARM_UP:])


def describe(times: Sequence[float]) -> Json:
    """Return number, median and 95th percentile of times in milliseconds."""
    return {
        "n": len(times),
        "p50_ms": round(percentile(times, 50), 3),
        "p95_ms": round(percentile(times, 95), 3),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
