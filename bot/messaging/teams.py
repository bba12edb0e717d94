"""Microsoft Teams: message activities of the Bot Framework.

A turn with a source, a disclaimer or buttons is an Adaptive Card 1.3, which Teams shows everywhere.
Its words are text runs, which are shown as they stand: nothing in them is Markdown, on no device.
Anything else, and an emergency above all, is plain text: a card that fails to show helps nobody.

A button sends `text`, what would have been typed, and `value.tap` (bot/messaging/actions.py).
"""

import json
from typing import Any, Dict, List, Mapping, Sequence

from bot.messaging import words
from bot.messaging.actions import encode_choice, encode_feedback
from bot.messaging.measure import utf8, utf16
from bot.messaging.parts import DISCLAIMER, HEADING, Button, Part, join, pack, plan, say
from bot.messaging.split import cut
from bot.messaging.turn import EMERGENCY, Turn, read

Json = Dict[str, Any]

# https://learn.microsoft.com/microsoftteams/platform/resources/bot-v3/bots-message-format and the
# limits of connector cards: about 28 kB, whichever way it is counted.
MAX_BYTES = 28_000
# What is left for the words beside six buttons, their codes, the summary and the addressee.
_MAX_WORDS = 15_000
_LINE_BYTES = 60  # and more, of a block around a line
_MAX_PLAIN = 4_000
# Teams shows six actions of a card: these and the thumbs. No length is published; a phone cuts a
# longer title off.
MAX_BUTTONS = 4
MAX_TITLE = 40
MAX_CODE = 300
MAX_SOURCES = 3
_SUMMARY = 120
_LOOKS: Dict[str, Json] = {
    HEADING: {"weight": "Bolder"},
    DISCLAIMER: {"isSubtle": True, "size": "Small"},
}


def render(payload: Mapping[str, Any]) -> List[Json]:
    """Return the messages of a turn."""
    turn = read(payload)
    parts, buttons = plan(
        turn, max_sources=MAX_SOURCES, max_buttons=MAX_BUTTONS, max_title=MAX_TITLE
    )
    rows = [[_choice(button) for button in buttons], _thumbs(turn)]
    if turn.kind == EMERGENCY or not (turn.sources or turn.disclaimer or any(rows)):
        return [_plain(group) for group in pack(parts, _fits_plain)]
    groups = pack(parts, _fits_card)
    cards = [[block for part in group for block in _blocks(part)] for group in groups]
    if cards:
        cards[-1] += [{"type": "ActionSet", "actions": row} for row in rows if row]
    return [_card(body, group) for body, group in zip(cards, groups, strict=True)]


def _plain(parts: Sequence[Part]) -> Json:
    return {"type": "message", "textFormat": "plain", "text": join(parts, say)}


def _card(body: List[Json], parts: Sequence[Part]) -> Json:
    return {
        "type": "message",
        # What a notification shows, for a card has no words of its own there.
        "summary": cut(" ".join(join(parts, say).split()), _SUMMARY),
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "type": "AdaptiveCard",
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "version": "1.3",
                    "body": body,
                },
            }
        ],
    }


def _fits_plain(parts: Sequence[Part]) -> bool:
    return utf16(join(parts, say)) <= _MAX_PLAIN


def _fits_card(parts: Sequence[Part]) -> bool:
    # No need to build what is far too long: a line costs more than its words.
    n_lines = sum(part.text.count("\n") for part in parts)
    if n_lines * _LINE_BYTES + sum(len(part.text) for part in parts) > _MAX_WORDS:
        return False
    return len(json.dumps([_blocks(part) for part in parts])) <= _MAX_WORDS


def _blocks(part: Part) -> List[Json]:
    """Return one block for each line: whether a line end inside a run shows depends on the app."""
    return [
        {
            "type": "RichTextBlock",
            "spacing": "None" if row else "Medium",
            "inlines": [{**run, **_LOOKS.get(part.role, {})} for run in runs],
        }
        for row, runs in enumerate(_lines(part))
    ]


def _lines(part: Part) -> List[List[Json]]:
    if part.source and part.source.url:
        link = {
            **_run(part.source.title),
            "selectAction": {"type": "Action.OpenUrl", "url": part.source.url},
        }
        after = [_run(part.source.details)] if part.source.details else []
        return [[_run(f"{part.label} "), link, *after]]
    return [[_run(line)] for line in part.text.split("\n")]


def _run(text: str) -> Json:
    return {"type": "TextRun", "text": text}


def _choice(button: Button) -> Json:
    choice = button.choice
    typed = choice.text if utf8(choice.text) <= MAX_CODE else str(choice.place)
    code = encode_choice(choice.place, choice.text, max_bytes=MAX_CODE)
    return _submit(button.title, typed, code)


def _thumbs(turn: Turn) -> List[Json]:
    if not turn.answer_id:
        return []
    return [
        _submit(thumb, thumb, encode_feedback(rating, turn.answer_id, max_bytes=MAX_CODE))
        for rating, thumb in (("up", words.THUMB_UP), ("down", words.THUMB_DOWN))
    ]


def _submit(title: str, text: str, code: str) -> Json:
    message = {"type": "messageBack", "displayText": title, "text": text, "value": {"tap": code}}
    return {"type": "Action.Submit", "title": title, "data": {"msteams": message}}
