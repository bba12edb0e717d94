"""benchmarks/harness/servers.py: nothing is left running, and a message says what ended."""

import sys
import time

import psutil
import pytest

from benchmarks.harness import servers
from benchmarks.harness.servers import Program, ServerFailed

# Starts a child of its own, as a server may, and would wait for ever.
STUBBORN = (
    "import signal, subprocess, sys, time;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(child.pid, flush=True); time.sleep(600)"
)


def python(name, code):
    return Program(name, (sys.executable, "-c", code))


def wait_for_log(path):
    for _ in range(200):
        if path.is_file() and path.read_text().endswith("\n"):
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(f"nothing in {path}")


def is_running(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def use_and_fail(started, logs):
    with servers.serve([python("stubborn one", STUBBORN)], port=1, logs=logs) as running:
        child = int(wait_for_log(logs / "stubborn-one.log"))
        started += running, child
        assert running.measure_memory()["stubborn one"] > psutil.Process(child).memory_info().rss
        assert running.measure_cpu() > 0
        raise KeyboardInterrupt


def test_serve_stops_everything_when_the_block_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "STOP_TIMEOUT_S", 0.5)
    started = []

    with pytest.raises(KeyboardInterrupt):
        use_and_fail(started, tmp_path)

    (running, child) = started
    assert [process.poll() for process in running.processes.values()] == [-9]
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def test_wait_until_ready_quotes_a_server_that_ended(tmp_path):
    program = python("short lived", "print('no such model'); raise SystemExit(3)")
    with (
        servers.serve([program], port=1, logs=tmp_path) as running,
        pytest.raises(
            ServerFailed, match=r"(?s)short lived ended with exit code 3\..*no such model"
        ),
    ):
        running.wait_until_ready("hello", bool, timeout_s=20)


def test_wait_until_ready_gives_up(tmp_path):
    (port,) = servers.find_free_ports(1)
    with (
        servers.serve(
            [python("mute", "import time; time.sleep(9)")], port=port, logs=tmp_path
        ) as s,
        pytest.raises(ServerFailed, match=r"mute did not answer 'hello' in 0 s\."),
    ):
        s.wait_until_ready("hello", bool, timeout_s=0.3)


def test_run_to_end_returns_the_seconds(tmp_path):
    assert 0 < servers.run_to_end(python("quick", ""), logs=tmp_path) < 20


def test_run_to_end_quotes_a_failure(tmp_path):
    with pytest.raises(ServerFailed, match=r"(?s)exit code 1\..*ValueError: why"):
        servers.run_to_end(python("bad", "raise ValueError('why')"), logs=tmp_path)


def test_run_to_end_stops_what_takes_too_long(tmp_path):
    with pytest.raises(ServerFailed, match="did not end"):
        servers.run_to_end(
            python("slow", "import time; time.sleep(600)"), logs=tmp_path, timeout_s=0.2
        )


def test_free_ports_are_all_different():
    assert len(set(servers.find_free_ports(5))) == 5


def test_clean_environment_leaves_this_projects_settings_out():
    kept = servers.clean_environment({"HOME": "x", "BONAFIDE_PORT": "1", "KNOWLEDGE_TOP_K": "9"})

    assert kept == {"HOME": "x", "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
