"""Measure the trained model: flags found, words that fit, calm messages taken for a flag, advice.

`python -m bot.evaluation.safety [--questions FOLDER] [--list]`, from the root; some ten seconds. It
asks the model every message of the sets of tests/data, and those of a folder of real questions
(`answerable`, `uncovered`, `advice` and `red_flags`, each a .jsonl file) where one is given. The
development messages of `red_flags` and `advice` are learned as exemplars:
bot.evaluation.cross_validation measures those.
"""

import argparse
import json
import logging
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from bot.components.personal_advice_detector import ADVICE_INTENT
from bot.components.red_flag_detector import RED_FLAG, REPORT_EMERGENCY
from bot.evaluation.parse import Understood, parse
from bot.red_flags.kinds import OTHER

DATA = Path("tests/data")
# The sets of real questions: whether their messages ask for advice, None where nothing says so.
REAL = {"answerable": False, "uncovered": None, "advice": True, "red_flags": None}


class Case(NamedTuple):
    """One message of a set.

    Attributes:
        set: Name of the set.
        text: The message.
        kinds: Kinds of flag whose words fit; empty for a calm message.
        asks: Whether it asks for advice, None where the set does not say.
    """

    set: str
    text: str
    kinds: tuple[str, ...]
    asks: bool | None


def main() -> None:
    """Print a line for each set: flags, calm messages, and requests for advice."""
    from bot.__main__ import prepare_environment

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--questions", type=Path, help="folder of real questions")
    options.add_argument("--list", action="store_true", help="print what is wrong; none held out")
    options.add_argument("--model", default="models/bonafide.tar.gz")
    arguments = options.parse_args()
    prepare_environment()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    cases = read_cases(arguments.questions)
    understood = parse([case.text for case in cases], arguments.model)
    by_set: dict[str, list[tuple[Case, Understood]]] = {}
    for case, read in zip(cases, understood, strict=True):
        by_set.setdefault(case.set, []).append((case, read))
    for name, rows in by_set.items():
        print(f"{name}: {summarize(rows)}")
        if arguments.list and "held_out" not in name:
            print(*(f"   {wrong}" for wrong in list_errors(rows)), sep="\n")
    calm = [(case, read) for case, read in zip(cases, understood, strict=True) if not case.kinds]
    false = [case for case, read in calm if kind_of(read)]
    print(f"calm messages of all sets taken for a flag: {_share(len(false), len(calm))}")


def read_cases(questions: Path | None) -> list[Case]:
    """Return the messages of all sets; those of `questions` where it is given."""
    cases = []
    for split in ("held_out", "development"):
        for name in ("red_flags", "red_flags_more"):
            cases += [
                Case(f"{name}, {split}", row["message"], _kinds(row["flag"]), None)
                for row in _read_rows(DATA / f"{name}.jsonl", split)
            ]
        cases += [
            Case(f"advice, {split}", row["message"], (), bool(row["matter"]))
            for row in _read_rows(DATA / "advice.jsonl", split)
        ]
        for name in ("answerable", "unanswerable"):
            rows = _read_rows(DATA / f"{name}.jsonl", split)
            cases += [Case(f"{name}, {split}", row["question"], (), False) for row in rows]
    rows = _read_rows(DATA / "patient_questions.jsonl")
    cases += [Case("patient_questions, held_out", row["question"], (), False) for row in rows]
    if questions is not None:
        for name, asks in REAL.items():
            cases += [
                Case(f"real {name}", row["q"], tuple(row["expect"].get("kind", ())), asks)
                if name == "red_flags"
                else Case(f"real {name}", row["q"], (), asks)
                for row in _read_rows(questions / f"{name}.jsonl")
            ]
    return cases


def kind_of(read: Understood) -> str | None:
    """Return the kind of flag that was understood, None for none."""
    if read["intent"]["name"] != REPORT_EMERGENCY:
        return None
    kinds = [each["value"] for each in read["entities"] if each["entity"] == RED_FLAG]
    return kinds[0] if kinds else OTHER


def summarize(rows: list[tuple[Case, Understood]]) -> str:
    """Return the shares of one set in words."""
    parts = []
    kinds = [(case.kinds, kind_of(read)) for case, read in rows]
    flags = [(expected, found) for expected, found in kinds if expected]
    if flags:
        n_found = sum(found is not None for _, found in flags)
        n_fitting = sum(fits(expected, found) for expected, found in flags)
        n_named = sum(found in expected for expected, found in flags)
        parts += [f"found {_share(n_found, len(flags))}"]
        parts += [f"fitting words {_share(n_fitting, len(flags))}"]
        parts += [f"of the kind {_share(n_named, len(flags))}"]
    calm = [found for expected, found in kinds if not expected]
    if calm:
        parts.append(f"calm taken for a flag {_share(sum(map(bool, calm)), len(calm))}")
    for asks, words in ((True, "advice found"), (False, "taken for advice")):
        is_advice = [is_for_advice(read) for case, read in rows if case.asks is asks]
        if is_advice:
            parts.append(f"{words} {_share(sum(is_advice), len(is_advice))}")
    return ", ".join(parts)


def fits(expected: tuple[str, ...], found: str | None) -> bool:
    """Say whether the words of a kind fit; the general ones are made to fit every emergency."""
    return found == OTHER or found in expected


def is_for_advice(read: Understood) -> bool:
    """Say whether a message is understood as a request for advice."""
    return bool(read["intent"]["name"] == ADVICE_INTENT)


def list_errors(rows: list[tuple[Case, Understood]]) -> list[str]:
    """Return what is wrong in a set, a line each."""
    lines = []
    for case, read in rows:
        found = kind_of(read)
        is_right = fits(case.kinds, found) if case.kinds else found is None
        if not is_right:
            lines.append(f"{'/'.join(case.kinds) or 'calm'} -> {found}: {case.text}")
        elif case.asks is not None and is_for_advice(read) != case.asks:
            lines.append(f"{'missed' if case.asks else 'taken for'} advice: {case.text}")
    return lines


def _kinds(flag: str | None) -> tuple[str, ...]:
    return (flag,) if flag else ()


def _read_rows(path: Path, split: str = "") -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if not split or row["split"] == split]


def _share(n: int, of: int) -> str:
    return f"{n} of {of} ({n / of:.3f})"


if __name__ == "__main__":
    main()
