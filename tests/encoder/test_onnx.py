"""The encoder that both processes load: the suite every encoder passes, in both environments."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from encoder import EncoderUnavailable, OnnxEncoder

FOLDER = Path(__file__).parents[2] / "build" / "encoder"


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.load(FOLDER)


def test_encode_returns_unit_rows_of_the_manifests_size(encoder: OnnxEncoder) -> None:
    embeddings = encoder.encode(
        ["What is osteoporosis?", "", "骨粗しょう症 🦴", "\x00\x07", "\ud83d"]
    )

    assert embeddings.shape == (5, encoder.dim)
    assert embeddings.dtype == np.float32
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-4)


def test_encode_nothing_returns_no_rows(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_encode_keeps_the_order_given(encoder: OnnxEncoder) -> None:
    texts = ["a much longer text about bones and joints", "bones", "a text about bones", "lupus"]

    together = encoder.encode(texts, batch_size=2)
    alone = np.vstack([encoder.encode([text]) for text in texts])

    assert (together * alone).sum(axis=1).min() > 0.9999


def test_encode_reads_only_max_tokens(encoder: OnnxEncoder) -> None:
    long = "bone " * encoder.manifest.max_tokens

    first, second = encoder.encode([long, long + "and lupus"])

    assert first @ second > 0.9999


def test_encode_brings_paraphrases_together(encoder: OnnxEncoder) -> None:
    question, paraphrase, other = encoder.encode(
        ["Do steroids weaken my bones?", "Can prednisolone cause bone loss?", "Opening hours today"]
    )

    assert question @ paraphrase > question @ other


def test_load_names_a_missing_folder_and_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="make encoder") as caught:
        OnnxEncoder.load(tmp_path / "nowhere")

    assert caught.value.name == str(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["not JSON", "{}", "[]", '{"name": "x", "unknown": 1}'])
def test_load_refuses_a_damaged_manifest(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)

    with pytest.raises(EncoderUnavailable, match="damaged"):
        OnnxEncoder.load(tmp_path)


def test_load_refuses_another_format(tmp_path: Path) -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))

    with pytest.raises(EncoderUnavailable, match="format 99"):
        OnnxEncoder.load(tmp_path)


def test_load_refuses_a_damaged_graph(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "encoder")
    (tmp_path / "encoder" / "model.onnx").write_bytes(b"not a graph")

    with pytest.raises(EncoderUnavailable, match="make encoder"):
        OnnxEncoder.load(tmp_path / "encoder")
