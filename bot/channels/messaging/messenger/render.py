"""Facebook Messenger: bodies of the Send API, with quick replies under the last one.

The words come first. Source, disclaimer and numbered choices follow in a button template whose
buttons open the sources, where they fit one; else as text, with the addresses in it. A call button
takes numbers with a country code alone: 999 is only in the words.
"""

from collections.abc import Sequence

from bot.channels.messaging.json_fields import Json
from bot.channels.messaging.rendering.parts import (
    SPOKEN,
    Button,
    Part,
    Role,
    join_parts,
    pack_parts,
    plan_turn,
)
from bot.channels.messaging.rendering.split import truncate, utf8, utf16
from bot.channels.messaging.rendering.tap_codes import TapButton, choice_buttons, thumb_buttons
from bot.channels.messaging.rendering.turn import CleanTurn, Number, read_turn
from contract.turn import Turn

# https://developers.facebook.com/docs/messenger-platform/reference/send-api: "2000 characters";
# what is counted is not said, so bytes of UTF-8, of which there are never fewer.
MAX_TEXT = 2000
# https://developers.facebook.com/docs/messenger-platform/reference/templates/button
MAX_TEMPLATE_TEXT = 640
MAX_BUTTONS = 3
# Of buttons and of quick replies alike.
MAX_TITLE = 20
# https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies
MAX_QUICK_REPLIES = 13
MAX_CODE = 1000
MAX_SOURCES = MAX_BUTTONS
_THUMBS = 2
_CALL = "Call"
# Names of those to call, in UTF-16 code units: within the template's text however it is counted.
_MAX_CALL_TEXT = 200


def render(payload: Turn) -> list[Json]:
    """Return the messages of a turn."""
    turn = read_turn(payload)
    calls = _calls(turn)
    messages = [
        *_turn_messages(turn),
        *_templates(_call_text(calls), [_call_button(call) for call in calls]),
    ]
    _, buttons = _plan(turn)
    quick_replies = [
        *choice_buttons(buttons, max_bytes=MAX_CODE),
        *thumb_buttons(turn.answer_id, max_bytes=MAX_CODE),
    ]
    if messages and quick_replies:
        messages[-1]["quick_replies"] = [_quick_reply(each) for each in quick_replies]
    return [{"messaging_type": "RESPONSE", "message": message} for message in messages]


def _plan(turn: CleanTurn, *, with_urls: bool = False) -> tuple[list[Part], list[Button]]:
    return plan_turn(
        turn,
        max_sources=MAX_SOURCES,
        max_buttons=MAX_QUICK_REPLIES - _THUMBS,
        max_title=MAX_TITLE,
        with_urls=with_urls,
    )


def _turn_messages(turn: CleanTurn) -> list[Json]:
    parts, _ = _plan(turn)
    said = [part for part in parts if part.role in SPOKEN]
    after = [part for part in parts if part.role not in SPOKEN]
    buttons = _source_buttons(after)
    text = join_parts(after)
    if buttons and utf8(text) <= MAX_TEMPLATE_TEXT:
        return [*_texts(said), *_templates(text, buttons)]
    return _texts(_plan(turn, with_urls=True)[0])


def _texts(parts: Sequence[Part]) -> list[Json]:
    def fits(group: Sequence[Part]) -> bool:
        return utf8(join_parts(group)) <= MAX_TEXT

    return [{"text": join_parts(group)} for group in pack_parts(parts, fits)]


def _templates(text: str, buttons: Sequence[Json]) -> list[Json]:
    """Return a message with buttons; none without buttons."""
    if not buttons:
        return []
    template = {"template_type": "button", "text": text, "buttons": list(buttons)}
    return [{"attachment": {"type": "template", "payload": template}}]


def _source_buttons(parts: Sequence[Part]) -> list[Json]:
    """Return a button for each page, named by its document."""
    pages: dict[str, str] = {}
    for part in parts:
        if part.role is Role.SOURCE and part.source and part.source.url:
            pages.setdefault(part.source.url, part.source.title)
    return [
        {"type": "web_url", "url": url, "title": truncate(title, MAX_TITLE)}
        for url, title in pages.items()
    ]


def _calls(turn: CleanTurn) -> list[Number]:
    """Return those that a call button takes."""
    return [n for n in turn.numbers if n.href.startswith("tel:+")][:MAX_BUTTONS]


def _call_text(calls: Sequence[Number]) -> str:
    return truncate(", ".join(call.label or call.number for call in calls), _MAX_CALL_TEXT)


def _call_button(call: Number) -> Json:
    # Half a number on a button would look like another one.
    titles = (f"{_CALL} {call.number}", call.number, _CALL)
    title = next(title for title in titles if utf16(title) <= MAX_TITLE)
    return {"type": "phone_number", "title": title, "payload": call.href[len("tel:") :]}


def _quick_reply(button: TapButton) -> Json:
    return {"content_type": "text", "title": button.title, "payload": button.code}
