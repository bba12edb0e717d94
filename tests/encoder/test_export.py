"""The export, against the sentence-transformers model it was made from; needs torch."""

import os
from pathlib import Path

import numpy as np
import pytest

from encoder import EncoderUnavailable, OnnxEncoder

pytest.importorskip("sentence_transformers", reason="only the environment that exports has torch")

from encoder import export as export_module
from encoder.export import DEFAULT_SHA256, export, locate_model

FOLDER = Path(__file__).parents[2] / "build" / "encoder"
VARIED = [
    "",
    " ",
    "bone",
    "Is osteoporosis an autoimmune disease?",
    "DXA T-score of -2.5 at the hip; what now?!",
    "骨粗しょう症とは何ですか",
    "¿La osteoporosis es una enfermedad autoinmune?",
    "🦴🦴🦴",
    "<b>bold</b> & 'quotes' \"NEAR(\" OR *",
    "line one\nline two\ttabbed\x07",
    "x" * 10_000,
    "My mother fell last winter and broke her wrist. " * 200,
]


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(locate_model("all-MiniLM-L6-v2")[0], device="cpu")
    return model.encode(VARIED, normalize_embeddings=True)


def test_export_matches_sentence_transformers(reference: np.ndarray) -> None:
    served = OnnxEncoder.load(FOLDER).encode(VARIED)

    cosines = (served * reference).sum(axis=1)
    print(f"lowest cosine with sentence-transformers: {cosines.min():.6f}")
    assert cosines.min() > 0.9999


def test_export_records_the_official_weights() -> None:
    assert OnnxEncoder.load(FOLDER).manifest.revision == DEFAULT_SHA256


def test_locate_refuses_altered_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_module, "DEFAULT_SHA256", "0" * 64)

    with pytest.raises(EncoderUnavailable, match="SHA-256"):
        locate_model("all-MiniLM-L6-v2")


def test_export_of_an_unknown_model_keeps_the_old_encoder(tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")

    with pytest.raises(EncoderUnavailable, match="no-such-model"):
        export(folder, model=str(tmp_path / "no-such-model"))

    assert (folder / "manifest.json").read_text() == "{}"
