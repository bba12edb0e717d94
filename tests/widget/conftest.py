"""One real browser for all tests of the widget; a fresh profile and a friendly bot for each."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import BotDouble

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
        window.spoken.push(`${politeness}: ${node.textContent}`);
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
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        leave_out("the widget's tests in a browser", "chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--disable-dev-shm-usage"])
        yield found
        found.close()


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
def new_context(browser: Browser) -> Iterator[Any]:
    contexts: list[BrowserContext] = []

    def make(width: int = 1280, height: int = 800, **options: Any) -> BrowserContext:
        viewport = {"width": width, "height": height}
        contexts.append(browser.new_context(viewport=viewport, locale="en-GB", **options))
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
    """Show a whole passage of a further source."""
    chat.ask("answer")
    chat.page.get_by_text("More sources (1)").click()
    chat.page.get_by_text("Show the whole passage").first.click()


def thumb_down(chat: Chat, _: BotDouble) -> None:
    """Say that an answer did not help."""
    chat.ask("answer")
    chat.page.get_by_role("button", name="No", exact=True).click()
    expect(chat.page.get_by_text("Thank you.").first).to_be_visible()


def open_menu(chat: Chat, _: BotDouble) -> None:
    """Open the menu."""
    chat.page.get_by_role("button", name="More options").click()
    expect(chat.page.get_by_role("button", name="Delete my data")).to_be_visible()


def fail(chat: Chat, bot: BotDouble) -> None:
    """Send what the bot does not take."""
    bot.failures = [400]
    chat.say("What is osteoporosis?")
    expect(chat.page.get_by_text("Not sent.").first).to_be_visible()


def go_offline(chat: Chat, _: BotDouble) -> None:
    """Lose the connection and write something."""
    chat.page.context.set_offline(True)
    chat.say("What is osteoporosis?")
    expect(chat.page.get_by_text("You are offline.").first).to_be_visible()


STEPS = {
    "expanded": expand,
    "feedback": thumb_down,
    "menu": open_menu,
    "error": fail,
    "offline": go_offline,
}
STATES = ["closed", "open", *turns.TURNS, *STEPS]
