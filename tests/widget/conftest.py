"""One real browser for all tests of the widget; a fresh profile and a friendly bot for each."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from bot.channels.settings import ChannelSettings
from bot.channels.web.facts import Facts
from bot.channels.web.pages import SITE, TEMPLATES, Pages
from bot.channels.web.security_headers import find_page_headers
from bot.channels.web.static_files import ENTRY, StaticFolder
from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import WIDGET, BotDouble

ROOT = Path(__file__).parents[2]
NODE = ROOT / "build" / "node"
# What was found out about the page: violations of its policy, and what live regions said.
SPY = """
window.violations = []; window.spoken = []; window.pwned = 0;
for (const name of ["alert", "prompt", "confirm"]) window[name] = () => { window.pwned += 1; };
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, options);
  new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      const politeness = target.getAttribute?.("aria-live");
      for (const node of politeness ? addedNodes : []) {
        const lines = [...node.children].map((line) => line.textContent).join("\\n");
        window.spoken.push(`${politeness}: ${lines}`);
      }
    }
  }).observe(root, { childList: true, subtree: true });
  return root;
};
"""


def leave_out(what: str, missing: str) -> None:
    """Skip, saying what was not tested; where everything has to be there, fail."""
    line = f"{what}: left out, {missing} is not installed"
    if os.environ.get("CI"):
        pytest.fail(line)
    pytest.skip(line)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, or with BROWSER=firefox the other one."""
    if os.environ.get("BROWSER") == "firefox":
        found = launch_firefox(playwright, tmp_path_factory.mktemp("firefox"))
    else:
        found = launch_chromium(playwright)
    yield found
    found.close()


def launch_chromium(playwright: Playwright) -> Browser:
    """Start Chromium, or leave the tests out."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        leave_out("the widget's tests in a browser", "chromium (apt-get install chromium)")
    arguments = ["--disable-dev-shm-usage"]
    return playwright.chromium.launch(executable_path=path, args=arguments)


def launch_firefox(playwright: Playwright, folder: Path) -> Browser:
    """Start Firefox, or leave the tests out.

    Args:
        playwright: Starts it.
        folder: For the script that does.
    """
    path = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if not path:
        leave_out("the widget's tests in Firefox", "firefox (apt-get install firefox-esr)")
    start = folder / "start.sh"
    script = Path(__file__).with_name("firefox.py")
    start.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "{path}" "$@"\n')
    start.chmod(0o755)
    return playwright.firefox.launch(channel="moz-firefox", executable_path=start)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Where axe-core and TypeScript are; npm fetches them once."""
    npm, wanted = shutil.which("npm"), (Path(__file__).parent / "package.json").read_text()
    if not npm:
        leave_out("accessibility rules and types of the widget", "npm")
    there = NODE / "package.json"
    if not (there.exists() and there.read_text() == wanted and (NODE / "node_modules").exists()):
        NODE.mkdir(parents=True, exist_ok=True)
        there.write_text(wanted)
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        subprocess.run(command, cwd=NODE, check=True, timeout=300)
    return NODE / "node_modules"


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[BotDouble, BotDouble]]:
    """The bot, and another origin."""
    both = BotDouble(), BotDouble()
    for server in both:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield both
    for server in both:
        server.shutdown()
        server.server_close()


@pytest.fixture
def bot(servers: tuple[BotDouble, BotDouble]) -> BotDouble:
    double = servers[0]
    double.reset()
    double.greeting, double.answer = [turns.GREETING], turns.answer
    return double


@pytest.fixture
def elsewhere(servers: tuple[BotDouble, BotDouble]) -> BotDouble:
    """A host site on another origin than the bot's."""
    servers[1].reset()
    return servers[1]


@pytest.fixture
def site(bot: BotDouble) -> BotDouble:
    """Serves the server's own pages; its answers are the bot double's."""
    style = StaticFolder(SITE)
    pages = Pages(ChannelSettings(), Facts(), widget=StaticFolder(WIDGET, entry=ENTRY), style=style)
    for path in TEMPLATES:
        page = pages.find_page(path, host=bot.url.removeprefix("http://"), scheme="http")
        assert page is not None
        bot.pages[path] = (page.body.decode(), find_page_headers(path))
    for each in SITE.iterdir():
        file = style.find_file(each.name)
        if file is not None:
            bot.files[f"/site/{style.version}/{each.name}"] = (file.body, file.type)
    return bot


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Any]:
    contexts: list[BrowserContext] = []

    def make(width: int = 1280, height: int = 800, **options: Any) -> BrowserContext:
        viewport = {"width": width, "height": height}
        contexts.append(browser.new_context(viewport=viewport, **{"locale": "en-GB", **options}))
        contexts[-1].add_init_script(SPY)
        contexts[-1].set_default_timeout(5000)
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_context: Any) -> Page:
    found: Page = new_context().new_page()
    return found


@pytest.fixture
def chat(page: Page, bot: BotDouble) -> "Chat":
    """The chat on the bot's own page, not yet open."""
    page.goto(bot.url)
    return Chat(page)


class Chat:
    """The widget as a person meets it."""

    def __init__(self, page: Page) -> None:
        """Take the page it is on."""
        self.page = page
        self.launcher = page.get_by_role("button", name="Ask a question")
        self.input = page.get_by_role("textbox", name="Your question")
        self.messages = page.locator("bonafide-chat .message")

    def open(self) -> "Chat":
        """Open it and wait for the greeting."""
        self.launcher.click()
        expect(self.messages.first).to_be_visible()
        return self

    def ask(self, text: str) -> Locator:
        """Type and send; return the last message once there is one more from the bot."""
        bots = self.page.locator("bonafide-chat .message.bot")
        before = bots.count()
        self.say(text)
        expect(bots).to_have_count(before + 1)
        return bots.last

    def say(self, text: str) -> None:
        """Type and send."""
        self.input.fill(text)
        self.input.press("Enter")

    @property
    def focused(self) -> str:
        """The name of what has the focus, inside the shadow root where it is there."""
        return str(
            self.page.evaluate(
                """() => { let node = document.activeElement;
                while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
                return node?.getAttribute?.("aria-label") || node?.innerText?.trim()
                    || node?.tagName || ""; }"""
            )
        )

    @property
    def spoken(self) -> list[str]:
        """What live regions have said, with how."""
        return list(self.page.evaluate("window.spoken"))

    @property
    def violations(self) -> list[str]:
        """Violations of the page's security policy."""
        return list(self.page.evaluate("window.violations"))


def show_state(chat: Chat, bot: BotDouble, state: str) -> None:
    """Bring a closed chat into one of the states that are looked at and checked."""
    if state == "closed":
        return
    chat.open()
    if state in turns.TURNS:
        chat.ask(state)
    elif state in STEPS:
        STEPS[state](chat, bot)


def expand(chat: Chat, _: BotDouble) -> None:
    """Show where an answer comes from, and a further passage."""
    open_sources(chat.ask("answer"))
    chat.page.get_by_text("How does it affect bone?").click()


def open_sources(item: Locator) -> Locator:
    """Open the line that says where an answer comes from; return what it holds."""
    item.get_by_role("button", name="Source: ").click()
    sources = item.get_by_role("list", name="Sources")
    expect(sources).to_be_visible()
    return sources


def thumb_down(chat: Chat, _: BotDouble) -> None:
    """Say that an answer did not help."""
    chat.ask("answer")
    chat.page.get_by_role("button", name="This did not help").click()
    expect(chat.page.get_by_text("Thank you.").first).to_be_visible()


def open_menu(chat: Chat, _: BotDouble) -> None:
    """Open the menu."""
    chat.page.get_by_role("button", name="More options").click()
    expect(chat.page.get_by_role("button", name="Delete my data")).to_be_visible()


def fail(chat: Chat, bot: BotDouble) -> None:
    """Send what the bot does not take."""
    bot.failures = [400]
    chat.say("What is osteoporosis?")
    expect(chat.page.get_by_text("Could not be sent.").first).to_be_visible()


def overflow(chat: Chat, bot: BotDouble) -> None:
    """Send what is too long for the bot, whatever it said before."""
    bot.failures = [413]
    chat.say("What is osteoporosis?")
    expect(chat.page.get_by_text("The message is too long.").first).to_be_visible()


def overload(chat: Chat, bot: BotDouble) -> None:
    """Send more than the bot takes at once."""
    bot.failures, bot.retry_after = [429], 40
    chat.say("What is osteoporosis?")
    expect(chat.page.get_by_text("Waiting to send.").first).to_be_visible()


def restart(chat: Chat, bot: BotDouble) -> None:
    """Send two messages while the bot starts again."""
    bot.failures, bot.retry_after = [503, 503], 40
    chat.say("What is osteoporosis?")
    chat.say("Is it common?")
    expect(chat.page.get_by_text("Waiting to send.").nth(1)).to_be_visible()


def go_offline(chat: Chat, _: BotDouble) -> None:
    """Lose the connection and write something."""
    chat.page.context.set_offline(True)
    chat.say("What is osteoporosis?")
    expect(chat.page.get_by_text("You are offline.").first).to_be_visible()


def need_help_offline(chat: Chat, _: BotDouble) -> None:
    """Lose the connection and write of an emergency."""
    chat.page.context.set_offline(True)
    chat.say("I have crushing chest pain")
    expect(chat.page.get_by_text("Get help now").first).to_be_visible()


STEPS = {
    "expanded": expand,
    "feedback": thumb_down,
    "menu": open_menu,
    "error": fail,
    "too_long": overflow,
    "rate_limited": overload,
    "unreachable": restart,
    "offline": go_offline,
    "urgent": need_help_offline,
}
STATES = ["closed", "open", *turns.TURNS, *STEPS]
