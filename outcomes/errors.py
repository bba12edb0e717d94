"""What can go wrong with the outcomes.

OutcomesError
├── SettingInvalid      a setting has the wrong form or is out of range
└── StoreUnavailable    the database cannot be used
"""


class OutcomesError(Exception):
    """The outcomes cannot be written or read; the message says what to do."""


class SettingInvalid(OutcomesError):
    """A setting has the wrong form or is out of range."""

    def __init__(self, key: str, expected: str) -> None:
        # The value is not repeated: it may hold a password.
        super().__init__(f"{key} must be {expected}.")
        self.key = key


class StoreUnavailable(OutcomesError):
    """The database cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The outcomes cannot be used: {reason}. See BONAFIDE_OUTCOMES_URL.")
        self.reason = reason
