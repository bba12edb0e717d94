"""Documents to passages to an index to hits: the library and its command line.

What other packages may use is named here; the modules are inner parts.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from knowledge.errors import EncoderUnavailable, IndexNotFound, KnowledgeError
from knowledge.search.words import POINTING_WORDS, split_questions
from knowledge.settings import Settings
from knowledge.summaries import describe_upkeep
from knowledge.types import Document, Hit, Passage, SearchResult, Source, Thread

if TYPE_CHECKING:
    from knowledge.embed import load_encoder
    from knowledge.index import Index
    from knowledge.indexing.build import build_index
    from knowledge.search.live import LiveRetriever
    from knowledge.search.retriever import Retriever

__all__ = [
    "POINTING_WORDS",
    "Document",
    "EncoderUnavailable",
    "Hit",
    "Index",
    "IndexNotFound",
    "KnowledgeError",
    "LiveRetriever",
    "Passage",
    "Retriever",
    "SearchResult",
    "Settings",
    "Source",
    "Thread",
    "build_index",
    "describe_upkeep",
    "load_encoder",
    "split_questions",
]

# Imported when they are asked for: the search needs no reader of documents, and the process that
# reads documents neither NumPy nor ONNX Runtime.
_MODULES = {
    "Index": "index",
    "LiveRetriever": "search.live",
    "Retriever": "search.retriever",
    "build_index": "indexing.build",
    "load_encoder": "embed",
}

if not TYPE_CHECKING:  # a type checker would take any name for one of this module's

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
