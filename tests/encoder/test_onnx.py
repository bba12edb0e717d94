"""The encoder that both processes load: the suite every encoder passes, in both environments."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from encoder import EncoderUnavailable, OnnxEncoder
from encoder.onnx import FORMAT

FOLDER = Path(__file__).parents[2] / "build" / "encoder"

QUESTIONS = [
    "Is osteoporosis an autoimmune disease?",
    "what tests will I get",
    "Do steroids weaken my bones?",
    "my mother fell last winter and broke her wrist, should we be worried about her bones now?",
    "calcium",
    "Can I still go swimming with coeliac disease and a T-score of -2.5?",
]


@pytest.fixture(scope="module", params=[False, True], ids=["full", "quantized"])
def encoder(request: pytest.FixtureRequest) -> OnnxEncoder:
    return OnnxEncoder.load(FOLDER, quantized=request.param)


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

    together = encoder.encode(texts)
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


def test_quantized_weights_mean_much_the_same_as_the_full_ones() -> None:
    full, quantized = (
        OnnxEncoder.load(FOLDER, quantized=quantized).encode(QUESTIONS)
        for quantized in (False, True)
    )

    cosines = (full * quantized).sum(axis=1)
    print(f"lowest cosine of the quantized weights with the full ones: {cosines.min():.4f}")
    assert cosines.min() > 0.98


def test_quantized_graph_takes_no_mask() -> None:
    inputs = OnnxEncoder.load(FOLDER, quantized=True)._session.get_inputs()

    assert [(each.name, each.shape) for each in inputs] == [("input_ids", [1, "tokens"])]


@pytest.mark.parametrize("times", [1, 9], ids=["few", "many"])
def test_quantized_embedding_does_not_depend_on_its_companions(times: int) -> None:
    quantized = OnnxEncoder.load(FOLDER, quantized=True)

    together = quantized.encode(QUESTIONS * times)

    alone = np.vstack([quantized.encode([text]) for text in QUESTIONS])
    assert np.array_equal(together, np.tile(alone, (times, 1)))


def test_load_names_a_missing_folder_and_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="make encoder") as caught:
        OnnxEncoder.load(tmp_path / "nowhere")

    assert caught.value.name == str(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["not JSON", "{}", "[]", '{"name": "x", "unknown": 1}'])
def test_load_refuses_a_damaged_manifest(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)

    with pytest.raises(EncoderUnavailable, match="damaged"):
        OnnxEncoder.load(tmp_path)


@pytest.mark.parametrize("number", [FORMAT - 1, FORMAT + 1], ids=["older", "newer"])
def test_load_refuses_another_format(tmp_path: Path, number: int) -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": number}))

    with pytest.raises(EncoderUnavailable, match=f"format {number}"):
        OnnxEncoder.load(tmp_path)


@pytest.mark.parametrize("name", ["model.onnx", "quick.onnx"])
def test_load_refuses_a_damaged_graph(tmp_path: Path, name: str) -> None:
    shutil.copytree(FOLDER, tmp_path / "encoder")
    (tmp_path / "encoder" / name).write_bytes(b"not a graph")

    with pytest.raises(EncoderUnavailable, match="make encoder"):
        OnnxEncoder.load(tmp_path / "encoder", quantized=name == "quick.onnx")


TEXTS = {
    "question": "does omeprazole cause osteoporosis?",
    "emoji": "🦴 and ünïcode 🦴",
    "surrogate": "half \ud83d an emoji",
    "composed": "café İstanbul ﬁne",
    "blanks": "  spaced\n\tout  ",
    "other-script": "骨粗しょう症?",
    "one-word": "calcium",
}
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@each_text
def test_weigh_has_the_embedding_and_parts_of_it(encoder: OnnxEncoder, text: str) -> None:
    embedding, pieces = encoder.encode_with_pieces(text)

    assert embedding.shape == (encoder.dim,)
    np.testing.assert_allclose(embedding, encoder.encode([text])[0], atol=1e-6)
    assert 0 < sum(piece.weight for piece in pieces) < 1


@each_text
def test_weigh_finds_the_pieces_in_the_text_given(encoder: OnnxEncoder, text: str) -> None:
    _, pieces = encoder.encode_with_pieces(text)

    assert "".join(text[piece.start : piece.end] for piece in pieces) == "".join(text.split())


@pytest.mark.parametrize("text", ["", " \n"], ids=["empty", "blank"])
def test_weigh_of_no_words_has_no_pieces(encoder: OnnxEncoder, text: str) -> None:
    embedding, pieces = encoder.encode_with_pieces(text)

    assert pieces == []
    np.testing.assert_allclose(embedding, encoder.encode([text])[0], atol=1e-6)


def test_weigh_reads_only_max_tokens(encoder: OnnxEncoder) -> None:
    text = "bone " * encoder.manifest.max_tokens

    embedding, pieces = encoder.encode_with_pieces(text + "and lupus")

    assert len(pieces) == encoder.manifest.max_tokens - 2  # the model's marks around the text
    assert pieces[-1].end < len(text)
    np.testing.assert_allclose(embedding, encoder.encode_with_pieces(text)[0], atol=1e-6)


def test_weigh_gives_the_name_of_a_medicine_more_than_the_words_around_it(
    encoder: OnnxEncoder,
) -> None:
    text = "does omeprazole cause it"
    _, pieces = encoder.encode_with_pieces(text)

    weight = dict.fromkeys(text.split(), 0.0)
    for piece in pieces:
        word = next(w for w in weight if text.index(w) <= piece.start < text.index(w) + len(w))
        weight[word] += piece.weight
    assert max(weight, key=weight.__getitem__) == "omeprazole"
