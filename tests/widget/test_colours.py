"""Dark follows the page; what a page asks for can be read."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.widget.bot_double import ROOT, SCRIPT, BotDouble
from tests.widget.conftest import Chat

pytestmark = pytest.mark.widget

IS_DARK = """() => document.querySelector("bonafide-chat").shadowRoot
    .querySelector(".root").classList.contains("dark")"""
# WCAG's own formula, on colours as the browser shows them.
CONTRASTS = """() => { const root = document.querySelector("bonafide-chat").shadowRoot;
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const luminance = (colours) => { for (const colour of ["#fff", ...colours]) {
            canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((each) => {
            const part = each / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const paper = getComputedStyle(root.querySelector(".panel")).backgroundColor;
    const between = (ink, ground) => { const [dark, light] =
            [luminance([paper, ground, ink]), luminance([paper, ground])].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05); };
    const found = {};
    for (const [name, selector] of Object.entries({ launcher: ".launcher", send: ".ask .solid",
            header: ".head" })) {
        const { color, backgroundColor } = getComputedStyle(root.querySelector(selector));
        found[name] = between(color, backgroundColor); }
    const link = document.createElement("a"); link.href = "#"; link.textContent = "link";
    root.querySelector(".log").append(link);
    const { color } = getComputedStyle(link);
    found.link = between(color, paper);
    const tint = getComputedStyle(root.querySelector(".root")).getPropertyValue("--tint");
    found.tinted = between(color, tint);
    link.remove();
    return found; }"""
ACCENTS = [
    "#ffd54a", "#ffffff", "#000000", "#808080", "#767676", "#00ff00", "#ff0000", "#0000ff",
    "hotpink", "hsl(50 100% 60%)", "oklch(0.9 0.2 110)", "color(display-p3 1 0.9 0)",
    "rgb(0 90 110 / 0.2)",
]  # fmt: skip


def show(page: Page, bot: BotDouble, style: str, attributes: str = "") -> Chat:
    """Open a page with a style sheet and a chat."""
    body = f"<bonafide-chat {attributes}></bonafide-chat>"
    address = bot.page("/coloured", head=f"<style>{style}</style>{SCRIPT}", body=body)
    if "--bonafide" in style:
        with page.expect_request_finished(lambda each: each.url.endswith("/colours.js")):
            page.goto(address)
    else:
        page.goto(address)
    page.evaluate("customElements.whenDefined('bonafide-chat').then(() => 0)")
    page.wait_for_timeout(50)
    return Chat(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("accent", ACCENTS)
def test_any_accent_can_be_read(page: Page, bot: BotDouble, accent: str, theme: str):
    suffix = "-dark" if theme == "dark" else ""
    style = f"bonafide-chat {{ --bonafide-accent{suffix}: {accent} }}"
    show(page, bot, style, f"theme={theme}")
    low = {name: ratio for name, ratio in page.evaluate(CONTRASTS).items() if ratio < 4.5}
    assert low == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_one_accent_does_for_light_and_dark(page: Page, bot: BotDouble, theme: str):
    show(page, bot, "bonafide-chat { --bonafide-accent: #005eb8 }", f"theme={theme}")
    assert min(page.evaluate(CONTRASTS).values()) >= 4.5
    launcher = Chat(page).launcher.evaluate("node => getComputedStyle(node).backgroundColor")
    assert launcher == "rgb(0, 94, 184)"


PRESETS = re.findall(
    r"^/\* .*? \*/ +(bonafide-chat \{.*\})$",
    (ROOT / "docs" / "widget.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_are_shown_as_they_are(page: Page, bot: BotDouble, preset: str, theme: str):
    warnings: list[str] = []
    page.on("console", lambda line: line.type == "warning" and warnings.append(line.text))
    show(page, bot, preset, f"theme={theme}")
    assert min(page.evaluate(CONTRASTS).values()) >= 4.5
    assert warnings == []


def test_there_are_three_presets():
    assert len(PRESETS) == 3


def test_what_can_be_read_is_left_as_the_page_wants_it(page: Page, bot: BotDouble):
    warnings: list[str] = []
    page.on("console", lambda line: line.type == "warning" and warnings.append(line.text))
    style = """bonafide-chat { --bonafide-accent: #7a1f5c; --bonafide-on-accent: #ffe9f7;
        --bonafide-header: #ffd54a; --bonafide-on-header: #332200 }"""
    chat = show(page, bot, style).open()
    both = "node => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]"
    head = page.locator("bonafide-chat .head").evaluate(both)
    assert head == ["rgb(51, 34, 0)", "rgb(255, 213, 74)"]
    send = page.get_by_role("button", name="Send").evaluate(both)
    assert send == ["rgb(255, 233, 247)", "rgb(122, 31, 92)"]
    assert chat.page.get_by_role("button", name="Close the chat").evaluate(both)[0] == head[0]
    assert warnings == []


def test_a_colour_that_cannot_be_read_is_told_once(page: Page, bot: BotDouble):
    warnings: list[str] = []
    page.on("console", lambda line: line.type == "warning" and warnings.append(line.text))
    show(page, bot, "bonafide-chat { --bonafide-accent: #ffd54a; --bonafide-on-accent: #fff }")
    page.evaluate("document.body.className = 'changed'")
    page.wait_for_timeout(100)
    assert len(warnings) == 1
    assert re.match(r"bonafide-chat: --bonafide-accent .*4\.5", warnings[0])


PAGES: list[Any] = [
    ("", "dark", False),
    ("", "light", False),
    ("body { background: #111 }", "light", True),
    ("html { background: #111 }", "light", True),
    ("body { background: #fff } html { background: #111 }", "dark", False),
    (":root { color-scheme: dark }", "light", True),
    (":root { color-scheme: light dark }", "dark", True),
    (":root { color-scheme: light dark }", "light", False),
    (":root { color-scheme: light }", "dark", False),
    ("body { background: oklch(0.2 0.05 250) }", "light", True),
    ("body { background: lab(90 0 0) }", "dark", False),
    ("body { background: color(display-p3 0.1 0.1 0.1) }", "light", True),
    ("body { background: color(display-p3 1 1 1 / 0.9) }", "dark", False),
    ("body { background: rgb(0 0 0 / 0.1) }", "light", False),
]


@pytest.mark.parametrize(("style", "device", "is_dark"), PAGES)
def test_dark_follows_the_page(
    new_context: Any, bot: BotDouble, style: str, device: str, is_dark: bool
):
    page = new_context(color_scheme=device).new_page()
    show(page, bot, style)
    assert page.evaluate(IS_DARK) is is_dark


@pytest.mark.parametrize(
    ("theme", "device", "is_dark"),
    [("auto", "dark", True), ("auto", "light", False), ("light", "dark", False),
     ("dark", "light", True)],
)  # fmt: skip
def test_a_theme_may_be_set(
    new_context: Any, bot: BotDouble, theme: str, device: str, is_dark: bool
):
    page = new_context(color_scheme=device).new_page()
    show(page, bot, "", f"theme={theme}")
    assert page.evaluate(IS_DARK) is is_dark


CHANGES = {
    "a class": "document.body.classList.add('night')",
    "an attribute": "document.documentElement.dataset.theme = 'night'",
    "a style": "document.body.style.background = '#000'",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("transition", ["", "body, html { transition: background .2s }"])
def test_a_page_that_turns_dark_takes_the_chat_along(
    page: Page, bot: BotDouble, change: str, transition: str
):
    style = ".night { background: #000 } [data-theme=night] { color-scheme: dark }"
    show(page, bot, style + transition)
    assert page.evaluate(IS_DARK) is False
    page.evaluate(CHANGES[change])
    page.wait_for_function(IS_DARK)


def test_an_inline_chat_follows_what_it_stands_in(page: Page, bot: BotDouble):
    body = '<section style="background: #123"><bonafide-chat mode=inline></bonafide-chat></section>'
    page.goto(bot.page("/card", body=body))
    Chat(page).messages.first.wait_for()
    assert page.evaluate(IS_DARK) is True
    page.evaluate("document.querySelector('section').style.background = '#eee'")
    page.wait_for_function(f"() => !({IS_DARK})()")


def test_a_colour_set_by_a_script_is_made_readable(page: Page, bot: BotDouble):
    show(page, bot, "")
    with page.expect_request_finished(lambda each: each.url.endswith("/colours.js")):
        page.evaluate(
            """document.querySelector("bonafide-chat").style
                .setProperty("--bonafide-accent", "#ffd54a")"""
        )
    page.wait_for_timeout(50)
    assert min(page.evaluate(CONTRASTS).values()) >= 4.5
