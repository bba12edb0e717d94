"""scripts/check_ports.py: a taken or impossible port is named before anything starts."""

import os
import socket
import sys

import pytest

from scripts import check_ports

needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no /proc here (macOS)")


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return port


def settings(port, actions_port):
    return {"BONAFIDE_PORT": str(port), "BONAFIDE_ACTIONS_PORT": str(actions_port)}


def test_free_ports_are_no_problem(free_port, capsys):
    assert check_ports.main(settings(free_port, free_port + 1)) == 0
    assert capsys.readouterr().err == ""


def test_a_taken_port_is_named_with_the_setting_that_changes_it(free_port, listener, capsys):
    assert check_ports.main(settings(free_port, listener)) == 1

    message = capsys.readouterr().err
    assert f"Port {listener}, for the action server, is taken" in message
    assert f"make run BONAFIDE_ACTIONS_PORT={listener + 10}" in message


@needs_proc
def test_the_holder_of_a_port_is_named(listener):
    holder = check_ports.find_holder(listener)

    assert holder.endswith(f"(process {os.getpid()})")
    assert holder.startswith(os.path.basename(sys.executable)[:6])


def test_no_holder_is_named_where_it_cannot_be_seen(listener, tmp_path):
    assert check_ports.find_holder(listener, proc=tmp_path) == ""


@pytest.mark.parametrize("value", ["", "web", "0", "65536", "-1", "50 05"])
def test_what_is_no_port_is_refused(value, free_port):
    (problem,) = check_ports.find_problems(settings(value, free_port))

    assert problem.startswith(f"BONAFIDE_PORT is {value!r}: it must be a port")


def test_one_port_for_both_servers_is_refused(free_port):
    (problem,) = check_ports.find_problems(settings(free_port, free_port))

    assert "BONAFIDE_PORT and BONAFIDE_ACTIONS_PORT are both" in problem


def test_an_address_of_another_machine_is_named(free_port):
    environ = {**settings(free_port, free_port + 1), "BONAFIDE_HOST": "203.0.113.1"}

    assert check_ports.find_problems(environ) == [
        "BONAFIDE_HOST is '203.0.113.1': this machine has no such address."
    ]


def test_a_port_that_is_taken_on_all_addresses_is_taken_here(free_port):
    with socket.create_server(("0.0.0.0", 0)) as server:
        (problem,) = check_ports.find_problems(settings(server.getsockname()[1], free_port))

    assert "is taken" in problem
