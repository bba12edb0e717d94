"""The settings, the retriever and the recorder of this process, each built once, when needed."""

from functools import cache, lru_cache

from actions.library_words import make_library_words
from knowledge import LiveRetriever, Retriever, Settings
from outcomes import Recorder
from profiles import Assistant, MadeWords, Words, is_complete, make_words, read_current


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


@cache
def get_assistant() -> Assistant:
    """Return the words that somebody wrote for this assistant.

    Raises:
        ProfileInvalid: If the profile cannot be used.
    """
    return read_current().assistant


def get_made_words() -> MadeWords:
    """Return what the documents say of themselves; nothing while no index is loaded."""
    if not has_retriever():
        return MadeWords()
    return make_library_words(get_retriever(), threshold=get_settings().threshold)


def get_words() -> Words:
    """Return the words of this assistant.

    Raises:
        ProfileInvalid: If the profile cannot be used.
        SettingInvalid: If the setting of a name has a bad value.
    """
    assistant = get_assistant()
    return _make_words(assistant, MadeWords() if is_complete(assistant) else get_made_words())


@lru_cache(maxsize=1)
def _make_words(assistant: Assistant, made: MadeWords) -> Words:
    return make_words(assistant, made)
