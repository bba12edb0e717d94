"""Measure the red flags by cross-validation: each message by a score that learned without it.

`python -m bot.safety.crossvalidate`, from the root; some three minutes. The development messages of
red_flags.jsonl, red_flags_more.jsonl and advice.jsonl in tests/data are exemplars, so asking the
trained bot says nothing about them. Thresholds are chosen by this; docs/safety.md has its figures.
"""

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from bot.components.red_flags import REPORT_EMERGENCY, RedFlagDetector
from bot.encoders import get_encoder
from bot.safety import advice_model
from bot.safety.detect import Detector
from bot.safety.gate import get_gate
from bot.safety.kinds import OTHER, OVERDOSE, SELF_HARM, KindModel
from bot.safety.similarity import CALM, Similarity, read_exemplars

FOLDS = 10
# Two embeddings nearer than this are of one fold: a paraphrase of a message must not be learned.
SAME = 0.9
# Values reported beside those that are configured.
VALUES = {
    "threshold": (-0.4, -0.35, -0.3, -0.25, -0.2, -0.15, -0.1),
    "likeness_threshold": (-0.25, -0.1, 0.0, 0.05, 0.1, 0.2, 0.3),
}

Rows = List[Tuple[str, str]]
# Name of an option, and its value.
Setting = Tuple[str, float]


def main() -> None:
    """Print the shares of messages taken for flags at several thresholds, and of right kinds."""
    config = _config()
    rows = [*read_exemplars(), *((CALM, text) for _, text in advice_model.read_exemplars())]
    n_exemplars = len(rows)
    rows += [(CALM, text) for text in _other_utterances()]
    flags = {**_development("red_flags", "flag"), **_development("red_flags_more", "flag")}
    sets = {
        "flags": [text for text, flag in flags.items() if flag],
        "calm": [text for text, flag in flags.items() if not flag],
        "advice": list(_development("advice", "matter")),
    }
    measured = {text for texts in sets.values() for text in texts}
    embeddings = get_encoder(config["encoder"]).encode([text for _, text in rows])
    found: Dict[Setting, Dict[str, Optional[str]]] = {
        (name, value): {} for name, values in VALUES.items() for value in values
    }
    for learned, left in _folds(rows, embeddings, measured):
        similarity = _train(rows, embeddings, learned, n_exemplars)
        named = [place for place in learned if rows[place][0] != CALM]
        readings = [get_gate().read(rows[place][1]) for place in named]
        kinds = KindModel.train([rows[at][0] for at in named], readings, embeddings[named])
        left = [place for place in left if rows[place][1] in measured]
        for (name, value), by_text in found.items():
            detector = _detector(similarity, kinds, {**config, name: value})
            for place in left:
                text = rows[place][1]
                by_text[text] = detector.detect(text, embeddings[place]).kind
    for (name, value), by_text in found.items():
        shares = (
            _share(of, [by_text[text] is not None for text in texts]) for of, texts in sets.items()
        )
        print(f"{name} {value:.2f}: {', '.join(shares)}")
    configured = found["threshold", config["threshold"]]
    print(
        _kinds(flags, {text: kind for text, kind in configured.items() if kind and flags.get(text)})
    )


def _kinds(flags: Dict[str, Any], found: Dict[str, str]) -> str:
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


def group(embeddings: np.ndarray) -> np.ndarray:
    """Return a number for each embedding, the same for those that a chain of near ones links."""
    numbers = np.arange(len(embeddings))
    for place, embedding in enumerate(embeddings):
        near = numbers[:place][embeddings[:place] @ embedding > SAME]
        numbers[np.isin(numbers, near)] = place
    return numbers


def _config() -> Dict[str, Any]:
    from rasa.shared.utils.io import read_yaml_file

    pipeline = read_yaml_file("config.yml")["pipeline"]
    (entry,) = (entry for entry in pipeline if entry["name"].endswith(RedFlagDetector.__name__))
    return {**RedFlagDetector.get_default_config(), **entry}


def _other_utterances() -> List[str]:
    from rasa.shared.nlu.constants import INTENT, TEXT
    from rasa.shared.nlu.training_data.loading import load_data

    examples = load_data("data/nlu.yml").intent_examples
    return [example.get(TEXT) for example in examples if example.get(INTENT) != REPORT_EMERGENCY]


def _development(name: str, label: str) -> Dict[str, Any]:
    lines = Path(f"tests/data/{name}.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines if '"split": "development"' in line]
    return {case["message"]: case[label] for case in cases}


def _folds(rows: Rows, embeddings: np.ndarray, measured: Any) -> Any:
    strata = [f"{kind} {text in measured}" for kind, text in rows]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    return folds.split(embeddings, strata, group(embeddings))


def _train(
    rows: Rows, embeddings: np.ndarray, learned: Sequence[int], n_exemplars: int
) -> Similarity:
    exemplars = [place for place in learned if place < n_exemplars]
    others = [place for place in learned if place >= n_exemplars]
    return Similarity.train(
        get_gate(),
        [rows[place] for place in exemplars],
        embeddings[exemplars],
        [rows[place][1] for place in others],
        embeddings[others],
    )


def _detector(similarity: Similarity, kinds: KindModel, config: Dict[str, Any]) -> Detector:
    names = (*VALUES, "part_threshold", "self_harm_threshold", "long_words")
    options = {name: config[name] for name in names}
    encode = get_encoder(config["encoder"]).encode
    return Detector(get_gate(), similarity, kinds, encode=encode, **options)


def _share(name: str, found: List[bool]) -> str:
    return f"{sum(found)} of {len(found)} {name} ({sum(found) / len(found):.3f})"


if __name__ == "__main__":
    main()
