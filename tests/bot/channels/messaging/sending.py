"""Send a turn as the dispatcher does."""

from typing import Any


async def deliver(platform: Any, to: Any, turn: Any) -> None:
    """Draw a turn and send its messages in order."""
    for message in await platform.render_turn(to, turn):
        await platform.send_message(to, message)
