"""What is misspelt is understood by its corrected text; the message stays as it was written."""

from types import SimpleNamespace

import pytest
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml_file

from bot.components.sentence_encoder_featurizer import SentenceEncoderFeaturizer
from bot.components.spelling_corrector import (
    CORRECTED_TEXT,
    TYPOS,
    SpellingCorrector,
    learn_words,
    understood_attribute,
)
from bot.components.vocabulary_entity_extractor import VocabularyEntityExtractor
from bot.matching.encoders import get_encoder, read_embedding
from bot.vocabulary.names import find_words, read_names
from spelling import Corrector

UTTERANCES = [
    "What is glorpitis?",
    "is glorpitis bad for bones",
    "how are bones sheilded",
    "i have arthritus and zwobbitis",
]


@pytest.fixture
def corrector(storage):
    corrector = SpellingCorrector(storage, SimpleNamespace(name="spelling"))
    corrector.train(
        TrainingData([Message(data={TEXT: text, INTENT: "ask"}) for text in UTTERANCES])
    )
    return corrector


@pytest.fixture
def process(corrector, nlp):
    """A function from a text to the message, corrected and with entities and features."""
    featurizer = SentenceEncoderFeaturizer(
        SentenceEncoderFeaturizer.get_default_config(), "featurizer", get_encoder("build/encoder")
    )

    def process(text):
        message = Message(data={TEXT: text, SPACY_DOCS[TEXT]: nlp(text)})
        corrector.process([message])
        VocabularyEntityExtractor().process([message], SpacyModel(nlp, "vocabulary"))
        featurizer.process([message])
        return message

    return process


@pytest.mark.parametrize(
    ("said", "corrected"),
    [
        ("is osteoperosis bad?", "is osteoporosis bad?"),
        ("Wich tablets, denusomab?", "which tablets, denosumab?"),
        # A word of the utterances, known to nobody else.
        ("what is glorpittis", "what is glorpitis"),
        # Said once, and no English: a typo of the utterances themselves.
        ("zwobbittis sheilded", "zwobbittis shielded"),
    ],
)
def test_corrector_adds_the_corrected_text(corrector, said, corrected):
    message = Message(data={TEXT: said})

    corrector.process([message])

    assert message.get(TEXT) == said
    assert (message.get(CORRECTED_TEXT), bool(message.get(TYPOS))) == (
        (corrected, True) if said != corrected else (None, False)
    )


@pytest.mark.parametrize(
    "said",
    [
        "Does Fosamax help with osteoporosis in Guildford?",
        "is trabecular sclerostin good",  # words of a library that was never seen
        "did crohns or celiac do it",
        '/give_feedback{"rating": "up"}',
        "🦴?!",
        "",
    ],
)
def test_corrector_leaves_what_is_right(corrector, said):
    message = Message(data={TEXT: said})

    corrector.process([message])

    assert message.data == {TEXT: said}


def test_corrector_that_learned_nothing_leaves_every_message(storage):
    message = Message(data={TEXT: "osteoperosis"})

    SpellingCorrector(storage, SimpleNamespace(name="spelling")).process([message])

    assert message.data == {TEXT: "osteoperosis"}


def test_every_name_of_the_vocabulary_is_still_found_when_it_is_corrected(nlp):
    words = learn_words(UTTERANCES)
    spelling = Corrector(words["names"], words["texts"])

    lost = []
    for _, canonical, name in read_names(words=find_words()):
        corrected = spelling.correct(name)
        if corrected != name and [entity.ent_id_ for entity in nlp(corrected).ents] != [canonical]:
            lost.append((name, corrected))

    assert lost == []


def test_fingerprint_changes_with_the_vocabulary(tmp_path, monkeypatch):
    before = SpellingCorrector.fingerprint_addon({})
    (tmp_path / "conditions.yml").write_text("lupus: [SLE]\n")
    monkeypatch.setattr("bot.components.spelling_corrector.VOCABULARY", tmp_path)

    assert SpellingCorrector.fingerprint_addon({}) != before


def test_text_stays_as_it_was_written_and_both_texts_have_an_embedding(process):
    written, corrected = "Wich diet heals osteoperosis?", "which diet heals osteoporosis?"

    message = process(written)

    assert (message.get(TEXT), message.get(CORRECTED_TEXT)) == (written, corrected)
    encode = get_encoder("build/encoder").encode
    assert (read_embedding(message) == encode([written])[0]).all()
    assert (read_embedding(message, CORRECTED_TEXT) == encode([corrected])[0]).all()


def test_entities_stand_where_their_words_were_written(process):
    written = "does ostioporossis or a brokken wrist need alendranate"

    found = process(written).get(ENTITIES)

    assert [(e["value"], written[e["start"] : e["end"]]) for e in found] == [
        ("osteoporosis", "ostioporossis"),
        ("wrist fracture", "brokken wrist"),
        ("alendronate", "alendranate"),
    ]


def test_corrected_text_is_the_one_to_be_understood_where_there_is_one(process):
    assert understood_attribute(process("does osteoperosis hurt")) == CORRECTED_TEXT
    assert understood_attribute(process("does osteoporosis hurt")) == TEXT


def test_spelling_is_corrected_before_anything_is_understood(root):
    pipeline = read_yaml_file(root / "config.yml")["pipeline"]

    assert pipeline[0]["name"].endswith("SpellingCorrector")
