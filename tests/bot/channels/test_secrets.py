"""The secrets of the server, and the keys that are derived from them."""

import stat
from typing import Any

import pytest

from bot.channels.messaging.incoming import IncomingMessage
from bot.channels.messaging.interpretation import make_sender_id
from bot.channels.secrets import (
    SecretUnavailable,
    derive_key,
    read_platform_secret,
    read_secret,
    read_session_secrets,
)
from bot.channels.settings import ChannelSettings
from settings import SettingInvalid

SECRET, NEW_SECRET = "s" * 32, "n" * 32


def test_a_key_is_the_first_block_of_hkdf_expand():
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

    expected = HKDFExpand(SHA256(), 32, b"bonafide session token").derive(SECRET.encode())

    assert derive_key(SECRET, "session token") == expected


def test_the_secret_is_made_once_and_for_this_user_only(tmp_path):
    path = tmp_path / "build" / "web.secret"
    secret = read_secret(path)

    assert read_secret(path) == secret
    assert len(secret) >= 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_secret_of_an_earlier_version_is_taken_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BONAFIDE_STATE", raising=False)
    earlier = read_secret(tmp_path / "build" / "web.secret")

    assert read_session_secrets(ChannelSettings()) == [earlier]
    assert read_platform_secret(ChannelSettings()) == earlier
    assert read_secret(tmp_path / "var" / "web.secret") == earlier
    assert not (tmp_path / "build" / "web.secret").exists()
    assert stat.S_IMODE((tmp_path / "var" / "web.secret").stat().st_mode) == 0o600


def test_nothing_is_taken_to_a_folder_that_was_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BONAFIDE_STATE", "state")
    earlier = read_secret(tmp_path / "build" / "web.secret")

    assert read_session_secrets(ChannelSettings()) != [earlier]
    assert (tmp_path / "build" / "web.secret").exists()


def test_a_secret_that_was_changed_does_not_come_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BONAFIDE_STATE", raising=False)
    before = read_session_secrets(ChannelSettings())
    (tmp_path / "var" / "web.secret").rename(tmp_path / "var" / "web.secret.old")
    read_secret(tmp_path / "build" / "web.secret")

    assert read_session_secrets(ChannelSettings())[1:] == before
    assert (tmp_path / "build" / "web.secret").exists()


@pytest.mark.parametrize("content", ["", "short", b"\xff" * 64])
def test_a_file_without_a_secret_is_refused(tmp_path, content):
    path = tmp_path / "web.secret"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(SecretUnavailable, match="BONAFIDE_SECRET"):
        read_secret(path)


def test_the_newest_secret_comes_first(tmp_path):
    file = tmp_path / "web.secret"
    made = read_session_secrets(ChannelSettings(), file)
    file.rename(tmp_path / "web.secret.old")
    rotated = read_session_secrets(ChannelSettings(), file)

    assert rotated[1:] == made
    assert rotated[0] != made[0]
    assert read_session_secrets(ChannelSettings(secret=SECRET), file) == [SECRET]
    assert read_session_secrets(ChannelSettings(secret=NEW_SECRET, old_secret=SECRET), file) == [
        NEW_SECRET,
        SECRET,
    ]


def platform_id(settings: ChannelSettings, folder: Any) -> str:
    secret = read_platform_secret(settings, folder / "web.secret", folder / "platform.secret")
    incoming = IncomingMessage(id="1", conversation="c", sender="p", content="hello")
    return make_sender_id(secret, "telegram", incoming)


def test_conversations_on_platforms_outlive_a_rotation(tmp_path):
    before = platform_id(ChannelSettings(secret=SECRET), tmp_path)
    rotating = ChannelSettings(secret=NEW_SECRET, old_secret=SECRET, platform_secret=SECRET)
    rotated = ChannelSettings(secret=NEW_SECRET, platform_secret=SECRET)

    assert platform_id(rotating, tmp_path) == platform_id(rotated, tmp_path) == before


def test_conversations_on_platforms_outlive_a_rotation_of_the_files(tmp_path):
    before = platform_id(ChannelSettings(), tmp_path)
    secret = (tmp_path / "web.secret").read_text()
    (tmp_path / "platform.secret").write_text(secret)
    (tmp_path / "web.secret").rename(tmp_path / "web.secret.old")
    read_session_secrets(ChannelSettings(), tmp_path / "web.secret")

    assert platform_id(ChannelSettings(), tmp_path) == before


def test_a_rotation_that_would_end_the_conversations_on_platforms_is_refused(tmp_path):
    with pytest.raises(SettingInvalid, match="BONAFIDE_PLATFORM_SECRET"):
        platform_id(ChannelSettings(secret=NEW_SECRET, old_secret=SECRET), tmp_path)
