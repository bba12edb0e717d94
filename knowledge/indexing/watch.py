"""Build again whenever a document changes."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import watchfiles

from knowledge.errors import DocumentUnreadable, KnowledgeError

# An editor saves in several steps, and a copied folder comes file by file: a build waits until
# nothing has changed for so long, but at most so long in all. In milliseconds.
QUIET_MS, AT_MOST_MS = 200, 2_000
# How often it is asked whether to stop, in milliseconds.
POLL_MS = 500


def watch(
    folders: Sequence[Path],
    build: Callable[[], object],
    *,
    on_error: Callable[[KnowledgeError], None],
    stop: threading.Event | None = None,
) -> None:
    """Build now, and again after every change below the folders, until Ctrl-C.

    Args:
        folders: Where the documents are; files that editors and version control keep for
            themselves do not count.
        build: Called once for changes that come together.
        on_error: Called when a build fails; the watch goes on.
        stop: Ends the watch when it is set.

    Raises:
        KnowledgeError: If one of the folders is not there.
    """
    for folder in folders:
        if not folder.is_dir():
            raise DocumentUnreadable(folder, "there is no such folder.")
    changes = watchfiles.watch(
        *folders,
        step=QUIET_MS,
        debounce=AT_MOST_MS,
        rust_timeout=POLL_MS,
        yield_on_timeout=True,
        stop_event=stop,
    )
    # A build that is broken off leaves the old index whole.
    with contextlib.suppress(KeyboardInterrupt):
        for number, changed in enumerate(changes):
            # The first comes without a change: what changes while that is built is not missed.
            if changed or number == 0:
                try:
                    build()
                except KnowledgeError as err:
                    on_error(err)
