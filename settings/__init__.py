"""The settings of all programs: one table, one way to read them, one error.

`settings.table` has every setting of ours with what it may be; those of a messaging platform stand
beside the platform. `python -m settings` writes the tables of docs/setup.md from it.
"""

from settings.reading import Setting, SettingInvalid

__all__ = ["Setting", "SettingInvalid"]
