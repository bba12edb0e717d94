"""Rasa's own command line with this project's runtime settings: `python -m bot run …`."""

import os
import sys


def main() -> None:
    """Set the process up, then hand over to Rasa."""
    prepare_environment()
    from bot import patches

    patches.apply()
    import rasa.__main__

    rasa.__main__.main()


def prepare_environment() -> None:
    """Set what Rasa and its libraries read from the environment, before they are imported."""
    port = os.environ.get("BONAFIDE_ACTIONS_PORT") or "5055"
    for key, value in {
        "RASA_TELEMETRY_ENABLED": "false",
        # endpoints.yml reads the address of the action server from here.
        "BONAFIDE_ACTIONS_URL": f"http://127.0.0.1:{port}",
        # TensorFlow comes with Rasa and is not used by this pipeline: its start-up notes about
        # missing GPU libraries would only worry a newcomer.
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Rasa pins SQLAlchemy 1.4 on purpose; its notice about 2.0 is nothing a user can act on.
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }.items():
        os.environ.setdefault(key, value)


if __name__ == "__main__":
    sys.exit(main())
