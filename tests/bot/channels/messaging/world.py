"""A dispatcher with a pretended assistant and an inbox in a file, as often as it is started."""

import asyncio
import sqlite3
from pathlib import Path

from bot.channels.messaging.answering import Answerer
from bot.channels.messaging.dispatcher import Dispatcher
from bot.channels.messaging.inbox import Inbox
from bot.channels.messaging.incoming import IncomingMessage
from bot.channels.messaging.queues import MAX_IN_ALL
from bot.channels.settings import ChannelSettings
from bot.emergency_numbers import Numbers

SECRET = "s" * 32
EMERGENCY = "I have crushing chest pain"
NUMBERS = Numbers.from_env({"BONAFIDE_EMERGENCY_NUMBERS": "GB=999"})


def incoming(message_id="1", content="hello", conversation="c", sender="p", **fields):
    return IncomingMessage(
        id=message_id, conversation=conversation, sender=sender, content=content, **fields
    )


class Rasa:
    """Repeats what it is sent."""

    def __init__(self):
        self.messages = []
        self.delay_s = 0.0

    async def handle(self, message):
        self.messages.append(message)
        await asyncio.sleep(self.delay_s)
        if message.text == "fail":
            raise RuntimeError("words of a person")
        turn = {
            "kind": "chat",
            "text": f"you said {message.text}",
            "suggestions": [{"title": "More?", "payload": "tell me more"}],
        }
        if message.text != "nothing":
            await message.output_channel.send_response(message.sender_id, {"custom": turn})


class World:
    """A dispatcher and what is around it, as often as it is started."""

    def __init__(self, folder, platforms):
        self.url = f"sqlite:///{folder}/inbox.db"
        self.platforms = platforms
        self.rasa = Rasa()
        self.settings = ChannelSettings(max_chars=100, session_rate=0)

    def start(self, *, owner="server", lease_s=30.0, max_in_all=MAX_IN_ALL, **options):
        inbox = Inbox(self.url, secret=SECRET, lease_s=lease_s)
        inbox.start(owner)
        answerer = Answerer(
            self.rasa.handle, inbox, NUMBERS, max_chars=self.settings.max_chars, **options
        )
        return Dispatcher(
            answerer, self.settings, self.platforms, inbox, secret=SECRET, max_in_all=max_in_all
        )

    def bytes(self):
        """Return all that the database has on the disk."""
        path = Path(self.url.removeprefix("sqlite:///"))
        return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))

    def rows(self):
        connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
        found = connection.execute(
            "SELECT message_id, body, reply, n_sent, lease_until FROM inbox ORDER BY id"
        ).fetchall()
        connection.close()
        return found


class Dead:
    """A table of a process that has ended."""

    def __getattr__(self, name):
        raise OSError


async def kill(dispatcher):
    """End a dispatcher as SIGKILL does: nothing that it would do reaches the table."""
    await asyncio.gather(*dispatcher._accepting, return_exceptions=True)
    dispatcher._inbox._table = Dead()
    tasks = [task for queues in dispatcher._queues.values() for task in queues._tasks]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
