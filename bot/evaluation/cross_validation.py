"""Measure the red flags by cross-validation: each message by a score that learned without it.

`python -m bot.evaluation.cross_validation`, from the root; some three minutes. The development
messages of red_flags.jsonl, red_flags_more.jsonl and advice.jsonl in tests/data are exemplars, so
asking the trained bot says nothing about them. Thresholds are chosen by this; docs/safety.md has
its figures.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from bot.advice.classifier import read_exemplars as read_advice_exemplars
from bot.components.red_flag_detector import REPORT_EMERGENCY, RedFlagDetector
from bot.matching.encoders import get_encoder
from bot.red_flags.classifier import CALM, RedFlagClassifier, read_exemplars
from bot.red_flags.decider import RedFlagDecider
from bot.red_flags.kinds import OTHER, OVERDOSE, SELF_HARM, KindClassifier
from bot.red_flags.rules import get_rule_matcher

FOLDS = 10
# Two embeddings nearer than this are of one fold: a paraphrase of a message must not be learned.
SAME = 0.9
# Values reported beside those that are configured.
VALUES = {
    "threshold": (-0.4, -0.35, -0.3, -0.25, -0.2, -0.15, -0.1),
    "likeness_threshold": (-0.25, -0.1, 0.0, 0.05, 0.1, 0.2, 0.3),
}

Rows = list[tuple[str, str]]
# The kind or matter of each message, None for a calm or general one.
Labels = dict[str, str | None]
# Places of the rows that are learned, and of those that are left out.
Folds = Iterator[tuple[Sequence[int], Sequence[int]]]
# Name of an option, and its value.
Setting = tuple[str, float]


def main() -> None:
    """Print the shares of messages taken for flags at several thresholds, and of right kinds."""
    config = _read_config()
    rows = [*read_exemplars(), *((CALM, text) for _, text in read_advice_exemplars())]
    n_exemplars = len(rows)
    rows += [(CALM, text) for text in _read_other_utterances()]
    flags = {
        **_read_development("red_flags", "flag"),
        **_read_development("red_flags_more", "flag"),
    }
    sets = {
        "flags": [text for text, flag in flags.items() if flag],
        "calm": [text for text, flag in flags.items() if not flag],
        "advice": list(_read_development("advice", "matter")),
    }
    measured = {text for texts in sets.values() for text in texts}
    embeddings = get_encoder(config["encoder"]).encode([text for _, text in rows])
    found: dict[Setting, dict[str, str | None]] = {
        (name, value): {} for name, values in VALUES.items() for value in values
    }
    for learned, left in _folds(rows, embeddings, measured):
        classifier = _train(rows, embeddings, learned, n_exemplars)
        named = [place for place in learned if rows[place][0] != CALM]
        parsed = [get_rule_matcher().match(rows[place][1]) for place in named]
        kinds = KindClassifier.train([rows[at][0] for at in named], parsed, embeddings[named])
        left = [place for place in left if rows[place][1] in measured]
        for (name, value), by_text in found.items():
            decider = _make_decider(classifier, kinds, {**config, name: value})
            for place in left:
                text = rows[place][1]
                by_text[text] = decider.decide(text, embeddings[place]).kind
    for (name, value), by_text in found.items():
        shares = (
            _share(of, [by_text[text] is not None for text in texts]) for of, texts in sets.items()
        )
        print(f"{name} {value:.2f}: {', '.join(shares)}")
    configured = found["threshold", config["threshold"]]
    print(
        _kinds(flags, {text: kind for text, kind in configured.items() if kind and flags.get(text)})
    )


def _kinds(flags: Labels, found: dict[str, str]) -> str:
    """Return how often the kind of the flags that were found is right, and how it is wrong."""
    n = len(found)
    right = sum(kind == flags[text] for text, kind in found.items())
    general = sum(kind == OTHER != flags[text] for text, kind in found.items())
    harm = [kind for text, kind in found.items() if flags[text] in {SELF_HARM, OVERDOSE}]
    wrong = sum(kind not in {SELF_HARM, OVERDOSE, OTHER} for kind in harm)
    return (
        f"of {n} flags found {right} have their kind, {general} the general words, "
        f"{n - right - general} another kind; of {len(harm)} of self-harm or overdose {wrong}"
    )


def group_near(embeddings: np.ndarray) -> np.ndarray:
    """Return a number for each embedding, the same for those that a chain of near ones links."""
    numbers = np.arange(len(embeddings))
    for place, embedding in enumerate(embeddings):
        near = numbers[:place][embeddings[:place] @ embedding > SAME]
        numbers[np.isin(numbers, near)] = place
    return numbers


def _read_config() -> dict[str, Any]:
    from rasa.shared.utils.io import read_yaml_file

    pipeline = read_yaml_file("config.yml")["pipeline"]
    (entry,) = (entry for entry in pipeline if entry["name"].endswith(RedFlagDetector.__name__))
    return {**RedFlagDetector.get_default_config(), **entry}


def _read_other_utterances() -> list[str]:
    from rasa.shared.nlu.constants import INTENT, TEXT

    from bot.training.profile_importer import ProfileImporter

    examples = ProfileImporter(None, None, ["data"]).get_nlu_data().intent_examples
    return [example.get(TEXT) for example in examples if example.get(INTENT) != REPORT_EMERGENCY]


def _read_development(name: str, label: str) -> Labels:
    lines = Path(f"tests/data/{name}.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines if '"split": "development"' in line]
    return {case["message"]: case[label] for case in cases}


def _folds(rows: Rows, embeddings: np.ndarray, measured: set[str]) -> Folds:
    strata = [f"{kind} {text in measured}" for kind, text in rows]
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    folds: Folds = splitter.split(embeddings, strata, group_near(embeddings))
    return folds


def _train(
    rows: Rows, embeddings: np.ndarray, learned: Sequence[int], n_exemplars: int
) -> RedFlagClassifier:
    exemplars = [place for place in learned if place < n_exemplars]
    others = [place for place in learned if place >= n_exemplars]
    return RedFlagClassifier.train(
        get_rule_matcher(),
        [rows[place] for place in exemplars],
        embeddings[exemplars],
        [rows[place][1] for place in others],
        embeddings[others],
    )


def _make_decider(
    classifier: RedFlagClassifier, kinds: KindClassifier, config: dict[str, Any]
) -> RedFlagDecider:
    names = (*VALUES, "part_threshold", "self_harm_threshold", "long_words")
    options = {name: config[name] for name in names}
    encode = get_encoder(config["encoder"]).encode
    return RedFlagDecider(get_rule_matcher(), classifier, kinds, encode=encode, **options)


def _share(name: str, found: list[bool]) -> str:
    return f"{sum(found)} of {len(found)} {name} ({sum(found) / len(found):.3f})"


if __name__ == "__main__":
    main()
