"""The one place that builds what actions use: lazily, once."""

from functools import cache

from knowledge.live import LiveRetriever
from knowledge.search import Retriever
from knowledge.settings import Settings
from outcomes import Recorder


@cache
def get_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingInvalid: An environment setting has a bad value.
    """
    return Settings.from_env()


@cache
def get_live_retriever() -> LiveRetriever:
    """Return what follows the index as it is built anew.

    Raises:
        SettingInvalid: An environment setting has a bad value.
    """
    return LiveRetriever(get_settings())


def get_retriever() -> Retriever:
    """Return the retriever of the newest index, loaded by the first call.

    Raises:
        KnowledgeError: The encoder or the index cannot be loaded; the next call tries again.
    """
    return get_live_retriever().current()


@cache
def get_recorder() -> Recorder:
    """Return what records the outcomes of turns; with a bad setting, one that keeps nothing."""
    return Recorder.from_env(redact=_redact)


def _redact(text: str) -> str:
    # Here, not above: the recorder calls it in its own thread, and no answer waits for the import.
    from actions.redact import redact

    return redact(text)
