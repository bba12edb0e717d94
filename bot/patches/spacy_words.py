"""Load the spaCy pipeline anew once it has kept many words, or has kept some for an hour.

spaCy 3.4 keeps each word that it has ever read, 0.5 kB each, for as long as the pipeline lives, and
has no way to forget one (`memory_zone` came with 3.8). People's words would fill the memory, and
outlive the conversations that they deleted.
"""

import gc
import logging
import threading
from dataclasses import dataclass, field
from typing import List

from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.training_data.message import Message

from bot.patches.replaces import replaces
from bot.patches.spacy_model import load_anew

logger = logging.getLogger(__name__)

# New strings, some 10 MB of them, from which the pipeline is loaded anew.
MAX_NEW = 20_000
# Longest that a string is kept, in seconds.
MAX_AGE_S = 3600.0
STATE = "_bonafide_kept"


@dataclass
class Kept:
    """What a pipeline has kept of messages.

    Attributes:
        n_own: Strings of the pipeline itself.
        timer: Ends the time for which the first of the new ones is kept; None while there are none.
        lock: Held while the pipeline is loaded anew.
    """

    n_own: int
    timer: "threading.Timer | None" = None
    lock: threading.Lock = field(default_factory=threading.Lock)


# Rasa takes each annotated argument for one that another component has to give.
@replaces(
    SpacyNLP,
    "process",
    sha256="ec22bbd9fba01242cdcd564e7084825c1998bef3b3daebb4f3ca3374bd4533cb",
)
def process(  # type: ignore[no-untyped-def]
    self,  # noqa: ANN001 - see above
    messages: List[Message],
    model: SpacyModel,
) -> List[Message]:
    """Return the messages with their spaCy documents."""
    kept = model.__dict__.get(STATE)
    if kept is None:
        kept = model.__dict__[STATE] = Kept(len(model.model.vocab.strings))
    processed: List[Message] = process.original(self, messages, model)
    n_new = len(model.model.vocab.strings) - kept.n_own
    if n_new > MAX_NEW:
        if not kept.lock.locked():
            threading.Thread(target=renew, args=(model, kept), name="spacy", daemon=True).start()
    elif n_new and kept.timer is None:
        kept.timer = threading.Timer(MAX_AGE_S, renew, (model, kept))
        kept.timer.daemon = True
        kept.timer.start()
    return processed


def renew(model: SpacyModel, kept: Kept) -> None:
    """Put a pipeline in the place of the old one that knows its own strings alone.

    Messages are read by the old one until the new one is there.
    """
    if not kept.lock.acquire(blocking=False):
        return
    try:
        if kept.timer is not None:
            kept.timer.cancel()
        fresh = load_anew(model.model_name).model
        kept.n_own = len(fresh.vocab.strings)
        model.model, kept.timer = fresh, None
        del fresh
        # The parts of a pipeline refer to each other: it would stay for some more rounds.
        gc.collect()
    except Exception as err:  # the edge of a thread: the old pipeline goes on
        kept.timer = None
        logger.error("The spaCy pipeline cannot be loaded anew: %s", type(err).__name__)
    finally:
        kept.lock.release()
