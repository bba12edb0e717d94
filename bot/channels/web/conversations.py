"""The conversations that session tokens stand for: opened, continued and deleted."""

import asyncio
import logging
from dataclasses import dataclass

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot.channels.collector import NAME, MessageHandler, TurnCollector
from bot.channels.http import RETRY_AFTER_S, require_model
from bot.channels.web.requests import SessionMessage
from bot.channels.web.sessions import MakeReply, Sessions
from bot.channels.web.tokens import SessionToken, SessionTokens
from bot.channels.web.workload import Priority, find_priority
from bot.conversations.erasure import ErasureFailed, OutcomesEraser, erase_events
from bot.server.errors import Unavailable
from bot.turns.fragments import Fragments, JoinedMessage
from contract.turn import Turn

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SessionReply:
    """The reply to a message.

    Attributes:
        turns: The bot's turns.
        token: A renewed session token; None while the client's is young.
    """

    turns: list[Turn]
    token: str | None


class Conversations:
    """All conversations of this server."""

    def __init__(
        self,
        handle: MessageHandler,
        *,
        tokens: SessionTokens,
        sessions: Sessions,
        outcomes: OutcomesEraser,
    ) -> None:
        """Take the parts.

        Args:
            handle: Rasa's handler of messages.
            tokens: Signs and reads session tokens.
            sessions: Answers each message once.
            outcomes: Deletes the outcomes of a conversation.
        """
        self._handle = handle
        self._tokens = tokens
        self._sessions = sessions
        self._outcomes = outcomes
        self._fragments = Fragments()

    def new_token(self) -> str:
        """Return the token of a conversation in which nothing was said yet."""
        return self._tokens.sign(self._tokens.new_sender_id())

    async def reply_to(
        self, token: str, message: SessionMessage, agent: Agent | None
    ) -> SessionReply:
        """Return the reply to a message; the same again for a message that comes again.

        A piece of a message that is read with a later one gets no turns.

        Args:
            token: As it came.
            message: The message.
            agent: Rasa's; None while it loads.

        Raises:
            BadToken: The token is forged, expired, or of a deleted session.
            RateLimited: The session asks too often.
            Unavailable: There is no reply at the moment.
        """
        session = self._tokens.read(token)
        sender_id = session.sender_id

        def find_priority_of_message() -> Priority:
            return find_priority(message.text)

        def accept() -> MakeReply:
            require_model(agent)
            # Taken as it comes: it may be the rest of the one before, whose turn waits for it.
            whole = self._fragments.take(sender_id, message.text)
            return lambda: self._ask(sender_id, message, whole, agent)

        turns = await self._sessions.reply_once(
            sender_id, message.id, accept, find_priority=find_priority_of_message
        )
        return SessionReply(turns, self._renew(session))

    async def delete(self, token: str, agent: Agent | None) -> None:
        """Delete a conversation and what became of its questions; again does no harm.

        An expired token will do: what was said under it may be kept still.

        Raises:
            BadToken: The token is forged.
            Unavailable: Something could not be deleted; ask again.
        """
        sender_id = self._tokens.read(token, even_expired=True).sender_id

        async def forget() -> None:
            try:
                await erase_events(require_model(agent).tracker_store, sender_id)
                await self._outcomes.erase(sender_id)
            except ErasureFailed as err:
                logger.error("%s", err)
                raise Unavailable("Not all was deleted.", retry_after_s=RETRY_AFTER_S) from err

        self._fragments.drop(sender_id)
        await self._sessions.delete(sender_id, forget)

    async def _ask(
        self,
        sender_id: str,
        message: SessionMessage,
        waiting: asyncio.Future[JoinedMessage | None],
        agent: Agent | None,
    ) -> list[Turn]:
        whole = await waiting
        if whole is None:
            return []
        require_model(agent)
        collector = TurnCollector()
        await self._handle(
            UserMessage(
                whole.text,
                collector,
                sender_id,
                input_channel=NAME,
                message_id=message.id,
                metadata=whole.describe(message.metadata),
            )
        )
        return collector.turns

    def _renew(self, session: SessionToken) -> str | None:
        # It may have been deleted while it was answered.
        if not session.is_old or self._sessions.is_deleted(session.sender_id):
            return None
        return self._tokens.sign(session.sender_id, started_at=session.started_at)
