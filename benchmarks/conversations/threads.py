"""Fit what tells a follow-up from a fresh question, and the judge of follow-ups.

`python -m benchmarks follow-ups --fit` writes knowledge/search/follow_ups.json and
the case "following" of knowledge/search/judge.json. Fitted on the development half of tests/data,
on tests/data/real, and on TREC CAsT 2021 where it lies beside the repository; never on a row that
is held out.
"""

import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval import libraries
from benchmarks.retrieval.judge import ANY_SIZE_MB, expand_names, regress
from knowledge import Retriever, Settings, Thread, build_index, load_encoder
from knowledge.search import follow_ups as threads
from knowledge.search import judge
from knowledge.search.follow_ups import DEPENDENCE_SIGNALS
from knowledge.search.signals import FOLLOW_UP_SIGNALS, SIGNALS, Signals, compare_signals

CAST = libraries.SHARED / "conversations/cast21.jsonl"
# Turns of CAsT count half: there are four times as many as of our own.
CAST_WEIGHT = 0.5
# ... and less in the judge: what was shown before is never right there.
CAST_JUDGED_WEIGHT = 0.2
# What a follow-up counts whose answer is taken away: it is then not covered.
UNCOVERED_WEIGHT = 0.2
# What a fresh question counts that nothing answers.
FRESH_WEIGHT = 0.05
RIDGE_DEPENDENCE, RIDGE_FOLLOWING = 1.0, 30.0
# Passages among which the one shown for a turn is looked for.
N_FOUND = 8
Json = dict[str, Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A message of a conversation.

    Attributes:
        set: Where it is from.
        text: The message as it is searched.
        thread: What was asked and shown before.
        rows: The passages that answer it.
        is_follow_up: It hangs on the thread.
    """

    set: str
    text: str
    thread: Thread
    rows: frozenset[int]
    is_follow_up: bool


@dataclass(frozen=True, slots=True)
class Talks:
    """A file of conversations in the form of CAsT, and the library of its passages.

    Attributes:
        retriever: Finds the passages.
        turns: Of all conversations: `conversation`, `utterance`, `resolved`, `passage`.
        texts: The number of each different passage, by its text.
        rows: The rows of each of them in the index.
    """

    retriever: Retriever
    turns: list[Json]
    texts: dict[str, int]
    rows: list[list[int]]

    @classmethod
    def open(cls, path: Path, settings: Settings) -> "Talks":
        """Read a file and index its passages.

        Raises:
            FileNotFoundError: There is no such file.
        """
        turns = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        texts = {text: n for n, text in enumerate(dict.fromkeys(t["passage"] for t in turns))}
        folder = settings.index.parent / "conversations" / path.stem
        documents = folder / "documents"
        documents.mkdir(parents=True, exist_ok=True)
        with (documents / "passages.jsonl").open("w", encoding="utf-8") as file:
            for text, number in texts.items():
                # They have no titles: the text stands for one.
                file.write(json.dumps({"id": str(number), "title": text, "text": text}) + "\n")
        own = replace(
            settings, documents=(documents,), index=folder / "knowledge.db", max_file_mb=ANY_SIZE_MB
        )
        index = build_index(own, load_encoder(settings))
        rows: list[list[int]] = [[] for _ in texts]
        for row, passage in enumerate(index.passages):
            rows[int(passage.document_id)].append(row)
        return cls(Retriever(load_encoder(settings, quantized=True), index), turns, texts, rows)

    def thread(self, before: Sequence[Json]) -> Thread:
        """Return the thread of the turns before a message."""
        passages = self.retriever.index.passages
        shown = [passages[self.rows[self.texts[turn["passage"]]][0]].id for turn in before]
        return Thread(tuple(turn["utterance"] for turn in before), tuple(shown))

    def play(self) -> Iterator[tuple[Json, list[Json]]]:
        """Yield each turn with those before it in its conversation."""
        for number, turn in enumerate(self.turns):
            before = self.turns[:number]
            yield turn, [t for t in before if t["conversation"] == turn["conversation"]]


def examples_of(talks: Talks) -> list[Example]:
    """Return the follow-ups of conversations, and their rewrites after other conversations."""
    chance, found = random.Random(0), []
    played = list(talks.play())
    for turn, before in played:
        rows = frozenset(talks.rows[talks.texts[turn["passage"]]])
        if before and turn["utterance"] != turn["resolved"]:
            thread = talks.thread(before)
            found.append(Example("cast", turn["utterance"], thread, rows, is_follow_up=True))
        others = [b for t, b in played if b and t["conversation"] != turn["conversation"]]
        thread = talks.thread(chance.choice(others))
        found.append(Example("cast", turn["resolved"], thread, rows, is_follow_up=False))
    return found


@dataclass(frozen=True, slots=True)
class Shipped:
    """The shipped library, and what its messages are spelt out to.

    Attributes:
        retriever: Finds its passages.
        rows: The row of each passage, by its id.
        spelt: Each message as the actions search it.
    """

    retriever: Retriever
    rows: dict[str, int]
    spelt: dict[str, str]

    def right(self, expect: Json) -> frozenset[int]:
        """Return the rows of the passages that a row of a set expects."""
        where = expect.get("where") or []
        ids = [where] if isinstance(where, str) else where
        found = [
            row
            for row, passage in enumerate(self.retriever.index.passages)
            if any(re.search(pattern, passage.text) for pattern in expect.get("any", ()))
        ]
        return frozenset([*(self.rows[name] for name in ids), *found])

    def hang(self, texts: Sequence[str]) -> Thread:
        """Return the thread of questions that were each answered by the surest passage."""
        asked = [self.spelt[text] for text in texts]
        hits = [self.retriever.search(text, top_k=1) for text in asked]
        sure = [h[0].passage.id for h in hits if h and h[0].score >= Settings().threshold]
        return Thread(tuple(asked), tuple(sure), is_answered=bool(sure))

    def show(self, text: str, rows: frozenset[int]) -> str:
        """Return the id of the passage among `rows` that a question finds first."""
        hits = self.retriever.search(self.spelt[text], top_k=N_FOUND)
        found = [hit.passage.id for hit in hits if self.rows[hit.passage.id] in rows]
        return found[0] if found else self.retriever.index.passages[min(rows)].id

    def follow(self, case: Json, name: str) -> Iterator[Example]:
        """Yield the turns of a conversation after the first that a passage answers."""
        asked: list[str] = []
        shown: list[str] = []
        for text, expect in zip(case["turns"], case["each"], strict=True):
            rows = self.right(expect or {})
            if asked and rows:
                thread = Thread(tuple(asked), tuple(shown), is_answered=bool(shown))
                yield Example(name, self.spelt[text], thread, rows, is_follow_up=True)
            asked.append(self.spelt[text])
            if rows:
                shown.append(self.show(text, rows))

    def last_turns(self, cases: Sequence[Json]) -> Iterator[Example]:
        """Yield the last turns of tests/data/conversations.jsonl, but for corrections."""
        for case in cases:
            rows = frozenset(self.rows[each] for each in case.get("passages", ()))
            if rows and case["kind"] != "correction":
                *before, last = case["turns"]
                is_follow_up = case["kind"] != "topic_change"
                yield Example("own", self.spelt[last], self.hang(before), rows, is_follow_up)


def read_shipped(retriever: Retriever) -> list[Example]:
    """Return the messages of tests/data that nothing forbids to fit on."""
    own, fresh, talks, everyday = (
        [row for row in read(f"{name}.jsonl") if row["split"] == "development"]
        for name in ("conversations", "fresh", "talks", "everyday")
    )
    single = [*read("real/answerable.jsonl"), *read("real/uncovered.jsonl"), *everyday]
    others = [row for row in read("unanswerable.jsonl") if row["split"] == "development"]
    single += [{"q": row["question"], "expect": {}} for row in others]
    real = read("real/conversations.jsonl")
    said = [text for case in (*own, *real, *talks) for text in case["turns"]]
    said += [text for case in fresh for text in (*case["context"], case["question"])]
    said += [row["q"] for row in single]
    unique = list(dict.fromkeys(said))
    spelt = dict(zip(unique, expand_names(unique), strict=True))
    rows_of = {passage.id: row for row, passage in enumerate(retriever.index.passages)}
    shipped = Shipped(retriever, rows_of, spelt)
    followed = [example for case in real for example in shipped.follow(case, "real")]
    followed += [example for case in talks for example in shipped.follow(case, "talks")]
    found = [*followed, *shipped.last_turns(own)]
    for case in fresh:
        rows = frozenset(rows_of[name] for name in case["passages"])
        thread = shipped.hang(case["context"])
        found.append(Example("own", spelt[case["question"]], thread, rows, is_follow_up=False))
    chance = random.Random(1)
    for row in single:
        thread = chance.choice(followed).thread
        rows = shipped.right(row["expect"])
        found.append(Example("single", spelt[row["q"]], thread, rows, is_follow_up=False))
    return found


def read(name: str) -> list[Json]:
    """Return the rows of a file of tests/data."""
    text = (libraries.QUESTIONS / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def fit() -> dict[str, Floats]:
    """Fit both and write their weights; return the shares told apart, by cross-validation."""
    shipped = libraries.open_shipped()
    pairs = [(shipped, example) for example in read_shipped(shipped)]
    try:
        talks = Talks.open(CAST, Settings())
        pairs += [(talks.retriever, example) for example in examples_of(talks)]
    except FileNotFoundError as err:
        print(f"CAsT is left out: {err}", file=sys.stderr)
    # Who wanders asks fresh questions too, and nobody noted which.
    known = [(library, example) for library, example in pairs if example.set != "talks"]
    ties = np.array(
        [library.measure_dependence(example.text, example.thread) for library, example in known]
    )
    hung = np.array([example.is_follow_up for _, example in known])
    counts = np.array([CAST_WEIGHT if e.set == "cast" else 1.0 for _, e in known])
    weights, intercept = regress(ties, hung, ridge=RIDGE_DEPENDENCE, counts=counts)
    made = {"weights": dict(zip(DEPENDENCE_SIGNALS, weights.round(4).tolist(), strict=True))}
    _write(threads.WEIGHTS, {**made, "intercept": round(intercept, 4)})
    _fit_judge(pairs)
    return cross_validate(ties, hung, counts, [example.set for _, example in known])


def _fit_judge(pairs: Sequence[tuple[Retriever, Example]]) -> None:
    inputs: list[Signals] = []
    right: list[NDArray[np.bool_]] = []
    counts: list[Floats] = []

    def add(signals: Signals, is_right: NDArray[np.bool_], count: float) -> None:
        inputs.append(compare_signals(signals))
        right.append(is_right)
        counts.append(np.full(len(signals), count))

    for library, example in pairs:
        # Of fresh questions those that nothing answers: the thread must not answer them either.
        if not example.is_follow_up and (example.rows or example.set == "cast"):
            continue
        rows, signals = library.signals(example.text, thread=example.thread)
        is_right = np.array([row in example.rows for row in rows])
        count = CAST_JUDGED_WEIGHT if example.set == "cast" else 1.0
        if not example.is_follow_up:
            count = FRESH_WEIGHT
        add(signals, is_right, count)
        if is_right.any() and (~is_right).sum() > 1:
            add(signals[~is_right], is_right[~is_right], count * UNCOVERED_WEIGHT)
    weights, intercept = regress(
        np.vstack(inputs),
        np.concatenate(right),
        ridge=RIDGE_FOLLOWING,
        counts=np.concatenate(counts),
    )
    names = (*SIGNALS, *FOLLOW_UP_SIGNALS)
    own, beside = np.split(weights.round(4), 2)
    made = json.loads(judge.WEIGHTS.read_text(encoding="utf-8"))
    made["following"] = {
        "own": dict(zip(names, own.tolist(), strict=True)),
        "beside": dict(zip(names, beside.tolist(), strict=True)),
        "intercept": round(intercept, 4),
    }
    _write(judge.WEIGHTS, made)


def cross_validate(
    ties: Floats, hung: NDArray[np.bool_], counts: Floats, sets: Sequence[str], *, folds: int = 10
) -> dict[str, Any]:
    """Return for each set the shares of follow-ups and of fresh questions told right."""
    order = np.random.default_rng(0).permutation(len(ties))
    taken = np.zeros(len(ties), dtype=bool)
    for fold in range(folds):
        test = order[fold::folds]
        rest = np.setdiff1d(order, test)
        weights, intercept = regress(
            ties[rest], hung[rest], ridge=RIDGE_DEPENDENCE, counts=counts[rest]
        )
        taken[test] = ties[test] @ weights + intercept >= 0
    of = np.array(sets)
    return {
        f"{name}, {'follow-ups' if kind else 'fresh'}": round(
            float((taken == hung)[(of == name) & (hung == kind)].mean()), 3
        )
        for name in dict.fromkeys(sets)
        for kind in (True, False)
        if ((of == name) & (hung == kind)).any()
    }


def _write(path: Path, made: Json) -> None:
    path.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


def measure_cast(path: Path, settings: Settings) -> dict[str, float]:
    """Return how well the shipped ranking follows conversations in the form of CAsT.

    Of each follow-up: whether its passage comes first among those not shown before in its
    conversation, and 1 / its rank (MRR); the same for the message alone and for a person's
    rewrite, and of each rewrite asked after another conversation (`fresh`), where there is one.
    """
    talks = Talks.open(path, settings)
    ranks: dict[str, list[int]] = {}
    chance = random.Random(0)
    played = list(talks.play())
    for turn, before in played:
        if not before:
            continue
        asked = {
            "thread": (turn["utterance"], talks.thread(before)),
            "message": (turn["utterance"], Thread()),
            "resolved": (turn["resolved"], Thread()),
            "resolved_and_thread": (turn["resolved"], talks.thread(before)),
        }
        others = [b for t, b in played if b and t["conversation"] != turn["conversation"]]
        if others:
            asked["fresh"] = (turn["resolved"], talks.thread(chance.choice(others)))
        shown = {talks.texts[each["passage"]] for each in before}
        for name, (text, thread) in asked.items():
            order = talks.retriever.order(text, thread)
            ranks.setdefault(name, []).append(_rank(talks, order, turn["passage"], shown))
    return {
        "n": len(ranks["thread"]),
        **{f"{name}_first": float(np.mean(np.array(of) == 1)) for name, of in ranks.items()},
        **{f"{name}_mrr": float(np.mean(1 / np.array(of))) for name, of in ranks.items()},
    }


def _rank(talks: Talks, order: Sequence[int], passage: str, shown: set[int]) -> int:
    """Return the place of a passage, from 1, without those shown before."""
    wanted = talks.texts[passage]
    passages = talks.retriever.index.passages
    numbers = dict.fromkeys(int(passages[row].document_id) for row in order)
    return [n for n in numbers if n == wanted or n not in shown].index(wanted) + 1
