"""What was deleted leaves SQLite's log of recent writes, also when another program reads."""

import sqlite3
import time

import pytest
from sqlalchemy import Column, MetaData, Table, Text

from storage import scrub
from storage.database import BUSY_TIMEOUT_MS, connect

TABLES = MetaData()
Table("words", TABLES, Column("word", Text))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "words.db"


@pytest.fixture
def engine(file, monkeypatch):
    monkeypatch.setattr(scrub, "RETRY_S", 0.05)
    made = connect(f"sqlite:///{file}", TABLES)
    execute(made, "INSERT INTO words VALUES ('secretword')")
    yield made
    made.dispose()


def execute(engine, statement):
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def is_on_the_disk(file):
    return any(b"secretword" in path.read_bytes() for path in file.parent.iterdir())


def test_nothing_is_left_of_what_was_deleted(engine, file):
    assert is_on_the_disk(file)

    execute(engine, "DELETE FROM words")
    scrub.scrub(engine)

    assert not is_on_the_disk(file)


def test_nothing_is_left_once_another_program_has_read(engine, file):
    reader = sqlite3.connect(file)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM words").fetchone()
    execute(engine, "DELETE FROM words")

    for _ in range(3):
        scrub.scrub(engine)
    assert is_on_the_disk(file)
    started = time.monotonic()
    execute(engine, "INSERT INTO words VALUES ('another')")  # who writes meanwhile does not wait
    assert time.monotonic() - started < BUSY_TIMEOUT_MS / 2000
    reader.close()

    give_up = time.monotonic() + 10
    while is_on_the_disk(file):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    with engine.connect() as connection:
        timeout_ms = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    assert timeout_ms == BUSY_TIMEOUT_MS
