"""benchmarks/scale*.py: the library that is measured, the encoder that recalls, how it is timed."""

import gzip
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import numpy as np
import pytest

from benchmarks.scale import jobs, library, measure
from benchmarks.scale.library import (
    DataMissing,
    RecallingEncoder,
    read_queries,
    write_pairs,
    write_passages,
)
from knowledge.indexing import ingest
from knowledge.indexing.chunk import chunk
from knowledge.indexing.sources import read_sources

DIM = 8
MAX_WORDS = 20


class CountingEncoder:
    """Gives each text a vector of its own and counts the texts."""

    manifest = None
    dim = DIM

    def __init__(self):
        self.n_texts = 0

    def encode(self, texts):
        self.n_texts += len(texts)
        rows = [np.random.default_rng(len(text)).standard_normal(DIM) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)


@pytest.fixture
def recalling(tmp_path):
    """Return a function that wraps an encoder; all wrapped ones share a folder."""
    with ExitStack() as stack:
        yield lambda inner: stack.enter_context(closing(RecallingEncoder(inner, tmp_path)))


@pytest.fixture
def medquad(tmp_path):
    pairs = [
        {"id": str(i), "source": "NIH", "url": "https://x.example", "focus": "a", "type": "b",
         "question": f"What is {i}?", "answer": f"It is {i}."}
        for i in range(3)
    ]  # fmt: skip
    pairs.append(pairs[0] | {"id": "blank", "answer": " "})
    sentence = "This sentence has eight words in all. "
    pairs.append(pairs[0] | {"id": "long", "question": "Long?", "answer": 4 * sentence})
    path = tmp_path / "medquad.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(pair) + "\n" for pair in pairs)
    return path


@pytest.fixture
def documents(tmp_path):
    return tmp_path / "documents"


def read(folder):
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()))
    return [json.loads(line) for line in text.splitlines()]


def count_passages(folder):
    documents = read_sources([folder], ingest.read_file).documents
    return sum(len(chunk(document, max_words=MAX_WORDS)) for document in documents)


def test_library_has_every_pair_with_an_answer(medquad, documents):
    assert write_pairs(medquad, documents, 0) == 4
    assert {line["title"] for line in read(documents)} == {
        "What is 0?",
        "What is 1?",
        "What is 2?",
        "Long?",
    }


def test_library_has_as_many_pairs_as_asked_for(medquad, documents):
    assert write_pairs(medquad, documents, 2) == 2
    assert len(read(documents)) == 2


@pytest.mark.parametrize("n_passages", [1, 2, 5, 23])
def test_library_is_cut_into_as_many_passages_as_asked_for(medquad, documents, n_passages):
    write_passages(medquad, documents, n_passages, max_words=MAX_WORDS)

    assert count_passages(documents) == n_passages


def test_library_repeats_pairs_under_their_own_id_and_title(medquad, documents):
    write_passages(medquad, documents, 23, max_words=MAX_WORDS)
    lines = read(documents)

    assert len({line["id"] for line in lines}) == len(lines)
    assert len({line["title"] for line in lines}) == len(lines)
    assert len({line["text"] for line in lines}) == 4


def test_library_keeps_files_small(medquad, documents, monkeypatch):
    monkeypatch.setattr(library, "_FILE_LINES", 2)

    write_pairs(medquad, documents, 3)

    assert len(list(documents.iterdir())) == 2


def test_library_says_which_data_is_missing(tmp_path):
    with pytest.raises(DataMissing, match="medquad"):
        write_pairs(tmp_path / "medquad.jsonl.gz", tmp_path, 1)


def test_queries_are_summaries_and_messages(tmp_path):
    asked = {"subject": "Bones", "message": "Do they thin?", "summary": "Do bones thin?"}
    (tmp_path / "queries.jsonl").write_text(json.dumps(asked), encoding="utf-8")

    assert read_queries(tmp_path) == ["Do bones thin?", "Bones. Do they thin?"]


def test_encoder_embeds_a_text_once(recalling):
    inner = CountingEncoder()
    encoder = recalling(inner)

    first = encoder.encode(["bone", "joint", "bone"])
    again = encoder.encode(["bone", "joint", "bone"])

    assert inner.n_texts == 2
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first[0], first[2])


def test_encoder_recalls_what_an_earlier_one_embedded(recalling):
    first = recalling(CountingEncoder()).encode(["bone", "joint"])
    inner = CountingEncoder()

    np.testing.assert_array_equal(recalling(inner).encode(["bone", "joint"]), first)
    assert inner.n_texts == 0


def test_encoder_moves_the_vector_of_a_copy_a_little(recalling):
    inner = CountingEncoder()
    encoder = recalling(inner)

    vectors = encoder.encode(["What is it?", "What is it? (copy 2)", "What is it? (copy 3)"])

    assert inner.n_texts == 1
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    likeness = vectors @ vectors.T
    assert 0.9 < likeness[0, 1] < 0.999
    assert likeness[1, 2] < 0.999


def test_encoder_serves_several_threads(recalling):
    encoder = recalling(CountingEncoder())
    texts = [f"{'bone ' * (i % 7)}{i % 7}" for i in range(200)]

    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: encoder.encode([text])[0], texts))

    np.testing.assert_array_equal(np.stack(rows), CountingEncoder().encode(texts))


def test_encoder_takes_no_texts(recalling):
    assert recalling(CountingEncoder()).encode([]).shape == (0, DIM)


def test_time_calls_times_every_query_in_every_round():
    calls = []

    timings = jobs.time_calls(lambda i: calls.append(i) or 1, 3)

    assert timings["n"] == 3 * jobs.ROUNDS
    assert len(calls) == 3 * (jobs.ROUNDS + jobs.WARM_UP)
    assert 0 <= timings["p50_ms"] <= timings["p95_ms"]


def test_time_calls_refuses_a_search_that_finds_nothing():
    with pytest.raises(RuntimeError, match="nothing to time"):
        jobs.time_calls(lambda i: 0, 3)


def test_size_adds_up_a_folder(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"123")
    (tmp_path / "c").write_bytes(b"45")

    assert jobs.size_bytes(tmp_path) == 5
    assert jobs.size_bytes(tmp_path / "c") == 2


def test_run_job_returns_the_last_line():
    assert measure.run_job([sys.executable, "-c", 'print("busy"); print(\'{"a": 1}\')']) == {"a": 1}


def test_run_job_passes_settings_on():
    code = "import json, os; print(json.dumps({'index': os.environ['KNOWLEDGE_INDEX']}))"

    assert measure.run_job([sys.executable, "-c", code], {"KNOWLEDGE_INDEX": "x"}) == {"index": "x"}


def test_run_job_says_what_failed():
    with pytest.raises(measure.JobFailed, match="-c"):
        measure.run_job([sys.executable, "-c", "raise SystemExit(1)"])


@pytest.fixture
def build_jobs(tmp_path, monkeypatch):
    """Record the jobs of a build instead of running them: each with how many lines it reads."""
    monkeypatch.setattr(measure, "SCRATCH", tmp_path / "scratch")
    monkeypatch.setattr(measure, "MEMORY", tmp_path / "scratch/memory")
    measure.MEMORY.mkdir(parents=True)
    (measure.MEMORY / "keys").write_text("kept")
    jobs = []

    def run_library_job(job, documents, index, memory):
        n_lines = len(read(tmp_path / "scratch/medquad/documents"))
        jobs.append((job, n_lines, memory == str(measure.MEMORY)))
        (tmp_path / "scratch/medquad/memory").mkdir(exist_ok=True)
        return {"n_passages": n_lines}

    monkeypatch.setattr(measure, "run_library_job", run_library_job)
    monkeypatch.setattr(measure, "run_job", lambda command, settings: {})
    return jobs


def test_build_of_a_part_keeps_what_was_embedded_of_the_whole(medquad, build_jobs):
    measured = measure.measure_build(medquad, 2)

    assert build_jobs == [("build", 2, False), ("build", 4, True)]
    assert (measured["n_pairs"], measured["n_passages"], measured["unchanged_pairs"]) == (2, 2, 4)
    assert (measure.MEMORY / "keys").read_text() == "kept"


def test_build_of_the_whole_replaces_what_was_embedded(medquad, build_jobs):
    measured = measure.measure_build(medquad, 0)

    assert build_jobs == [("build", 4, False)]
    assert measured["n_pairs"] == measured["unchanged_pairs"] == 4
    assert not (measure.MEMORY / "keys").exists()
