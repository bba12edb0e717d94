"""The platforms that can be opened, and the channels that they are."""

from bot.channels.messaging.registry import CHANNELS, SPECS
from contract.channels import CHANNELS as OWN


def test_channels_of_platforms_have_names_of_their_own():
    names = [name for spec in SPECS for name in (spec.channels or [spec.name])]

    assert sorted(names) == sorted(CHANNELS)
    assert not CHANNELS & OWN
