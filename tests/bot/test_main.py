"""`python -m bot`: the process is set up before Rasa is handed over to."""

import logging
import os
import subprocess
import sys
import threading
import warnings

import pytest
import rasa.__main__
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.io import read_config_file

import bot.__main__
from bot.__main__ import choose_interface, main, prepare_environment
from bot.patches import replaces
from bot.patches.action_endpoint import read_endpoints
from safe_logging import install

KEYS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "BONAFIDE_ACTIONS_URL": "http://127.0.0.1:5055",
    "BONAFIDE_ACTIONS_TOKEN": "",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> "os._Environ[str]":
    """The environment without the settings; all of it is put back afterwards."""
    for key in [*KEYS, "BONAFIDE_ACTIONS_PORT"]:
        monkeypatch.setenv(key, "")  # so that monkeypatch knows it
        monkeypatch.delenv(key)
    return os.environ


def test_prepare_environment_sets_what_is_missing(environ):
    prepare_environment()

    assert {key: environ.get(key) for key in KEYS} == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_prepare_environment_leaves_what_is_set(environ, key):
    environ[key] = "mine"

    prepare_environment()

    assert environ[key] == "mine"


@pytest.mark.parametrize(("port", "expected"), [("6000", "6000"), ("", "5055")])
def test_address_of_the_action_server_follows_its_port(environ, root, port, expected):
    environ["BONAFIDE_ACTIONS_PORT"] = port

    prepare_environment()

    endpoint = read_endpoints.function(str(root / "endpoints.yml")).action
    assert endpoint.url == f"http://127.0.0.1:{expected}/webhook"


@pytest.mark.parametrize(("token", "header"), [("a" * 16, "Bearer " + "a" * 16), ("", "Bearer ")])
def test_the_action_server_is_shown_its_token(environ, root, token, header):
    environ["BONAFIDE_ACTIONS_TOKEN"] = token

    prepare_environment()

    endpoint = read_endpoints.function(str(root / "endpoints.yml")).action
    assert endpoint.headers == {"Authorization": header}


@pytest.mark.usefixtures("environ")
def test_rasa_itself_reads_endpoints_and_credentials_without_any_setting(root):
    endpoints = read_endpoints.original(str(root / "endpoints.yml"))
    credentials = read_config_file(root / "credentials.yml")

    assert endpoints.action.url == "http://localhost:5055/webhook"
    assert endpoints.tracker_store.type == "bot.conversations.tracker_store.LiveTrackerStore"
    assert "bot.channels.web.channel.WebInput" in credentials


def test_rasa_itself_validates_the_training_data(environ, root):
    command = [sys.executable, "-m", "rasa", "data", "validate"]

    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    assert "No story structure conflicts found" in done.stderr


@pytest.mark.usefixtures("environ")
def test_main_hands_over_when_all_is_set(monkeypatch):
    done = []
    monkeypatch.setattr(replaces, "apply_all", lambda: done.append("patches"))
    monkeypatch.setattr(
        rasa.__main__, "main", lambda: done.append(os.environ["RASA_TELEMETRY_ENABLED"])
    )

    main()

    assert done == ["patches", "false"]


def test_main_lets_no_words_into_the_log_of_a_server(environ, monkeypatch, caplog):
    words = "my name is Jane"
    monkeypatch.setattr(sys, "argv", ["bot", "run"])
    monkeypatch.setattr(bot.__main__, "check_settings", lambda: None)
    monkeypatch.setattr(replaces, "apply_all", lambda: None)
    monkeypatch.setattr(logging.Logger, "handle", logging.Logger.handle)
    for hook in (sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook"):
        monkeypatch.setattr(*hook, getattr(*hook))
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    monkeypatch.setattr(rasa.__main__, "main", lambda: logging.getLogger("rasa").error(words))

    main()

    assert [record.name for record in caplog.records] == ["rasa"]
    assert "Jane" not in caplog.text


@pytest.mark.filterwarnings("always")
@pytest.mark.parametrize(
    "message", ["/greet{jane@example.org", '/janex{"a":1}', "/greet{[1]jane}", '/greet{"jane":1}']
)
def test_a_command_of_another_form_is_logged_without_it(message, domain, written):
    uninstall = install()  # the warnings are pytest's again by now
    YAMLStoryReader.unpack_regex_message(Message({"text": message}), domain)
    uninstall()

    assert "Failed to parse arguments in line '…" in written()
    assert "jane" not in written()


@pytest.mark.parametrize(
    ("words", "setting", "expected"),
    [
        ([], "", ["--interface", "127.0.0.1"]),
        ([], "0.0.0.0", ["--interface", "0.0.0.0"]),
        (["--interface", "10.0.0.1"], "", []),
        (["--interface=10.0.0.1"], "0.0.0.0", []),
        (["-i", "10.0.0.1"], "", []),
        (["--port", "1"], "", ["--interface", "127.0.0.1"]),
    ],
)
def test_the_server_listens_on_this_machine_unless_told(monkeypatch, words, setting, expected):
    monkeypatch.setattr("sys.argv", ["bot", "run", *words])
    monkeypatch.setenv("BONAFIDE_HOST", setting)

    choose_interface()

    assert sys.argv == ["bot", "run", *words, *expected]
