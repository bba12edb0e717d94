"""Rasa's own command line with this project's runtime settings: `python -m bot run …`."""

import logging
import os
import sys
import warnings

from bot import without_tensorflow

# Reads "/intent{…}", in training data and in what people type.
COMMANDS = "rasa.shared.core.training_data.story_reader.yaml_story_reader"


def main() -> None:
    """Set the process up, then hand over to Rasa."""
    prepare_environment()
    # Importing Sanic turns deprecation warnings on. Those of the old libraries that Rasa pins come
    # by the hundred and nobody who runs this can act on them: they are off again from here.
    import sanic.app  # noqa: F401 - imported for what it does

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    if sys.argv[1:2] in (["run"], ["shell"]):
        check_settings()
        keep_messages_out_of_logs()
    from bot import patches

    patches.apply()
    import rasa.__main__

    rasa.__main__.main()


def check_settings() -> None:
    """End with a clear message where a setting is malformed: Rasa would start without a model."""
    from bot.channels.platforms.registry import read_accounts
    from bot.channels.settings import SettingInvalid, Settings
    from bot.event_log import read_url
    from bot.safety.numbers import Numbers, NumbersInvalid

    try:
        Numbers.from_env()
        Settings.from_env()
        read_accounts()
        read_url()
    except (NumbersInvalid, SettingInvalid) as err:
        sys.exit(str(err))


def keep_messages_out_of_logs() -> None:
    """Silence Rasa's warnings about commands in another form: they repeat the user's words.

    Anybody can type such a message ("/nonsense{…"); it is then taken as it stands, or without what
    is wrong in it. The same warnings about training data stay.
    """
    from rasa.utils.common import EXPECTED_WARNINGS

    # Rasa sets its own filters later; these are among them, except in debug mode.
    EXPECTED_WARNINGS.append((UserWarning, "Failed to parse arguments in line"))
    logging.getLogger(COMMANDS).setLevel(logging.ERROR)


def prepare_environment() -> None:
    """Set what Rasa and its libraries read, before they are imported."""
    port = os.environ.get("BONAFIDE_ACTIONS_PORT") or "5055"
    for key, value in {
        "RASA_TELEMETRY_ENABLED": "false",
        # endpoints.yml reads the address of the action server from here.
        "BONAFIDE_ACTIONS_URL": f"http://127.0.0.1:{port}",
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
