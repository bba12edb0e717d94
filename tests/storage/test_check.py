"""One connection to each database that is named."""

import socket
import sqlite3
import sys
import time
from contextlib import closing

import pytest

from storage.check import find_damage, find_database_fault

KEY = "BONAFIDE_SOME_URL"


@pytest.fixture
def path(tmp_path):
    """A database of some pages."""
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (x TEXT)")
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 2000)
    return path


def test_nothing_is_wrong_where_there_is_no_database():
    assert find_database_fault(KEY, "") is None
    assert find_database_fault(KEY, "sqlite://") is None


def test_a_file_is_well_and_stays_as_it_is(path):
    before = path.read_bytes()

    assert find_database_fault(KEY, f"sqlite:///{path}") is None
    assert path.read_bytes() == before


def test_a_file_that_can_be_made_is_no_fault_and_is_not_made(tmp_path):
    assert find_database_fault(KEY, f"sqlite:///{tmp_path}/new/folder/some.db") is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    fault = find_database_fault(KEY, f"sqlite:///{tmp_path}/file/some.db")

    assert fault.sentence == f"{KEY}: no file can be made in {tmp_path / 'file'}."
    assert not fault.may_pass


@pytest.mark.parametrize("damage", ["noise", "truncated", "no database"])
def test_a_damaged_file_is_named(path, damage):
    content = bytearray(path.read_bytes())
    if damage == "noise":
        content[8192:200_000] = b"\xa5" * (200_000 - 8192)
    elif damage == "truncated":
        del content[len(content) // 2 :]
    else:
        content[:100] = b"\0" * 100
    path.write_bytes(content)
    fault = find_database_fault(KEY, f"sqlite:///{path}")

    assert f"{KEY}: {path} is damaged (" in fault.sentence
    assert not fault.may_pass


def test_a_file_that_another_program_holds_may_be_free_again(path, monkeypatch):
    monkeypatch.setattr("storage.check.CONNECT_TIMEOUT_S", 0.1)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        fault = find_database_fault(KEY, f"sqlite:///{path}")

    assert fault.may_pass
    assert "locked" in fault.sentence


def test_a_large_file_is_not_read_to_its_end(path):
    content = bytearray(path.read_bytes())
    content[-20_000:-10_000] = b"\xa5" * 10_000
    path.write_bytes(content)

    assert find_damage(path)
    assert find_damage(path, max_bytes=1_000_000) == ""


def test_a_server_that_is_away_is_named_without_its_password():
    pytest.importorskip("psycopg2", reason="no driver of PostgreSQL here")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fault = find_database_fault(KEY, f"postgresql+psycopg2://me:hidden@127.0.0.1:{port}/x")

    assert fault.may_pass
    assert fault.sentence.startswith(f"{KEY}: the database cannot be reached (")
    assert "hidden" not in fault.sentence


def test_a_server_that_hangs_is_not_waited_for(monkeypatch):
    pytest.importorskip("psycopg2", reason="no driver of PostgreSQL here")
    monkeypatch.setattr("storage.check.CONNECT_TIMEOUT_S", 2)  # libpq takes no less
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        start = time.monotonic()
        fault = find_database_fault(KEY, f"postgresql+psycopg2://me:hidden@127.0.0.1:{port}/x")

    assert fault.may_pass
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("url", ["nonsense://x/y", "postgresql+nothing://x/y"])
def test_a_kind_of_database_that_is_none_is_named(url):
    fault = find_database_fault(KEY, url)

    assert "no such kind of database" in fault.sentence
    assert not fault.may_pass


def test_a_driver_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "MySQLdb", None)
    fault = find_database_fault(KEY, "mysql+mysqldb://me:hidden@localhost/x")

    assert "the driver of mysql+mysqldb is not installed here" in fault.sentence
    assert "hidden" not in fault.sentence
    assert not fault.may_pass
