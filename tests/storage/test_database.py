"""One engine for each database of a process, and a file that nobody takes away unnoticed."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError

from outcomes import OutcomeRow
from outcomes.settings import Settings
from outcomes.store import Store
from settings import SettingInvalid
from settings.table import CONVERSATIONS_URL
from storage import database

ROOT = Path(__file__).parents[2]
metadata = MetaData()
numbers = Table("numbers", metadata, Column("id", Integer, primary_key=True))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "numbers.db"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    engine = database.connect(f"sqlite:///{file}", metadata)
    yield engine
    engine.dispose()


def add(engine: Engine, n_rows: int = 1) -> None:
    for _ in range(n_rows):
        with engine.begin() as connection:
            connection.execute(insert(numbers))


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return len(connection.execute(select(numbers)).all())


def n_locks(path: Path) -> int:
    """Return how many locks this process holds on a file."""
    place = f":{path.stat().st_ino}"
    locks = (line.split() for line in Path("/proc/locks").read_text().splitlines())
    return sum(lock[4] == str(os.getpid()) and lock[5].endswith(place) for lock in locks)


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux lists locks")
def test_a_second_look_keeps_the_locks_of_the_first(file: Path):
    settings = Settings(url=f"sqlite:///{file}", salt="a salt of the tests")
    store = Store.open(settings)
    store.write([OutcomeRow(kind="chat", sender_id="a")])
    before = n_locks(file)

    Store.open(settings).forget("nobody")

    assert before >= 1
    assert n_locks(file) == before
    store.close()


def test_all_turns_survive_another_process_that_looks_and_a_crash(file: Path):
    """A server that opens its database again for a deletion, a look from outside, SIGKILL."""
    program = (
        "import sys\n"
        "from outcomes.settings import Settings\n"
        "from outcomes.store import Store\n"
        "from outcomes import OutcomeRow\n"
        f"settings = Settings(url='sqlite:///{file}', salt='a salt of the tests')\n"
        "store = Store.open(settings)\n"
        "for line in sys.stdin:\n"
        "    store.write([OutcomeRow(kind='chat', sender_id='a')] * 40)\n"
        "    Store.open(settings).forget('nobody')\n"
        "    print('written', flush=True)\n"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for _ in range(3):
        print("go on", file=server.stdin, flush=True)
        assert server.stdout.readline() == "written\n"
        with sqlite3.connect(file) as other:
            other.execute("SELECT count(*) FROM turns").fetchone()
        other.close()
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdin.close()
    server.stdout.close()

    with sqlite3.connect(file) as left:
        assert left.execute("SELECT count(*) FROM turns").fetchone() == (120,)
    left.close()


def test_all_of_a_process_share_one_engine(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(file.parent)
    engines: list[Engine] = []
    addresses = [f"sqlite:///{file}", f"sqlite:///{file.name}", f"sqlite:///./{file.name}"] * 4

    def connect(url: str) -> None:
        engines.append(database.connect(url, metadata))

    threads = [threading.Thread(target=connect, args=(url,)) for url in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(map(id, engines))) == 1
    engines[0].dispose()


def test_databases_in_memory_are_each_ones_own():
    first, second = (database.connect("sqlite://", metadata) for _ in range(2))
    add(first)

    assert (count(first), count(second)) == (1, 0)


@pytest.mark.parametrize("suffixes", [[""], ["", "-wal", "-shm"]], ids=["alone", "with its log"])
def test_a_file_that_was_deleted_is_made_again_and_named(engine, file, suffixes, caplog):
    add(engine, 2)
    for suffix in suffixes:
        file.with_name(file.name + suffix).unlink()

    with caplog.at_level(logging.ERROR):
        add(engine, 3)

    (line,) = [record.getMessage() for record in caplog.records]
    assert str(file) in line
    assert file.stat().st_mode & 0o777 == 0o600
    engine.dispose()
    with sqlite3.connect(file) as left:
        assert left.execute("SELECT count(*) FROM numbers").fetchone() == (3,)
    left.close()


def test_connections_in_use_when_the_file_goes_do_no_harm_to_the_new_one(engine, file):
    add(engine)
    with engine.connect() as first, engine.connect() as second:
        first.execute(select(numbers)).all()
        second.execute(select(numbers)).all()
        file.unlink()
        add(engine, 2)
    add(engine, 2)
    engine.dispose()

    with sqlite3.connect(file) as left:
        assert left.execute("SELECT count(*) FROM numbers").fetchone() == (4,)
    left.close()


def test_a_backup_that_is_put_in_place_is_used(engine, file, tmp_path):
    add(engine, 5)
    with sqlite3.connect(tmp_path / "backup.db") as backup, sqlite3.connect(file) as live:
        live.backup(backup)
    backup.close()
    live.close()
    add(engine, 2)

    for path in file.parent.glob("numbers.db*"):
        path.unlink()
    (tmp_path / "backup.db").rename(file)
    add(engine)

    assert count(engine) == 6


@pytest.mark.parametrize("damage", ["truncated", "overwritten"])
def test_a_damaged_file_is_refused_until_it_is_replaced(engine, file, damage):
    add(engine, 3)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE large AS SELECT randomblob(100000) AS bytes")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    add(engine)
    size = file.stat().st_size

    if damage == "truncated":
        os.truncate(file, 4096)
    else:
        with file.open("r+b") as opened:
            opened.write(os.urandom(size))

    for _ in range(3):
        with pytest.raises(DatabaseError):
            add(engine)
    for path in file.parent.glob("numbers.db*"):
        path.unlink()
    add(engine)
    assert count(engine) == 1


def test_a_file_that_a_vacuum_made_shorter_is_used(engine, file):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE large AS SELECT randomblob(100000) AS bytes")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE large")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    add(engine)
    size = file.stat().st_size

    with sqlite3.connect(file) as other:
        other.execute("VACUUM")
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    add(engine)

    assert file.stat().st_size < size
    assert count(engine) == 2


def test_read_url_returns_an_address_or_nothing():
    assert database.read_url(CONVERSATIONS_URL, {}) == ""
    assert (
        database.read_url(CONVERSATIONS_URL, {CONVERSATIONS_URL.key: " sqlite:///x.db "})
        == "sqlite:///x.db"
    )


@pytest.mark.parametrize("url", ["no address", "postgresql://user:hunter2@host:port/x"])
def test_read_url_names_what_is_no_address_without_its_password(url):
    with pytest.raises(SettingInvalid, match="BONAFIDE_CONVERSATIONS_URL") as caught:
        database.read_url(CONVERSATIONS_URL, {CONVERSATIONS_URL.key: url})

    assert "hunter2" not in str(caught.value)
