"""Settings from the environment: each key, each bound, each bad value named."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from knowledge.settings import Settings
from settings import SettingInvalid

PREFIX = "KNOWLEDGE_"
GOOD = [
    ("DOCUMENTS", "some/folder", (Path("some/folder"),)),
    ("DOCUMENTS", "some/folder: faq :", (Path("some/folder"), Path("faq"))),
    ("INDEX", "some/file.db", Path("some/file.db")),
    ("ENCODER", "some/encoder", Path("some/encoder")),
    ("MAX_FILE_MB", "0.5", 0.5),
    ("MAX_FILE_MB", "10000", 10_000.0),
    ("READ_TIMEOUT_S", "5", 5.0),
    ("READ_TIMEOUT_S", "3600", 3600.0),
    ("READ_MEMORY_MB", "1000", 1000.0),
    ("READ_MEMORY_MB", "1000000", 1_000_000.0),
    ("MAX_WORDS", "20", 20),
    ("MAX_WORDS", "1000", 1000),
    ("TOP_K", "1", 1),
    ("TOP_K", "8", 8),
    ("THRESHOLD", "0", 0.0),
    ("THRESHOLD", "0.5", 0.5),
    ("THRESHOLD", "1", 1.0),
    ("UNSURE", "0.2", 0.2),
    ("TIMEOUT_S", "0.001", 0.001),
    ("TIMEOUT_S", "60", 60.0),
]

BAD = {
    "DOCUMENTS": [":", " : "],
    "MAX_FILE_MB": ["big", "0", "-1", "10001", "nan", "50MB"],
    "READ_TIMEOUT_S": ["soon", "4.9", "3601", "nan", "20s"],
    "READ_MEMORY_MB": ["much", "999", "1000001", "nan", "3GB"],
    "MAX_WORDS": ["many", "19", "1001", "160.5", "1e2", "nan"],
    "TOP_K": ["four", "0", "9", "-4", "4.0", "inf", "9" * 5000],
    "UNSURE": ["low", "-0.01", "1.01"],
    "THRESHOLD": ["high", "-0.01", "1.01", "nan", "inf", "0,5", "50%"],
    "TIMEOUT_S": ["soon", "0", "-1", "60.1", "nan", "inf", "2s"],
}


def test_settings_of_an_empty_environment_are_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


def test_settings_ignore_other_names() -> None:
    assert Settings.from_env({"TOP_K": "8", "KNOWLEDGE_OTHER": "9"}) == Settings()


@pytest.mark.parametrize("field", [f.name for f in fields(Settings)])
def test_settings_take_an_empty_value_as_missing(field: str) -> None:
    assert Settings.from_env({PREFIX + field.upper(): ""}) == Settings()


@pytest.mark.parametrize(("key", "value", "expected"), GOOD)
def test_settings_read_each_key(key: str, value: str, expected: object) -> None:
    settings = Settings.from_env({PREFIX + key: value})

    assert settings == replace(Settings(), **{key.lower(): expected})
    assert isinstance(getattr(settings, key.lower()), type(expected))


def test_every_setting_is_tried_here() -> None:
    assert {key.lower() for key, _, _ in GOOD} == {field.name for field in fields(Settings)}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key in BAD for value in BAD[key]])
def test_settings_name_the_key_of_a_bad_value(key: str, value: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        Settings.from_env({PREFIX + key: value})

    assert caught.value.key == PREFIX + key
    assert str(caught.value).startswith(f"{PREFIX}{key}: expected a ")
    assert repr(value)[:40] in str(caught.value)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("MAX_WORDS", "a whole number from 20 to 1000,"),
        ("TOP_K", "a whole number from 1 to 8,"),
        ("THRESHOLD", "a number from 0 to 1,"),
        ("TIMEOUT_S", "a number from 0.001 to 60,"),
    ],
)
def test_settings_say_what_a_value_may_be(key: str, expected: str) -> None:
    with pytest.raises(SettingInvalid, match=expected):
        Settings.from_env({PREFIX + key: "wrong"})


def test_settings_read_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOWLEDGE_TOP_K", "7")

    assert Settings.from_env().top_k == 7
