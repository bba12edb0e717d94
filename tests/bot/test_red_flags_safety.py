"""The parts of bot/safety: words, phrases, rules, numbers."""

import json
import re
import shutil

import numpy as np
import pytest
import yaml
from scipy.sparse import csr_matrix

from bot.safety import similarity as score
from bot.safety.crossvalidate import group
from bot.safety.detect import Detector
from bot.safety.gate import Gate, get_gate, parse_rule
from bot.safety.kinds import KindModel
from bot.safety.numbers import Numbers, NumbersInvalid
from bot.safety.phrases import FOLDER, Phrases, SafetyFaulty, expand
from bot.safety.similarity import Similarity, read_exemplars
from bot.safety.words import MAX_WORDS, Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    reader = Reader({"can't": "can not"}, ["really"], {"number": "number"})
    reader.teach(["unconscious", "swollen"])
    return reader


def words(reader: Reader, text: str) -> list[str]:
    return [word.text for word in reader.read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I can't really breathe", "i can not breathe"),
        ("He\u2019s fallen", "he is fallen"),
        ("mum's hip", "mum hip"),
        ("she didn't", "she did not"),
        ("unconcious", "unconscious"),
        ("UNCONSCOIUS", "unconscious"),
        ("swoolen", "swollen"),
        ("in 1998", "in anyyear"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_read_spells_out_and_mends(reader, text, expected):
    assert " ".join(words(reader, text)) == expected


def test_read_leaves_a_word_that_is_right(reader):
    assert words(reader, "sullen chess") == ["sullen", "chess"]


def test_read_counts_sentences_and_clauses(reader):
    found = reader.read("no pain, but a rash. help")

    assert [word.sentence for word in found] == [0, 0, 0, 0, 0, 1]
    assert found[0].clause == found[1].clause < found[2].clause < found[-1].clause


def test_read_takes_both_ends_of_a_very_long_text(reader):
    found = words(reader, "start " + "word " * 5000 + "end")

    assert len(found) <= MAX_WORDS
    assert (found[0], found[-1]) == ("start", "end")


@pytest.mark.parametrize(
    ("phrase", "texts"),
    [
        ("a b", ["a b"]),
        ("(a|b c) d", ["a d", "b c d"]),
        ("a [b] c", ["a b c", "a c"]),
        ("(a|b [c])", ["a", "b c", "b"]),
    ],
)
def test_expand_gives_every_text(phrase, texts):
    assert sorted(expand(phrase)) == sorted(texts)


def find(reader: Reader, phrases: dict[str, list[str]], text: str) -> list[tuple[str, int, int]]:
    mentions = Phrases(reader, phrases).find(reader.read(text))
    return [(mention.name, mention.start, mention.end) for mention in mentions]


@pytest.mark.parametrize(
    ("phrase", "text", "is_found"),
    [
        ("break hip", "he broke hips", True),
        ("=break hip", "he broke hips", False),
        ("=broke hips", "he broke hips", True),
        ("break hip", "it broke. hip hooray", False),
        ("break hip", "he broke", False),
    ],
)
def test_phrase_is_found_by_lemmas_or_by_its_very_words(phrase, text, is_found):
    reader = Reader({}, [], {"broke": "break", "hips": "hip"})

    assert bool(find(reader, {"fracture": [phrase]}, text)) == is_found


def test_longest_phrase_of_a_name_counts(reader):
    phrases = {"pain": ["chest", "chest pain"], "place": ["chest"]}

    assert find(reader, phrases, "no chest pain") == [("pain", 1, 3), ("place", 1, 2)]


def test_rule_has_parts_in_any_order_and_in_a_row():
    parts = parse_rule("a|b & c > d + e".replace(" + e", ""))

    assert [part.chain for part in parts] == [
        (frozenset({"a", "b"}),),
        (frozenset({"c"}), frozenset({"d"})),
    ]
    assert parts[1].is_ordered
    assert not parse_rule("c + d")[0].is_ordered


def test_rule_that_names_no_sign_is_refused(tmp_path):
    folder = tmp_path / "safety"
    shutil.copytree(FOLDER, folder)
    (folder / "flags.yml").write_text("chest: [nowhere]\n", encoding="utf-8")

    with pytest.raises(SafetyFaulty, match="nowhere"):
        Gate(folder)


def test_file_that_is_no_yaml_is_refused(tmp_path):
    folder = tmp_path / "safety"
    shutil.copytree(FOLDER, folder)
    (folder / "signs.yml").write_text("a: [", encoding="utf-8")

    with pytest.raises(SafetyFaulty, match=r"signs\.yml"):
        Gate(folder)


def test_unquoted_no_is_refused(tmp_path):
    folder = tmp_path / "safety"
    shutil.copytree(FOLDER, folder)
    (folder / "signs.yml").write_text("a: [no]\n", encoding="utf-8")

    with pytest.raises(SafetyFaulty, match="quote"):
        Gate(folder)


def test_every_kind_has_words_of_its_own_and_exemplars(root):
    domain = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))
    said = {
        condition["value"]
        for variant in domain["responses"]["utter_emergency"]
        for condition in variant.get("condition") or []
    }
    kinds = set(yaml.safe_load((FOLDER / "flags.yml").read_text(encoding="utf-8")))

    assert kinds == said | {"other"}
    assert kinds == {kind for kind, _ in read_exemplars()} - {"calm"}


def test_no_exemplar_stands_twice():
    sentences = [sentence.casefold() for _, sentence in read_exemplars()]

    assert len(sentences) == len(set(sentences))


def test_no_exemplar_is_held_out(root):
    folder = root / "tests" / "data"
    texts = [
        (folder / f"{name}.jsonl").read_text(encoding="utf-8")
        for name in ("red_flags", "red_flags_more")
    ]
    cases = [json.loads(line) for text in texts for line in text.splitlines()]
    measured = {plain(case["message"]) for case in cases if case["split"] == "held_out"}

    # A count: the held-out half is not to be read here.
    assert sum(plain(sentence) in measured for _, sentence in read_exemplars()) == 0


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


SETTINGS = {
    "BONAFIDE_REGION": "GB",
    "BONAFIDE_EMERGENCY_NUMBERS": "GB=999, IE=112",
    "BONAFIDE_CRISIS_LINES": "GB=Samaritans 116 123",
}


def test_numbers_are_those_of_the_country():
    numbers = Numbers.from_env(SETTINGS)

    assert numbers.words("GB") == {"emergency": "999", "crisis": "Samaritans 116 123"}
    assert numbers.payload("GB", with_crisis=True) == [
        {"label": "Emergency number", "number": "999", "href": "tel:999"},
        {"label": "Samaritans", "number": "116 123", "href": "tel:116123"},
    ]


def test_country_without_a_number_never_gets_that_of_another():
    numbers = Numbers.from_env(SETTINGS)

    assert numbers.words("FR") == {
        "emergency": "your local emergency number",
        "crisis": "a crisis line in your country",
    }
    assert numbers.payload("FR", with_crisis=True) == []
    assert "crisis line" in numbers.words("IE")["crisis"]


@pytest.mark.parametrize(
    ("metadata", "country"),
    [
        (None, "GB"),
        ({}, "GB"),
        ({"locale": "en"}, "GB"),
        ({"locale": "en-IE"}, "IE"),
        ({"locale": "en_ie"}, "IE"),
        ({"locale": "zh-Hant-HK"}, "HK"),
        ({"locale": "fr-FR"}, "FR"),
        ({"locale": 5}, "GB"),
        ({"locale": "{emergency}"}, "GB"),
        ("en-IE", "GB"),
        (["locale"], "GB"),
    ],
)
def test_country_is_that_of_the_locale(metadata, country):
    assert Numbers.from_env(SETTINGS).country(metadata) == country


def test_nothing_is_known_by_default():
    numbers = Numbers.from_env({})

    assert numbers.country(None) == ""
    assert numbers.words("") == {
        "emergency": "your local emergency number",
        "crisis": "a crisis line in your country",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("BONAFIDE_REGION", "Britain"),
        ("BONAFIDE_REGION", "gb"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "999"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB="),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB=police"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB=police 999"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB=999,GB=112"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB=999,,"),
        ("BONAFIDE_CRISIS_LINES", "GB=Samaritans"),
        ("BONAFIDE_CRISIS_LINES", "Samaritans 116 123"),
    ],
)
def test_malformed_setting_is_refused_by_name(key, value):
    with pytest.raises(NumbersInvalid, match=key):
        Numbers.from_env({key: value})


@pytest.fixture(scope="module")
def similarity() -> Similarity:
    """A score learned from four sentences whose embeddings say nothing."""
    exemplars = [
        ("chest", "I have crushing pain"),
        ("chest", "she has crushing pressure"),
        ("calm", "what is crushing called"),
        ("calm", "what is pressure"),
    ]
    return Similarity.train(get_gate(), exemplars, np.ones((4, 2)), [], np.empty((0, 2)))


def test_words_count_where_embeddings_are_alike(similarity):
    def score(text):
        return similarity.score(get_gate().read(text), np.ones(2))

    assert score("he has crushing aches") > score("what is an ache")


def test_score_is_the_same_after_it_was_stored(similarity, tmp_path):
    similarity.save(tmp_path / "score.npz")
    stored = Similarity.load(tmp_path / "score.npz")

    reading = get_gate().read("I have pressure")
    assert stored.score(reading, np.ones(2)) == similarity.score(reading, np.ones(2))


def test_score_is_that_of_the_machine(similarity):
    # Four sentences can be told apart: each lies on its side, as the machine was taught.
    sides = [
        similarity.score(get_gate().read(text), np.ones(2)) > 0
        for text in ("I have crushing pain", "what is pressure")
    ]
    assert sides == [True, False]


def test_kernel_is_the_same_block_by_block(monkeypatch):
    generator = np.random.default_rng(0)
    rows, words = generator.normal(size=(5, 3)), generator.random((5, 4))
    monkeypatch.setattr(score, "_BLOCK", 2)

    distances = ((rows[:, None] - rows) ** 2).sum(axis=2)
    expected = np.exp(-score.GAMMA * distances) + score.WORDS * words @ words.T
    assert score._kernel(rows, csr_matrix(words)) == pytest.approx(expected)


class FixedScore:
    """Scores a message by the one number of its embedding."""

    def score(self, reading, embedding):
        return float(embedding[0])


class RuleKind:
    """Names the kind of the rule, or one for what is only like a flag."""

    def kind(self, reading, embedding):
        return reading.kind or "other"


def detect(text, score, *, of_parts=()):
    """Return the kind found when the whole message and its parts are scored so."""
    detector = Detector(
        get_gate(),
        FixedScore(),
        RuleKind(),
        encode=lambda texts: np.array([[of_parts[i]] for i in range(len(texts))]),
        threshold=0.0,
        likeness_threshold=0.3,
        part_threshold=0.5,
        self_harm_threshold=-0.8,
        long_words=40,
    )
    return detector.detect(text, np.array([score])).kind


FALL = (
    "Is swimming good for bones? I fell off a ladder just now and can't put any weight on my leg."
)


def test_a_flag_in_one_sentence_is_not_drowned_by_the_others():
    assert detect(FALL, -0.5, of_parts=[1.0, -1.0]) == "fracture"
    assert detect(FALL, -0.5, of_parts=[-1.0, -1.0]) is None


def test_a_sentence_needs_more_than_a_whole_message():
    assert detect(FALL, 0.1, of_parts=[-1.0, -1.0]) == "fracture"
    assert detect(FALL, -0.1, of_parts=[0.1, 0.1]) is None


def test_sentences_without_a_rule_are_not_scored_one_by_one():
    # No scores of parts are there: asking for one would fail.
    assert detect("Is swimming good for bones? I like it.", -0.5) is None


def test_a_rule_of_self_harm_needs_less():
    assert detect("I don't want to live any more", -0.5) == "self_harm"
    assert detect("I don't want to live any more", -0.9) is None
    assert detect("I have a crushing pain in my chest right now", -0.5) is None


def test_likeness_without_a_rule_needs_more():
    assert detect("mum has gone all funny", 0.2) is None
    assert detect("mum has gone all funny", 0.4) == "other"


KINDS = ["self_harm", "overdose", "chest", "chest", "self_harm", "overdose"]
FLAGS = [
    "I want to end it",
    "she had forty tablets",
    "crushing chest pain",
    "his chest is tight",
    "I want to die tonight",
    "he had forty tablets",
]


@pytest.fixture(scope="module")
def kinds() -> KindModel:
    """A model of kinds learned from six sentences whose embeddings say nothing."""
    return KindModel.train(KINDS, [get_gate().read(text) for text in FLAGS], np.ones((6, 2)))


def test_kind_is_that_of_the_words(kinds):
    assert kinds.kind(get_gate().read("he had forty tablets"), np.ones(2)) == "overdose"
    assert sum(kinds.shares(get_gate().read("tight chest"), np.ones(2)).values()) == (
        pytest.approx(1.0)
    )


def test_kind_is_other_where_none_is_sure(kinds):
    assert kinds.kind(get_gate().read("mum has gone all funny"), np.ones(2)) == "other"


def test_kind_is_other_where_self_harm_may_be_meant(kinds, monkeypatch):
    reading = get_gate().read("crushing chest pain now")
    shares = {"chest": 0.8, "self_harm": 0.1, "overdose": 0.1}
    monkeypatch.setattr(KindModel, "shares", lambda *_: shares)

    assert kinds.kind(reading, np.ones(2)) == "other"
    shares.update(chest=0.9, self_harm=0.1, overdose=0.0)
    assert kinds.kind(reading, np.ones(2)) == "chest"


def test_kind_is_the_same_after_it_was_stored(kinds, tmp_path):
    kinds.save(tmp_path / "kinds.npz")
    stored = KindModel.load(tmp_path / "kinds.npz")

    reading = get_gate().read("crushing chest pain")
    assert stored.shares(reading, np.ones(2)) == kinds.shares(reading, np.ones(2))


def test_two_kinds_can_be_learned():
    readings = [get_gate().read(text) for text in FLAGS[:2]]
    model = KindModel.train(KINDS[:2], readings, np.eye(2))

    assert model.shares(readings[0], np.array([1.0, 0.0]))["self_harm"] > 0.5
    assert model.shares(readings[1], np.array([0.0, 1.0]))["overdose"] > 0.5


def test_messages_nearly_the_same_are_of_one_fold():
    near = np.array([[1.0, 0.0], [0.0, 1.0], [0.95, 0.3], [0.8, 0.6]])

    numbers = group(near)

    # The first and the last are linked by the third alone.
    assert numbers[0] == numbers[2] == numbers[3] != numbers[1]
