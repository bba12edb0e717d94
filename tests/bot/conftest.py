"""What the tests of the Rasa side share: messages as the components before one leave them.

Rasa is imported inside the fixtures: pytest reads this file before the conftest.py of the root has
let warnings be warnings, and Rasa's libraries give many.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bot.serving import serve as serve

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what a server keeps of its own: none of the checkout."""
    monkeypatch.setenv("BONAFIDE_STATE", str(tmp_path / "state"))
    monkeypatch.setattr("bot.conversations.spill_file.RESERVE_BYTES", 65536)
    return tmp_path / "state"


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def domain() -> Any:
    """The assistant's own domain."""
    from rasa.shared.core.domain import Domain

    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture(scope="session")
def nlp() -> Any:
    """The pipeline of the vocabulary that is shipped."""
    from bot.vocabulary.names import find_words
    from bot.vocabulary.pipeline import make_pipeline

    return make_pipeline(words=find_words())


@pytest.fixture(scope="session")
def encoder() -> Any:
    """The encoder that is shipped."""
    from encoder import OnnxEncoder

    return OnnxEncoder.load(ROOT / "build" / "encoder", quantized=True)


@pytest.fixture(scope="session")
def understand(nlp: Any, encoder: Any) -> Callable[..., Any]:
    """A function from a text to a message with spaCy document, tokens and sentence features."""
    from rasa.nlu.constants import SPACY_DOCS, TOKENS_NAMES
    from rasa.nlu.tokenizers.tokenizer import Token
    from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
    from rasa.shared.nlu.training_data.features import Features
    from rasa.shared.nlu.training_data.message import Message

    def make(text: str, intent: str | None = None) -> Message:
        message = Message(data={TEXT: text})
        if intent is not None:
            message.set(INTENT, intent)
        doc = nlp(text)
        message.set(SPACY_DOCS[TEXT], doc)
        message.set(TOKENS_NAMES[TEXT], [Token(token.text, token.idx) for token in doc])
        if text:
            embedding = encoder.encode([text])
            message.add_features(Features(embedding, FEATURE_TYPE_SENTENCE, TEXT, "tests"))
        return message

    return make


@pytest.fixture
def storage(tmp_path: Path) -> Any:
    """Where a component keeps what it learned."""
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    return LocalModelStorage.create(tmp_path)


@pytest.fixture(scope="session")
def context() -> Any:
    """What Rasa tells a component about the graph it stands in."""
    from rasa.engine.graph import ExecutionContext, GraphSchema

    return ExecutionContext(GraphSchema({}), node_name="component")


@pytest.fixture
def read_endpoint() -> Callable[[str], Any]:
    """A function from a key of endpoints.yml to what stands there."""
    from rasa.utils.endpoints import read_endpoint_config

    return lambda key: read_endpoint_config(str(ROOT / "endpoints.yml"), key)
