"""Whom to call: there in every state, with the number of the page's country."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import SCRIPT, BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

LOCAL = "your local emergency number"
URGENT = "I have crushing chest pain"


def line_of(page: Page) -> Any:
    return page.locator("bonafide-chat .safety > p")


# The page's language, the element's, the attribute, the browser's, the server's region: the number,
# and the country that the bot is told.
COUNTRIES = [
    # A British page in an American browser; the server's region is not asked.
    ("en-GB", "", "", "en-US", "US", "999", "GB"),
    ("en-GB", "", "", "de-DE", "", "999", "GB"),
    ("en-US", "", "", "en-GB", "GB", "911", "US"),
    # The element's own language goes before the page's, where it names a country.
    ("en-GB", "nl-BE", "", "en-US", "US", "112", "BE"),
    ("en-GB", "ar", "", "en-US", "US", "999", "GB"),
    # The attribute goes before both.
    ("en-GB", "nl-BE", "NO", "en-US", "US", "113", "NO"),
    ("en", "", "jp", "en-US", "GB", "119", "JP"),
    # A language without a country: the server's region, and only then the browser's.
    ("en", "", "", "en-US", "GB", "999", None),
    ("en", "ar", "", "en-US", "GB", "999", None),
    ("", "", "", "de", "GB", "999", None),
    ("en", "", "", "en-AU", "", "000", None),
    ("en", "", "", "de", "", LOCAL, None),
    ("es-419", "", "", "es-MX", "", "911", None),
    ("zh-Hant-HK", "", "", "en-US", "US", "999", "HK"),
    # A country whose number is not known: never another's.
    ("en-GB", "", "ZZ", "en-US", "US", LOCAL, "ZZ"),
    ("fr-HT", "", "", "en-US", "US", LOCAL, "HT"),
]


@pytest.mark.parametrize(
    ("lang", "own", "country", "browser_lang", "region", "number", "told"), COUNTRIES
)
def test_the_number_is_that_of_the_page_then_the_server_then_the_browser(
    new_context: Any,
    bot: BotDouble,
    lang: str,
    own: str,
    country: str,
    browser_lang: str,
    region: str,
    number: str,
    told: str | None,
):
    bot.region = region
    names = {"lang": own, "country": country}
    attributes = " ".join(f'{name}="{value}"' for name, value in names.items() if value)
    address = bot.page("/host", body=f"<bonafide-chat {attributes}></bonafide-chat>")
    html, headers = bot.pages["/host"]
    bot.pages["/host"] = (html.replace('<html lang="en"', f'<html lang="{lang}"'), headers)
    page = new_context(locale=browser_lang).new_page()
    page.goto(address)
    chat = Chat(page).open()

    expect(line_of(page)).to_have_text(
        f"General information, not medical advice. Emergency? Call {number}"
    )
    link = line_of(page).get_by_role("link")
    if number == LOCAL:
        expect(link).to_have_count(0)
    else:
        assert link.get_attribute("href") == f"tel:{number}"
    chat.say("hello")
    expect(chat.messages).to_have_count(3)
    assert set(bot.said_of_pages) == {(told, browser_lang)}


def test_the_country_is_looked_for_outside_shadow_roots_too(page: Page, bot: BotDouble):
    page.goto(bot.page("/host", body='<div lang="en-NZ"><section id="host"></section></div>'))
    page.evaluate("""() => {
        document.querySelector("bonafide-chat")?.remove();
        const root = document.querySelector("#host").attachShadow({ mode: "open" });
        root.append(document.createElement("bonafide-chat"));
    }""")
    page.locator("bonafide-chat").get_by_role("button", name="Ask a question").click()

    expect(line_of(page)).to_contain_text("Call 111")


def test_a_page_that_changes_its_language_changes_the_number(chat: Chat, bot: BotDouble):
    chat.page.evaluate("document.documentElement.lang = 'en-GB'")
    chat.open()
    expect(line_of(chat.page)).to_contain_text("Call 999")
    chat.page.evaluate("document.documentElement.lang = 'en-AU'")
    chat.ask("hello")

    expect(line_of(chat.page)).to_contain_text("Call 000")
    assert bot.said_of_pages[-1][0] == "AU"


def lose_connection(chat: Chat, _: BotDouble) -> None:
    chat.page.context.set_offline(True)


def fail_with(*failures: int | float | str) -> Any:
    def fail(_: Chat, bot: BotDouble) -> None:
        # A browser itself asks again where a connection that was used before is dropped.
        bot.failures = list(failures) * 6

    return fail


def refuse(chat: Chat, _: BotDouble) -> None:
    """Answer as a bot on another origin that does not let this site in."""
    body = '{"error": {"code": "origin_not_allowed", "message": ""}}'
    answer = {"status": 403, "body": body, "content_type": "application/json"}
    chat.page.route("**/messages", lambda route: route.fulfill(**answer))


FAILURES = {
    "offline": lose_connection,
    "dropped": fail_with("drop"),
    "refused": refuse,
    "429": fail_with(429),
    "500": fail_with(500),
    "503": fail_with(503),
    "400": fail_with(400),
    "no JSON": fail_with("garbage"),
}


def warnings(chat: Chat) -> list[str]:
    return [line for line in chat.spoken if "Emergency? Call 999" in line]


def expect_line(chat: Chat) -> None:
    """Fail unless the line is in sight, with its number to touch."""
    link = line_of(chat.page).get_by_role("link")
    expect(link).to_be_in_viewport(ratio=1)
    assert link.get_attribute("href") == "tel:999"


@pytest.fixture
def british(bot: BotDouble, chat: Chat) -> Chat:
    """A chat on a British page."""
    chat.page.evaluate("document.documentElement.lang = 'en-GB'")
    return chat


@pytest.mark.parametrize("name", FAILURES)
def test_the_line_is_seen_and_spoken_in_every_failure_of_a_message(
    british: Chat, bot: BotDouble, name: str
):
    british.open()
    expect_line(british)
    assert warnings(british) == []
    FAILURES[name](british, bot)
    british.say("What is osteoporosis?")

    expect(line_of(british.page).locator("xpath=..")).to_have_class("safety down", timeout=9000)
    expect_line(british)
    assert warnings(british) == [
        "polite: General information, not medical advice. Emergency? Call 999"
    ]


@pytest.mark.parametrize("how", ["offline", "away", "500", "429", "no JSON"])
def test_the_line_is_there_before_any_reply_came(british: Chat, how: str):
    page = british.page
    answers: dict[str, dict[str, Any]] = {
        "500": {"status": 500, "body": "{}"},
        "429": {"status": 429, "body": "{}"},
        "no JSON": {"status": 200, "body": "<html>"},
    }
    for part in ("session", "about*", "messages"):
        if how == "away":
            page.route(f"**/{part}", lambda route: route.abort())
        elif how in answers:
            page.route(f"**/{part}", lambda route: route.fulfill(**answers[how]))
    if how == "offline":
        page.context.set_offline(True)
    british.launcher.click()
    expect_line(british)
    british.say("What is osteoporosis?")

    expect(line_of(page).locator("xpath=..")).to_have_class("safety down", timeout=9000)
    expect_line(british)
    assert len(warnings(british)) == 1


def test_a_reply_that_does_not_come_in_time(british: Chat, bot: BotDouble):
    british.page.clock.install()
    british.open()
    bot.failures = [9.0] * 12
    british.say("What is osteoporosis?")
    expect_line(british)
    for _ in range(8):
        british.page.clock.fast_forward(45_000)
        british.page.wait_for_timeout(100)

    expect(line_of(british.page).locator("xpath=..")).to_have_class("safety down")
    expect_line(british)
    assert len(warnings(british)) == 1


def test_without_the_later_script_the_line_is_there(british: Chat, bot: BotDouble):
    british.page.route("**/extras.js", lambda route: route.abort())
    british.launcher.click()
    expect_line(british)
    bot.failures = [400]
    british.say(URGENT)

    expect(line_of(british.page).locator("xpath=..")).to_have_class("safety down")
    expect_line(british)
    assert len(warnings(british)) == 1


def test_it_is_said_once_and_not_at_each_attempt(british: Chat, bot: BotDouble):
    british.open()
    bot.failures = [400, 400, 400]
    british.say("What is osteoporosis?")
    for _ in range(2):
        british.page.get_by_role("button", name="Try again").first.click()
        british.page.wait_for_timeout(300)
    assert len(warnings(british)) == 1
    # It works, and fails anew: that is another failure.
    british.page.get_by_role("button", name="Try again").first.click()
    expect(british.messages).to_have_count(3)
    expect(line_of(british.page).locator("xpath=..")).to_have_class("safety")
    bot.failures = [400]
    british.say("Who gets it?")

    expect(line_of(british.page).locator("xpath=..")).to_have_class("safety down")
    assert len(warnings(british)) == 2


def test_a_closed_chat_says_nothing_of_it(british: Chat):
    british.page.context.set_offline(True)
    british.page.wait_for_timeout(300)
    assert warnings(british) == []
    british.launcher.click()
    expect_line(british)
    british.page.wait_for_timeout(200)
    assert len(warnings(british)) == 1


UNSENT = "Your message has not been sent. If this is an emergency, do not wait. Call 999 now."


@pytest.mark.parametrize("name", [name for name in FAILURES if name not in ("429", "503")])
def test_an_emergency_that_was_not_sent_is_met_in_the_browser(
    british: Chat, bot: BotDouble, name: str
):
    british.open()
    FAILURES[name](british, bot)
    british.say(URGENT)
    alarm = british.page.locator("bonafide-chat .safety .emergency")

    expect(alarm).to_contain_text(UNSENT, timeout=9000)
    expect(alarm).to_contain_text("Get help now")
    call = alarm.get_by_role("link", name="Call 999")
    expect(call).to_be_in_viewport(ratio=1)
    assert call.get_attribute("href") == "tel:999"
    assert british.spoken.count(f"assertive: Get help now. {UNSENT}") == 1


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        (URGENT, True),
        ("I can\u2019t breathe", True),
        ("he cannot breathe", True),
        ("pain in my chest", True),
        ("I think it is a heart attack", True),
        ("my mum is having a stroke", True),
        ("I want to kill myself", True),
        ("I feel suicidal", True),
        ("she took an overdose", True),
        ("he is unconscious", True),
        ("dad collapsed", True),
        ("it won't stop bleeding", True),
        ("I am vomiting blood", True),
        ("What is osteoporosis?", False),
        ("When is the bone density scan?", False),
        ("Is osteoporosis an autoimmune disease?", False),
        ("Can I lift weights with a broken wrist?", False),
    ],
)
def test_plain_words_of_an_emergency_are_known_without_the_bot(
    british: Chat, bot: BotDouble, text: str, is_met: bool
):
    british.open()
    bot.failures = [400]
    british.say(text)
    expect(line_of(british.page).locator("xpath=..")).to_have_class("safety down")
    british.page.wait_for_timeout(100)

    expect(british.page.locator("bonafide-chat .safety .emergency")).to_have_count(int(is_met))


def test_the_alarm_goes_when_the_message_has_arrived(british: Chat, bot: BotDouble):
    british.open()
    bot.failures = [400]
    british.say(URGENT)
    alarm = british.page.locator("bonafide-chat .safety .emergency")
    expect(alarm).to_be_visible()
    british.page.get_by_role("button", name="Try again").first.click()

    expect(british.messages).to_have_count(3)
    expect(alarm).to_have_count(0)


def test_an_emergency_does_not_wait_for_a_slow_bot(british: Chat, bot: BotDouble):
    british.open()
    bot.failures = [7.5]
    british.say(URGENT)
    alarm = british.page.locator("bonafide-chat .safety .emergency")
    british.page.wait_for_timeout(3000)
    expect(alarm).to_have_count(0)
    expect(alarm).to_be_visible(timeout=4000)
    assert warnings(british) == []

    expect(british.messages).to_have_count(3, timeout=9000)
    expect(alarm).to_have_count(0)


def test_without_a_number_the_alarm_still_says_what_to_do(new_context: Any, bot: BotDouble):
    page = new_context(locale="de").new_page()
    page.goto(bot.url)
    chat = Chat(page).open()
    bot.failures = [400]
    chat.say(URGENT)
    alarm = page.locator("bonafide-chat .safety .emergency")

    expect(alarm).to_contain_text("Call your local emergency number now.")
    expect(alarm.get_by_role("link")).to_have_count(0)


@pytest.mark.parametrize("size", [(1280, 800), (390, 844), (320, 256)])
def test_calls_come_first_where_there_is_little_room(
    new_context: Any, bot: BotDouble, size: tuple[int, int]
):
    page = new_context(*size).new_page()
    page.goto(bot.page("/uk", head=SCRIPT))
    chat = Chat(page).open()
    bot.answer = lambda _: [turns.TURNS["emergency"]]
    message = chat.ask("help")
    call = message.locator(".calls a").first
    words = message.locator(".said").first
    box, prose = call.bounding_box(), words.bounding_box()

    assert (box["y"] < prose["y"]) == (size[1] < 450)
    expect(call).to_be_in_viewport(ratio=0.9)
    expect(line_of(page)).to_be_in_viewport(ratio=1)
    expect(chat.input).to_be_in_viewport()
