"""Rasa's own command line with this project's runtime settings: `python -m bot run …`."""

import atexit
import os
import re
import sys
import warnings
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import NoReturn

import safe_logging
from bot.patches import without_tensorflow
from settings.table import ACTIONS_PORT, ACTIONS_TOKEN, ACTIONS_URL
from startup.profile import take_profile


def main() -> None:
    """Set the process up, then hand over to Rasa; `check` is a command of our own."""
    take_profile()
    if sys.argv[1:] == ["check"]:
        from bot import check

        sys.exit(check.main())
    prepare_environment()
    # Importing Sanic turns deprecation warnings on. Those of the old libraries that Rasa pins come
    # by the hundred and nobody who runs this can act on them: they are off again from here.
    import sanic.app  # noqa: F401 - imported for what it does

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    if sys.argv[1:2] in (["run"], ["shell"]):
        check_settings()
        choose_interface()
        # Not before: what Rasa says while it trains is about this project's own files.
        safe_logging.install()
    from bot.patches.replaces import apply_all

    apply_all()
    import rasa.__main__

    rasa.__main__.main()


def leave() -> NoReturn:
    """End the process now that the server has stopped, without taking it apart.

    Python would free half a gigabyte piece by piece: 1 to 4 seconds in which a supervisor waits.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def check_settings() -> None:
    """End with a clear message where something is wrong that no time mends.

    Raises:
        SystemExit: It is.
    """
    from bot.check import check_model, find_faults
    from startup.faults import print_faults

    faults = [*find_faults(), *chain.from_iterable(map(check_model, name_models(sys.argv)))]
    if refusals := [fault for fault in faults if not fault.may_pass]:
        sys.exit(print_faults(refusals))
    print_faults(faults)


def name_models(argv: Sequence[str]) -> list[Path]:
    """Return the files that a command line names as model; Rasa takes another where one is gone."""
    named = [Path(path) for option, path in pairwise(argv) if option in ("--model", "-m")]
    return [path for path in named if not path.is_dir()]


def choose_interface() -> None:
    """Listen where BONAFIDE_HOST says, unless the command line does: Rasa would on 0.0.0.0."""
    from bot.server.settings import ServerSettings

    if not any(re.match(r"(-i|--interface)\b", word) for word in sys.argv):
        sys.argv += ["--interface", ServerSettings.from_env().host]


def prepare_environment() -> None:
    """Set what Rasa and its libraries read, before they are imported."""
    port = os.environ.get(ACTIONS_PORT.key, "").strip() or ACTIONS_PORT.default
    for key, value in {
        "RASA_TELEMETRY_ENABLED": "false",
        # Where the action server is (bot/patches/action_endpoint.py).
        ACTIONS_URL.key: f"http://127.0.0.1:{port}",
        # Empty for an action server that was started alone, on this machine.
        ACTIONS_TOKEN.key: "",
        # Where a component does need TensorFlow: its start-up notes about missing GPU libraries
        # would only worry a newcomer.
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # The products of one message are small: waking a second thread costs more than it saves.
        # (OpenBLAS: 0.87 ms with two threads, 0.03 ms with one, for the intents of one message.)
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        # Rasa pins SQLAlchemy 1.4 on purpose; its notice about 2.0 is nothing a user can act on.
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }.items():
        os.environ.setdefault(key, value)
    without_tensorflow.apply(sys.argv[1:])


if __name__ == "__main__":
    main()
    if sys.argv[1:2] == ["run"]:
        leave()
