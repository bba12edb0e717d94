"""Serve an exported sentence encoder with ONNX Runtime and tokenizers."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Encoding, Tokenizer

FORMAT = 3
# The weights as they were trained, and quantized: rounded to 8 bits (docs/decisions/0008).
MODEL_FILE, QUANTIZED_FILE = "model.onnx", "quick.onnx"
TOKENIZER_FILE, MANIFEST_FILE = "tokenizer.json", "manifest.json"
# Most texts that run through the model at once.
BATCH = 32
# So many batches do not pay for starting threads.
FEW = 8


class EncoderUnavailable(Exception):
    """The encoder cannot be made or loaded.

    Attributes:
        name: Folder or model that was asked for.
    """

    def __init__(self, name: str | Path, reason: str) -> None:
        """Say which encoder, why it is unavailable and what to run."""
        super().__init__(f"No encoder from {name}: {reason}")
        self.name = str(name)


@dataclass(frozen=True)
class Manifest:
    """What an exported encoder is, stored beside it and named by every index it makes.

    Attributes:
        name: Model the encoder was exported from.
        revision: SHA-256 of its weights.
        dim: Length of an embedding.
        max_tokens: Longest input in word pieces; what follows is not read.
        format: Version of this folder's layout.
    """

    name: str
    revision: str
    dim: int
    max_tokens: int
    format: int = FORMAT

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Return the manifest in `folder`.

        Raises:
            EncoderUnavailable: If there is none, or it has another format.
        """
        try:
            manifest = cls(**json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8")))
        except FileNotFoundError as err:
            raise EncoderUnavailable(folder, 'nothing there. Run "make encoder".') from err
        except (TypeError, ValueError) as err:
            raise EncoderUnavailable(
                folder, 'its manifest is damaged. Delete the folder and run "make encoder".'
            ) from err
        if manifest.format != FORMAT:
            raise EncoderUnavailable(
                folder,
                f"format {manifest.format}, this version reads {FORMAT}. "
                'Delete the folder and run "make encoder".',
            )
        return manifest

    def save(self, folder: Path) -> None:
        """Write the manifest into `folder`."""
        text = json.dumps(asdict(self), indent=2) + "\n"
        (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")


class WordPiece(NamedTuple):
    """A part of a word, as the model reads it.

    Attributes:
        start: Offset in the text.
        end: Offset behind its last letter.
        weight: Its part of the text's embedding; those of all pieces make about 1.
    """

    start: int
    end: int
    weight: float


class OnnxEncoder:
    """Turns texts into unit-length vectors whose dot product is their cosine similarity."""

    def __init__(
        self,
        manifest: Manifest,
        tokenizer: Tokenizer,
        session: InferenceSession,
        *,
        batch_size: int = BATCH,
    ) -> None:
        """Wire loaded parts together; `load` is the usual way in."""
        self.manifest = manifest
        self._batch_size = batch_size
        self._tokenizer = tokenizer
        self._session = session
        # The quantized graph, for one text at a time, does without.
        self._takes_mask = any(each.name == "attention_mask" for each in session.get_inputs())

    @classmethod
    def load(
        cls, folder: str | Path, *, threads: int = 1, quantized: bool = False
    ) -> "OnnxEncoder":
        """Return the encoder exported to `folder`.

        Args:
            folder: What `python -m encoder.export` wrote.
            quantized: Take the weights of 8 bits: for messages, which somebody waits for.
            threads: Cores one call may use; one is fastest for a single short query, as several
                threads cost more to wake than such a query takes.

        Raises:
            EncoderUnavailable: If the folder is missing, incomplete or of another format.
        """
        folder = Path(folder)
        manifest = Manifest.load(folder)
        options = SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        try:
            session = InferenceSession(
                str(folder / (QUANTIZED_FILE if quantized else MODEL_FILE)),
                options,
                providers=["CPUExecutionProvider"],
            )
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        except Exception as err:  # both libraries raise bare Exception subclasses of their own
            raise EncoderUnavailable(
                folder, f'{err}. Delete the folder and run "make encoder".'
            ) from err
        tokenizer.enable_truncation(manifest.max_tokens)
        tokenizer.enable_padding(pad_id=tokenizer.token_to_id("[PAD]") or 0)
        # Quantized, it rounds what it computes by the largest number in a batch: alone, a text has
        # the same embedding always.
        return cls(manifest, tokenizer, session, batch_size=1 if quantized else BATCH)

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self.manifest.dim

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one embedding per text, in the order given.

        Args:
            texts: Any text; an empty one has an embedding like every other.

        Returns:
            Array `(len(texts), dim)`, float32, each row of length 1.
        """
        embeddings = np.empty((len(texts), self.dim), dtype=np.float32)
        # Similar lengths share a batch, so that short texts are not padded to the longest one.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        starts = range(0, len(order), self._batch_size)
        batches = [order[start : start + self._batch_size] for start in starts]

        def run(rows: list[int]) -> None:
            embeddings[rows] = self._run([texts[row] for row in rows])

        if len(batches) < FEW:
            for rows in batches:
                run(rows)
        else:  # as in training: a core for each batch is faster than all cores for one
            with ThreadPoolExecutor() as pool:
                list(pool.map(run, batches))
        return embeddings

    def encode_with_pieces(self, text: str) -> tuple[NDArray[np.float32], list[WordPiece]]:
        """Return the embedding of a text, `(dim,)`, and what each of its word pieces adds to it.

        A word piece adds its own part along the direction of the embedding: "omeprazole" adds much
        to "does omeprazole cause it?", "does" little. The parts of all make 1 together with those
        of the model's marks around the text.

        Args:
            text: Any text; what is longer than the model reads is left out.
        """
        whole = _without_surrogates(text)
        encoding = self._tokenizer.encode(whole)
        embeddings, weights = self._session.run(["embedding", "weights"], self._inputs([encoding]))
        pieces = [
            WordPiece(start, end, float(weight))
            for (start, end), weight in zip(encoding.offsets, weights[0], strict=True)
            if end > start
        ]
        embedding: NDArray[np.float32] = embeddings[0]
        return embedding, pieces

    def _run(self, texts: list[str]) -> NDArray[np.float32]:
        encodings = self._tokenizer.encode_batch([_without_surrogates(text) for text in texts])
        inputs = self._inputs(encodings)
        embeddings: NDArray[np.float32] = self._session.run(["embedding"], inputs)[0]
        return embeddings

    def _inputs(self, encodings: Sequence[Encoding]) -> dict[str, NDArray[np.int64]]:
        inputs = {"input_ids": np.array([e.ids for e in encodings], dtype=np.int64)}
        if self._takes_mask:
            mask = [e.attention_mask for e in encodings]
            inputs["attention_mask"] = np.array(mask, dtype=np.int64)
        return inputs


def _without_surrogates(text: str) -> str:
    """Return `text` of the same length without half an emoji, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode()
