"""`python -m bot`: the process is set up before Rasa is handed over to."""

import logging
import os
import warnings

import pytest
import rasa.__main__
import structlog
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message
from rasa.utils import common
from rasa.utils.endpoints import read_endpoint_config

from bot import patches
from bot.__main__ import COMMANDS, keep_messages_out_of_logs, main, prepare_environment

KEYS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "BONAFIDE_ACTIONS_URL": "http://127.0.0.1:5055",
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

    endpoint = read_endpoint_config(str(root / "endpoints.yml"), "action_endpoint")
    assert endpoint.url == f"http://127.0.0.1:{expected}/webhook"


@pytest.mark.usefixtures("environ")
def test_main_hands_over_when_all_is_set(monkeypatch):
    done = []
    monkeypatch.setattr(patches, "apply", lambda: done.append("patches"))
    monkeypatch.setattr(
        rasa.__main__, "main", lambda: done.append(os.environ["RASA_TELEMETRY_ENABLED"])
    )

    main()

    assert done == ["patches", "false"]


@pytest.mark.parametrize(
    "message", ["/", "/greet{jane@example.org", '/greetx{"a":1}', "/greet{[1]}"]
)
def test_a_command_of_another_form_is_not_logged(message, caplog, domain, monkeypatch):
    logger = logging.getLogger(COMMANDS)
    monkeypatch.setattr(common, "EXPECTED_WARNINGS", list(common.EXPECTED_WARNINGS))
    monkeypatch.setattr(logger, "level", logger.level)
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())

    keep_messages_out_of_logs()

    with warnings.catch_warnings(record=True) as caught:
        common._filter_warnings(log_level=logging.INFO)
        YAMLStoryReader.unpack_regex_message(Message({"text": message}), domain)
    structlog.reset_defaults()
    assert [str(warning.message) for warning in caught] == []
    assert caplog.text == ""
