"""Facebook Messenger: bodies of the Send API, with quick replies under the last one.

The words come first. Source, disclaimer and numbered choices follow in a button template whose
buttons open the sources, where they fit one; else as text, with the addresses in it. A call button
takes numbers with a country code alone: 999 is only in the words.
"""

from typing import Any, Dict, List, Mapping, Sequence, Tuple

from bot.messaging import words
from bot.messaging.actions import encode_choice, encode_feedback
from bot.messaging.measure import utf8, utf16
from bot.messaging.parts import SAID, SOURCE, Button, Part, join, pack, plan, say
from bot.messaging.split import cut
from bot.messaging.turn import Number, Turn, read

Json = Dict[str, Any]

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
# Names of those to call, in UTF-16 code units: within the template's text however it is counted.
_MAX_CALL_TEXT = 200


def render(payload: Mapping[str, Any]) -> List[Json]:
    """Return the messages of a turn."""
    turn = read(payload)
    calls = _calls(turn)
    messages = [
        *_turn_messages(turn),
        *_templates(_call_text(calls), [_call_button(call) for call in calls]),
    ]
    _, buttons = _plan(turn)
    quick_replies = [*(_choice(button) for button in buttons), *_thumbs(turn)]
    if messages and quick_replies:
        messages[-1]["quick_replies"] = quick_replies
    return [{"messaging_type": "RESPONSE", "message": message} for message in messages]


def _plan(turn: Turn, *, with_urls: bool = False) -> Tuple[List[Part], List[Button]]:
    return plan(
        turn,
        max_sources=MAX_SOURCES,
        max_buttons=MAX_QUICK_REPLIES - _THUMBS,
        max_title=MAX_TITLE,
        with_urls=with_urls,
    )


def _turn_messages(turn: Turn) -> List[Json]:
    parts, _ = _plan(turn)
    said = [part for part in parts if part.role in SAID]
    after = [part for part in parts if part.role not in SAID]
    buttons = _source_buttons(after)
    text = join(after, say)
    if buttons and utf8(text) <= MAX_TEMPLATE_TEXT:
        return [*_texts(said), *_templates(text, buttons)]
    return _texts(_plan(turn, with_urls=True)[0])


def _texts(parts: Sequence[Part]) -> List[Json]:
    def fits(group: Sequence[Part]) -> bool:
        return utf8(join(group, say)) <= MAX_TEXT

    return [{"text": join(group, say)} for group in pack(parts, fits)]


def _templates(text: str, buttons: Sequence[Json]) -> List[Json]:
    """Return a message with buttons; none without buttons."""
    if not buttons:
        return []
    template = {"template_type": "button", "text": text, "buttons": list(buttons)}
    return [{"attachment": {"type": "template", "payload": template}}]


def _source_buttons(parts: Sequence[Part]) -> List[Json]:
    """Return a button for each page, named by its document."""
    pages: Dict[str, str] = {}
    for part in parts:
        if part.role == SOURCE and part.source and part.source.url:
            pages.setdefault(part.source.url, part.source.title)
    return [
        {"type": "web_url", "url": url, "title": cut(title, MAX_TITLE)}
        for url, title in pages.items()
    ]


def _calls(turn: Turn) -> List[Number]:
    """Return those that a call button takes."""
    return [n for n in turn.numbers if n.href.startswith("tel:+")][:MAX_BUTTONS]


def _call_text(calls: Sequence[Number]) -> str:
    return cut(", ".join(call.label or call.number for call in calls), _MAX_CALL_TEXT)


def _call_button(call: Number) -> Json:
    # Half a number on a button would look like another one.
    titles = (f"{words.CALL} {call.number}", call.number, words.CALL)
    title = next(title for title in titles if utf16(title) <= MAX_TITLE)
    return {"type": "phone_number", "title": title, "payload": call.href[len("tel:") :]}


def _choice(button: Button) -> Json:
    code = encode_choice(button.choice.place, button.choice.text, max_bytes=MAX_CODE)
    return {"content_type": "text", "title": button.title, "payload": code}


def _thumbs(turn: Turn) -> List[Json]:
    if not turn.answer_id:
        return []
    return [
        {
            "content_type": "text",
            "title": thumb,
            "payload": encode_feedback(rating, turn.answer_id, max_bytes=MAX_CODE),
        }
        for rating, thumb in (("up", words.THUMB_UP), ("down", words.THUMB_DOWN))
    ]
