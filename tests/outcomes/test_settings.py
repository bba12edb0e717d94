"""The settings of the outcomes."""

from pathlib import Path

import pytest

from outcomes.settings import Settings
from settings import SettingInvalid


def test_from_env_has_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env({})

    assert settings.is_on
    assert settings.keep_days == 90
    assert settings.file == Path("var/outcomes.db")
    assert settings.salt_file == Path("var/outcomes.salt")


def test_they_are_beside_what_else_must_not_be_lost():
    assert Settings.from_env({"BONAFIDE_STATE": "/srv/state"}).file == Path(
        "/srv/state/outcomes.db"
    )


def test_those_of_an_earlier_version_go_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    earlier = Path("build/outcomes.db")
    earlier.parent.mkdir()
    earlier.touch()

    assert Settings.from_env({}).file == earlier
    assert Settings.from_env({"BONAFIDE_STATE": "elsewhere"}).file == Path("elsewhere/outcomes.db")

    Path("var").mkdir()
    Path("var/outcomes.db").touch()
    assert Settings.from_env({}).file == Path("var/outcomes.db")


def test_from_env_takes_what_is_set():
    environ = {
        "BONAFIDE_OUTCOMES_URL": "postgresql://db.example/outcomes",
        "BONAFIDE_SALT": "sixteen letters!",
        "BONAFIDE_KEEP_DAYS": "7",
    }

    settings = Settings.from_env(environ)

    assert settings == Settings("postgresql://db.example/outcomes", "sixteen letters!", 7)
    assert settings.file is None
    assert settings.salt_file == Path("var/outcomes.salt")


def test_an_empty_address_is_off():
    assert not Settings.from_env({"BONAFIDE_OUTCOMES_URL": " "}).is_on


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("BONAFIDE_OUTCOMES_URL", "no address"),
        ("BONAFIDE_OUTCOMES_URL", "postgresql://user:hunter2@host:port/x"),
        ("BONAFIDE_SALT", "hunter2"),
    ],
)
def test_a_bad_secret_or_address_is_named_by_its_key_alone(key, value):
    with pytest.raises(SettingInvalid, match=key) as caught:
        Settings.from_env({key: value})

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "soon"])
def test_a_bad_number_is_named_with_its_value(value):
    with pytest.raises(SettingInvalid, match=f"BONAFIDE_KEEP_DAYS: .*, found '{value}'"):
        Settings.from_env({"BONAFIDE_KEEP_DAYS": value})
