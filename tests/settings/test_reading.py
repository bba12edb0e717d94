"""Settings of each kind are read, and what is wrong with one is said."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from settings import Setting, SettingInvalid, reading

COUNT = reading.number("BONAFIDE_COUNT", 4, (1, 8), "a count")
SHARE = reading.decimal("BONAFIDE_SHARE", 0.5, (0, 1), "a share")
SWITCH = reading.flag("BONAFIDE_SWITCH", "a switch")
NAME = reading.text("BONAFIDE_NAME", "[a-z]+", "small letters")
EXACT = reading.text("BONAFIDE_EXACT", "[a-z]+", "small letters", is_exact=True)
ADDRESS = reading.url("BONAFIDE_ADDRESS")
KEY = reading.secret("BONAFIDE_KEY", "a key", min_bytes=8, unset="none")
WORDS = reading.word_list("BONAFIDE_WORDS", "[a-z]+", "words", "words")
FOLDER = reading.path("BONAFIDE_FOLDER", "var", "a folder")


@dataclass(frozen=True)
class Some:
    count: int = reading.setting_field(COUNT)
    key: str = reading.setting_field(KEY)
    other: str = "of no setting"


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        (COUNT, " 8 ", 8),
        (SHARE, "0.25", 0.25),
        (SHARE, "1", 1.0),
        (SWITCH, "1", True),
        (SWITCH, "0", False),
        (NAME, " ann ", "ann"),
        (EXACT, "ann", "ann"),
        (ADDRESS, "https://bot.example/x", "https://bot.example/x"),
        (KEY, " 123456 ", " 123456 "),
        (KEY, "\u00e9\u00e9\u00e9\u00e9", "\u00e9\u00e9\u00e9\u00e9"),
        (WORDS, " One  two ", {"one", "two"}),
        (FOLDER, " /srv/bot ", Path("/srv/bot")),
    ],
)
def test_a_value_is_read(setting: Setting[object], text: str, value: object):
    assert setting.read({setting.key: text}) == value


@pytest.mark.parametrize("text", ["", "  "])
@pytest.mark.parametrize("setting", [COUNT, SHARE, SWITCH, NAME, KEY, WORDS, FOLDER])
def test_a_blank_value_is_the_default(setting: Setting[object], text: str):
    assert setting.read({setting.key: text}) == setting.read({}) == setting.default


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        *((COUNT, text) for text in ("0", "9", "-1", "4.0", "1e1", "four", "\u0663", "1_0")),
        *((COUNT, text) for text in ("9" * 5000, "0000000008")),
        *((SHARE, text) for text in ("-0.1", "1.1", "nan", "inf", "0,5", "half")),
        *((SWITCH, text) for text in ("yes", "2", "true")),
        (NAME, "Ann"),
        (EXACT, " ann "),
        *((ADDRESS, text) for text in ("bot.example", "https://bot.example/", "ftp://bot.example")),
        (WORDS, "one, two"),
    ],
)
def test_a_bad_value_is_shown_with_what_is_expected(setting: Setting[object], text: str):
    with pytest.raises(SettingInvalid) as caught:
        setting.read({setting.key: text})

    assert caught.value.key == setting.key
    assert str(caught.value).startswith(f"{setting.key}: expected {setting.expected}, found '")
    assert repr(text)[1:40] in str(caught.value)
    assert str(caught.value).endswith("Correct it in the environment or in .env (docs/setup.md).")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", ["hunter2", "not text \udcff", "with\ta tab in it"])
def test_a_bad_secret_is_not_shown(text: str):
    with pytest.raises(SettingInvalid) as caught:
        KEY.read({KEY.key: text})

    assert str(caught.value) == (
        "BONAFIDE_KEY: expected at least 8 characters, or nothing. "
        "Correct it in the environment or in .env (docs/setup.md)."
    )
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_setting_of_a_platform_is_looked_up_in_its_guide():
    with pytest.raises(SettingInvalid, match=r"\(docs/channels\.md\)\.$"):
        reading.credential("P_TOKEN", "t+", "a token").read({"P_TOKEN": "x"})


def test_a_dataclass_is_filled():
    assert reading.read_settings(Some, {}) == Some(4, "")
    assert reading.read_settings(Some, {COUNT.key: "5", KEY.key: "12345678"}) == Some(5, "12345678")
    assert "12345678" not in repr(Some(key="12345678"))
