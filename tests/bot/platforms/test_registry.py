"""The platforms that can be opened are those that the actions write payloads for."""

from bot.channels.platforms.registry import SPECS
from bot.nlg import CONTRACT_CHANNELS


def test_every_platform_reads_the_contract_and_every_reader_is_a_channel():
    channels = [name for spec in SPECS for name in (spec.channels or [spec.name])]

    assert sorted([*channels, "rest", "web"]) == sorted(CONTRACT_CHANNELS)
