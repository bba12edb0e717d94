"""benchmarks/nlu/measure.py: figures over made-up outcomes, bad files, the floor of the intents."""

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.nlu import data, measure, metrics
from benchmarks.nlu.data import BadData, Prediction, Run, Utterance
from benchmarks.report import nlu as nlu_report

ROOT = Path(__file__).parents[2]
# The kinds of question are near to one another in any field (0.75 on average), and nothing hangs on
# which of them a question is: hence a floor for questions as such.
FLOOR, QUESTIONS_FOUND, TALK_TAKEN = 0.82, 0.96, 0.03
OOS = "oos"
HEADER = "sentence,label\n"
TRAIN = HEADER + "track it,order\nwhere is it,order\nmoney back,refund\nreturn this,refund\n"
TEST = HEADER + "is it here yet,order\nsend it back,refund\nwho won the match,oos\n"


def outcome(expected, predicted, confidence):
    return Utterance("text", expected), Prediction(predicted, confidence)


OUTCOMES = [
    outcome("a", "a", 0.9),
    outcome("a", "a", 0.4),
    outcome("a", "b", 0.8),
    outcome("b", "b", 0.6),
    outcome(OOS, "a", 0.7),
    outcome(OOS, "b", 0.1),
    outcome(OOS, None, 0.0),
    outcome(OOS, OOS, 0.9),
]


@pytest.fixture
def files(tmp_path):
    """A function from two texts to the command's arguments for files that hold them."""

    def make(train=TRAIN, test=TEST, label=OOS):
        paths = [tmp_path / "train.csv", tmp_path / "test.csv"]
        for path, text in zip(paths, (train, test), strict=True):
            path.write_text(text, encoding="utf-8")
        return ["--train", str(paths[0]), "--test", str(paths[1]), "--oos-label", label]

    return make


@pytest.fixture
def perfect(monkeypatch):
    """A pipeline that is always right, and sure of what is in scope only."""

    def predict(runs, *, without=()):
        return [[Prediction(u.label, 0.1 if u.label == OOS else 0.9) for u in r.test] for r in runs]

    monkeypatch.setattr(data, "predict", predict)


def run(arguments):
    return CliRunner().invoke(measure.app, arguments)


# ---- what a threshold does


@pytest.mark.parametrize(
    ("threshold", "in_scope", "out_of_scope"),
    [(0.0, 3 / 4, 2 / 4), (0.5, 2 / 4, 3 / 4), (0.75, 1 / 4, 4 / 4), (1.0, 0, 4 / 4)],
)
def test_measure_scope_counts_a_rejected_sentence_as_wrong_in_scope(
    threshold, in_scope, out_of_scope
):
    measured = metrics.measure_scope(OUTCOMES, threshold, OOS)

    assert measured["in_scope_accuracy"] == pytest.approx(in_scope)
    assert measured["oos_recall"] == pytest.approx(out_of_scope)


def test_trade_off_goes_from_accepting_all_to_rejecting_all():
    curve = metrics.trade_off(OUTCOMES, OOS)

    accuracies = [point["in_scope_accuracy"] for point in curve]
    recalls = [point["oos_recall"] for point in curve]
    assert [curve[0]["threshold"], curve[-1]["threshold"]] == [0, 1]
    assert accuracies == sorted(accuracies, reverse=True)
    assert recalls == sorted(recalls)


@pytest.mark.parametrize(("keep", "expected"), [(1.0, 0.01), (0.97, 0.04), (0.5, 0.51)])
def test_choose_threshold_lets_the_share_pass(keep, expected):
    right = [outcome("a", "a", i / 100) for i in range(1, 101)]
    others = [outcome("a", "b", 0.001), outcome(OOS, OOS, 0.001)]

    assert metrics.choose_threshold(right + others, OOS, keep=keep) == pytest.approx(expected)


def test_choose_threshold_is_zero_when_nothing_was_right():
    assert metrics.choose_threshold([outcome("a", "b", 0.9)], OOS) == 0


# ---- scores and confusions

PAIRS = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b"), ("b", "a"), ("c", "a")]


def test_score_labels_gives_precision_recall_and_f1():
    scores = metrics.score_labels(PAIRS)

    assert scores["a"] == {"precision": 0.3333, "recall": 0.5, "f1": 0.4, "n": 2}
    assert scores["c"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 1}
    assert metrics.macro_f1(scores) == pytest.approx((0.4 + 2 / 3 + 0) / 3, abs=1e-3)


def test_confusion_has_a_row_for_what_was_meant():
    matrix = metrics.confusion(PAIRS)

    assert matrix == {"labels": ["a", "b", "c"], "matrix": [[1, 1, 0], [1, 2, 0], [1, 0, 0]]}


def test_confused_pairs_count_both_ways_the_worst_first():
    pairs = metrics.confused_pairs(metrics.confusion(PAIRS))

    assert [(p["one"], p["other"], p["one_as_other"], p["other_as_one"]) for p in pairs] == [
        ("a", "b", 1, 1),
        ("a", "c", 0, 1),
    ]


# ---- folds


def test_split_spreads_every_label_and_keeps_a_text_in_one_fold():
    utterances = [Utterance(f"{label} {i}", label) for label in "ab" for i in range(10)]
    utterances += [Utterance("A  3", "a"), Utterance("a 3", "b")]

    folds = data.split(utterances)

    counts = Counter((u.label, fold) for u, fold in zip(utterances[:20], folds, strict=False))
    assert set(counts.values()) == {2}
    assert folds[3] == folds[20] == folds[21]
    assert folds == data.split(utterances)


def test_cross_validate_asks_each_utterance_once_and_never_learns_it():
    utterances = [Utterance(f"{label} {i}", label) for label in "abc" for i in range(7)]

    runs = data.cross_validate(utterances)

    assert sorted(u.text for run in runs for u in run.test) == sorted(u.text for u in utterances)
    assert all(not set(run.train) & set(run.test) for run in runs)


# ---- the command


def test_command_prints_the_figures_as_json(files, perfect):
    done = run([*files(), "--json"])

    printed = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (printed["in_scope_accuracy"], printed["oos_recall"]) == (1, 1)
    assert (printed["macro_f1"], printed["threshold"], printed["n"]) == (1, 0.9, 3)
    assert len(printed["curve"]) == 101
    assert set(printed["per_intent"]) == {"order", "refund", OOS}


def test_command_prints_a_summary_without_json(files, perfect):
    assert "in_scope_accuracy: 1.0" in run(files()).stdout


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"train": "text,label\na,b\n"}, "no column 'sentence'"),
        ({"test": "sentence\na\n"}, "no column 'label'"),
        ({"train": ""}, "no column 'sentence' or 'label'"),
        ({"test": HEADER}, "no utterance"),
        ({"test": HEADER + "hello,\n"}, "line 2: no label"),
        ({"test": HEADER + "hello\n"}, "line 2: no label"),
        ({"test": TEST + "hello,greet\n"}, "lacks: ['greet']"),
        ({"label": "nonsense"}, "labelled 'nonsense'"),
        ({"test": HEADER + "who won,oos\n"}, "Every sentence"),
        ({"train": HEADER + "a,order\nb,order\nc,refund\n"}, "two labels"),
    ],
)
def test_command_refuses_files_it_cannot_measure_on(files, change, problem):
    done = run(files(**change))

    assert done.exit_code == 2
    assert problem in done.stderr
    assert done.stdout == ""


def test_command_refuses_a_file_that_is_not_there(files, tmp_path):
    done = run([*files(), "--train", str(tmp_path / "none.csv")])

    assert (done.exit_code, "none.csv" in done.stderr) == (2, True)


def test_command_refuses_half_of_its_options(files):
    assert run(files()[:2]).exit_code == 2


def test_read_csv_takes_a_byte_order_mark_and_quoted_lines(tmp_path):
    path = tmp_path / "windows.csv"
    path.write_bytes(b'\xef\xbb\xbfsentence,label\r\n"one, two\r\nthree",order\r\n')

    assert data.read_csv(path) == [Utterance("one, two\r\nthree", "order")]


def test_read_csv_refuses_what_is_no_text(tmp_path):
    path = tmp_path / "binary.csv"
    path.write_bytes(b"sentence,label\n\xff\xfe\x00,order\n")

    with pytest.raises(BadData, match="UTF-8"):
        data.read_csv(path)


def test_read_intents_takes_the_marks_of_entities_out(tmp_path):
    path = tmp_path / "nlu.yml"
    path.write_text(
        "nlu:\n- intent: ask_lupus\n  examples: |\n    - what is [lupus](condition)\n"
        "- synonym: lupus\n  examples: |\n    - SLE\n",
        encoding="utf-8",
    )

    assert data.read_intents(path) == [Utterance("what is lupus", "ask_lupus")]


def test_ask_pipeline_says_what_went_wrong(monkeypatch):
    monkeypatch.setattr(data, "ROOT", ROOT)

    with pytest.raises(RuntimeError, match=r"(?s)bot\.evaluation\.assess failed.*KeyError"):
        data.ask_pipeline({})


# ---- the shipped intents, by the real pipeline


@pytest.fixture(scope="module")
def measured():
    return measure.measure_intents()


def test_intents_are_understood(measured):
    print(f"macro F1 {measured['macro_f1']:.4f} over {measured['n_intents']} intents")

    assert measured["macro_f1"] >= FLOOR, measured["confused"][:5]


def test_a_question_about_any_field_is_no_talk(measured):
    found, taken = measured["questions_found"], measured["talk_taken_for_questions"]
    print(f"questions found {found:.4f}, talk taken for a question {taken:.4f}")

    assert found >= QUESTIONS_FOUND
    assert taken <= TALK_TAKEN


def test_questions_are_what_no_rule_names():
    questions = measure.read_questions()

    assert {"ask_definition", "ask_services"} <= questions
    assert not questions & {"ask_more", "ask_sources", "greet", "out_of_scope", "seek_advice"}


def test_share_in_counts_a_group_of_labels_as_one():
    pairs = [("a", "b"), ("a", "talk"), ("b", "b")]

    assert metrics.share_in(pairs, {"a", "b"}) == pytest.approx(2 / 3, abs=1e-3)
    assert metrics.share_in([], {"a"}) == 0


def test_report_shows_the_figures_and_a_plot(measured):
    part = nlu_report.show_understanding(measured)

    assert f"{measured['macro_f1']:.3f}" in part.texts[0]
    assert part.figures[0].source.startswith("data:image/svg+xml")
    assert len(part.details[0].rows) == measured["n_intents"]


def test_report_says_what_to_run_when_nothing_was_measured():
    assert nlu_report.show_understanding(None).missing == "python -m benchmarks nlu"


def test_pair_up_keeps_the_order_of_the_runs():
    one, two = Utterance("one", "a"), Utterance("two", "b")
    predictions = [[Prediction("a", 0.5)], [Prediction("b", 0.6)]]

    paired = measure.pair_up([Run([], [one]), Run([], [two])], predictions)

    assert paired == [(one, predictions[0][0]), (two, predictions[1][0])]
