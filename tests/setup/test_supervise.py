"""scripts/supervise.py: what dies is started again, and stopped in order."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts import supervise
from scripts.supervise import Server, read_procfile


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(supervise, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(supervise, "POLL_S", 0.01)


def after(seconds):
    """Return what says, after so many seconds, that it is over."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def test_the_procfile_of_the_project_has_the_action_server_first():
    servers = read_procfile(Path("Procfile").read_text())

    assert [server.name for server in servers] == ["actions", "rasa"]
    assert all(server.command.startswith("exec ") for server in servers)


def test_a_server_that_dies_is_started_again_and_the_other_left_alone(tmp_path):
    once = f"[[ -e {tmp_path}/one ]] || {{ touch {tmp_path}/one; kill -9 $$; }}; exec sleep 30"
    servers = [Server("one", once), Server("two", f"echo x >>{tmp_path}/two; exec sleep 30")]

    assert supervise.supervise(servers, after(1.0)) == 0
    assert (tmp_path / "two").read_text() == "x\n"


def test_one_that_dies_again_and_again_ends_all(tmp_path, capsys):
    servers = [Server("one", "exec sleep 30"), Server("two", f"echo x >>{tmp_path}/two; exit 3")]

    assert supervise.supervise(servers, after(20)) == 3
    assert (tmp_path / "two").read_text() == "x\n" * supervise.MAX_QUICK_ENDS
    assert "two: ended 5 times in a row" in capsys.readouterr().out
    assert all(server.process is None for server in servers)


def test_one_that_lived_long_has_a_new_first_chance():
    server = Server("one", "")
    server.n_quick_ends = 4
    server.start()
    server.process.wait()
    server.started -= supervise.QUICK_S + 1

    assert server.find_end() == 0
    assert server.n_quick_ends == 1


def test_servers_stop_one_after_the_other(tmp_path):
    trap = "trap 'echo {name} asked >>{log}; sleep 0.3; echo {name} ended >>{log}; exit' TERM"
    wait = "; touch {name}; while :; do sleep 0.05; done"
    servers = [
        Server(name, f"cd {tmp_path}; {(trap + wait).format(name=name, log='log')}")
        for name in ("actions", "rasa")
    ]
    supervise.supervise(servers, lambda: all((tmp_path / n.name).exists() for n in servers))

    expected = ["rasa asked", "rasa ended", "actions asked", "actions ended"]
    assert (tmp_path / "log").read_text().splitlines() == expected


def test_one_that_does_not_stop_is_killed(tmp_path, capsys):
    server = Server("one", f"trap '' TERM; touch {tmp_path}/up; while :; do sleep 0.05; done")
    server.start()
    while not (tmp_path / "up").exists():
        time.sleep(0.01)
    process = server.process
    server.stop(timeout_s=0.3)

    assert process.returncode == -signal.SIGKILL
    assert "one: killed" in capsys.readouterr().out


def test_settings_that_are_refused_are_not_tried_again(tmp_path):
    servers = [Server("one", f"echo x >>{tmp_path}/one; exit {os.EX_CONFIG}")]

    assert supervise.supervise(servers, after(20)) == os.EX_CONFIG
    assert (tmp_path / "one").read_text() == "x\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell no child of it")
def test_no_server_is_left_when_the_program_itself_is_killed(tmp_path):
    lines = [f"{name}: echo $$ >{tmp_path}/{name}; exec sleep 300" for name in ("one", "two")]
    (tmp_path / "Procfile").write_text("\n".join(lines))
    program = subprocess.Popen([sys.executable, supervise.__file__], cwd=tmp_path)
    pids = []
    for name in ("one", "two"):
        while not (tmp_path / name).exists() or not (tmp_path / name).read_text().endswith("\n"):
            time.sleep(0.01)
        pids.append(int((tmp_path / name).read_text()))

    program.kill()
    program.wait()

    give_up = time.monotonic() + 10
    while alive := [pid for pid in pids if Path(f"/proc/{pid}/cmdline").exists()]:
        if time.monotonic() > give_up:
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
            pytest.fail(f"{len(alive)} left")
        time.sleep(0.01)
