"""Slack: bodies of `chat.postMessage`, in blocks, with the same words as `text`.

`text` is what notifications show and screen readers read, so it holds the whole turn. Slack has no
way to escape its formatting marks: a word between asterisks would be bold. What could do harm is
escaped: links, mentions and commands, all of which begin with "<".
"""

import re
from typing import Any, Dict, List, Mapping, Sequence

from bot.messaging import links, words
from bot.messaging.actions import encode_choice, encode_feedback
from bot.messaging.measure import utf16
from bot.messaging.parts import DISCLAIMER, HEADING, Button, Part, embolden, join, pack, plan, say
from bot.messaging.turn import Turn, read

Json = Dict[str, Any]

# https://docs.slack.dev/reference/block-kit: characters of a text object in a section, blocks of a
# message, characters of a button's text and of its value.
MAX_SECTION = 3000
MAX_BLOCKS = 50
MAX_TITLE = 75
MAX_CODE = 2000
# https://docs.slack.dev/reference/methods/chat.postMessage: what it recommends at most.
MAX_TEXT = 4000
# More than fit beside one another are hard to take in; an actions block could hold 25.
MAX_BUTTONS = 5
MAX_SOURCES = 3
# A line that begins so would become a quotation, and "> 5" would lose its sign.
_QUOTED = re.compile(r"^(?=&gt;)", re.MULTILINE)
# Two rows of buttons come after the parts.
_MAX_PARTS = MAX_BLOCKS - 2


def render(payload: Mapping[str, Any]) -> List[Json]:
    """Return the messages of a turn."""
    turn = read(payload)
    parts, buttons = plan(
        turn, max_sources=MAX_SOURCES, max_buttons=MAX_BUTTONS, max_title=MAX_TITLE
    )
    messages: List[Json] = [
        {
            "text": escape(join(group, say)),
            "blocks": [_block(part) for part in group],
            "unfurl_links": False,
            "unfurl_media": False,
        }
        for group in pack(parts, _fits)
    ]
    rows = [[_choice(button) for button in buttons], _thumbs(turn)]
    if messages:
        messages[-1]["blocks"] += [{"type": "actions", "elements": row} for row in rows if row]
    return messages


def escape(text: str) -> str:
    """Return a text in which Slack sees no link, mention or command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fits(parts: Sequence[Part]) -> bool:
    return (
        len(parts) <= _MAX_PARTS
        and all(utf16(_draw(part)) <= MAX_SECTION for part in parts)
        and utf16(escape(join(parts, say))) <= MAX_TEXT
    )


def _block(part: Part) -> Json:
    # Without "verbatim" Slack would look for names of channels and people in the words.
    text = {"type": "mrkdwn", "text": _draw(part), "verbatim": True}
    if part.role == DISCLAIMER:
        return {"type": "context", "elements": [text]}
    return {"type": "section", "text": text}


def _draw(part: Part) -> str:
    if part.source and part.source.url:
        link = _link(part.source.url, part.source.title)
        return f"{part.label} {link}{_with_links(part.source.details)}"
    if part.number and part.number.href:
        return _with_links(part.label) + _link(part.number.href, part.number.number)
    return embolden(_with_links(part.text)) if part.role == HEADING else _with_links(part.text)


def _with_links(text: str) -> str:
    """Return a text escaped, its addresses as links."""
    drawn, end = "", 0
    for match in links.IN_TEXT.finditer(text):
        drawn += escape(text[end : match.start()]) + f"<{escape(match[0])}>"
        end = match.end()
    return _QUOTED.sub("\u200b", drawn + escape(text[end:]))


def _link(url: str, title: str) -> str:
    # A bar would end the address, or begin the title a second time.
    return f"<{escape(url)}|{escape(title.replace('|', '/'))}>"


def _choice(button: Button) -> Json:
    choice = button.choice
    return {
        "type": "button",
        "action_id": f"choice_{choice.place}",
        "text": {"type": "plain_text", "text": button.title, "emoji": False},
        "value": encode_choice(choice.place, choice.text, max_bytes=MAX_CODE),
    }


def _thumbs(turn: Turn) -> List[Json]:
    if not turn.answer_id:
        return []
    return [
        {
            "type": "button",
            "action_id": f"feedback_{rating}",
            "text": {"type": "plain_text", "text": thumb, "emoji": True},
            "accessibility_label": label,
            "value": encode_feedback(rating, turn.answer_id, max_bytes=MAX_CODE),
        }
        for rating, thumb, label in (
            ("up", words.THUMB_UP, words.HELPED),
            ("down", words.THUMB_DOWN, words.DID_NOT_HELP),
        )
    ]
