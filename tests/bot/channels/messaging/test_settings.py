"""Which platforms are on."""

import dataclasses
import re

import pytest

from bot.channels.messaging import registry
from bot.channels.messaging.registry import SPECS, open_platforms, print_channels, read_accounts
from bot.channels.messaging.settings import Spec, read_account
from settings import SettingInvalid, reading, table

TOKEN = "12345:a-very-secret-token-of-tests"
ON = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_SECRET": "a-secret-of-the-tests"}
SPEC = Spec(
    "p",
    (
        reading.credential("P_TOKEN", "t.*", "a token"),
        reading.credential("P_SECRET", "s.*", "a secret"),
        reading.text("P_EXTRA", "e.*", "an extra"),
        reading.url("P_API_URL", default="https://p.example"),
    ),
    open=lambda account, client: None,  # type: ignore[arg-type, return-value]  # never opened
    needs_public_url=True,
)
SET = {"P_TOKEN": "t1", "P_SECRET": "s1", "BONAFIDE_PUBLIC_URL": "https://bot.example"}


def test_nothing_is_on_without_settings():
    assert read_accounts({}) == {}
    assert open_platforms(None, {}) == []


def test_an_empty_variable_is_not_set():
    assert read_account(SPEC, {"P_TOKEN": " ", "P_SECRET": ""}) is None


def test_the_public_url_alone_asks_for_no_platform():
    assert read_account(SPEC, {"BONAFIDE_PUBLIC_URL": "https://bot.example"}) is None


def test_a_platform_that_is_set_has_its_values_and_defaults():
    account = read_account(SPEC, SET)

    assert account["P_TOKEN"] == "t1"
    assert account["P_EXTRA"] == ""
    assert account["P_API_URL"] == "https://p.example"
    assert account.public_url == "https://bot.example"


@pytest.mark.parametrize(
    ("environ", "key"),
    [
        ({"P_TOKEN": "t1"}, "P_SECRET and BONAFIDE_PUBLIC_URL"),
        ({**SET, "P_TOKEN": ""}, "P_TOKEN"),
        ({"P_API_URL": "https://x.example"}, "P_TOKEN and P_SECRET and BONAFIDE_PUBLIC_URL"),
        ({**SET, "BONAFIDE_PUBLIC_URL": ""}, "BONAFIDE_PUBLIC_URL"),
        ({**SET, "P_SECRET": "x-secret"}, "P_SECRET"),
        ({**SET, "P_API_URL": "p.example"}, "P_API_URL"),
        ({**SET, "P_API_URL": "https://p.example/"}, "P_API_URL"),
        ({**SET, "BONAFIDE_PUBLIC_URL": "bot.example"}, "BONAFIDE_PUBLIC_URL"),
    ],
)
def test_what_is_half_set_or_wrong_is_named_without_its_value(environ, key):
    with pytest.raises(SettingInvalid) as raised:
        read_account(SPEC, environ)

    assert raised.value.key == key
    assert not any(value in str(raised.value) for value in ("t1", "s1", "x-secret", "//x.example"))


@pytest.mark.parametrize(
    "url", ["https://bot.example", "http://127.0.0.1:5005", "https://x.example/bots/one", ""]
)
def test_addresses_of_this_server(url):
    assert table.PUBLIC_URL.read({"BONAFIDE_PUBLIC_URL": url}) == url


def test_an_account_does_not_print_its_values():
    accounts = read_accounts(ON)

    assert TOKEN not in repr(accounts)
    assert "a-secret-of-the-tests" not in repr(accounts)


def test_telegram_is_on():
    (telegram,) = open_platforms(None, ON)

    assert telegram.name == "telegram"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("TELEGRAM_TOKEN", "no token"),
        ("TELEGRAM_TOKEN", "12345:short"),
        ("TELEGRAM_SECRET", "short"),
        ("TELEGRAM_SECRET", "with spaces and a length that is right"),
        ("TELEGRAM_SECRET", "x" * 257),
    ],
)
def test_telegrams_values_have_a_form(key, value):
    with pytest.raises(SettingInvalid, match=key):
        read_accounts({**ON, key: value})


@pytest.mark.parametrize("key", ["P_ONE", "P_TWO"])
def test_a_platform_of_several_channels_needs_one_of_them(key):
    keys = {"one": "P_ONE", "two": "P_TWO"}
    settings = (*SPEC.settings, *(reading.text(each, ".*", "") for each in keys.values()))
    spec = dataclasses.replace(SPEC, settings=settings, channels=keys)

    assert read_account(spec, {**SET, key: "x"})[key] == "x"
    with pytest.raises(SettingInvalid) as raised:
        read_account(spec, SET)
    assert raised.value.key == "P_ONE or P_TWO"


def test_the_program_says_which_channels_are_on(capsys):
    assert print_channels(ON) == 0
    assert capsys.readouterr().out == "Channels: web, rest, telegram\n"


def test_the_program_says_what_is_missing(capsys):
    assert print_channels({"TELEGRAM_TOKEN": TOKEN}) == 1

    output = capsys.readouterr()
    assert output.err.startswith("TELEGRAM_SECRET: expected a value, since TELEGRAM_TOKEN is set")
    assert TOKEN not in output.err + output.out


def test_every_platform_is_documented(root):
    guide = (root / "docs" / "channels.md").read_text(encoding="utf-8")
    for spec in registry.SPECS:
        for setting in spec.settings:
            (row,) = re.findall(rf"^\| `{setting.key}` \|.*", guide, re.MULTILINE)
            assert ("| yes |" in row) is setting.is_required
            assert setting.default in row


def test_names_and_variables_are_each_platforms_own():
    names = [spec.name for spec in SPECS]
    keys = [setting.key for spec in SPECS for setting in spec.settings]

    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)
