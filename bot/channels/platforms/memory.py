"""What is remembered of messages and conversations, in memory and no more than so much."""

from collections import OrderedDict
from typing import Any, Dict, List, Mapping, Sequence

from bot.messaging.turn import choice_text

MAX_IDS = 20_000
MAX_CONVERSATIONS, MAX_OFFERS = 2000, 40


class Seen:
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

    def forget(self, message_id: str) -> None:
        """Let an id be new again: its message was not taken after all."""
        self._ids.pop(message_id, None)


class Offers:
    """The latest suggestions of the latest conversations: what a tap can mean."""

    def __init__(
        self, *, max_conversations: int = MAX_CONVERSATIONS, max_offers: int = MAX_OFFERS
    ) -> None:
        """Start empty.

        Args:
            max_conversations: Most conversations remembered, the least recently used go first.
            max_offers: Most suggestions of a conversation, the oldest go first.
        """
        self._max_conversations = max_conversations
        self._max_offers = max_offers
        self._offers: OrderedDict[str, Dict[str, Any]] = OrderedDict()

    def add(self, conversation: str, turns: Sequence[Mapping[str, Any]]) -> None:
        """Remember what the turns of a reply suggested."""
        known = self._offers.setdefault(conversation, {})
        self._offers.move_to_end(conversation)
        for turn in turns:
            suggestions = turn.get("suggestions")
            for offer in suggestions if isinstance(suggestions, list) else []:
                if isinstance(offer, dict):
                    text = choice_text(offer)
                    known.pop(text, None)  # the last place is that of the latest
                    known[text] = offer
        for text in list(known)[: -self._max_offers]:
            del known[text]
        while len(self._offers) > self._max_conversations:
            self._offers.popitem(last=False)

    def of(self, conversation: str) -> List[Any]:
        """Return the suggestions of a conversation, the latest first."""
        return list(self._offers.get(conversation, {}).values())[::-1]
