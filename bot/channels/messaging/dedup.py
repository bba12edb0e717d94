"""The latest message ids and suggestions, in memory and limited in number."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import cast

from bot.channels.messaging.rendering.turn import choice_text
from contract.turn import Suggestion, Turn

MAX_IDS = 20_000
MAX_CONVERSATIONS, MAX_SUGGESTIONS = 2000, 40


class SeenIds:
    """The latest ids of messages. After a restart none is known."""

    def __init__(self, *, max_ids: int = MAX_IDS) -> None:
        """Start empty.

        Args:
            max_ids: Most ids remembered; the oldest is forgotten first.
        """
        self._max_ids = max_ids
        self._ids: OrderedDict[str, None] = OrderedDict()

    def add(self, message_id: str) -> bool:
        """Remember an id; say whether it is new."""
        if message_id in self._ids:
            return False
        self._ids[message_id] = None
        while len(self._ids) > self._max_ids:
            self._ids.popitem(last=False)
        return True

    def has(self, message_id: str) -> bool:
        """Say whether an id is remembered."""
        return message_id in self._ids


class RecentSuggestions:
    """The latest suggestions of the latest conversations: what a tap can mean."""

    def __init__(
        self, *, max_conversations: int = MAX_CONVERSATIONS, max_suggestions: int = MAX_SUGGESTIONS
    ) -> None:
        """Start empty.

        Args:
            max_conversations: Most conversations remembered, the least recently used go first.
            max_suggestions: Most suggestions of a conversation, the oldest go first.
        """
        self._max_conversations = max_conversations
        self._max_suggestions = max_suggestions
        self._suggestions: OrderedDict[str, dict[str, Suggestion]] = OrderedDict()

    def add(self, conversation: str, turns: Sequence[Turn]) -> None:
        """Remember what the turns of a reply suggested."""
        known = self._suggestions.setdefault(conversation, {})
        self._suggestions.move_to_end(conversation)
        for turn in turns:
            suggestions = turn.get("suggestions")
            for suggestion in suggestions if isinstance(suggestions, list) else []:
                if isinstance(suggestion, dict):
                    text = choice_text(suggestion)
                    known.pop(text, None)  # the last place is that of the latest
                    known[text] = cast("Suggestion", suggestion)
        for text in list(known)[: -self._max_suggestions]:
            del known[text]
        while len(self._suggestions) > self._max_conversations:
            self._suggestions.popitem(last=False)

    def of(self, conversation: str) -> list[Suggestion]:
        """Return the suggestions of a conversation, the latest first."""
        return list(self._suggestions.get(conversation, {}).values())[::-1]
