"""The detector is the only judge of `seek_advice`."""

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.personal_advice_detector import PersonalAdviceDetector
from bot.components.vocabulary_entity_extractor import VocabularyEntityExtractor

# The shipped exemplars do the rest.
TRAINING = [
    ("what is osteoporosis", "ask_definition"),
    ("tell me about a bone scan", "ask_bone_density_scan"),
    ("hello", "greet"),
    ("thank you", "thank"),
    ("cheers, you have been helpful", "thank"),
    ("should I stop taking my steroids", "seek_advice"),
    ("my leg is bent and I cannot get up, should I move", "report_emergency"),
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory, context, understand):
    """A trained detector, its options, where it is stored, and as what."""
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("advice"))
    config = PersonalAdviceDetector.get_default_config()
    detector = PersonalAdviceDetector.create(config, storage, Resource("advice"), context)
    resource = detector.train(TrainingData([understand(*pair) for pair in TRAINING]))
    return detector, config, storage, resource


@pytest.fixture
def process(trained, understand, nlp):
    """A function from a text and a ranking of (intent, confidence) to the message afterwards."""

    def run(text, *ranking, detector=trained[0]):
        message = understand(text)
        VocabularyEntityExtractor().process([message], SpacyModel(nlp, "vocabulary"))
        entries = [{"name": name, "confidence": confidence} for name, confidence in ranking]
        message.set("intent_ranking", entries)
        if entries:
            message.set("intent", entries[0])
        return detector.process([message])[0]

    return run


def matter_of(message):
    found = [e["value"] for e in message.get("entities") or [] if e["entity"] == "advice"]
    assert ((message.get("intent") or {}).get("name") == "seek_advice") == bool(found)
    return found[0] if found else None


def test_process_puts_advice_first_and_keeps_the_topics(process):
    message = process("should I stop my tablets?", ("ask_treatment", 0.6), ("seek_advice", 0.2))

    assert message.get("intent") == {"name": "seek_advice", "confidence": 1.0}
    assert [i["name"] for i in message.get("intent_ranking")] == ["seek_advice", "ask_treatment"]
    assert matter_of(message) == "stop"


@pytest.mark.parametrize(
    ("matter", "text"),
    [
        ("stop", "sick to death of the weekly tablet, I shall leave it in the cupboard"),
        ("dose", "10 mg of pred, seems a heck of a lot for a small woman"),
        ("diagnosis", "sore knuckles each morning, could well be rheumatoid do you reckon"),
        ("interaction", "would a hot toddy upset my methotrexate"),
        ("choice", "tempted to turn the drip down"),
        ("other", "hang gliding with a crushed vertebra, bad plan?"),
        ("other", "can my aunt with thin bones have a firm massage"),
        ("diagnosis", "the letter says ANA positive, so have I got lupus"),
    ],
)
def test_process_finds_requests_that_no_pattern_fits(trained, process, matter, text):
    patterns = trained[0]._patterns
    assert patterns.find_matter(patterns.split_sentences(text, ())) is None

    assert matter_of(process(text, ("ask_treatment", 0.6))) == matter


@pytest.mark.parametrize(
    "text",
    [
        "what is Prolia",
        "my mum takes methotrexate, how does it work",
        "how do doctors decide on the dose of prednisolone",
        "what happens in the body when steroids are stopped",
        "I have lupus. Which tests are there?",
        "thanks, that helped",
        "the cast came off my arm in May. What exercise makes bones strong?",
        # General, though told in the first person or of a relative.
        "the report calls it osteopenia, is that better than osteoporosis",
        "do I have to skip breakfast before the bone scan",
        "I have the bone clinic on Tuesday, what should I be asking",
        "how can we make my gran's hallway less slippery",
        "could my wife's kidneys be the reason for her thin bones",
        "is it normal to feel low after hearing that",
    ],
)
def test_process_leaves_questions_on_the_matter_itself_alone(process, text):
    assert matter_of(process(text, ("ask_treatment", 0.6))) is None


def test_process_takes_advice_out_that_it_does_not_see(process):
    message = process("how do tablets work", ("seek_advice", 0.9), ("ask_treatment", 0.1))

    assert message.get("intent")["name"] == "ask_treatment"
    assert [i["name"] for i in message.get("intent_ranking")] == ["ask_treatment"]
    assert matter_of(message) is None


def test_process_leaves_a_message_without_intent_alone(process):
    assert process("hello").get("intent") is None


@pytest.mark.parametrize("text", ["", " ", "?!", "\n", "\u200b", "x" * 5000])
def test_process_survives_texts_without_words(process, text):
    assert matter_of(process(text, ("greet", 0.4))) is None


def test_patterns_alone_decide_where_nothing_says_what_a_message_means(trained):
    message = Message({"text": "should I stop my tablets?"})

    assert matter_of(trained[0].process([message])[0]) == "stop"


def test_loaded_detector_judges_as_the_trained_one(trained, process, context):
    _, config, storage, resource = trained
    loaded = PersonalAdviceDetector.load(config, storage, resource, context)
    text = "10 mg of pred, seems a heck of a lot for a small woman"

    assert matter_of(process(text, detector=loaded)) == matter_of(process(text)) == "dose"
    with storage.read_from(resource) as folder:
        assert sorted(path.name for path in folder.iterdir()) == ["advice.json", "advice.npz"]


def test_threshold_decides_what_the_score_must_reach(trained, process, context):
    _, config, storage, resource = trained
    strict = PersonalAdviceDetector.load({**config, "threshold": 1.0}, storage, resource, context)

    assert matter_of(process("tempted to turn the drip down", detector=strict)) is None
    assert matter_of(process("should I stop my tablets?", detector=strict)) == "stop"


@pytest.mark.parametrize(
    ("option", "value"),
    [("threshold", v) for v in (-0.1, 1.1, "high", None)] + [("encoder", v) for v in ("", None)],
)
def test_config_out_of_range_is_refused(option, value):
    config = {**PersonalAdviceDetector.get_default_config(), option: value}

    with pytest.raises(InvalidConfigException, match=option):
        PersonalAdviceDetector.validate_config(config)


def test_fingerprint_changes_with_the_files_it_learns_from(monkeypatch, tmp_path):
    config = PersonalAdviceDetector.get_default_config()
    before = PersonalAdviceDetector.fingerprint_addon(config)
    monkeypatch.setattr("bot.components.personal_advice_detector.FOLDERS", [tmp_path])

    assert PersonalAdviceDetector.fingerprint_addon(config) != before
