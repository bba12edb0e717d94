"""Which clients get the payload of docs/contract.md."""

from pathlib import Path

import pytest
import yaml

from contract.channels import READS_TURNS, reads_turns

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("channel", "metadata", "expected"),
    [
        ("web", None, True),
        ("rest", {"locale": "en-GB"}, True),
        ("telegram", {READS_TURNS: True}, True),
        ("telegram", {READS_TURNS: "yes"}, False),
        ("callback", {"locale": "en-GB"}, False),
        ("cmdline", READS_TURNS, False),
        (None, None, False),
    ],
)
def test_a_client_that_reads_turns_is_known_by_its_channel_or_its_message(
    channel, metadata, expected
):
    assert reads_turns(channel, metadata) is expected


def test_rest_is_open_and_reads_the_contract():
    credentials = yaml.safe_load((ROOT / "credentials.yml").read_text(encoding="utf-8"))

    assert "bot.channels.rest.channel.RestInput" in credentials
    assert reads_turns("rest", None)
