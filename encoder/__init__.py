"""Text to vectors: the one package that the Rasa server and the action server share.

`encoder.export` makes the files once with sentence-transformers; `encoder.onnx` serves them with
ONNX Runtime, so that no server process ever imports torch.
"""

from encoder.onnx import EncoderUnavailable, Manifest, OnnxEncoder, WordPiece

__all__ = ["EncoderUnavailable", "Manifest", "OnnxEncoder", "WordPiece"]
