"""Ask Rasa about a message of a platform, and send what it says."""

import asyncio
import logging

from rasa.core.channels.channel import UserMessage

from bot.channels.collector import MessageHandler, TurnCollector
from bot.channels.contact import add_contact
from bot.channels.messaging.api_client import SendFailed
from bot.channels.messaging.canned_replies import CannedReply
from bot.channels.messaging.dedup import RecentSuggestions
from bot.channels.messaging.delivery import Delivery, Job, TakenOver
from bot.channels.messaging.inbox import Inbox
from bot.channels.messaging.incoming import IncomingMessage
from bot.channels.messaging.interpretation import interpret
from bot.channels.messaging.platform import Platform
from bot.emergency_numbers import Numbers
from bot.turns.fragments import Fragments, JoinedMessage
from contract.channels import READS_TURNS
from contract.contact import Contact
from contract.turn import Turn
from safe_logging import describe

logger = logging.getLogger(__name__)

# Longest that a turn may take, in seconds.
TURN_TIMEOUT_S = 60.0
# Most answers take less, and show no typing. Telegram's and Messenger's signs last a little longer
# than the time between two.
TYPING_AFTER_S, TYPING_EVERY_S = 1.0, 4.0

# What is known of a message when it comes; of one that was typed, all but how it goes on.
Question = asyncio.Future[JoinedMessage | None] | CannedReply | None


class Answerer:
    """Answers the messages of all platforms, each when its turn has come."""

    def __init__(
        self,
        handle: MessageHandler,
        inbox: Inbox,
        numbers: Numbers,
        *,
        max_chars: int,
        contact: Contact | None = None,
        turn_timeout_s: float = TURN_TIMEOUT_S,
        typing_after_s: float = TYPING_AFTER_S,
    ) -> None:
        """Take the parts.

        Args:
            handle: Rasa's handler of messages.
            inbox: Where messages stand until they are handled.
            numbers: To call in an emergency.
            max_chars: Longest text.
            contact: Whom refusals name; None for nobody.
            turn_timeout_s: Longest that a turn may take.
            typing_after_s: When the sign of somebody typing is shown.
        """
        self._handle = handle
        self._inbox = inbox
        self._numbers = numbers
        self._max_chars = max_chars
        self._contact = contact
        self._turn_timeout_s = turn_timeout_s
        self._typing_after_s = typing_after_s
        self._delivery = Delivery(inbox)
        self._suggestions = RecentSuggestions()
        self._fragments = Fragments()
        # Rows whose messages are read with a later one of their conversation.
        self._pieces: dict[str, list[int]] = {}

    def read_question(self, incoming: IncomingMessage, sender_id: str) -> Question:
        """Return what can be said of a message as it comes."""
        is_typed = isinstance(incoming.content, str)
        # What a tap means depends on the answers before it.
        question = interpret(incoming, (), max_chars=self._max_chars) if is_typed else None
        if isinstance(question, str):
            # It may be the rest of the one before, which waits for it in the queue.
            return self._fragments.take(sender_id, question)
        self._fragments.release(sender_id)
        return question

    async def answer(self, job: Job, question: Question) -> None:
        """Answer a message; what goes wrong is a line in the log."""
        name = job.platform.name
        typing = asyncio.ensure_future(self._show_typing(job.platform, job.incoming))
        try:
            turns = await self._reply(job, question) if job.messages is None else []
            if turns is None:
                # Handled with the one that it is read with: together they are a question.
                if job.row is not None:
                    self._pieces.setdefault(job.sender_id, []).append(job.row)
                return
            typing.cancel()
            job.pieces = self._pieces.pop(job.sender_id, [])
            await self._delivery.send(job, turns)
        except SendFailed as err:
            logger.warning("%s: an answer could not be sent: %s.", name, err)
        except TakenOver:
            return
        except Exception as err:  # the edge: whatever a platform raises, the next is served
            logger.error("%s: an answer failed: %s", name, describe(err))
        finally:
            typing.cancel()
        await self._finish(job)

    async def _finish(self, job: Job) -> None:
        handled = [*job.pieces, *([] if job.row is None else [job.row])]
        if handled:
            await asyncio.shield(self._inbox.finish(handled))

    async def _reply(self, job: Job, question: Question) -> list[Turn] | None:
        """Return the reply to a message; None if it is read with a later one."""
        meaning = await self._understand(job.incoming, job.sender_id, question)
        if meaning is None:
            return None
        if isinstance(meaning, CannedReply):
            return [self._word(meaning, job.incoming)] if meaning.value else []
        turns = await self._ask(job.platform, job.incoming, job.sender_id, meaning)
        self._suggestions.add(job.sender_id, turns)
        return turns

    async def _understand(
        self, incoming: IncomingMessage, sender_id: str, question: Question
    ) -> JoinedMessage | CannedReply | None:
        """Return what a message means when its turn comes; None if it is read with a later one."""
        if isinstance(question, asyncio.Future):
            return await question
        if question is not None:
            return question
        suggestions = self._suggestions.of(sender_id)
        meaning = interpret(incoming, suggestions, max_chars=self._max_chars)
        return JoinedMessage([meaning]) if isinstance(meaning, str) else meaning

    async def _ask(
        self, platform: Platform, incoming: IncomingMessage, sender_id: str, whole: JoinedMessage
    ) -> list[Turn]:
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
        turns = add_contact(collector.turns, self._contact)
        return turns or [self._word(CannedReply.FAILED, incoming)]

    def _word(self, reply: CannedReply, incoming: IncomingMessage) -> Turn:
        country = self._numbers.country(_metadata(incoming))
        values = {**self._numbers.words(country), "max_chars": self._max_chars}
        return {"kind": "chat", "text": reply.value.format(**values)}

    async def _show_typing(self, platform: Platform, incoming: IncomingMessage) -> None:
        await asyncio.sleep(self._typing_after_s)
        while True:
            try:
                await platform.show_typing(incoming)
            except Exception:  # an extra, whatever a platform raises: the reply comes without it
                return
            await asyncio.sleep(TYPING_EVERY_S)


def _metadata(incoming: IncomingMessage) -> dict[str, object]:
    said = {"country": incoming.country, "locale": incoming.locale}
    return {READS_TURNS: True, **{name: value for name, value in said.items() if value}}
