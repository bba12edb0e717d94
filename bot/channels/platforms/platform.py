"""What a messaging platform has to bring."""

from typing import Any, Mapping, Protocol, Tuple

from bot.channels.platforms.incoming import Incoming, Reading
from bot.channels.platforms.webhook import Webhook


class Platform(Protocol):
    """A messaging platform, with the account that it was opened for.

    Attributes:
        name: In small letters: its address, and what trackers and outcomes call the channel.
        paths: Its webhooks, and the methods that each takes: `{"webhook": ("POST",)}` stands at
            `/webhooks/<name>/webhook`. A webhook with any other gets 404 or 405.
    """

    name: str
    paths: Mapping[str, Tuple[str, ...]]

    async def check(self, webhook: Webhook) -> None:
        """Refuse what is not the platform's: a secret, a signature, a token, a time window.

        Called before anything else is read. It may ask the platform (for public keys), which a
        webhook should seldom have to wait for.

        Raises:
            Forged: It is not.
            Unreadable: It makes no sense.
            SendFailed: The platform was asked and did not say; it has to come again (503).
        """

    def read(self, webhook: Webhook) -> Reading:
        """Return what a checked webhook says; `fields.py` helps to distrust it.

        Raises:
            Unreadable: It is not of the form that the platform documents at all.
        """

    async def show_typing(self, to: Incoming) -> None:
        """Show that an answer is being written, for some seconds; nothing where there is no way.

        Raises:
            SendFailed: It cannot be shown. Nobody needs to know.
        """

    async def send(self, to: Incoming, payload: Mapping[str, Any]) -> None:
        """Draw a turn of docs/contract.md and send it, its messages in order.

        Raises:
            SendFailed: One could not be sent; those after it were not tried.
        """
