"""The settings that all channels share."""

import pytest

from bot.channels.settings import ChannelSettings
from settings import SettingInvalid, table

SECRET = "s" * 32


def test_settings_have_defaults():
    assert ChannelSettings.from_env({}) == ChannelSettings()
    assert ChannelSettings().max_body_bytes == 16384


def test_settings_are_read():
    environ = {
        "BONAFIDE_WEB_ORIGINS": " https://A.example  http://b.example:8080 ",
        "BONAFIDE_MAX_CHARS": "500",
        "BONAFIDE_PROXIES": "1",
        "BONAFIDE_SESSION_RATE": "0",
        "BONAFIDE_SECRET": SECRET,
    }
    settings = ChannelSettings.from_env(environ)

    assert settings.origins == {"https://a.example", "http://b.example:8080"}
    assert (settings.max_chars, settings.proxies, settings.session_rate) == (500, 1, 0)
    assert settings.secret == SECRET


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (table.SECRET.key, "too short"),
        (table.SESSION_HOURS.key, "0"),
        (table.SESSION_HOURS.key, "a day"),
        (table.SESSION_DAYS.key, "0"),
        (table.SESSION_DAYS.key, "366"),
        (table.SECRET_OLD.key, "too short"),
        (table.PLATFORM_SECRET.key, "too short"),
        (table.SECRET.key, "not text \udcff" * 5),
        (table.MAX_CHARS.key, "-1"),
        (table.MAX_CHARS.key, "9" * 5000),
        (table.PROXIES.key, "\u0663"),
        (table.WEB_ORIGINS.key, "*"),
        (table.WEB_ORIGINS.key, "https://a.example/path"),
        (table.WEB_ORIGINS.key, "a.example"),
        (table.SESSION_RATE.key, "1.5"),
    ],
)
def test_a_malformed_setting_is_refused_by_its_name(key, value):
    with pytest.raises(SettingInvalid, match=key) as caught:
        ChannelSettings.from_env({key: value})

    is_secret = "SECRET" in key
    assert (repr(value)[1:20] in str(caught.value)) is not is_secret
