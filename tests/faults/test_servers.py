"""A server is killed, stopped or frozen while people talk."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.e2e.conftest import Server
from tests.faults.conftest import Length, Stack
from tests.faults.visitors import EMERGENCY, Message, Visitor, crowd

pytestmark = pytest.mark.faults


def pid_of(server: Server) -> int:
    assert server.process is not None
    return server.process.pid


def test_the_log_says_that_it_is_up(stack: Stack) -> None:
    """`make run` tells people to wait for it."""
    assert "Rasa server is up and running." in stack.assistant.rasa.log.read_text()


@pytest.mark.parametrize("victims", [("rasa",), ("actions",), ("rasa", "actions")])
def test_killed_and_started_again(stack: Stack, length: Length, victims: tuple[str, ...]) -> None:
    servers = [getattr(stack.assistant, name) for name in victims]
    with stack.crowd(length) as visitors:
        time.sleep(length.well_s)
        for server in servers:
            server.stop()
        time.sleep(length.broken_s)
        for server in reversed(servers):
            server.start()
        time.sleep(length.well_s)
    stack.assert_intact(visitors)


def test_a_message_said_again_after_a_kill_is_handled_once(stack: Stack) -> None:
    visitor = Visitor(stack.url)
    visitor.open()
    first = visitor.say("what is osteoporosis?")
    stack.assistant.rasa.stop()
    stack.assistant.rasa.start()
    again = visitor.say(first.text, message=Message(first.text, id=first.id))
    visitor.said.pop()
    assert again.turns == first.turns
    stack.assert_intact([visitor])


def test_a_deleted_session_stays_dead_after_a_kill(stack: Stack) -> None:
    visitor = Visitor(stack.url)
    visitor.open()
    visitor.say("what is osteoporosis?")
    visitor.delete()
    stack.assistant.rasa.stop()
    stack.assistant.rasa.start()
    visitor.patience_s = 1.0
    assert set(visitor.say("can men get it?").statuses) == {401}


def test_looked_into_while_it_runs_and_killed(lost_stack: Stack, length: Length) -> None:
    """A backup, `sqlite3` or the report opens and closes the file of the running server.

    Sixteen people are the first ones, at once: each opens the database in a thread of its own.
    """
    stack = lost_stack
    look = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('select count(*) from events')"
    )
    with crowd(stack.url, 16) as visitors:
        time.sleep(length.well_s)
        for _ in range(3):
            subprocess.run([sys.executable, "-c", look, stack.conversations], check=True)
            gone = Visitor(stack.url)
            gone.open()
            gone.say("what is osteoporosis?")
            gone.delete()
        time.sleep(length.well_s)
        stack.assistant.rasa.stop()
        time.sleep(0.5)
        stack.assistant.rasa.start()
    stack.assert_intact(visitors)


def test_ended_in_an_orderly_way(stack: Stack, length: Length) -> None:
    with stack.crowd(length) as visitors:
        time.sleep(length.well_s)
        began = time.monotonic()
        assert stack.assistant.rasa.process is not None
        stack.assistant.rasa.process.terminate()
        status = stack.assistant.rasa.process.wait(30)
        took_s = time.monotonic() - began
        stack.assistant.rasa.start()
        time.sleep(length.well_s)
    assert status == 0
    assert took_s < 10
    stack.assert_intact(visitors)


def test_the_action_server_hangs(stack: Stack, length: Length) -> None:
    """Everybody gets a reply, and an emergency at once."""
    with stack.crowd(length) as visitors:
        time.sleep(length.well_s)
        os.kill(pid_of(stack.assistant.actions), signal.SIGSTOP)
        try:
            time.sleep(length.broken_s)
            urgent = Visitor(stack.url)
            urgent.open()
            told = urgent.say(EMERGENCY)
        finally:
            os.kill(pid_of(stack.assistant.actions), signal.SIGCONT)
        time.sleep(length.well_s)
    assert told.turns is not None
    assert told.turns[0]["kind"] == "emergency"
    assert told.took_s < 2
    stack.assert_intact([*visitors, urgent])


def test_the_rasa_server_is_frozen_and_thaws(stack: Stack, length: Length) -> None:
    with stack.crowd(length) as visitors:
        time.sleep(length.well_s)
        os.kill(pid_of(stack.assistant.rasa), signal.SIGSTOP)
        time.sleep(length.broken_s)
        os.kill(pid_of(stack.assistant.rasa), signal.SIGCONT)
        time.sleep(length.well_s)
    stack.assert_intact(visitors)
