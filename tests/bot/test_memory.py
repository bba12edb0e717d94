"""The Rasa server keeps no word that people type: neither for long nor without bound."""

import os
import random
import re
import threading
import time
from pathlib import Path

import pytest
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

import bot.vocabulary.pipeline  # noqa: F401 - registers a part of the pipeline
from bot.patches import spacy_model, spacy_words

PIPELINE = "build/spacy"
# Words of a message that nobody has typed before.
N_WORDS = 250
# The long form is that of `make chaos` (docs/performance.md).
N_MESSAGES = 10_000 if os.environ.get("CHAOS") else 400


@pytest.fixture
def component(monkeypatch) -> SpacyNLP:
    if not Path(PIPELINE).exists():
        pytest.skip("no pipeline: make train")
    monkeypatch.setattr(SpacyNLP, "process", spacy_words.process.function)
    return SpacyNLP(spacy_model.load_model.original(PIPELINE), {"case_sensitive": True})


def new_words(seed: int) -> str:
    chars = random.Random(seed)
    return " ".join("".join(chars.choices("bcdfghjklmnp", k=8)) for _ in range(N_WORDS))


def read(component: SpacyNLP, model: SpacyModel, text: str) -> Message:
    return component.process([Message({TEXT: text})], model)[0]


def wait_until(is_so, timeout_s: float = 60.0) -> None:
    end = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def test_strings_and_memory_are_bounded(component, monkeypatch):
    model = component.provide()
    n_own = len(model.model.vocab.strings)
    monkeypatch.setattr(spacy_words, "MAX_NEW", 5000)
    most, early_mb = 0, 0.0

    for n in range(N_MESSAGES):
        read(component, model, new_words(n))
        most = max(most, len(model.model.vocab.strings) - n_own)
        # On a slow machine the loading takes as long as many messages.
        if most > 4 * 5000:
            wait_until(lambda: not model.__dict__[spacy_words.STATE].lock.locked())
        if n == max(200, N_MESSAGES // 5):
            early_mb = resident_mb()

    assert N_MESSAGES * N_WORDS > 10 * 5000
    assert most < 5 * 5000
    assert resident_mb() < 1.05 * early_mb


def test_no_word_is_kept_for_longer_than_its_time(component, monkeypatch):
    model = component.provide()
    monkeypatch.setattr(spacy_words, "MAX_AGE_S", 0.2)

    read(component, model, "my name is qzxsecretword")
    assert "qzxsecretword" in model.model.vocab.strings

    wait_until(lambda: "qzxsecretword" not in model.model.vocab.strings)
    assert [e.ent_id_ for e in read(component, model, "is RA bad").get("text_spacy_doc").ents] == [
        "rheumatoid arthritis"
    ]


def test_words_that_are_known_start_no_timer(component):
    model = component.provide()
    component.process([Message({TEXT: "osteoporosis"})], model)
    kept = spacy_words.Kept(len(model.model.vocab.strings))
    model.__dict__[spacy_words.STATE] = kept

    read(component, model, "osteoporosis")

    assert kept.timer is None


def test_the_old_pipeline_goes_on_where_it_cannot_be_loaded(component, monkeypatch, caplog):
    model = component.provide()
    old = model.model
    kept = spacy_words.Kept(len(old.vocab.strings))

    def fail(name: str) -> SpacyModel:
        raise OSError("a word of somebody")

    monkeypatch.setattr(spacy_model.load_model, "original", fail)
    spacy_words.renew(model, kept)

    assert model.model is old
    assert not kept.lock.locked()
    assert "cannot be loaded anew: OSError" in caplog.text
    assert "somebody" not in caplog.text


def test_one_renewal_at_a_time(component):
    model = component.provide()
    old = model.model
    kept = spacy_words.Kept(0)

    with kept.lock:
        spacy_words.renew(model, kept)

    assert model.model is old


def teardown_module() -> None:
    for timer in [t for t in threading.enumerate() if isinstance(t, threading.Timer)]:
        timer.cancel()
