"""The interface of a messaging platform."""

from collections.abc import Mapping
from typing import Protocol

from bot.channels.messaging.incoming import IncomingMessage, ParsedWebhook
from bot.channels.messaging.json_fields import Json
from bot.channels.messaging.webhook import Webhook
from contract.turn import Turn


class Platform(Protocol):
    """A messaging platform, with the account that it was opened for.

    Attributes:
        name: In small letters: its address, and what trackers and outcomes call the channel.
        paths: Its webhooks, and the methods that each takes: `{"webhook": ("POST",)}` stands at
            `/webhooks/<name>/webhook`. A webhook with any other gets 404 or 405.
    """

    name: str
    paths: Mapping[str, tuple[str, ...]]

    def verify_headers(self, webhook: Webhook) -> None:
        """Refuse what can be refused without its body: the body is not there yet.

        Anybody can send a webhook, and reading it is most of what a forged one costs.

        Raises:
            InvalidSignature: If a secret, a signature or a token is missing or wrong.
            MalformedWebhook: If the headers are not those that the platform documents.
        """

    async def verify_signature(self, webhook: Webhook) -> None:
        """Refuse what is not the platform's: a secret, a signature, a token, a time window.

        Called before anything else is parsed. It may ask the platform (for public keys), but not
        for each webhook: they wait for it.

        Raises:
            InvalidSignature: If it is forged.
            MalformedWebhook: If it is not of the form that the platform documents.
            SendFailed: If the platform was asked and did not say; the webhook gets 503.
        """

    def parse_webhook(self, webhook: Webhook) -> ParsedWebhook:
        """Return what a verified webhook says; `json_fields.py` reads JSON of any form.

        Raises:
            MalformedWebhook: If it is not of the form that the platform documents.
        """

    async def show_typing(self, to: IncomingMessage) -> None:
        """Show that an answer is being written, for some seconds, if the platform can.

        Raises:
            SendFailed: If it cannot be shown; it is not logged.
        """

    async def render_turn(self, to: IncomingMessage, payload: Turn) -> list[Json]:
        """Return the messages that a turn of docs/contract.md is sent in; they can be kept as JSON.

        Raises:
            SendFailed: If the platform was asked for something in them and did not say.
        """

    async def send_message(self, to: IncomingMessage, message: Json) -> None:
        """Send one message of those that `render_turn` returned.

        Raises:
            SendFailed: If it could not be sent.
        """
