"""Messages that come in pieces, joined: "I have", "osteoporosis", "can I", "run?"."""

import asyncio
import re
from dataclasses import dataclass

from bot.red_flags.urgency import is_urgent

# Longest that a piece waits for the next, in seconds.
WAIT_S = 1.0
# Most words of a message that waits for the next, and of a piece that others may follow.
MAX_WORDS, SHORT = 5, 3
# Most words that are put together; more are answered at once.
MAX_JOINED = 40
# Where the metadata of a message name its pieces.
PIECES = "pieces"

# Words that end no message of so few words.
ARTICLES = "a an the my your our their"
CONJUNCTIONS = "and or but because if although whether"
PRONOUNS = "i we he she they"
VERBS = "am is are was were have has can could should would will may might must cannot can't"
OPEN = frozenset(f"{ARTICLES} {CONJUNCTIONS} {PRONOUNS} {VERBS}".split())
# They end a question that begins with a question word ("what is it for").
PREPOSITIONS = frozenset("of to from with for about than".split())  # noqa: SIM905
QUESTION_WORDS = frozenset("what whats who where which when how why".split())  # noqa: SIM905
# A reply that begins so is whole ("yes I have", "it is").
REPLIES = frozenset("yes yeah yep no nope ok okay it that so".split())  # noqa: SIM905

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_END_MARKS = (".", "?", "!", "\u2026")


@dataclass(frozen=True)
class JoinedMessage:
    """The message to be answered.

    Attributes:
        pieces: The messages it came in, at least one.
    """

    pieces: list[str]

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.pieces)

    def describe(self, metadata: dict[str, object] | None) -> dict[str, object] | None:
        """Return metadata that also name the pieces, for the red flags; None if there are none."""
        finished = [piece for piece in self.pieces if not is_unfinished(piece)]
        if len(self.pieces) > 1 and finished:
            return {**(metadata or {}), PIECES: finished}
        return metadata


@dataclass
class _Held:
    """A piece that waits for the next.

    Attributes:
        so_far: All pieces so far.
        whole: Gets what is to be answered.
        timer: Ends the wait.
    """

    so_far: JoinedMessage
    whole: "asyncio.Future[JoinedMessage | None]"
    timer: asyncio.TimerHandle


class Fragments:
    """The pieces of messages that wait for the next one of their conversation.

    Almost all messages are whole and do not wait. An emergency never does.
    """

    def __init__(self, *, wait_s: float = WAIT_S) -> None:
        """Start with nothing that waits.

        Args:
            wait_s: Longest that a piece waits for the next, in seconds.
        """
        self._wait_s = wait_s
        self._held: dict[str, _Held] = {}

    def take(self, sender_id: str, text: str) -> "asyncio.Future[JoinedMessage | None]":
        """Take a message as it comes, and say later what is to be answered.

        Args:
            sender_id: The conversation.
            text: The message; a command ("/…") stands alone.

        Returns:
            The message with the pieces before it; None if it is read with a later one.
        """
        whole: asyncio.Future[JoinedMessage | None] = asyncio.get_running_loop().create_future()
        if text.startswith("/"):
            self.release(sender_id)
            whole.set_result(JoinedMessage([text]))
            return whole
        before = self._held.pop(sender_id, None)
        joined = JoinedMessage([*(before.so_far.pieces if before else ()), text])
        waits = _may_go_on(text, before.so_far.text if before else "")
        if before is not None:
            before.timer.cancel()
            _settle(before.whole, None)
        if waits and not _is_urgent(text, joined.text):
            timer = whole.get_loop().call_later(self._wait_s, self.release, sender_id)
            self._held[sender_id] = _Held(joined, whole, timer)
        else:
            whole.set_result(joined)
        return whole

    def release(self, sender_id: str) -> None:
        """Have answered what waits in a conversation."""
        held = self._held.pop(sender_id, None)
        if held is not None:
            held.timer.cancel()
            _settle(held.whole, held.so_far)

    def drop(self, sender_id: str) -> None:
        """Forget what waits in a conversation; it gets no answer."""
        held = self._held.pop(sender_id, None)
        if held is not None:
            held.timer.cancel()
            _settle(held.whole, None)


def is_unfinished(text: str) -> bool:
    """Say whether a message evidently goes on: a few words, of which the last ends none."""
    words = words_of(text)
    # A letter alone is a choice.
    if len("".join(words)) < 2 or len(words) > MAX_WORDS or _has_end(text) or words[0] in REPLIES:
        return False
    if words[-1] in PREPOSITIONS:
        return words[0].partition("'")[0] not in QUESTION_WORDS
    # "A", "AM" and "IS" may stand for something else.
    is_name = len(words) > 1 and text.rstrip()[-1].isupper() and words[-1] != "i"
    return words[-1] in OPEN and not is_name


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def _may_go_on(text: str, before: str) -> bool:
    """Say whether to wait for what comes after a message, given the pieces before it."""
    if len(words_of(before)) >= MAX_JOINED:
        return False
    is_short = len(words_of(text)) <= SHORT and not _has_end(text)
    return is_unfinished(text) or (bool(before) and is_short)


def _has_end(text: str) -> bool:
    return text.rstrip().endswith(_END_MARKS)


def _is_urgent(*texts: str) -> bool:
    return any(map(is_urgent, texts))


def _settle(whole: "asyncio.Future[JoinedMessage | None]", answered: JoinedMessage | None) -> None:
    # Whoever waited may have been cancelled.
    if not whole.done():
        whole.set_result(answered)
