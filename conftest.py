"""What every test run needs and pyproject.toml cannot say."""

import io
import logging
import os
import sys
from collections.abc import Callable, Iterator

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
        from bot.patches import without_tensorflow

        without_tensorflow.apply([])


@pytest.fixture
def clock() -> list[float]:
    """The seconds by which repeated log lines are counted, in a list of one number."""
    return [0.0]


@pytest.fixture
def written(clock: list[float]) -> Iterator[Callable[[], str]]:
    """All that was logged at any level since the rules of a server are in force."""
    from safe_logging import install
    from safe_logging.repeats import Repeats

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    uninstall = install(Repeats(lambda: clock[0]))
    yield stream.getvalue
    uninstall()
    root.setLevel(level)
    root.removeHandler(handler)
