"""Whatever the store does, a turn costs the conversation nothing."""

import logging
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from outcomes import Feedback, Recorder
from outcomes import recorder as module
from outcomes.settings import Settings
from outcomes.store import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def recorder(settings):
    recorder = Recorder(settings, redact=lambda text: text.replace("Jane", "[name]"))
    yield recorder
    recorder.close()


def read(settings: Settings) -> list:
    store = Store.open(settings)
    rows = list(store.read())
    store.close()
    return rows


def test_record_writes_what_is_redacted(recorder, settings, make_turn):
    recorder.record(make_turn(question="I am Jane"))
    recorder.record(Feedback("down", "me", "a1", "Jane says no"))

    assert recorder.flush()

    (row,) = read(settings)
    assert (row.question, row.rating, row.reason) == ("I am [name]", "down", "[name] says no")


def test_without_a_redactor_no_text_is_kept(settings, make_turn):
    recorder = Recorder(settings)
    recorder.record(make_turn())
    recorder.record(Feedback("down", "me", "a1", "because"))
    recorder.close()

    (row,) = read(settings)
    assert (row.question, row.reason) == ("", "")


def test_a_redactor_that_fails_keeps_no_text_and_says_so_once(settings, make_turn, caplog):
    recorder = Recorder(settings, redact=lambda text: text[10_000])
    recorder.record(make_turn(question="I am Jane"))
    recorder.flush()
    recorder.record(make_turn(question="I am Jane"))
    recorder.close()

    assert [row.question for row in read(settings)] == ["", ""]
    assert len(caplog.records) == 1
    assert "Jane" not in caplog.text


def test_record_does_not_wait_for_a_locked_database(recorder, settings, make_turn, monkeypatch):
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_MS", 200)
    Store.open(settings).close()
    lock = sqlite3.connect(settings.file, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()

    recorder.record(make_turn())

    assert time.monotonic() - start < 0.1
    assert not recorder.flush(0.5)
    lock.execute("ROLLBACK")
    lock.close()
    recorder.record(make_turn())
    assert recorder.flush()
    assert recorder.n_dropped == 0
    assert len(read(settings)) == 2


def test_a_failing_store_is_logged_once_and_again_when_it_works(
    settings, make_turn, caplog, monkeypatch
):
    caplog.set_level(logging.INFO)
    works = threading.Event()

    class Flaky(Store):
        def write(self, items):
            if not works.is_set():
                raise sqlite3.OperationalError("disk I/O error")
            super().write(items)

    recorder = Recorder(settings, open_store=Flaky.open)
    for _ in range(3):
        recorder.record(make_turn(question="a very private question"))
        recorder.flush(0.1)
    works.set()
    recorder.record(make_turn())
    assert recorder.flush()
    recorder.close()

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "disk I/O error" in caplog.text
    assert "private" not in caplog.text
    assert recorder.n_dropped == 0
    assert len(read(settings)) == 4


def test_a_row_that_is_refused_is_dropped_alone(settings, make_turn, caplog):
    class Picky(Store):
        def write(self, items):
            if any(item.kind == "bad" for item in items):
                raise ValueError("A string literal cannot contain NUL")
            super().write(items)

    recorder = Recorder(settings, open_store=Picky.open)
    for kind in ("answer", "bad", "chat", "answer", "bad"):
        recorder.record(make_turn(kind=kind))
    assert recorder.flush()
    recorder.close()

    assert recorder.n_dropped == 2
    assert [row.kind for row in read(settings)] == ["answer", "chat", "answer"]


def test_what_the_store_does_not_take_until_the_end_is_dropped_and_counted(settings, make_turn):
    class Away(Store):
        def write(self, items):
            raise sqlite3.OperationalError("disk I/O error")

    recorder = Recorder(settings, open_store=Away.open)
    for _ in range(150):
        recorder.record(make_turn())
    recorder.flush(0.2)

    start = time.monotonic()
    recorder.close()

    assert time.monotonic() - start < 2
    assert recorder.n_dropped == 150


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////proc/no/where/outcomes.db",
        "postgresql://someone:hunter2@localhost:1/nowhere",
        "nosuchdatabase://someone:hunter2@localhost/x",
    ],
)
def test_a_database_that_is_not_there_costs_nothing(url, tmp_path, make_turn, caplog):
    recorder = Recorder(Settings(url=url, salt="a salt of the tests"))

    recorder.record(make_turn())
    recorder.record(make_turn())

    recorder.close(20)
    assert recorder.n_dropped == 2
    assert "hunter2" not in caplog.text
    assert "Outcomes are not recorded" in caplog.text


def test_a_file_that_is_no_database_costs_nothing(settings, make_turn, caplog):
    settings.file.write_bytes(b"something else entirely" * 100)
    recorder = Recorder(settings)

    recorder.record(make_turn())

    recorder.close()
    assert recorder.n_dropped == 1
    assert "not a database" in caplog.text


def test_a_table_that_has_gone_is_made_again(recorder, settings, make_turn):
    recorder.record(make_turn())
    recorder.flush()
    store = Store.open(settings)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE turns")
    store.close()

    for _ in range(2):
        recorder.record(make_turn())
        assert recorder.flush()

    assert recorder.n_dropped == 0
    assert len(read(settings)) == 2


def test_a_full_queue_drops_and_counts(settings, make_turn, caplog):
    go_on = threading.Event()

    def open_late(settings: Settings) -> Store:
        go_on.wait(10)
        return Store.open(settings)

    recorder = Recorder(settings, open_store=open_late, max_waiting=2)
    start = time.monotonic()
    for _ in range(50):
        recorder.record(make_turn())

    assert time.monotonic() - start < 1
    assert recorder.n_dropped >= 47
    assert caplog.text.count("too slow") == 1
    go_on.set()
    recorder.close()
    assert len(read(settings)) == 50 - recorder.n_dropped


def test_close_does_not_wait_for_ever(settings, make_turn):
    go_on = threading.Event()

    def open_late(settings: Settings) -> Store:
        go_on.wait(10)
        return Store.open(settings)

    recorder = Recorder(settings, open_store=open_late)
    recorder.record(make_turn())
    start = time.monotonic()

    recorder.close(timeout_s=0.2)

    assert time.monotonic() - start < 1
    go_on.set()


def test_record_after_close_does_nothing(recorder, settings, make_turn):
    recorder.close()
    recorder.record(make_turn())
    recorder.close()

    assert recorder.flush()
    assert not settings.file.exists()


def test_start_deletes_what_is_too_old_and_every_day_again(settings, make_turn, monkeypatch):
    monkeypatch.setattr(module, "PRUNE_EVERY_S", 0.05)
    store = Store.open(settings)
    old = make_turn(time=make_turn().time.replace(year=2001))
    store.write([old])
    recorder = Recorder(settings)

    recorder.start()
    recorder.flush()
    assert list(store.read()) == []

    store.write([old])
    deadline = time.monotonic() + 5
    while list(store.read()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(store.read()) == []
    recorder.close()
    store.close()


def test_the_end_of_the_program_writes_what_waits(tmp_path):
    program = (
        "from outcomes import Recorder, OutcomeRow\n"
        "recorder = Recorder.from_env()\n"
        "for n in range(150): recorder.record(OutcomeRow(kind='chat', sender_id=str(n)))\n"
    )
    url = f"sqlite:///{tmp_path}/outcomes.db"

    subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"BONAFIDE_OUTCOMES_URL": url, "SQLALCHEMY_SILENCE_UBER_WARNING": "1"},
        check=True,
        timeout=60,
    )

    assert len(read(Settings(url=url))) == 150


def test_an_empty_address_switches_recording_off(make_turn):
    before = set(threading.enumerate())
    recorder = Recorder.from_env({"BONAFIDE_OUTCOMES_URL": ""})

    recorder.record(make_turn())

    assert not recorder.is_on
    assert set(threading.enumerate()) <= before


def test_a_bad_setting_switches_recording_off_and_says_which(caplog):
    recorder = Recorder.from_env({"BONAFIDE_KEEP_DAYS": "for ever"})

    assert not recorder.is_on
    assert "BONAFIDE_KEEP_DAYS" in caplog.text
