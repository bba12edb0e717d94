"""Copy nothing for debug lines that nobody writes.

Rasa makes deep copies of states, events and entities for its debug lines, several times for each
message, also where these lines are off. In the modules named here `copy` serves nothing else.
"""

import copy
import logging
import types
from typing import Any

from rasa.core import processor
from rasa.core.policies import memoization, rule_policy

from bot.patches.source import check

# The modules, with the SHA-256 of their source in Rasa 3.6.21.
REPLACED_SHA256 = {
    processor: "f42dfbf26e2ffcb66e08cf4180d1de1cce2a8f59389d5d3b4ea12a95b1f186dd",
    memoization: "e4519f1a04ecdcce2241f5bd01f33b0b886d8a2136329da104946acaff31b775",
    rule_policy: "952d1a13906511ac9b8d1c3dcd27148b24bbcd6610ebb13bff23f2fb1667b2b5",
}


def apply() -> None:
    """Replace what these modules take for `copy`.

    Raises:
        RuntimeError: A module is not the one this replacement was written for.
    """
    for module, expected in REPLACED_SHA256.items():
        check(module, expected, "bot/patches/debug_copies.py")
        module.copy = types.SimpleNamespace(deepcopy=_deepcopy)


def _deepcopy(value: Any) -> Any:
    is_written = logging.getLogger("rasa").isEnabledFor(logging.DEBUG)
    return copy.deepcopy(value) if is_written else value
