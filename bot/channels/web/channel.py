"""The web channel: a session that nobody can guess, one JSON reply a message, and the pages.

Rasa's REST channel lets a client name any sender; here the sender stands in a token that this
server signed. docs/web-channel.md describes what clients see.
"""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic

from bot.channels.collector import NAME, MessageHandler
from bot.channels.contact import read_contact
from bot.channels.http import respond_error
from bot.channels.secrets import read_session_secrets
from bot.channels.settings import ChannelSettings
from bot.channels.web.about import AboutPage
from bot.channels.web.api import JsonApi
from bot.channels.web.brand import make_brand_files
from bot.channels.web.conversations import Conversations
from bot.channels.web.cors import CorsPolicy
from bot.channels.web.facts import Facts
from bot.channels.web.html_form import HtmlForm
from bot.channels.web.library_client import LibraryClient
from bot.channels.web.library_pages import LibraryPages
from bot.channels.web.library_routes import LibraryRoutes
from bot.channels.web.middleware import ErrorResponder, Handler, Middleware
from bot.channels.web.numbers_script import make_numbers_scripts
from bot.channels.web.pages import SITE, Pages
from bot.channels.web.session_store import SessionStore
from bot.channels.web.sessions import Sessions
from bot.channels.web.static_files import ENTRY, StaticFolder
from bot.channels.web.static_routes import StaticRoutes
from bot.channels.web.tokens import SessionTokens
from bot.conversations.erasure import ErasureFailed, OutcomesEraser, check_erasable
from bot.conversations.wrapped_stores import live_stores
from bot.emergency_numbers import Numbers
from bot.server.rate_limits import RateLimit
from bot.turns.current_message import in_turn
from outcomes.settings import Settings as OutcomesSettings
from profiles import Assistant, read_current
from settings import SettingInvalid

logger = logging.getLogger(__name__)

WIDGET = Path(__file__).parents[3] / "widget"
# What a new session costs of an address's rate, in messages: its first message takes up memory.
SESSION_WEIGHT = 5


class WebInput(InputChannel):
    """The channel of the widget and of this server's pages."""

    def __init__(
        self,
        settings: ChannelSettings,
        outcomes: OutcomesSettings,
        *,
        facts: Facts | None = None,
        assistant: Assistant | None = None,
        numbers: Numbers | None = None,
        widget: Path = WIDGET,
        secret_file: Path | None = None,
        session_store: SessionStore | None = None,
    ) -> None:
        """Take the settings.

        Args:
            settings: Of this channel.
            outcomes: Where outcomes are kept, which go with a deleted session.
            facts: Who is behind the assistant and what is kept; None for what the environment says.
            assistant: Its words, logo and colours; None for those of the profile.
            numbers: Emergency numbers, for the widget and the pages; None for those of the table.
            widget: The folder of the widget.
            secret_file: Keeps the secret where no setting gives one; None for the folder of the
                state.
            session_store: Knows sessions of before a restart; None to forget them.

        Raises:
            SecretUnavailable: There is no secret, and none can be kept.
            SettingInvalid: A setting of the environment has the wrong form.
            ProfileInvalid: The profile cannot be used.
        """
        self._settings = settings
        self._session_store = session_store
        self._tokens = SessionTokens(
            *read_session_secrets(settings, secret_file),
            session_s=3600 * settings.session_hours,
            max_s=24 * 3600 * settings.session_days,
        )
        self._outcomes = OutcomesEraser(outcomes)
        self._cors = CorsPolicy(settings.origins, proxies=settings.proxies)
        facts = facts or Facts.from_env()
        assistant = read_current().assistant if assistant is None else assistant
        numbers = numbers or Numbers.from_env({})
        contact = read_contact()
        self._widget = StaticFolder(widget, entry=ENTRY, replaced=make_numbers_scripts(numbers))
        self._style = StaticFolder(SITE, replaced=make_brand_files(assistant, SITE))
        self._pages = Pages(
            settings,
            facts,
            assistant=assistant,
            widget=self._widget,
            style=self._style,
            emergency=numbers.find_emergency(numbers.region),
            contact=contact,
        )
        self._about = AboutPage(
            facts,
            settings,
            contact=contact,
            numbers=numbers,
            widget=self._widget,
            languages=assistant.languages,
        )

    @classmethod
    def name(cls) -> str:
        """The channel's name: part of its address, and what trackers say of a message."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, object] | None) -> "WebInput":
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
        settings = ChannelSettings.from_env()
        store = SessionStore.from_env(keep_s=3600.0 * settings.session_hours)
        return cls(settings, outcomes, numbers=Numbers.from_env(), session_store=store)

    def blueprint(self, on_new_message: MessageHandler) -> Blueprint:
        """Return the routes; Rasa puts them under /webhooks/web."""
        settings = self._settings
        conversations = Conversations(
            in_turn(on_new_message),
            tokens=self._tokens,
            sessions=Sessions(limit=RateLimit(settings.session_rate), store=self._session_store),
            outcomes=self._outcomes,
        )
        addresses = RateLimit(settings.address_rate, per_second=settings.address_burst)
        middleware = Middleware(self._cors, addresses, proxies=settings.proxies)
        blueprint = Blueprint("web_channel")

        def add_route(
            path: str, method: str, handler: Handler, respond: ErrorResponder, *, weight: int = 1
        ) -> None:
            wrapped = middleware.wrap_handler(handler, respond, weight=weight)
            name = f"{method}_{path[1:]}".lower()
            # A body is read by its handler, and no further than its limit.
            has_body = method == "POST"
            blueprint.add_route(wrapped, path, methods=[method], name=name, stream=has_body)

        api = JsonApi(self._about, conversations, self._tokens, settings)
        form = HtmlForm(conversations, self._pages, settings)
        # As cheap as a file, and asked for by every page view: it counts as little.
        add_route("/about", "GET", api.describe, respond_error, weight=0)
        add_route("/session", "POST", api.open_session, respond_error, weight=SESSION_WEIGHT)
        add_route("/session", "DELETE", api.delete_session, respond_error)
        add_route("/messages", "POST", api.take_message, respond_error)
        add_route("/form", "POST", form.submit, form.error_page)
        library = LibraryRoutes(
            LibraryClient(),
            LibraryPages(self._pages),
            addresses,
            proxies=settings.proxies,
            is_indexable=settings.indexable,
        )
        add_route("/library", "POST", library.search, library.error_page)

        async def install(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            self._install_static_routes(app, library)

        blueprint.listener("before_server_start")(install)
        blueprint.listener("after_server_start")(self._start_store)
        blueprint.listener("after_server_stop")(self._stop)
        return blueprint

    def _install_static_routes(self, app: Sanic, library: LibraryRoutes) -> None:
        library.install(app)
        StaticRoutes(
            pages=self._pages,
            widget=self._widget,
            style=self._style,
            cors=self._cors,
            list_documents=library.titles,
            proxies=self._settings.proxies,
        ).install(app)

    async def _start_store(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        """Write what the last server could not.

        And say early what a person would hear of too late, when they want something deleted.
        """
        agent = getattr(app.ctx, "agent", None)
        if agent is None:
            return
        for store in live_stores(agent.tracker_store):
            await store.start()
        try:
            check_erasable(agent.tracker_store)
        except ErasureFailed as err:
            logger.error("%s People cannot delete what they said.", err)

    async def _stop(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        agent = getattr(app.ctx, "agent", None)
        stores = live_stores(agent.tracker_store) if agent is not None else ()
        await asyncio.gather(self._outcomes.close(), *(store.close() for store in stores))
