"""Record the turns that need no document: small talk, emergencies, apologies.

The action server records those in which it searched. Of these here no word is kept, only that they
happened.
"""

import asyncio
from typing import Any, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.utils.endpoints import EndpointConfig

from outcomes import OutcomeRow, Recorder

UTTER_PREFIX = "utter_"
# Whoever utters these, an action or Rasa itself: they are recorded here.
KINDS = frozenset({"chat", "emergency"})


class OutcomeBroker(EventBroker):
    """Follows the events of one message at a time and records how it was met.

    The tracker store publishes the events of a message in one go, after the reply is made and
    before it is sent: nothing here may wait or fail. Writing is the recorder's, in its own thread.
    """

    def __init__(self, recorder: Recorder) -> None:
        """Take the recorder of this process."""
        self._recorder = recorder
        self._message: dict[str, Any] = {}
        self._reply: dict[str, Any] = {}
        self._is_own = False

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig, event_loop: asyncio.AbstractEventLoop | None = None
    ) -> Optional["OutcomeBroker"]:
        """Return the broker of the environment; nothing when recording is switched off.

        Args:
            broker_config: What endpoints.yml says; it holds no option.
            event_loop: Rasa's; not used.
        """
        recorder = Recorder.from_env()
        if not recorder.is_on:
            return None
        # What is too old goes when the server starts, not when the first person comes by.
        recorder.start()
        return cls(recorder)

    def publish(self, event: dict[str, Any]) -> None:
        """Take the next event of a conversation."""
        name = event.get("event")
        if name == UserUttered.type_name:
            self._message, self._reply, self._is_own = event, {}, False
        elif name == BotUttered.type_name:
            self._reply = self._reply or event
        elif name == ActionExecuted.type_name:
            action = str(event.get("name"))
            if action.startswith(UTTER_PREFIX):
                self._is_own = True
            elif action == "action_listen":
                self._end_turn()

    async def close(self) -> None:
        """Write what waits, when the server stops."""
        await asyncio.to_thread(self._recorder.close)

    def _end_turn(self) -> None:
        message, reply = self._message, self._reply
        if message and reply and (self._is_own or read_kind(reply) in KINDS):
            self._recorder.record(read_turn(message, reply))
        self._message, self._reply, self._is_own = {}, {}, False


def read_turn(message: dict[str, Any], reply: dict[str, Any]) -> OutcomeRow:
    """Return the turn of a user's message and the bot's first reply to it, without any words.

    Args:
        message: A `user` event as Rasa publishes it.
        reply: A `bot` event.
    """
    seconds = float(reply.get("timestamp") or 0.0) - float(message.get("timestamp") or 0.0)
    intent = (message.get("parse_data") or {}).get("intent") or {}
    return OutcomeRow(
        kind=read_kind(reply),
        sender_id=str(message.get("sender_id") or ""),
        channel=str(message.get("input_channel") or ""),
        intent=str(intent.get("name") or ""),
        latency_ms=max(0.0, 1000.0 * seconds),
    )


def read_kind(reply: dict[str, Any]) -> str:
    """Return the kind that a reply's response states in domain.yml; empty when it states none."""
    # What is left of a response over text, buttons and payload is the event's metadata; the
    # response's own metadata is one entry of it.
    metadata = (reply.get("metadata") or {}).get("metadata") or {}
    return str(metadata.get("kind") or "")
