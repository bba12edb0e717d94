"""Microsoft Teams: message activities of the Bot Framework.

A turn with a source, a disclaimer or buttons is an Adaptive Card 1.3, which Teams shows everywhere.
Its words are text runs, which are shown as they stand: nothing in them is Markdown, on no device.
Anything else, and an emergency above all, is plain text: a card that fails to show helps nobody.

A button sends `text`, what would have been typed, and `value.tap`
(bot/channels/messaging/rendering/tap_codes.py).
"""

import json
from collections.abc import Sequence

from bot.channels.messaging.json_fields import Json
from bot.channels.messaging.rendering.parts import Part, Role, join_parts, pack_parts, plan_turn
from bot.channels.messaging.rendering.split import truncate, utf8, utf16
from bot.channels.messaging.rendering.tap_codes import TapButton, choice_buttons, thumb_buttons
from bot.channels.messaging.rendering.turn import EMERGENCY, read_turn
from contract.turn import Turn

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
_LOOKS: dict[Role, Json] = {
    Role.HEADING: {"weight": "Bolder"},
    Role.DISCLAIMER: {"isSubtle": True, "size": "Small"},
}


def render(payload: Turn) -> list[Json]:
    """Return the messages of a turn."""
    turn = read_turn(payload)
    parts, buttons = plan_turn(
        turn, max_sources=MAX_SOURCES, max_buttons=MAX_BUTTONS, max_title=MAX_TITLE
    )
    rows = [
        choice_buttons(buttons, max_bytes=MAX_CODE),
        thumb_buttons(turn.answer_id, max_bytes=MAX_CODE),
    ]
    if turn.kind == EMERGENCY or not (turn.sources or turn.disclaimer or any(rows)):
        return [_plain(group) for group in pack_parts(parts, _fits_plain)]
    groups = pack_parts(parts, _fits_card)
    cards = [[block for part in group for block in _blocks(part)] for group in groups]
    if cards:
        cards[-1] += [
            {"type": "ActionSet", "actions": [_button(each) for each in row]} for row in rows if row
        ]
    return [_card(body, group) for body, group in zip(cards, groups, strict=True)]


def _plain(parts: Sequence[Part]) -> Json:
    return {"type": "message", "textFormat": "plain", "text": join_parts(parts)}


def _card(body: list[Json], parts: Sequence[Part]) -> Json:
    return {
        "type": "message",
        # What a notification shows, for a card has no words of its own there.
        "summary": truncate(" ".join(join_parts(parts).split()), _SUMMARY),
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
    return utf16(join_parts(parts)) <= _MAX_PLAIN


def _fits_card(parts: Sequence[Part]) -> bool:
    # No need to build what is far too long: a line costs more than its words.
    n_lines = sum(part.text.count("\n") for part in parts)
    if n_lines * _LINE_BYTES + sum(len(part.text) for part in parts) > _MAX_WORDS:
        return False
    return len(json.dumps([_blocks(part) for part in parts])) <= _MAX_WORDS


def _blocks(part: Part) -> list[Json]:
    """Return one block for each line: whether a line end inside a run shows depends on the app."""
    return [
        {
            "type": "RichTextBlock",
            "spacing": "None" if row else "Medium",
            "inlines": [{**run, **_LOOKS.get(part.role, {})} for run in runs],
        }
        for row, runs in enumerate(_lines(part))
    ]


def _lines(part: Part) -> list[list[Json]]:
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


def _button(button: TapButton) -> Json:
    # A choice whose words have no room is typed as its number.
    text = button.text if utf8(button.text) <= MAX_CODE else button.id.rpartition("_")[2]
    message = {
        "type": "messageBack",
        "displayText": button.title,
        "text": text,
        "value": {"tap": button.code},
    }
    return {"type": "Action.Submit", "title": button.title, "data": {"msteams": message}}
