"""Both processes agree which channels read the payload of docs/contract.md."""

import ast
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def contract_channels(path: str) -> set[str]:
    """Return `CONTRACT_CHANNELS` of a module without importing it."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    (value,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(getattr(target, "id", "") == "CONTRACT_CHANNELS" for target in node.targets)
    ]
    assert isinstance(value, ast.Call)
    return set(ast.literal_eval(value.args[0]))


def test_both_processes_name_the_same_channels():
    of_bot, of_actions = contract_channels("bot/nlg.py"), contract_channels("actions/channel.py")

    assert of_bot == of_actions


def test_rest_is_open_and_reads_the_contract():
    credentials = yaml.safe_load((ROOT / "credentials.yml").read_text(encoding="utf-8"))

    assert "bot.channels.rest.RestInput" in credentials
    assert "rest" in contract_channels("bot/nlg.py")
