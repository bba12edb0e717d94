"""The collector of the turns that answer one message."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from rasa.core.channels.channel import OutputChannel, UserMessage

from contract.turn import Chat, Suggestion, Turn
from spelling.sanitize import sanitize_characters

NAME = "web"
# The intent that utter_greet answers; no client can choose this id for a message of its own.
GREETING = "/greet"
# Rasa's handler of messages.
MessageHandler = Callable[[UserMessage], Awaitable[Any]]


class TurnCollector(OutputChannel):
    """Keeps what the bot says as turns of docs/contract.md, in order.

    Attributes:
        turns: The turns so far.
    """

    def __init__(self) -> None:
        """Start without any."""
        self.turns: list[Turn] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return NAME

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one message of the bot: its payload, or its plain words as a turn of kind chat."""
        custom = message.get("custom")
        if isinstance(custom, dict) and custom.get("kind"):
            self._keep(cast("Turn", custom))
            return
        text = message.get("text") or message.get("image") or message.get("attachment")
        if text:
            buttons = message.get("quick_replies") or message.get("buttons") or []
            await self.send_text_message(recipient_id, str(text), buttons=buttons)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep plain words as a turn of kind chat, with suggestions when there are buttons."""
        turn: Chat = {"kind": "chat", "text": text}
        suggestions: list[Suggestion] = [
            {"title": button["title"], "payload": button["payload"]}
            for button in kwargs.get("buttons") or []
            if button.get("title") and button.get("payload")
        ]
        if suggestions:
            turn["suggestions"] = suggestions
        self._keep(turn)

    def _keep(self, turn: Turn) -> None:
        # A document is cleaned when it is read; nothing invisible leaves, whatever made the turn.
        self.turns.append(_sanitize(turn))


def _sanitize(value: Any) -> Any:
    """Return a value of JSON, its texts without what nobody sees."""
    if isinstance(value, str):
        return sanitize_characters(value)
    if isinstance(value, dict):
        return {name: _sanitize(each) for name, each in value.items()}
    return [_sanitize(each) for each in value] if isinstance(value, list) else value
