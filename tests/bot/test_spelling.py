"""What is misspelt is mended before it is understood, and put back for all that reads it after."""

from types import SimpleNamespace

import pytest
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml_file

from bot.components.own_words import OwnWordsRestorer
from bot.components.spelling import SAID, SLIPS, SpellingMender, read_words
from bot.components.vocabulary_entities import VocabularyEntityExtractor
from bot.encoders import get_encoder
from bot.vocabulary.pipeline import read_names
from spelling import Spelling

UTTERANCES = [
    "What is glorpitis?",
    "is glorpitis bad for bones",
    "how are bones sheilded",
    "i have arthritus and zwobbitis",
]


@pytest.fixture
def mender(storage):
    mender = SpellingMender(storage, SimpleNamespace(name="spelling"))
    mender.train(TrainingData([Message(data={TEXT: text, INTENT: "ask"}) for text in UTTERANCES]))
    return mender


@pytest.fixture
def process(mender, nlp):
    """A function from a text to the message as it leaves the restorer, and what was mended."""
    encode = get_encoder("build/encoder").encode
    restorer = OwnWordsRestorer(OwnWordsRestorer.get_default_config())

    def process(text):
        message = Message(data={TEXT: text})
        mender.process([message])
        mended = message.get(TEXT)
        doc = nlp(mended)
        message.set("text_spacy_doc", doc)
        message.set(TOKENS_NAMES[TEXT], [Token(token.text, token.idx) for token in doc])
        message.add_features(Features(encode([mended]), FEATURE_TYPE_SENTENCE, TEXT, "encoder"))
        VocabularyEntityExtractor().process([message])
        restorer.process([message])
        return message, mended

    return process


@pytest.mark.parametrize(
    ("said", "mended"),
    [
        ("is osteoperosis bad?", "is osteoporosis bad?"),
        ("Wich tablets, denusomab?", "which tablets, denosumab?"),
        # A word of the utterances, known to nobody else.
        ("what is glorpittis", "what is glorpitis"),
        # Said once, and no English: a slip of the utterances themselves.
        ("zwobbittis sheilded", "zwobbittis shielded"),
    ],
)
def test_mender_mends_the_text_and_keeps_what_was_said(mender, said, mended):
    message = Message(data={TEXT: said})

    mender.process([message])

    assert message.get(TEXT) == mended
    assert (message.get(SAID), bool(message.get(SLIPS))) == (
        (said, True) if said != mended else (None, False)
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
def test_mender_leaves_what_is_right(mender, said):
    message = Message(data={TEXT: said})

    mender.process([message])

    assert message.data == {TEXT: said}


def test_mender_that_learned_nothing_leaves_every_message(storage):
    message = Message(data={TEXT: "osteoperosis"})

    SpellingMender(storage, SimpleNamespace(name="spelling")).process([message])

    assert message.data == {TEXT: "osteoperosis"}


def test_every_name_of_the_vocabulary_is_still_found_when_it_is_mended(nlp):
    words = read_words(UTTERANCES)
    spelling = Spelling(words["names"], words["texts"])

    lost = []
    for _, canonical, name in read_names():
        mended = spelling.mend(name)
        if mended != name and [entity.ent_id_ for entity in nlp(mended).ents] != [canonical]:
            lost.append((name, mended))

    assert lost == []


def test_fingerprint_changes_with_the_vocabulary(tmp_path, monkeypatch):
    before = SpellingMender.fingerprint_addon({})
    (tmp_path / "conditions.yml").write_text("lupus: [SLE]\n")
    monkeypatch.setattr("bot.components.spelling.VOCABULARY", tmp_path)

    assert SpellingMender.fingerprint_addon({}) != before


def test_restorer_gives_back_the_text_the_tokens_and_the_embedding(process):
    said = "Wich diet heals osteoperosis?"

    message, mended = process(said)

    assert mended != said
    assert message.get(TEXT) == said
    words = [(said[t.start : t.end], t.text) for t in message.get(TOKENS_NAMES[TEXT])]
    assert words == [(word, word) for word in ("Wich", "diet", "heals", "osteoperosis", "?")]
    (features,) = message.features
    assert (features.features == get_encoder("build/encoder").encode([said])).all()


def test_restorer_puts_entities_where_their_words_stand(process):
    said = "does ostioporossis or a brokken wrist need alendranate"

    message, _ = process(said)

    found = [(e["value"], said[e["start"] : e["end"]]) for e in message.get(ENTITIES)]
    assert found == [
        ("osteoporosis", "ostioporossis"),
        ("wrist fracture", "brokken wrist"),
        ("alendronate", "alendranate"),
    ]


def test_restorer_leaves_a_message_in_which_nothing_was_mended(process):
    message, mended = process("does osteoporosis hurt")

    assert message.get(TEXT) == mended == "does osteoporosis hurt"
    assert SAID not in message.data


def test_safety_stands_behind_the_restorer_and_understanding_before(root):
    names = [
        entry["name"].rpartition(".")[2]
        for entry in read_yaml_file(root / "config.yml")["pipeline"]
    ]

    restored = names.index("OwnWordsRestorer")
    assert names[0] == "SpellingMender"
    assert {"PersonalAdviceDetector", "RedFlagDetector"} <= set(names[restored:])
    assert {"VocabularyEntityExtractor", "NearestExampleIntentClassifier"} <= set(names[:restored])


@pytest.mark.parametrize("encoder", ["", None, 3])
def test_restorer_refuses_an_encoder_that_is_no_folder(encoder):
    with pytest.raises(InvalidConfigException, match="encoder"):
        OwnWordsRestorer.validate_config({"encoder": encoder})
