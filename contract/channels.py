"""Channels whose clients read turns (docs/contract.md) beside the plain text."""

# Their clients always do. A message of any other channel says it in its metadata.
CHANNELS = frozenset({"rest", "web"})
READS_TURNS = "reads_turns"
# A client that shows this response before anything is said, without a turn, says so in the metadata
# of the first message.
GREETING = "utter_greet"
GREETED = "greeted"


def reads_turns(channel: str | None, metadata: object) -> bool:
    """Say whether the client of a conversation reads turns.

    Args:
        channel: Where the latest message was written.
        metadata: What came with it, of any form.
    """
    says_so = isinstance(metadata, dict) and metadata.get(READS_TURNS) is True
    return channel in CHANNELS or says_so
