"""Take each message of a platform once, and answer it after its webhook was answered."""

import asyncio
import hashlib
import hmac
import logging
from dataclasses import dataclass
from typing import Any, List, Mapping, Optional, Sequence, Union

from rasa.core.channels.channel import UserMessage

from bot.channels.body import read_text
from bot.channels.conversation import GREETING, Handle
from bot.channels.errors import BadMessage, RateLimited, TooLong
from bot.channels.limits import Limit
from bot.channels.platforms import words
from bot.channels.platforms.incoming import Incoming, Sign
from bot.channels.platforms.lanes import LaneFull, Lanes, Work
from bot.channels.platforms.memory import Offers, Seen
from bot.channels.platforms.outgoing import SendFailed
from bot.channels.platforms.platform import Platform
from bot.channels.sessions import describe
from bot.channels.settings import Settings
from bot.channels.turns import Turn, TurnCollector
from bot.fragments import Fragments, Whole
from bot.messaging.actions import ChoiceTap, FeedbackTap, message_of
from bot.safety.numbers import Numbers

logger = logging.getLogger(__name__)

# Longest that a turn may take, in seconds.
TURN_TIMEOUT_S = 60.0
# Most answers take less, and show no typing. Telegram's and Messenger's signs last a little longer
# than the time between two.
TYPING_AFTER_S, TYPING_EVERY_S = 1.0, 4.0
# Longest that the end of the server waits for the answers in work, in seconds.
CLOSE_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Notice:
    """What a person is told without the assistant being asked: words of words.py."""

    words: str


# What is known of a message when it comes; of one that was typed, all but how it goes on.
Asked = Union["asyncio.Future[Optional[Whole]]", Notice, None]


class Desk:
    """Takes the messages of all platforms."""

    def __init__(
        self,
        handle: Handle,
        settings: Settings,
        *,
        secret: str,
        numbers: Numbers,
        lanes: Lanes,
        turn_timeout_s: float = TURN_TIMEOUT_S,
        typing_after_s: float = TYPING_AFTER_S,
    ) -> None:
        """Take the parts.

        Args:
            handle: Rasa's handler of messages.
            settings: How long a text may be, and how many a minute.
            secret: Makes the ids of conversations.
            numbers: To call in an emergency.
            lanes: Where messages wait.
            turn_timeout_s: Longest that a turn may take.
            typing_after_s: When the sign of somebody typing is shown.
        """
        self._handle = handle
        self._max_chars = settings.max_chars
        self._limit = Limit(settings.session_rate)
        # The line that asks to slow down, once a minute.
        self._slow_downs = Limit(1)
        self._secret = secret
        self._numbers = numbers
        self._lanes = lanes
        self._turn_timeout_s = turn_timeout_s
        self._typing_after_s = typing_after_s
        self._seen: dict[str, Seen] = {}
        self._offers = Offers()
        self._fragments = Fragments()

    def take(self, platform: Platform, incoming: Incoming) -> None:
        """Have a message answered soon; one that was taken before, or comes too often, never.

        Raises:
            Full: There is too much to do, or the server is stopping. The message can come again.
        """
        seen = self._seen.setdefault(platform.name, Seen())
        if not seen.add(incoming.id):
            return
        try:
            sender_id = make_sender_id(self._secret, platform.name, incoming)
            self._lanes.check(sender_id)
            work = self._plan(platform, incoming, sender_id)
            if work is not None:
                self._lanes.put(sender_id, work, order=incoming.order)
        except LaneFull:
            logger.warning("%s: a message was dropped: too many wait.", platform.name)
        except Exception:  # raised again: what was not taken must not count as seen
            seen.forget(incoming.id)
            raise

    async def close(self, *, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Take no more messages, and wait for the answers in work."""
        n_left = await self._lanes.close(timeout_s=timeout_s)
        if n_left:
            logger.warning("Stopped before %d messages were answered.", n_left)

    def _plan(self, platform: Platform, incoming: Incoming, sender_id: str) -> "Work | None":
        person = f"{platform.name} {incoming.sender}"
        try:
            self._limit.take(person)
            asked = self._read(incoming, sender_id)
        except RateLimited:
            try:
                self._slow_downs.take(person)
            except RateLimited:
                return None
            asked = Notice(words.SLOW_DOWN)
        return lambda: self._serve(platform, incoming, sender_id, asked)

    def _read(self, incoming: Incoming, sender_id: str) -> Asked:
        """Return what can be said of a message as it comes."""
        is_typed = isinstance(incoming.said, str)
        # What a tap means depends on the answers before it.
        asked = interpret(incoming, (), max_chars=self._max_chars) if is_typed else None
        if isinstance(asked, str):
            # It may be the rest of the one before, which waits for it in the lane.
            return self._fragments.take(sender_id, asked)
        self._fragments.release(sender_id)
        return asked

    async def _serve(
        self, platform: Platform, incoming: Incoming, sender_id: str, asked: Asked
    ) -> None:
        """Answer a message; what goes wrong is a line in the log."""
        typing = asyncio.ensure_future(self._type(platform, incoming))
        try:
            said = await self._finish(incoming, sender_id, asked)
            if said is None:
                return
            if isinstance(said, Notice):
                turns = [self._say(said, incoming)]
            else:
                turns = await self._ask(platform, incoming, sender_id, said)
                self._offers.add(sender_id, turns)
            typing.cancel()
            for turn in turns:
                await platform.send(incoming, turn)
        except SendFailed as err:
            logger.warning("%s: an answer could not be sent: %s.", platform.name, err)
        except Exception as err:  # the edge: whatever a platform raises, the next is served
            logger.error("%s: an answer failed: %s", platform.name, describe(err))
        finally:
            typing.cancel()

    async def _finish(
        self, incoming: Incoming, sender_id: str, asked: Asked
    ) -> Union[Whole, Notice, None]:
        """Return what a message means when its turn comes; None if it is read with a later one."""
        if isinstance(asked, asyncio.Future):
            return await asked
        if asked is not None:
            return asked
        means = interpret(incoming, self._offers.of(sender_id), max_chars=self._max_chars)
        return Whole([means]) if isinstance(means, str) else means

    async def _ask(
        self, platform: Platform, incoming: Incoming, sender_id: str, whole: Whole
    ) -> List[Turn]:
        """Return what Rasa says to a message."""
        collector = TurnCollector()
        message = UserMessage(
            whole.text,
            collector,
            sender_id,
            input_channel=incoming.channel or platform.name,
            message_id=f"{platform.name}:{incoming.id}",
            metadata=whole.describe(_metadata(incoming)),
        )
        try:
            await asyncio.wait_for(self._handle(message), self._turn_timeout_s)
        except Exception as err:  # the edge: whatever Rasa raises, the person gets a line
            # Not the message of the error: it may repeat the user's words.
            logger.error("%s: a turn failed: %s", platform.name, describe(err))
        return collector.turns or [self._say(Notice(words.FAILED), incoming)]

    def _say(self, notice: Notice, incoming: Incoming) -> Turn:
        country = self._numbers.country(_metadata(incoming))
        values = {**self._numbers.words(country), "max_chars": self._max_chars}
        return {"kind": "chat", "text": notice.words.format(**values)}

    async def _type(self, platform: Platform, incoming: Incoming) -> None:
        await asyncio.sleep(self._typing_after_s)
        while True:
            try:
                await platform.show_typing(incoming)
            except Exception:  # an extra, whatever a platform raises: the reply comes without it
                return
            await asyncio.sleep(TYPING_EVERY_S)


def interpret(
    incoming: Incoming, offers: Sequence[Mapping[str, Any]], *, max_chars: int
) -> Union[str, Notice]:
    """Return what Rasa is sent for a message, or what the person is told instead.

    Args:
        incoming: The message.
        offers: The conversation's latest suggestions: what a tap can mean.
        max_chars: Longest text.
    """
    said = incoming.said
    if said is Sign.HELLO:
        return GREETING
    if said is Sign.NO_WORDS:
        return Notice(words.NO_WORDS)
    if isinstance(said, FeedbackTap):
        return message_of(said) or ""
    text = message_of(said, offers) if isinstance(said, ChoiceTap) else said
    if not isinstance(text, str):
        return Notice(words.OLD_TAP)
    try:
        return read_text(text, max_chars=max_chars)
    except TooLong:
        return Notice(words.TOO_LONG)
    except BadMessage:
        return Notice(words.NO_WORDS)


def make_sender_id(secret: str, name: str, incoming: Incoming) -> str:
    """Return the id of a conversation in the tracker: nobody can guess it without the secret.

    REST lets anybody name a sender, and people's ids on a platform are no secret.
    """
    channel = incoming.channel or name
    message = f"platform\0{name}\0{channel}\0{incoming.conversation}"
    digest = hmac.new(
        secret.encode("utf-8"), message.encode("utf-8", "surrogatepass"), hashlib.sha256
    )
    return f"{channel}-{digest.hexdigest()}"


def _metadata(incoming: Incoming) -> "dict[str, Any] | None":
    return {"locale": incoming.locale} if incoming.locale else None
