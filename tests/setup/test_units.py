"""The sample units of systemd start what the Procfile starts."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from scripts.supervise import read_procfile
from startup.faults import EXIT_CODE

UNITS = {"actions": "bonafide-actions", "rasa": "bonafide"}


class Unit(ConfigParser):
    """A unit file: a key may come twice, and its case counts."""

    optionxform = staticmethod(str)

    def __init__(self, name: str) -> None:
        super().__init__(strict=False, interpolation=None)
        self.read_string(Path(f"deploy/{name}.service").read_text())


@pytest.mark.parametrize(
    "server", read_procfile(Path("Procfile").read_text()), ids=lambda s: s.name
)
def test_a_unit_starts_what_the_procfile_starts(server):
    service = Unit(UNITS[server.name])["Service"]
    command = service["ExecStart"].replace("/opt/bonafide/", "").replace("${", "$").replace("}", "")

    assert command == server.command.removeprefix("exec ")
    assert int(service["RestartPreventExitStatus"]) == EXIT_CODE
    assert int(service["TimeoutStopSec"]) > 10


def test_the_action_server_is_stopped_last():
    after = Unit("bonafide")["Unit"]["After"]

    assert re.search(r"\bbonafide-actions\.service\b", after)
