"""Further kinds of emergency: their signs, their nearest examples, and what they may replace."""

from pathlib import Path

import numpy as np
import pytest

from bot.evaluation.further import read_rows
from bot.matching.encoders import get_encoder
from bot.red_flags import further, urgency
from bot.red_flags.decider import RedFlagDecider
from bot.red_flags.further import FurtherKinds, FurtherRules
from bot.red_flags.rules import get_rule_matcher
from profiles.emergencies import FurtherKind, read_emergencies

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "docs/examples/emergencies").glob("*.yml"))
ACCESS = FurtherKind(
    "access",
    words="Call {emergency}.",
    instead_of=("bleeding",),
    signs=(("fistula", "{bleed_heavy}"), ("graft burst",)),
    examples=("flag",),
    calm=("calm",),
)
MORE_BLEEDING = FurtherKind("bleeding", signs=(("port", "drip red"),))
# Where the embeddings of the tests point: at the example, at the calm one, at neither.
FLAG, CALM, NEITHER = np.eye(3)


def encode(texts):
    return np.array([{"flag": FLAG, "calm": CALM}[text] for text in texts])


@pytest.fixture(scope="module")
def rules() -> FurtherRules:
    return FurtherRules([ACCESS, MORE_BLEEDING])


@pytest.fixture(scope="module")
def finder(rules) -> FurtherKinds:
    return FurtherKinds([ACCESS, MORE_BLEEDING], rules, encode)


def kind_of(finder, text, embedding):
    found = finder.find(text, embedding)
    return found and found.kind.name


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("my fistula bleeds everywhere", {"access": "fistula & {bleed_heavy}"}),
        ("her grafts burst", {"access": "graft burst"}),
        ("it bleeds everywhere", {}),
        ("my fistula is fine", {}),
        ("what if my fistula bleeds everywhere", {}),
        ("my graft burst years ago", {}),
        ("the port drips red", {"bleeding": "port & drip red"}),
    ],
)
def test_all_parts_of_a_sign_must_be_there_now(rules, text, signs):
    assert rules.match(text)[1] == signs


@pytest.mark.parametrize(
    ("text", "embedding", "kind"),
    [
        ("the graft burst", FLAG, "access"),
        ("the graft burst", NEITHER, "access"),
        ("the graft burst", CALM, None),
        ("the thing popped", FLAG, "access"),
        ("the thing popped", NEITHER, None),
        ("what is it that popped", FLAG, None),
        ("the port drips red", NEITHER, "bleeding"),
    ],
)
def test_signs_and_nearest_examples_decide(finder, text, embedding, kind):
    assert kind_of(finder, text, embedding) == kind


def test_of_two_kinds_with_signs_the_nearer_counts(finder):
    assert kind_of(finder, "the port drips red and the graft burst", FLAG) == "access"
    text = "the graft burst and the port drips red"
    assert kind_of(finder, text, (FLAG + 3 * CALM) / np.sqrt(10)) == "bleeding"


class FixedScore:
    def __init__(self, score):
        self.value = score

    def score(self, parsed, embedding):
        return self.value


class FixedKind:
    """What ships names one kind; `harm` is its share of self-harm."""

    def __init__(self, name, harm=0.0):
        self.name, self.harm = name, harm

    def kind(self, parsed, embedding):
        return self.name

    def shares(self, parsed, embedding):
        return {"self_harm": self.harm}

    @staticmethod
    def may_be_harm(shares):
        return shares["self_harm"] >= 0.15


def decide(finder, text, embedding, *, score, kind="bleeding", harm=0.0):
    decider = RedFlagDecider(
        get_rule_matcher(),
        FixedScore(score),
        FixedKind(kind, harm),
        encode=lambda texts: np.array([embedding] * len(texts)),
        threshold=0.0,
        likeness_threshold=0.0,
        part_threshold=0.0,
        self_harm_threshold=0.0,
        long_words=40,
        further=finder,
    )
    return decider.decide(text, embedding).kind


def test_a_further_kind_is_found_where_what_ships_finds_nothing(finder):
    assert decide(finder, "the graft burst", FLAG, score=-1.0) == "access"
    assert decide(finder, "the thing popped", FLAG, score=-1.0) == "access"
    assert decide(finder, "hello", NEITHER, score=-1.0) is None


def test_what_ships_keeps_its_words_but_for_those_that_the_profile_names(finder):
    assert decide(finder, "the graft burst", FLAG, score=1.0) == "access"
    assert decide(finder, "the graft burst", FLAG, score=1.0, kind="chest") == "chest"
    assert (
        decide(finder, "the thing popped", FLAG, score=1.0) == "bleeding"
    )  # likeness takes none away


def test_general_words_give_way_unless_harm_may_be_meant(finder):
    text = "the graft burst"
    assert decide(finder, text, FLAG, score=1.0, kind="other") == "access"
    assert decide(finder, text, FLAG, score=1.0, kind="other", harm=0.2) == "other"


@pytest.mark.parametrize("kind", ["self_harm", "overdose"])
def test_words_that_name_a_crisis_line_are_always_said(rules, kind):
    greedy = FurtherKind(**{**vars(ACCESS), "instead_of": (kind,)})

    finder = FurtherKinds([greedy], FurtherRules([greedy]), encode)
    assert decide(finder, "the graft burst", FLAG, score=1.0, kind=kind) == kind


def test_signs_of_a_profile_make_a_message_urgent(rules, monkeypatch):
    monkeypatch.setattr(urgency, "get_further_rules", lambda: rules)
    assert urgency.is_urgent("the graft burst")
    assert urgency.is_urgent("chest pain")
    assert not urgency.is_urgent("what is a graft")

    monkeypatch.setattr(urgency, "get_further_rules", lambda: None)
    assert not urgency.is_urgent("the graft burst")


def test_further_signs_leave_the_rules_that_ship_as_they_are(rules):
    texts = ["chest pain", "graft burst", "my fistula bleeds everywhere", "swoolen lips"]
    found = [get_rule_matcher().match(text).facts() for text in texts]

    assert not any(name.startswith("further") for facts in found for name in facts)


def test_the_shipped_profile_adds_no_kind():
    further.get_further_kinds.cache_clear()
    assert further.get_further_kinds() == ()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_find_paraphrases_and_leave_calm_messages(path):
    kinds = read_emergencies(path)
    encoder = get_encoder(str(ROOT / "build/encoder"))
    finder = FurtherKinds(kinds, FurtherRules(kinds), encoder.encode)
    names = {kind.name for kind in kinds}
    rows = [row for row in read_rows(ROOT / "tests/data/emergencies.jsonl") if row.of in names]
    found = [
        kind_of(finder, row.message, each)
        for row, each in zip(rows, encoder.encode([row.message for row in rows]), strict=True)
    ]

    flags = [kind == row.kind for row, kind in zip(rows, found, strict=True) if row.kind]
    calm = [kind is not None for row, kind in zip(rows, found, strict=True) if not row.kind]
    assert sum(flags) / len(flags) >= 0.75
    assert sum(calm) / len(calm) <= 0.05


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_example_is_measured(path):
    rows = {row.message.casefold() for row in read_rows(ROOT / "tests/data/emergencies.jsonl")}
    texts = [text for kind in read_emergencies(path) for text in (*kind.examples, *kind.calm)]

    assert not rows & {text.casefold() for text in texts}
    assert len(texts) == len(set(texts))
