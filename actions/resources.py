"""The one place that builds what actions use: lazily, once."""

from functools import cache

from knowledge.search import Retriever
from knowledge.settings import Settings


@cache
def get_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingInvalid: An environment setting has a bad value.
    """
    return Settings.from_env()


@cache
def get_retriever() -> Retriever:
    """Return the retriever, loaded by the first call; a call that fails is tried again.

    Raises:
        KnowledgeError: The encoder or the index cannot be loaded.
    """
    return Retriever.open(get_settings())
