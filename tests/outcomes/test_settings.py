"""The settings of the outcomes."""

from pathlib import Path

import pytest

from outcomes.errors import SettingInvalid
from outcomes.settings import Settings


def test_from_env_has_defaults():
    settings = Settings.from_env({})

    assert settings.is_on
    assert settings.keep_days == 90
    assert settings.file == Path("build/outcomes.db")
    assert settings.salt_file == Path("build/outcomes.salt")


def test_from_env_takes_what_is_set():
    environ = {
        "BONAFIDE_OUTCOMES_URL": "postgresql://db.example/outcomes",
        "BONAFIDE_SALT": "sixteen letters!",
        "BONAFIDE_KEEP_DAYS": "7",
    }

    settings = Settings.from_env(environ)

    assert settings == Settings("postgresql://db.example/outcomes", "sixteen letters!", 7)
    assert settings.file is None
    assert settings.salt_file == Path("build/outcomes.salt")


def test_an_empty_address_is_off():
    assert not Settings.from_env({"BONAFIDE_OUTCOMES_URL": " "}).is_on


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("BONAFIDE_OUTCOMES_URL", "no address"),
        ("BONAFIDE_OUTCOMES_URL", "postgresql://user:hunter2@host:port/x"),
        ("BONAFIDE_SALT", "hunter2"),
        ("BONAFIDE_KEEP_DAYS", "0"),
        ("BONAFIDE_KEEP_DAYS", "-1"),
        ("BONAFIDE_KEEP_DAYS", "1.5"),
        ("BONAFIDE_KEEP_DAYS", "hunter2"),
    ],
)
def test_a_bad_value_names_its_key_and_not_itself(key, value):
    with pytest.raises(SettingInvalid, match=key) as caught:
        Settings.from_env({key: value})

    assert "hunter2" not in str(caught.value)
