"""What owners of documents are told."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest

from outcomes import Feedback
from outcomes.report import COLUMNS, normalise, summarise, write_csv

DAY = datetime(2026, 5, 1, 23, 59)


def test_questions_without_an_answer_are_grouped_the_most_frequent_first(store, make_turn):
    asked = [("Is it painful?", "me"), ("who won", "me"), ("is it  painful", "you")]
    store.write(
        [
            make_turn(kind="abstain", question=question, sender_id=sender, time=DAY)
            for question, sender in asked
        ]
    )
    store.write([make_turn(kind="abstain", question=""), make_turn(question="answered")])

    groups = summarise(store.read()).unanswered

    assert [(g.question, g.n_asked, g.n_senders) for g in groups] == [
        ("is it  painful", 2, 2),
        ("who won", 1, 1),
    ]
    assert groups[0].last == DAY


def test_answers_that_did_not_help_are_listed_newest_first(store, make_turn):
    store.write([make_turn(answer_id=str(n), question=f"q{n}") for n in range(3)])
    store.write([Feedback("down", "me", "0", "wrong"), Feedback("up", "me", "1")])
    store.write([Feedback("down", "me", "2")])

    disliked = summarise(store.read()).disliked

    assert [(rated.question, rated.reason) for rated in disliked] == [("q2", ""), ("q0", "wrong")]
    assert disliked[0].passage_ids == ("men#section", "lupus#section")


def test_kinds_are_counted_by_day(store, make_turn):
    store.write([make_turn(time=DAY), make_turn(time=DAY, kind="chat"), make_turn(time=DAY)])
    store.write([make_turn(time=DAY + timedelta(minutes=2))])

    assert summarise(store.read()).kinds == {
        date(2026, 5, 1): {"answer": 2, "chat": 1},
        date(2026, 5, 2): {"answer": 1},
    }


def test_nothing_makes_an_empty_report(store):
    report = summarise(store.read())

    assert (report.unanswered, report.disliked, report.kinds) == ([], [], {})


def test_normalise_sees_through_spelling():
    assert normalise(" Is it   PAINFUL?! ") == normalise("is it painful") == "is it painful"


def export(store):
    file = io.StringIO()
    write_csv(store.read(), file)
    return file.getvalue()


def test_csv_has_every_column_as_it_is(store, make_turn):
    store.write([make_turn(question='Is "it" bad, or (-2.5) good; e.g. T-score?'), make_turn()])

    head, first, _ = csv.reader(io.StringIO(export(store)))

    assert head == COLUMNS
    assert first[COLUMNS.index("question")] == 'Is "it" bad, or (-2.5) good; e.g. T-score?'
    assert first[COLUMNS.index("passage_ids")] == "men#section lupus#section"


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1",
    "\ufeff=1", "\u202e=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(1)", "|=1", "%=1",
    "\u3000=1", "\x00=1", "\"=1", "'=1", '""=1', "=cmd|' /C calc'!A0",
    'a;=HYPERLINK("http://evil.example","x")', "a\t=1", "a,=1", "a; =1", 'a;"=1', 'a";"=1',
    'a","=1', "a\n=1", "a\r\n=1", "a\u2028=1", "a;;-1",
]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_csv_holds_no_formula_wherever_it_is_split(store, make_turn, formula, separator):
    texts = dict.fromkeys(("question", "channel", "intent", "topic"), formula)
    store.write([make_turn(**texts, passage_ids=(formula, "b", formula))])

    cells = [
        cell
        for line in export(store).splitlines()
        for cell in next(csv.reader([line], delimiter=separator))
    ]

    started = [cell.lstrip('"\u200b\ufeff\u202e\x00 \u00a0\u3000') for cell in cells]
    assert [
        cell for cell in started if cell.startswith((*"=+-@", *"\uff1d\uff0b\uff0d\uff20"))
    ] == []


def test_csv_puts_every_cell_in_quotes(store, make_turn):
    store.write([make_turn()])

    assert all(line.startswith('"') for line in export(store).splitlines())
    assert export(store).count('","') == 2 * (len(COLUMNS) - 1)
