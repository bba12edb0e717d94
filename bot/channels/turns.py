"""Collect the turns of one message."""

from typing import Any, Dict, List

from rasa.core.channels.channel import OutputChannel

NAME = "web"
Turn = Dict[str, Any]


class TurnCollector(OutputChannel):
    """Keeps what the bot says as turns of docs/contract.md, in order.

    Attributes:
        turns: The turns so far.
    """

    def __init__(self) -> None:
        """Start without any."""
        self.turns: List[Turn] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return NAME

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Keep one message of the bot: its payload, or its plain words as a turn of kind chat."""
        custom = message.get("custom")
        if isinstance(custom, dict) and custom.get("kind"):
            self.turns.append(custom)
            return
        text = message.get("text") or message.get("image") or message.get("attachment")
        if text:
            buttons = message.get("quick_replies") or message.get("buttons") or []
            await self.send_text_message(recipient_id, str(text), buttons=buttons)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep plain words as a turn of kind chat, with suggestions when there are buttons."""
        turn: Turn = {"kind": "chat", "text": text}
        suggestions = [
            {"title": button["title"], "payload": button["payload"]}
            for button in kwargs.get("buttons") or []
            if button.get("title") and button.get("payload")
        ]
        if suggestions:
            turn["suggestions"] = suggestions
        self.turns.append(turn)
