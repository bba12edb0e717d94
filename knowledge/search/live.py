"""A retriever that follows its index: a new build is picked up while the program runs."""

import logging
import threading
from dataclasses import dataclass

from knowledge.errors import KnowledgeError
from knowledge.index import identify
from knowledge.search.retriever import Retriever
from knowledge.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A retriever and the file it was made from."""

    file: tuple[int, ...]
    retriever: Retriever


class LiveRetriever:
    """Gives the retriever of the index that is on disk now; safe to use from several threads.

    A search goes on with the retriever that it was given. A new index is loaded beside the old
    one, which serves until then, and for good where the new one cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        """Name the index and the encoder; nothing is loaded before it is asked for."""
        self._settings = settings
        self._loaded: _Loaded | None = None
        self._tried: tuple[int, ...] = ()
        self._lock = threading.Lock()

    @property
    def is_loaded(self) -> bool:
        """Whether there is a retriever to give."""
        return self._loaded is not None

    def current(self) -> Retriever:
        """Return the retriever; only the first call waits for it. A later one takes some 3 µs.

        Raises:
            KnowledgeError: If the encoder or the index cannot be loaded; the next call tries again.
        """
        loaded = self._loaded
        if loaded is None:
            with self._lock:
                loaded = self._loaded or self._load(None)
        elif identify(self._settings.index) not in (loaded.file, self._tried):
            self._reload()
        return loaded.retriever

    def _load(self, old: Retriever | None) -> _Loaded:
        # Looked at first: a build that ends meanwhile is seen by the next call.
        file = identify(self._settings.index)
        self._tried = file
        encoder = None if old is None else old.encoder
        loaded = _Loaded(file, Retriever.open(self._settings, encoder=encoder))
        self._loaded = loaded
        return loaded

    def _reload(self) -> None:
        if self._lock.acquire(blocking=False):
            threading.Thread(target=self._replace, name="reload", daemon=True).start()

    def _replace(self) -> None:
        try:
            old = self._loaded
            manifest = self._load(old.retriever if old else None).retriever.index.manifest
            logger.info(
                "new index documents=%d passages=%d", manifest.n_documents, manifest.n_passages
            )
        except KnowledgeError:
            logger.exception("The new index cannot be used; the old one serves on.")
        finally:
            self._lock.release()
