"""Which platforms are on."""

import dataclasses

import pytest

from bot.channels.platforms import registry
from bot.channels.platforms.__main__ import main
from bot.channels.platforms.registry import SPECS, open_platforms, read_accounts
from bot.channels.platforms.settings import Spec, Variable, api_url, read_account, read_public_url
from bot.channels.settings import SettingInvalid

TOKEN = "12345:a-very-secret-token-of-tests"
ON = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_SECRET": "a-secret-of-the-tests"}
SPEC = Spec(
    "p",
    (
        Variable("P_TOKEN", "t.*", "a token"),
        Variable("P_SECRET", "s.*", "a secret"),
        Variable("P_EXTRA", "e.*", "an extra", default=""),
        api_url("P_API_URL", "https://p.example"),
    ),
    open=lambda account, outgoing: None,  # type: ignore[arg-type, return-value]  # never opened
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
    assert read_public_url({"BONAFIDE_PUBLIC_URL": url}) == url


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
    variables = (*SPEC.variables, *(Variable(each, ".*", "", default="") for each in keys.values()))
    spec = dataclasses.replace(SPEC, variables=variables, channels=keys)

    assert read_account(spec, {**SET, key: "x"})[key] == "x"
    with pytest.raises(SettingInvalid) as raised:
        read_account(spec, SET)
    assert raised.value.key == "P_ONE or P_TWO"


def test_the_program_says_which_channels_are_on(capsys):
    assert main(ON) == 0
    assert capsys.readouterr().out == "Channels: web, rest, telegram\n"


def test_the_program_says_what_is_missing(capsys):
    assert main({"TELEGRAM_TOKEN": TOKEN}) == 1

    output = capsys.readouterr()
    assert output.err.startswith("TELEGRAM_SECRET: expected a value, since TELEGRAM_TOKEN is set")
    assert TOKEN not in output.err + output.out


def test_every_platform_is_known_to_both_processes_and_documented(root):
    from bot.nlg import CONTRACT_CHANNELS

    guide = (root / "docs" / "channels.md").read_text(encoding="utf-8")
    for spec in registry.SPECS:
        assert set(spec.channels or [spec.name]) <= CONTRACT_CHANNELS
        for variable in spec.variables:
            assert f"`{variable.key}`" in guide


def test_names_and_variables_are_each_platforms_own():
    names = [spec.name for spec in SPECS]
    keys = [variable.key for spec in SPECS for variable in spec.variables]

    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)
