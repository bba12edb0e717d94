"""What the settings say of who is behind the assistant, and of what is kept."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from settings import table
from settings.reading import read_settings, setting_field


@dataclass(frozen=True)
class Facts:
    """What the settings say of who is behind the assistant and what is kept.

    The chat, the page and the form all show these, so that none can differ from the settings.

    Attributes:
        name: What it calls itself.
        operator: Who runs it; may be empty.
        operator_url: A page about them; may be empty.
        privacy_url: The privacy notice; may be empty.
        region: Country of the people it serves; may be empty.
        session_hours: Hours after its last use that a session ends.
        keep_days: Days that outcomes and conversations in memory are kept.
        conversations_url: Where conversations outlive the server; empty for nowhere.
    """

    name: str = setting_field(table.NAME)
    operator: str = setting_field(table.OPERATOR)
    operator_url: str = setting_field(table.OPERATOR_URL)
    privacy_url: str = setting_field(table.PRIVACY_URL)
    region: str = setting_field(table.REGION)
    session_hours: int = setting_field(table.SESSION_HOURS)
    keep_days: int = setting_field(table.KEEP_DAYS)
    conversations_url: str = setting_field(table.CONVERSATIONS_URL)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Facts":
        """Return the facts that `environ` gives.

        Raises:
            SettingInvalid: A setting has the wrong form.
        """
        return read_settings(cls, environ)

    @property
    def retention_days(self) -> int | None:
        """Days after which nothing of a conversation is left; None: it is kept until deleted."""
        return None if self.conversations_url else self.keep_days
