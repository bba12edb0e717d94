"""What every test run needs and pyproject.toml cannot say."""

import os
import sys

import pytest

# No test writes to the outcomes of this machine; those that mean to name a place of their own.
os.environ["BONAFIDE_OUTCOMES_URL"] = ""


def pytest_configure(config: pytest.Config) -> None:
    """Set Rasa's environment up as the assistant does, and let warnings be warnings there.

    They come by the hundred from the old libraries that Rasa 3.6 pins (pkg_resources, SQLAlchemy),
    and nothing here can mend them. In the other environment a warning fails the test
    (pyproject.toml).
    """
    if sys.version_info < (3, 11):
        config.addinivalue_line("filterwarnings", "default")
        from bot import without_tensorflow

        without_tensorflow.apply([])
