"""The table of turns, on both versions of SQLAlchemy."""

import resource
import sqlite3
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from outcomes import Feedback
from outcomes.settings import Settings
from outcomes.store import MAX_TEXT, Store, StoreUnavailable

NOON = datetime(2026, 5, 1, 12, 0)


def test_write_keeps_a_turn_as_it_is(store, make_turn):
    store.write([make_turn(time=NOON)])

    (row,) = store.read()

    assert (row.time, row.kind, row.topic, row.intent) == (NOON, "answer", "men", "ask_men")
    assert (row.passage_ids, row.scores) == (["men#section", "lupus#section"], [0.9, 0.4])
    assert (row.latency_ms, row.answer_id, row.channel) == (12.3, "a1", "rest")
    assert (row.question, row.rating, row.reason) == ("can men get it?", None, None)


def test_write_keeps_a_hash_instead_of_the_sender(store, settings, make_turn):
    store.write([make_turn(sender_id="jane@example.org"), make_turn(sender_id="jane@example.org")])

    first, second = store.read()

    assert first.sender == second.sender
    assert len(first.sender) == 64
    store.close()
    assert b"jane" not in settings.file.read_bytes()


def test_another_salt_makes_another_hash(store, settings, make_turn):
    other = Store.open(Settings(url=settings.url, salt="another salt, as long"))
    store.write([make_turn()])
    other.write([make_turn()])

    first, second = store.read()

    assert first.sender != second.sender
    other.close()


@pytest.mark.parametrize(
    "question", ["a\x00b", "\ud800", "\x1b[2J", "one\ntwo", "Ω 👍 骨", "'); DROP TABLE turns; --"]
)
def test_write_takes_any_text(store, make_turn, question):
    store.write([make_turn(question=question, sender_id=question, channel=question)])

    (row,) = store.read()

    assert row.question.isprintable()


def test_write_cuts_what_is_too_long(store, make_turn):
    store.write([make_turn(question="x" * 5000, channel="y" * 5000)])

    (row,) = store.read()

    assert (len(row.question), len(row.channel)) == (MAX_TEXT, 64)


def test_feedback_goes_to_the_answer_it_names(store, make_turn):
    store.write([make_turn(answer_id="a1"), make_turn(answer_id="a2")])
    store.write([Feedback("down", "me", "a1", "not what I asked", NOON)])

    first, second = store.read()

    assert (first.rating, first.reason, first.rated_at) == ("down", "not what I asked", NOON)
    assert second.rating is None


@pytest.mark.parametrize("answer_id", ["", "unknown", "x" * 5000])
def test_feedback_without_a_known_id_goes_to_the_last_answer(store, make_turn, answer_id):
    store.write([make_turn(answer_id="a1"), make_turn(answer_id="a2"), make_turn(answer_id="")])
    store.write([make_turn(answer_id="b1", sender_id="you")])
    store.write([Feedback("up", "me", answer_id)])

    assert [row.rating for row in store.read()] == [None, "up", None, None]


def test_feedback_never_goes_to_the_answer_of_another(store, make_turn):
    store.write([make_turn(answer_id="a1", sender_id="you")])
    store.write([Feedback("down", "me", "a1")])

    assert [row.rating for row in store.read()] == [None]


def test_feedback_goes_to_a_turn_written_with_it_and_to_none_after_it(store, make_turn):
    turns = make_turn(answer_id="a1"), make_turn(answer_id="a2"), make_turn(answer_id="a3")
    store.write([*turns[:2], Feedback("up", "me"), turns[2], Feedback("down", "me", "a1")])

    assert [(row.answer_id, row.rating) for row in store.read()] == [
        ("a1", "down"),
        ("a2", "up"),
        ("a3", None),
    ]


def test_later_feedback_replaces_earlier(store, make_turn):
    store.write([make_turn(), Feedback("down", "me", "a1", "wrong"), Feedback("up", "me", "a1")])

    (row,) = store.read()

    assert (row.rating, row.reason) == ("up", "")


def test_feedback_that_is_taken_back_leaves_nothing(store, make_turn):
    store.write([make_turn(answer_id="a1"), make_turn(answer_id="a2")])
    store.write([Feedback("down", "me", "a1", "wrong", NOON), Feedback("up", "me", "a2")])
    store.write([Feedback("none", "me", "a1")])

    first, second = store.read()

    assert (first.rating, first.reason, first.rated_at) == (None, None, None)
    assert second.rating == "up"


@pytest.mark.parametrize(("sender_id", "answer_id"), [("me", ""), ("me", "b7"), ("you", "a1")])
def test_only_a_named_rating_of_ones_own_is_taken_back(store, make_turn, sender_id, answer_id):
    store.write([make_turn(answer_id="a1"), Feedback("up", "me", "a1")])
    store.write([Feedback("none", sender_id, answer_id)])

    (row,) = store.read()

    assert row.rating == "up"


def test_write_writes_all_or_none(store, make_turn):
    with pytest.raises(SQLAlchemyError):
        store.write([make_turn(), make_turn(scores=(object(),))])

    assert list(store.read()) == []


def test_forget_deletes_one_conversation_from_the_file_too(store, settings, make_turn):
    mine, yours = make_turn(question="my secret knee"), make_turn(sender_id="you")
    store.write([mine, yours, mine])

    assert store.forget("me") == 2
    assert store.forget("me") == 0

    assert len(list(store.read())) == 1
    for path in settings.file.parent.iterdir():
        assert b"secret" not in path.read_bytes()


def test_prune_deletes_what_is_too_old(store, make_turn):
    store.write([make_turn(time=NOON - timedelta(days=days)) for days in (0, 89, 91, 400)])

    assert store.prune(keep_days=90, today=NOON) == 2

    assert len(list(store.read())) == 2


def test_read_begins_where_it_is_told(store, make_turn):
    store.write([make_turn(time=NOON, kind="old"), make_turn(time=NOON + timedelta(days=2))])

    assert [row.kind for row in store.read(since=NOON + timedelta(days=1))] == ["answer"]


def test_open_keeps_what_was_there(store, settings, make_turn):
    store.write([make_turn()])

    again = Store.open(settings)

    assert len(list(again.read())) == 1
    again.close()


def test_two_writers_at_once_both_write(settings, make_turn):
    stores = [Store.open(settings) for _ in range(4)]

    def write(store: Store) -> None:
        for _ in range(25):
            store.write([make_turn()])

    threads = [threading.Thread(target=write, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(list(stores[0].read())) == 100
    for store in stores:
        store.close()


def test_two_that_open_at_once_both_open(settings, make_turn):
    opened: list[Store] = []
    barrier = threading.Barrier(6)

    def open_store() -> None:
        barrier.wait()
        store = Store.open(Settings(url=settings.url))
        store.write([make_turn()])
        opened.append(store)

    threads = [threading.Thread(target=open_store) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(opened) == 6
    assert len({row.sender for row in opened[0].read()}) == 1
    for store in opened:
        store.close()


def test_sqlite_lets_readers_in_beside_a_writer(store, settings):
    connection = sqlite3.connect(settings.file)

    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_the_salt_is_made_once_and_for_this_user_only(tmp_path: Path, make_turn):
    settings = Settings(url=f"sqlite:///{tmp_path}/deep/er/outcomes.db")
    first, second = Store.open(settings), Store.open(settings)
    first.write([make_turn()])
    second.write([make_turn()])

    assert len({row.sender for row in first.read()}) == 1
    for path in settings.salt_file.parent.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.suffix for path in settings.salt_file.parent.glob("outcomes.salt*")) == [
        ".salt"
    ]
    first.close()
    second.close()


def test_a_full_disk_gets_no_more_files_with_each_try(tmp_path):
    settings = Settings(url=f"sqlite:///{tmp_path}/outcomes.db")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))  # a file can be made, and holds nothing
    try:
        with pytest.raises(StoreUnavailable, match="no salt can be kept"):
            Store.open(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert not list(tmp_path.glob("*.salt*"))


def test_an_empty_salt_file_is_refused(settings):
    path = settings.file.with_suffix(".salt")
    path.write_text("")

    with pytest.raises(StoreUnavailable, match=r"outcomes\.salt"):
        Store.open(Settings(url=settings.url))


@pytest.mark.parametrize("url", ["sqlite:////proc/no/where/outcomes.db", ""])
def test_open_without_a_place_says_so(url):
    with pytest.raises(StoreUnavailable):
        Store.open(Settings(url=url))
