"""The settings, the retriever and the recorder of this process, each built once, when needed."""

from functools import cache

from knowledge import LiveRetriever, Retriever, Settings
from outcomes import Recorder


@cache
def get_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingInvalid: If an environment setting has a bad value.
    """
    return Settings.from_env()


@cache
def get_live_retriever() -> LiveRetriever:
    """Return what follows the index as it is built anew.

    Raises:
        SettingInvalid: If an environment setting has a bad value.
    """
    return LiveRetriever(get_settings())


def has_retriever() -> bool:
    """Say whether an index is loaded."""
    return get_live_retriever().is_loaded


def get_retriever() -> Retriever:
    """Return the retriever of the newest index, loaded by the first call.

    Raises:
        KnowledgeError: If the encoder or the index cannot be loaded; the next call tries again.
    """
    return get_live_retriever().current()


@cache
def get_recorder() -> Recorder:
    """Return what records the outcomes of turns; with a bad setting, one that keeps nothing."""
    return Recorder.from_env(redact=_redact)


def _redact(text: str) -> str:
    # Here, not above: the recorder calls it in its own thread, and no answer waits for the import.
    from actions.redaction import redact

    return redact(text)
