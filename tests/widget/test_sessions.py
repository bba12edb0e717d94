"""Sessions and their tokens: no view costs one, and none is lost before it can be deleted."""

import json
import random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import SCRIPT, BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

STORED = """() => JSON.parse(Object.entries(localStorage)
    .find(([key]) => key.startsWith("bonafide-chat "))?.[1] ?? "null")"""
STORE = (
    """(state) => localStorage.setItem(`bonafide-chat ${location.origin}`, JSON.stringify(state))"""
)
DAY_MS = 24 * 3_600_000
AWAY = "**/webhooks/web/**"


def stored(chat: Chat) -> Any:
    """Return what the browser keeps."""
    return chat.page.evaluate(STORED)


def see(chat: Chat) -> Chat:
    """Open the chat, unless the page before left it open, and wait for the greeting."""
    chat.page.evaluate("() => { document.querySelector('bonafide-chat').open = true; }")
    expect(chat.messages.first).to_be_visible()
    return chat


def press(chat: Chat, *names: str) -> None:
    """Open the menu and press its buttons, and those that they ask back with."""
    chat.page.get_by_role("button", name="More options").click()
    for name in names:
        chat.page.get_by_role("button", name=name, exact=True).click()


def start_again(chat: Chat) -> None:
    """Begin a new conversation."""
    press(chat, "New conversation", "Start again")


def delete_all(chat: Chat) -> None:
    """Delete all data."""
    press(chat, "Delete my data", "Delete")


def sessions_opened(bot: BotDouble) -> int:
    """Return how often a session was asked for."""
    return bot.requests.count("POST /webhooks/web/session")


# the greeting


def test_a_page_view_and_an_opening_cost_no_session(chat: Chat, bot: BotDouble):
    for _ in range(3):
        see(chat)
        expect(chat.page.get_by_text("What would you like to know?").first).to_be_visible()
        chat.page.reload()
    assert [each for each in bot.requests if each.startswith("POST")] == []
    see(chat).ask("hello")
    chat.ask("again")
    assert sessions_opened(bot) == 1


def test_an_inline_chat_that_is_only_looked_at_costs_no_session(page: Page, bot: BotDouble):
    page.goto(bot.page("/inline", body='<bonafide-chat mode="inline"></bonafide-chat>'))
    expect(page.get_by_text("What would you like to know?").first).to_be_visible()
    assert [each for each in bot.requests if each.startswith("POST")] == []


def test_the_greeting_is_there_while_the_server_is_away(chat: Chat):
    chat.page.route(AWAY, lambda route: route.abort())
    see(chat)
    expect(chat.messages).to_have_count(1)
    expect(chat.messages.first).to_contain_text("Hello, I am Bonafide, a computer program.")
    expect(chat.page.get_by_role("button", name="Try again")).to_have_count(0)


def test_the_greeting_does_not_wait_for_a_slow_server(chat: Chat, bot: BotDouble):
    def late(route: Any) -> None:
        chat.page.wait_for_timeout(1500)
        route.continue_()

    chat.page.route("**/about**", late)
    chat.launcher.click()
    expect(chat.messages.first).to_contain_text("Hello, I am Bonafide", timeout=1000)
    expect(chat.page.get_by_role("button", name="What tests might I have?")).to_be_visible()
    expect(chat.messages).to_have_count(1)


def test_a_greeting_that_was_seen_before_is_shown_at_once(chat: Chat, bot: BotDouble):
    bot.greeting = [{**turns.GREETING, "text": "Hello, I am Bonafide of the clinic."}]
    see(chat)
    expect(chat.messages.first).to_contain_text("of the clinic")
    chat.page.reload()
    chat.page.route(AWAY, lambda route: route.abort())
    see(chat)
    expect(chat.messages.first).to_contain_text("of the clinic")


def test_the_greeting_has_the_name_that_the_page_gives(page: Page, bot: BotDouble):
    page.goto(
        bot.page("/named", head=SCRIPT.replace("<script", '<script data-heading="Bone line"'))
    )
    chat = Chat(page).open()
    expect(chat.messages.first).to_contain_text("Hello, I am Bone line, a computer program.")
    assert "Bonafide" not in page.locator("bonafide-chat .panel").inner_text()


def test_without_a_name_of_its_own_the_chat_has_the_servers(chat: Chat, bot: BotDouble):
    bot.about = {**(bot.about or {}), "name": "Bone line"}
    see(chat)
    expect(chat.page.get_by_role("heading", name="Bone line", level=2)).to_be_visible()
    expect(chat.page.get_by_role("dialog", name="Bone line")).to_be_visible()


def test_the_first_message_says_that_the_greeting_was_seen(chat: Chat, bot: BotDouble):
    sent = []
    chat.page.on("request", lambda each: sent.append(each.post_data_json))
    see(chat)
    expect(chat.page.get_by_text("What would you like to know?").first).to_be_visible()
    chat.ask("hello")
    chat.ask("again")
    greeted = [each.get("greeted") for each in sent if each and "text" in each]
    assert greeted == [True, False]


# tokens


def test_a_new_conversation_keeps_the_token_of_the_old_one(chat: Chat, bot: BotDouble):
    see(chat).ask("hello")
    first = stored(chat)
    start_again(chat)
    state = stored(chat)
    assert state["messages"] == []
    assert state["token"] == ""
    assert [each["token"] for each in state["old"]] == [first["token"]]
    until = state["old"][0]["until"]
    assert until == first["at"] + 90 * DAY_MS


def test_after_a_deletion_no_token_ever_given_has_a_conversation(chat: Chat, bot: BotDouble):
    for text in ("one", "two", "three"):
        see(chat) if text == "one" else start_again(chat)
        chat.ask(text)
    assert len(bot.sessions) == 3
    delete_all(chat)
    expect(chat.page.get_by_text("Your conversation has been deleted.").first).to_be_visible()
    assert bot.sessions == {}
    assert len(bot.issued) == 3
    assert stored(chat)["old"] == []
    assert "token-" not in chat.page.evaluate("JSON.stringify(localStorage)")


def test_what_the_server_did_not_delete_is_counted_and_can_be_deleted_later(
    chat: Chat, bot: BotDouble
):
    for text in ("one", "two", "three"):
        see(chat) if text == "one" else start_again(chat)
        chat.ask(text)
    bot.failures = [500, 500]
    delete_all(chat)
    expect(chat.page.get_by_text("Conversations that it still has: 2.").first).to_be_visible()
    assert len(bot.sessions) == 2
    delete_all(chat)
    expect(chat.page.get_by_text("Your conversation has been deleted.").first).to_be_visible()
    assert bot.sessions == {}


def test_the_deletion_is_told_before_the_greeting(chat: Chat, bot: BotDouble):
    see(chat).ask("hello")
    before = len(chat.spoken)
    delete_all(chat)
    expect(chat.messages).to_have_count(1)
    chat.page.wait_for_timeout(500)
    told = [each for each in chat.spoken[before:] if "deleted" in each or "Hello, I am" in each]
    assert "Your conversation has been deleted." in told[0]
    assert "Hello, I am" in told[1]


def test_keeping_is_focused_and_deleting_looks_like_what_it_is(chat: Chat):
    see(chat).ask("hello")
    press(chat, "Delete my data")
    assert chat.focused == "Keep it"
    delete = chat.page.get_by_role("button", name="Delete", exact=True)
    solid = chat.page.get_by_role("button", name="Send")
    background = "node => getComputedStyle(node).backgroundColor"
    color = "node => getComputedStyle(node).color"
    assert delete.evaluate(background) != solid.evaluate(background)
    assert delete.evaluate(color) == "rgb(168, 7, 26)"
    chat.page.keyboard.press("Enter")
    expect(delete).to_have_count(0)
    assert len(stored(chat)["messages"]) == 2


def test_a_token_outlives_the_messages_and_goes_when_the_server_has_nothing_left(
    chat: Chat, bot: BotDouble
):
    see(chat).ask("hello")
    state = stored(chat)
    old = {"token": "x", "until": state["at"]}
    aged = {**state, "at": state["at"] - DAY_MS - 1000, "old": [old, {**old, "until": 0}]}
    chat.page.goto("about:blank")
    chat.page.goto(bot.url)
    chat.page.evaluate(STORE, aged)
    chat.page.reload()
    see(chat).ask("again")
    found = stored(chat)
    assert [each["text"] for each in found["messages"] if "text" in each] == ["again"]
    assert [each["token"] for each in found["old"]] == ["x", state["token"]]
    assert found["old"][0]["until"] == 0
    assert found["old"][1]["until"] == aged["at"] + 90 * DAY_MS
    assert found["token"] not in ("", state["token"])


def test_what_an_earlier_version_kept_goes_on(chat: Chat, bot: BotDouble):
    see(chat).ask("hello")
    state = stored(chat)
    greeting = {"id": "greeting.0", "from": "bot", "at": 1, "turn": turns.GREETING}
    earlier = {
        **{name: state[name] for name in ("at", "token", "ratings")},
        **{"version": 1, "maxChars": 2000, "messages": [greeting, *state["messages"]]},
    }
    chat.page.evaluate(STORE, earlier)
    chat.page.reload()
    see(chat)
    expect(chat.messages).to_have_count(3)
    chat.ask("again")
    found = stored(chat)
    assert found["version"] == 2
    assert found["token"] == state["token"]
    assert len(bot.issued) == 1


@pytest.mark.parametrize("broken", ['{"version":2}', "nonsense", '{"version":1}', "[]", "7"])
def test_what_is_not_ours_in_the_storage_does_no_harm(chat: Chat, bot: BotDouble, broken: str):
    chat.page.evaluate("(text) => localStorage[`bonafide-chat ${location.origin}`] = text", broken)
    chat.page.reload()
    see(chat).ask("hello")
    assert len(stored(chat)["messages"]) == 2


def test_two_tabs_that_begin_at_once_have_one_session(chat: Chat, bot: BotDouble):
    other = Chat(chat.page.context.new_page())
    other.page.goto(bot.url)
    see(chat)
    see(other)
    chat.say("one")
    other.say("two")
    for each in (chat, other):
        expect(each.messages).to_have_count(5)
    kept = {stored(chat)["token"], *(each["token"] for each in stored(chat)["old"])}
    holding = {token for token, replies in bot.sessions.items() if replies}
    assert holding <= kept


class Fuzz:
    """Does what people and networks do, in any order."""

    def __init__(self, chat: Chat, bot: BotDouble, seed: int) -> None:
        """Take the chat, and the seed of the order."""
        self.chat, self.bot = chat, bot
        self.chance = random.Random(seed)
        self.n_said = self.n_ended = 0

    def run(self, n_steps: int) -> None:
        """Do so many things, looking at the invariant after each."""
        acts = [self.say] * 4 + [self.close, self.reload, self.end, self.crowd, self.fail, self.tab]
        acts.append(self.restart)
        for _ in range(n_steps):
            self.chance.choice(acts)()
            self.look()

    def look(self) -> None:
        """Every token under which something was said is in the browser still."""
        state = stored(self.chat)
        kept = {state["token"], *(each["token"] for each in state["old"])} if state else set()
        holding = {token for token, replies in self.bot.sessions.items() if replies}
        assert holding <= kept, (holding, kept)
        assert len(self.bot.issued) <= 1 + self.n_ended

    def say(self) -> None:
        """Ask something and wait for the reply."""
        self.ask(self.chat, "message")

    def ask(self, chat: Chat, text: str) -> None:
        """Ask something new in a tab, and wait until all has its reply."""
        self.n_said += 1
        chat.say(f"{text} {self.n_said}")
        chat.page.wait_for_function(
            f"""(text) => {{ const {{ messages }} = ({STORED})() ?? {{ messages: [] }};
                return messages.some((each) => each.text === text)
                    && messages.every((each) => !each.state); }}""",
            arg=f"{text} {self.n_said}",
        )

    def close(self) -> None:
        """Close the panel and open it again."""
        self.chat.page.keyboard.press("Escape")
        self.chat.page.evaluate("document.querySelector('bonafide-chat').open = false")
        see(self.chat)

    def reload(self) -> None:
        """Load the page again."""
        self.chat.page.reload()
        see(self.chat)

    def end(self) -> None:
        """Have the server end the session, as it does after a day."""
        self.n_ended += 1
        self.bot.ended |= set(self.bot.sessions)

    def crowd(self) -> None:
        """Fill the browser with more messages than it keeps."""
        state = stored(self.chat)
        if not state or not state["messages"]:
            return
        last = state["messages"][-1]
        more = [{**last, "id": f"filler{n}.{self.n_said}"} for n in range(210)]
        self.chat.page.evaluate(STORE, {**state, "messages": [*state["messages"], *more]})
        self.reload()

    def fail(self) -> None:
        """Open the chat while the server is away."""
        self.chat.page.route(AWAY, lambda route: route.abort())
        self.reload()
        self.chat.page.unroute(AWAY)

    def tab(self) -> None:
        """Ask in another tab."""
        other = Chat(self.chat.page.context.new_page())
        other.page.goto(self.bot.url)
        see(other)
        self.ask(other, "from another tab")
        other.page.close()

    def restart(self) -> None:
        """Begin a new conversation."""
        self.n_ended += 1
        start_again(self.chat)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_no_conversation_is_out_of_reach(chat: Chat, bot: BotDouble, seed: int):
    fuzz = Fuzz(see(chat), bot, seed)
    fuzz.run(12)
    fuzz.say()
    delete_all(chat)
    expect(chat.page.get_by_text("Your conversation has been deleted.").first).to_be_visible()
    assert bot.sessions == {}


# who is behind it


def describe(bot: BotDouble, **changes: Any) -> None:
    """Let the server say something else of itself."""
    bot.about = {**(bot.about or {}), **changes}


CLINIC = {"name": "The Clinic <b>", "url": "https://clinic.example/us"}


def test_under_the_greeting_it_says_who_runs_it_and_what_is_kept(chat: Chat, bot: BotDouble):
    describe(bot, operator=CLINIC, privacy_url="https://clinic.example/privacy", retention_days=17)
    see(chat)
    facts = chat.messages.first.locator(".facts")
    expect(facts).to_contain_text("Please leave out names and other personal details.")
    expect(facts).to_contain_text("This chat is run by The Clinic <b>.")
    expect(facts).to_contain_text("Messages stay in this browser for a day")
    expect(facts).to_contain_text("for 17 days at most, or until you delete it")
    link = facts.get_by_role("link", name="Privacy notice")
    expect(link).to_have_attribute("href", "https://clinic.example/privacy")
    expect(facts.get_by_role("link", name="The Clinic <b>")).to_have_attribute(
        "href", CLINIC["url"]
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "for a day at most"),
        (None, "keeps what you write until you delete it"),
        (400, "400 days"),
    ],
)
def test_how_long_the_server_keeps_it_is_what_the_server_says(
    chat: Chat, bot: BotDouble, days: int | None, words: str
):
    describe(bot, retention_days=days)
    see(chat)
    expect(chat.messages.first.locator(".facts")).to_contain_text(words)


def test_the_page_can_name_its_own_operator_and_privacy_notice(page: Page, bot: BotDouble):
    describe(bot, operator=CLINIC, privacy_url="https://clinic.example/privacy")
    head = SCRIPT.replace(
        "<script", '<script data-operator="Our ward" data-privacy="https://ward.example/p"'
    )
    page.goto(bot.page("/ward", head=head))
    facts = Chat(page).open().messages.first.locator(".facts")
    expect(facts).to_contain_text("This chat is run by Our ward.")
    expect(facts.get_by_role("link")).to_have_count(1)
    expect(facts.get_by_role("link")).to_have_attribute("href", "https://ward.example/p")


def test_an_address_that_is_no_page_is_no_link(page: Page, bot: BotDouble):
    head = SCRIPT.replace("<script", '<script data-privacy="javascript:alert(1)"')
    page.goto(bot.page("/bad", head=head))
    facts = Chat(page).open().messages.first.locator(".facts")
    expect(facts).to_contain_text("Please leave out names")
    expect(facts.get_by_role("link")).to_have_count(0)


def test_the_menu_says_who_runs_it_at_any_time(chat: Chat, bot: BotDouble):
    describe(bot, operator=CLINIC, privacy_url="https://clinic.example/privacy")
    see(chat).ask("hello")
    press(chat, "About this chat")
    bar = chat.page.locator("bonafide-chat .bar", has_text="This chat is run by The Clinic")
    expect(bar).to_be_visible()
    expect(bar).to_contain_text("for 90 days at most")
    expect(bar.get_by_role("link", name="Privacy notice")).to_be_visible()
    bar.get_by_role("button", name="Close").click()
    expect(bar).to_be_hidden()


# consent

WAITS = SCRIPT.replace("<script", "<script data-requires-consent")


def test_without_consent_nothing_is_stored_or_sent(page: Page, bot: BotDouble):
    touched = """for (const name of ["getItem", "setItem"]) { const own = Storage.prototype[name];
        Storage.prototype[name] = function (...args) { window.touched = (window.touched ?? 0) + 1;
            return own.apply(this, args); }; }"""
    page.add_init_script(touched)
    page.goto(bot.page("/consent", head=WAITS))
    chat = Chat(page).open()
    expect(page.get_by_role("button", name="Agree")).to_be_visible()
    chat.say("hello")
    page.wait_for_timeout(700)
    assert [each for each in bot.requests if "/webhooks/" in each] == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.evaluate("window.touched ?? 0") == 0
    consents = "window.consents = 0; addEventListener('bonafide-consent', () => window.consents++)"
    page.evaluate(consents)
    page.get_by_role("button", name="Agree").click()
    expect(chat.messages).to_have_count(3)
    assert bot.taken == ["hello"]
    assert page.evaluate("window.consents") == 1
    assert len(stored(chat)["messages"]) == 2


def test_a_consent_manager_can_grant_it(page: Page, bot: BotDouble):
    page.goto(bot.page("/consent", head=WAITS))
    page.evaluate("document.querySelector('bonafide-chat').grant()")
    chat = Chat(page).open()
    expect(page.get_by_role("button", name="Agree")).to_have_count(0)
    chat.ask("hello")
    assert json.dumps(stored(chat)).count("hello") >= 1
