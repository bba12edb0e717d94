"""What owners of documents are told."""

import csv
import io
from datetime import date, datetime, timedelta

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


def test_csv_has_every_column_and_no_formula(store, make_turn):
    store.write([make_turn(question='=HYPERLINK("http://x")'), make_turn(question="-2.5, is bad?")])
    file = io.StringIO()

    assert write_csv(store.read(), file) == 2

    head, first, second = csv.reader(io.StringIO(file.getvalue()))
    assert head == COLUMNS
    assert first[COLUMNS.index("question")] == '\'=HYPERLINK("http://x")'
    assert second[COLUMNS.index("question")] == "'-2.5, is bad?"
    assert first[COLUMNS.index("passage_ids")] == "men#section lupus#section"
