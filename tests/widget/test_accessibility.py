"""No rule of WCAG 2.2 AA that a machine can check is broken, in any state."""

from pathlib import Path
from typing import Any

import pytest

from tests.widget.bot_double import CSP, SCRIPT, BotDouble
from tests.widget.conftest import STATES, Chat, show_state

pytestmark = pytest.mark.widget

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def broken_rules(page: Any, node_modules: Path) -> list[str]:
    page.wait_for_timeout(250)  # colours are measured once nothing moves
    page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text() + "; undefined")
    found = page.evaluate("tags => axe.run(document, { runOnly: tags })", TAGS)
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]]


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_no_rule_is_broken(
    new_context: Any, bot: BotDouble, node_modules: Path, state: str, theme: str, width: int
):
    page = new_context(width, 640, color_scheme=theme).new_page()
    head = SCRIPT.replace("<script", '<script data-theme="auto"')
    page.goto(bot.page("/", head=head, csp=CSP))
    show_state(Chat(page), bot, state)
    folder = node_modules.parents[1] / "screenshots"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / f"{state}-{theme}-{width}.png")
    assert broken_rules(page, node_modules) == []


def test_a_broken_rule_is_found(chat: Chat, node_modules: Path):
    chat.open()
    chat.page.evaluate(
        """() => { const button = document.querySelector("bonafide-chat").shadowRoot
            .querySelector(".ask button"); button.removeAttribute("aria-label"); }"""
    )
    assert [rule.split(":")[0] for rule in broken_rules(chat.page, node_modules)] == ["button-name"]
