"""Start the action server: `python -m actions`."""

import os

# Before NumPy is imported: waking a second thread for the small products of one query costs more
# than it saves.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import logging
import sys
from pathlib import Path

import safe_logging
from actions import check, resources
from actions.serving.app import make_app, read_token
from knowledge import KnowledgeError
from profiles import find_folder
from startup.faults import print_faults
from startup.profile import take_profile

logger = logging.getLogger("actions")


def main() -> int:
    """Serve until stopped; return 0 after an orderly stop, 78 if it cannot serve."""
    if sys.argv[1:2] == ["check-profile"]:
        # Here, not above: the server needs none of it.
        from actions import profile_check

        return profile_check.main(Path(sys.argv[2]) if sys.argv[2:] else find_folder())
    take_profile()
    if sys.argv[1:] == ["check"]:
        return check.main()
    safe_logging.install()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-7s %(name)s  %(message)s"
    )
    # One line for each action, class and request says nothing about what went wrong.
    for noisy in ("rasa_sdk", "sanic.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    faults = check.find_faults()
    if refusals := [fault for fault in faults if not fault.may_pass]:
        return print_faults(refusals)
    for fault in faults:
        logger.error("%s", fault.sentence)
    host, port = check.read_address(os.environ)
    token = read_token(os.environ, host)
    warm_up()
    make_app(token).run(host=host, port=port, single_process=True, access_log=False, motd=False)
    return 0


def warm_up() -> None:
    """Load encoder and index before the first question; without them, say so and serve."""
    try:
        retriever = resources.get_retriever()
        # Misspelt, so that the first person who errs does not wait for the dictionary.
        retriever.search("wram up")
    except KnowledgeError as err:
        logger.error("%s Questions get an apology until it can be used.", str(err))
        return
    manifest = retriever.index.manifest
    logger.info("library documents=%d passages=%d", manifest.n_documents, manifest.n_passages)
    if n_left_out := len(retriever.index.record.left_out):
        logger.warning("library left_out=%d: python -m knowledge inspect lists them", n_left_out)


if __name__ == "__main__":
    sys.exit(main())
