"""Open, continue and end the conversation that a session token stands for."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, List, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot.channels.body import Message
from bot.channels.errors import BadToken, Unavailable
from bot.channels.forget import CannotForget, OutcomesForgetter, forget_events
from bot.channels.limits import Limit
from bot.channels.sessions import RETRY_AFTER_S, Sessions
from bot.channels.tokens import Token, Tokens
from bot.channels.turns import NAME, Turn, TurnCollector
from bot.fragments import Fragments, Whole

logger = logging.getLogger(__name__)

# The intent that utter_greet answers; no client can choose this id for a message of its own.
GREETING = "/greet"

Handle = Callable[[UserMessage], Awaitable[Any]]


@dataclass(frozen=True)
class Reply:
    """What a message led to.

    Attributes:
        turns: The bot's turns.
        token: A renewed session token; none while the client's is young.
    """

    turns: List[Turn]
    token: Optional[str]


class Conversations:
    """All conversations of this server."""

    def __init__(
        self,
        handle: Handle,
        *,
        tokens: Tokens,
        sessions: Sessions,
        limit: Limit,
        outcomes: OutcomesForgetter,
    ) -> None:
        """Take the parts.

        Args:
            handle: Rasa's handler of messages.
            tokens: Makes and reads session tokens.
            sessions: Answers each message once.
            limit: How often one session may ask.
            outcomes: Deletes the outcomes of a conversation.
        """
        self._handle = handle
        self._tokens = tokens
        self._sessions = sessions
        self._limit = limit
        self._outcomes = outcomes
        self._fragments = Fragments()

    def new_token(self) -> str:
        """Return the token of a conversation in which nothing was said yet."""
        return self._tokens.sign(self._tokens.new_sender_id())

    async def greet(self, token: str, locale: Optional[str], agent: Optional[Agent]) -> List[Turn]:
        """Return the bot's greeting.

        Raises:
            BadToken, Unavailable: As `say`.
        """
        return (await self.say(token, Message(GREETING, GREETING, locale), agent)).turns

    async def say(self, token: str, message: Message, agent: Optional[Agent]) -> Reply:
        """Return the reply to a message; the same again for a message that comes again.

        A piece of a message that is read with a later one gets no turns.

        Args:
            token: As it came.
            message: The message.
            agent: Rasa's; none while it loads.

        Raises:
            BadToken: The token is forged, expired, or of a deleted session.
            RateLimited: The session asks too often.
            Unavailable: There is no reply at the moment.
        """
        who = self._tokens.read(token)
        sender_id = who.sender_id
        self._sessions.check(sender_id)
        taken: asyncio.Future[Optional[Whole]]
        if not self._sessions.knows(sender_id, message.id):
            self._limit.take(sender_id)
            self._sessions.check_room()
            _ready(agent)
            # Taken as it comes: it may be the rest of the one before, whose turn waits for it.
            taken = self._fragments.take(sender_id, message.text)

        async def reply() -> List[Turn]:
            whole = await taken
            if whole is None:
                return []
            return await self._ask(sender_id, message, whole, agent)

        turns = await self._sessions.reply_once(sender_id, message.id, reply)
        return Reply(turns, self._renew(who))

    async def end(self, token: str, agent: Optional[Agent]) -> None:
        """Delete a conversation and what became of its questions; again does no harm.

        An expired token will do: what was said under it may be kept still.

        Raises:
            BadToken: The token is forged.
            Unavailable: Something could not be deleted; ask again.
        """
        sender_id = self._tokens.read(token, even_expired=True).sender_id

        async def forget() -> None:
            try:
                await forget_events(_ready(agent).tracker_store, sender_id)
                await self._outcomes.forget(sender_id)
            except CannotForget as err:
                logger.error("%s", err)
                raise Unavailable("Not all was deleted.", retry_after_s=RETRY_AFTER_S) from err

        self._fragments.drop(sender_id)
        await self._sessions.delete(sender_id, forget)

    async def _ask(
        self, sender_id: str, message: Message, whole: Whole, agent: Optional[Agent]
    ) -> List[Turn]:
        _ready(agent)
        collector = TurnCollector()
        await self._handle(
            UserMessage(
                whole.text,
                collector,
                sender_id,
                input_channel=NAME,
                message_id=message.id,
                metadata=whole.describe({"locale": message.locale} if message.locale else None),
            )
        )
        return collector.turns

    def _renew(self, who: Token) -> Optional[str]:
        try:
            self._sessions.check(who.sender_id)
        except BadToken:
            return None  # deleted while it was answered
        return self._tokens.sign(who.sender_id) if who.is_old else None


def _ready(agent: Optional[Agent]) -> Agent:
    if agent is None or not agent.is_ready():
        raise Unavailable("No model is loaded.", retry_after_s=RETRY_AFTER_S)
    return agent
