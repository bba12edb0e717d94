"""The web channel: a session that nobody can guess, one JSON reply a message, and the demo page.

Rasa's REST channel lets a client name any sender; here the sender stands in a token that this
server signed. docs/web-channel.md describes what clients see.
"""

import asyncio
import logging
from pathlib import Path
from typing import Any, Dict, Optional

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic

from bot.channels import api
from bot.channels.conversation import Conversations, Handle
from bot.channels.files import ENTRY, Folder
from bot.channels.forget import CannotForget, OutcomesForgetter, check_store
from bot.channels.form import Form
from bot.channels.front import Front
from bot.channels.guard import Guard, Handler, Refuse
from bot.channels.limits import Limit
from bot.channels.origins import Origins
from bot.channels.page import SITE, Pages
from bot.channels.sessions import Sessions
from bot.channels.settings import Settings
from bot.channels.tokens import Tokens, read_secret
from bot.channels.turns import NAME
from outcomes.errors import SettingInvalid
from outcomes.settings import Settings as OutcomesSettings

logger = logging.getLogger(__name__)

SECRET_FILE = Path("build/web.secret")
WIDGET = Path(__file__).parents[2] / "widget"
# What a new session costs of an address's rate, in messages: each takes up memory.
SESSION_WEIGHT = 5


class WebInput(InputChannel):
    """The channel of the widget and of the demo page."""

    def __init__(
        self,
        settings: Settings,
        outcomes: OutcomesSettings,
        *,
        widget: Path = WIDGET,
        secret_file: Path = SECRET_FILE,
    ) -> None:
        """Take the settings.

        Args:
            settings: Of this channel.
            outcomes: Where outcomes are kept, which go with a deleted session.
            widget: The folder of the widget.
            secret_file: Keeps the secret where no setting gives one.

        Raises:
            SecretUnavailable: There is no secret, and none can be kept.
        """
        self._settings = settings
        secret = settings.secret or read_secret(secret_file)
        self._tokens = Tokens(secret, session_s=3600 * settings.session_hours)
        self._outcomes = OutcomesForgetter(outcomes)
        self._origins = Origins(settings.origins, proxies=settings.proxies)
        self._widget, self._style = Folder(widget, entry=ENTRY), Folder(SITE)
        self._pages = Pages(settings, widget=self._widget, style=self._style)

    @classmethod
    def name(cls) -> str:
        """The channel's name: part of its address, and what trackers say of a message."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> "WebInput":
        """Return the channel of the environment.

        Args:
            credentials: What credentials.yml says; it holds no option.

        Raises:
            SettingInvalid: A setting has the wrong form.
            SecretUnavailable: There is no secret, and none can be kept.
        """
        try:
            outcomes = OutcomesSettings.from_env()
        except SettingInvalid:  # said by the recorder; it then keeps nothing that could be deleted
            outcomes = OutcomesSettings(url="")
        return cls(Settings.from_env(), outcomes)

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        """Return the routes; Rasa puts them under /webhooks/web."""
        settings = self._settings
        conversations = Conversations(
            on_new_message,
            tokens=self._tokens,
            sessions=Sessions(),
            limit=Limit(settings.session_rate),
            outcomes=self._outcomes,
        )
        guard = Guard(self._origins, Limit(settings.address_rate), proxies=settings.proxies)
        blueprint = Blueprint("web_channel")

        def add(
            path: str, method: str, handler: Handler, refuse: Refuse, *, weight: int = 1
        ) -> None:
            guarded = guard.wrap(handler, refuse, weight=weight)
            name = f"{method}_{path[1:]}".lower()
            # A body is read by its handler, and no further than its limit.
            has_body = method == "POST"
            blueprint.add_route(guarded, path, methods=[method], name=name, stream=has_body)

        json = api.Api(conversations, self._tokens, settings)
        form = Form(conversations, self._pages, settings)
        add("/session", "POST", json.open, api.refuse, weight=SESSION_WEIGHT)
        add("/session", "DELETE", json.end, api.refuse)
        add("/messages", "POST", json.say, api.refuse)
        add("/form", "POST", form.take, form.refuse)
        blueprint.listener("before_server_start")(self._start)
        blueprint.listener("after_server_start")(self._check_store)
        blueprint.listener("after_server_stop")(self._stop)
        return blueprint

    async def _start(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        front = Front(
            pages=self._pages,
            widget=self._widget,
            style=self._style,
            origins=self._origins,
            proxies=self._settings.proxies,
        )
        front.stand_before(app)

    async def _check_store(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        """Say early what a person would hear of too late, when they want something deleted."""
        agent = getattr(app.ctx, "agent", None)
        try:
            if agent is not None:
                check_store(agent.tracker_store)
        except CannotForget as err:
            logger.error("%s People cannot delete what they said.", err)

    async def _stop(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        await self._outcomes.close()
