"""Strict policies, other origins, and text that would like to be code."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.widget import turns_of_tests as turns
from tests.widget.bot_double import CSP, SCRIPT, BotDouble
from tests.widget.conftest import Chat, open_sources

pytestmark = pytest.mark.widget

# From the usual lists: OWASP's cheat sheet, PortSwigger's, the polyglots.
PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror='alert(1)'",
    '<img """><script>alert(1)</script>">',
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=javascript:alert(1)><input type=submit>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<link rel=stylesheet href=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=javascript:alert(1)//>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "jav\tascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//</stYle/</titLe/</sCript/--!>",
    "tel:javascript:alert(1)",
    "vbscript:msgbox(1)",
]
ADDRESS_CASES = json.loads(
    (Path(__file__).parents[1] / "data" / "addresses.json").read_text(encoding="utf-8")
)
ADDRESSES = [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " javascript:alert(1)",
    "jav\tascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://evil.example/x",
    "file:///etc/passwd",
    "//evil.example",
    "/relative",
    "",
]


def test_forty_payloads_are_asked():
    assert len(PAYLOADS) >= 40


def test_the_strict_policy_is_never_violated(chat: Chat, bot: BotDouble):
    chat.open()
    for kind in [*turns.TURNS, "hello"]:
        chat.ask(kind)
    open_sources(chat.ask("answer")).get_by_text("How does it affect bone?").click()
    chat.page.get_by_role("button", name="This did not help").last.click()
    chat.page.get_by_role("button", name="More options").click()
    chat.page.get_by_role("button", name="Print or save as PDF").click()
    chat.page.wait_for_timeout(300)
    assert bot.pages["/"][1]["Content-Security-Policy"] == CSP
    assert chat.violations == []


def test_a_page_of_an_allowed_origin_may_embed_it(page: Page, bot: BotDouble, elsewhere: BotDouble):
    bot.origins = {elsewhere.url}
    head = SCRIPT.replace("/widget", f"{bot.url}/widget")
    page.goto(elsewhere.page("/embed", head=head))
    chat = Chat(page).open()
    chat.ask("answer")
    assert page.evaluate("document.cookie") == ""


def test_a_page_of_another_origin_gets_no_chat_and_one_line_for_its_owner(
    page: Page, bot: BotDouble, elsewhere: BotDouble
):
    errors: list[str] = []
    # A browser's own line about the reply has the reply's address.
    page.on(
        "console",
        lambda line: (
            line.type == "error"
            and not line.location["url"].endswith("/about")
            and errors.append(line.text)
        ),
    )
    head = SCRIPT.replace("/widget", f"{bot.url}/widget")
    page.goto(elsewhere.page("/embed", head=head))
    expect(Chat(page).launcher).to_have_count(0)
    expect(page.locator("bonafide-chat")).to_have_count(1)
    expect(page.get_by_text("not allowed")).to_have_count(0)
    (line,) = errors
    assert f"{elsewhere.url} is not in the setting BONAFIDE_WEB_ORIGINS of {bot.url}" in line
    assert bot.taken == []


def test_a_sandboxed_frame_gets_no_chat_either(page: Page, bot: BotDouble, elsewhere: BotDouble):
    errors: list[str] = []
    page.on("console", lambda line: line.type == "error" and errors.append(line.text))
    inner = elsewhere.page("/inner", head=SCRIPT.replace("/widget", f"{bot.url}/widget"))
    frame = f'<iframe sandbox="allow-scripts" src="{inner}" width=600 height=500></iframe>'
    page.goto(elsewhere.page("/outer", head="", body=frame))
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="Bone health")).to_be_visible()
    expect(inside.get_by_role("button", name="Ask a question")).to_have_count(0)
    page.wait_for_timeout(200)
    assert [line for line in errors if "null is not in the setting" in line]


def test_a_frame_of_an_allowed_site_has_the_chat(page: Page, bot: BotDouble, elsewhere: BotDouble):
    bot.origins = {elsewhere.url}
    inner = elsewhere.page("/inner", head=SCRIPT.replace("/widget", f"{bot.url}/widget"))
    page.goto(elsewhere.page("/outer", head="", body=f'<iframe src="{inner}" height=500></iframe>'))
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name="Ask a question").click()
    expect(inside.locator(".message").first).to_be_visible()


def hostile_turns(payload: str) -> list[dict[str, Any]]:
    citation = turns.citation(
        title=payload, section=payload, publisher=payload, origin=payload, path=payload,
        url=payload, checked=payload, reviewed_by=payload, text=f"before {payload} after",
    )  # fmt: skip
    number = {"label": payload, "number": payload, "href": payload}
    suggestions = [turns.suggestion(payload, payload)]
    shared = {"suggestions": suggestions, "disclaimer": payload, "answer_id": payload}
    shared |= {"preface": payload, "heading": payload, "marks": [payload, payload[:3]]}
    return [
        {"kind": "answer", "text": payload, "citations": [citation], **shared},
        {"kind": "advice", "text": payload, "quote": payload, "citations": [citation], **shared},
        {"kind": "clarify", "text": payload, "suggestions": suggestions},
        {"kind": "emergency", "text": payload, "numbers": [number]},
        {"kind": payload, "text": payload},
    ]


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 11))
def test_text_stays_text(page: Page, bot: BotDouble, start: int):
    # No policy on this page: nothing but the widget itself keeps it from running.
    page.goto(bot.page("/free"))
    chat = Chat(page).open()
    bot.answer = hostile_turns
    elements = "document.querySelector('bonafide-chat').shadowRoot.querySelectorAll(" + (
        "'script, img, iframe, object, embed, video, audio, style, link, math, marquee, template')"
    )
    bots = page.locator("bonafide-chat .message.bot")
    for place, payload in enumerate(PAYLOADS[start : start + 11], start=1):
        chat.say(payload)
        expect(bots).to_have_count(1 + 5 * place)
        shown = page.locator("bonafide-chat .message.user .said").last
        assert shown.evaluate("node => node.textContent") == payload.strip()
        assert bots.nth(5 * place - 4).locator("blockquote").text_content() == payload
    page.locator("bonafide-chat .suggestions button").last.click()
    page.wait_for_timeout(200)
    assert page.evaluate(f"{elements}.length") == 0
    assert page.evaluate("window.pwned") == 0
    inside = page.locator("bonafide-chat .message a")
    links = inside.evaluate_all("all => all.map((each) => each.href)")
    assert [link for link in links if not link.startswith(("http://", "https://"))] == []


def test_an_address_goes_where_it_seems_to_go_or_nowhere(page: Page, bot: BotDouble):
    """The rules are the server's: tests/spelling/test_addresses.py asks for the same."""
    page.goto(bot.page("/free"))
    hosts = """async ([module, urls]) => {
        const { safeAddress } = await import(module);
        return urls.map((url) => { const safe = safeAddress(url);
                                   return safe ? new URL(safe).hostname : null; });
    }"""
    urls = [case["url"] for case in ADDRESS_CASES]

    found = page.evaluate(hosts, [f"{bot.url}/widget/sources.js", urls])

    assert dict(zip(urls, found, strict=True)) == {c["url"]: c["host"] for c in ADDRESS_CASES}


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_web_addresses_and_telephone_numbers_are_links(
    chat: Chat, bot: BotDouble, address: str
):
    number = {"label": "Help", "number": "1", "href": address}
    bot.answer = lambda _: [
        {"kind": "answer", "text": "It is.", "citations": [turns.citation(url=address)]},
        {"kind": "emergency", "text": "Call.", "numbers": [number]},
    ]
    chat.open().say("hello")
    expect(chat.messages).to_have_count(4)
    expect(chat.page.get_by_text("Osteoporosis and the immune system").first).to_be_visible()
    inside = chat.page.locator("bonafide-chat .message a")
    links = inside.evaluate_all("all => all.map(({ href }) => href)")
    assert all(link.startswith(f"{bot.url}/library/") for link in links)


@pytest.mark.parametrize(
    "turn",
    [
        {},
        {"kind": "poll", "text": "What do you think?"},
        {"kind": "answer", "text": "It is."},
        {"kind": 7, "text": None, "citations": "x", "suggestions": [None, 3, {}], "numbers": 4},
        {"kind": "answer", "text": "It is.", "citations": [{}, {"title": 5}], "answer_id": "z"},
        {"kind": "answer", "text": "It is.", "citations": [{}], "heading": 5, "marks": "no"},
        {"kind": "answer", "text": "It is.", "citations": [{}], "marks": [None, "", "not in it"]},
        {"kind": "emergency"},
        {"kind": "clarify", "text": "Which?", "suggestions": "none"},
    ],
)
def test_a_turn_that_breaks_the_contract_is_shown_as_well_as_it_can(
    chat: Chat, bot: BotDouble, turn: dict[str, Any]
):
    errors: list[str] = []
    chat.page.on("pageerror", lambda error: errors.append(str(error)))
    bot.answer = lambda _: [turn]
    shown = chat.open().ask("hello")
    assert (turn.get("text") or "") in (shown.text_content() or "")
    assert len((shown.text_content() or "").strip()) > len("Bonafide")
    assert errors == []
