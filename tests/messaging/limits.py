"""The platforms' published limits: each function returns what is wrong with one message.

Where a platform does not say what it counts, or says different things in different places, the
stricter reading holds. Written apart from bot/channels/messaging: no number is taken from there.
"""

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

# 3GPP TS 23.038, 6.2.1: the GSM 7-bit default alphabet; its extension table counts double.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = set("\f^{}\\[~]|€")
# https://core.telegram.org/bots/api#html-style, those that we have a use for.
TELEGRAM_TAGS = {"a": ["href"], "b": [], "i": []}


def units(text: str) -> int:
    """Return UTF-16 code units: what JavaScript, Java and C# call length."""
    return len(text.encode("utf-16-le")) // 2


def over(what: str, found: int, most: int) -> list[str]:
    return [f"{what}: {found} > {most}"] if found > most else []


def each_string(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from each_string(item)
    elif isinstance(value, list):
        for item in value:
            yield from each_string(item)


def sendable(message: Json) -> list[str]:
    """What no platform takes: half a pair of characters, and control characters but line ends."""
    wrong = []
    for text in each_string(message):
        if re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text):
            wrong.append(f"cannot be sent: {text[:40]!r}")
    json.dumps(message).encode("ascii")
    return wrong


def address(url: str) -> list[str]:
    parts = urlsplit(url)
    is_good = parts.scheme in ("http", "https") and parts.netloc and url.isascii()
    return [] if is_good and not re.search(r"[\s<>\"|`\\]", url) else [f"address: {url}"]


class TelegramReader(HTMLParser):
    """Reads what Telegram's HTML mode takes: known tags, nested well, entities for & < >."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.wrong, self.open = "", [], []

    def handle_starttag(self, tag, attrs):
        if sorted(name for name, _ in attrs) != TELEGRAM_TAGS.get(tag, ["not a tag"]):
            self.wrong.append(f"tag: {tag} {attrs}")
        self.wrong += [fault for _, value in attrs for fault in address(value or "")]
        self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"closed: {tag}")

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.wrong.append(f"comment: {data}")

    handle_decl = unknown_decl = handle_pi = handle_comment


def telegram(message: Json) -> list[str]:
    reader = TelegramReader()
    reader.feed(message["text"])
    reader.close()
    wrong = [*sendable(message), *reader.wrong, *(f"open: {tag}" for tag in reader.open)]
    # #formatting-options: any < > & that is no tag or entity must be written as an entity.
    if re.search(r"&(?!(lt|gt|amp|quot|#x?[0-9a-f]+);)", message["text"]):
        wrong.append("bare &")
    # The reader above takes a "<" before a space for text; Telegram answers 400.
    if re.search(r"[<>]", re.sub(r'</?[abi]>|<a href="[^"<>]*">', "", message["text"])):
        wrong.append("bare < or >")
    # #sendmessage: "1-4096 characters after entities parsing".
    if not reader.text.strip():
        wrong.append("no text")
    wrong += over("text", units(reader.text), 4096)
    # #html-style: parse_mode; #linkpreviewoptions.
    wrong += [] if message["parse_mode"] == "HTML" else ["parse_mode"]
    keyboard = message.get("reply_markup", {"inline_keyboard": [[]]})["inline_keyboard"]
    # 100 buttons a keyboard (https://limits.tginfo.me; the server's REPLY_MARKUP_TOO_LONG).
    wrong += over("buttons", sum(map(len, keyboard)), 100)
    for button in (button for row in keyboard for button in row):
        # #inlinekeyboardbutton: "callback_data: 1-64 bytes".
        wrong += [] if button["text"].strip() and button["callback_data"] else ["empty button"]
        wrong += over("callback_data", len(button["callback_data"].encode()), 64)
    return wrong


def slack(message: Json) -> list[str]:
    wrong = sendable(message)
    # docs.slack.dev/reference/methods/chat.postMessage: "limit the number of characters in the
    # text field to a maximum of 4,000"; docs.slack.dev/reference/block-kit/blocks: 50 blocks.
    wrong += over("text", units(message["text"]), 4000)
    wrong += [] if message["text"].strip() else ["no text"]
    wrong += mrkdwn(message["text"])
    wrong += over("blocks", len(message["blocks"]), 50)
    for block in message["blocks"]:
        wrong += {"section": slack_section, "context": slack_context, "actions": slack_actions}[
            block["type"]
        ](block)
    return wrong


def mrkdwn(text: str) -> list[str]:
    """docs.slack.dev/messaging/formatting-message-text: & < > only as entities or in our links."""
    link = r"<(https?://[^<>|\s]+|tel:\+?\d+)(\|[^<>|\n]+)?>"
    bare = re.sub(link, "", text)
    return [f"bare {char}" for char in re.findall(r"[<>]|&(?!(?:amp|lt|gt);)", bare)]


def slack_text(text: Json) -> list[str]:
    # .../composition-objects/text-object: 1 to 3,000 characters.
    wrong = over("text object", units(text["text"]), 3000)
    wrong += [] if text["text"].strip() else ["empty text object"]
    return wrong + (mrkdwn(text["text"]) if text["type"] == "mrkdwn" else [])


def slack_section(block: Json) -> list[str]:
    # .../blocks/section-block: text of at most 3,000 characters.
    return slack_text(block["text"])


def slack_context(block: Json) -> list[str]:
    # .../blocks/context-block: at most 10 elements.
    wrong = over("context elements", len(block["elements"]), 10)
    return wrong + [fault for element in block["elements"] for fault in slack_text(element)]


def slack_actions(block: Json) -> list[str]:
    # .../blocks/actions-block: at most 25 elements; we show 5. An action_id is there once.
    wrong = over("actions", len(block["elements"]), 5)
    ids = [button["action_id"] for button in block["elements"]]
    wrong += [] if ids and len(set(ids)) == len(ids) else ["action_id"]
    for button in block["elements"]:
        # .../block-elements/button-element: text 75, action_id 255, value 2,000, label 75.
        wrong += over("button", units(button["text"]["text"]), 75)
        wrong += [] if button["text"]["text"].strip() else ["empty button"]
        wrong += over("action_id", len(button["action_id"]), 255)
        wrong += over("value", len(button["value"].encode()), 2000)
        wrong += over("label", units(button.get("accessibility_label", "")), 75)
        wrong += [] if button["value"] else ["empty value"]
    return wrong


def messenger(body: Json) -> list[str]:
    # developers.facebook.com/docs/messenger-platform/reference/send-api
    message, wrong = body["message"], sendable(body)
    wrong += [] if body["messaging_type"] == "RESPONSE" else ["messaging_type"]
    wrong += [] if ("text" in message) != ("attachment" in message) else ["text or attachment"]
    if "text" in message:
        # "Must be UTF-8 and has a 2000 character limit": bytes, to be on the safe side.
        wrong += over("text", len(message["text"].encode()), 2000)
        wrong += [] if message["text"].strip() else ["no text"]
    else:
        wrong += button_template(message["attachment"]["payload"])
    replies = message.get("quick_replies", [])
    # .../send-messages/quick-replies: 13, "20 character limit", "1000 character limit".
    wrong += over("quick replies", len(replies), 13)
    for reply in replies:
        wrong += [] if reply["content_type"] == "text" and reply["title"].strip() else ["reply"]
        wrong += over("quick reply", units(reply["title"]), 20)
        wrong += over("payload", len(reply["payload"].encode()), 1000)
        wrong += [] if reply["payload"] else ["empty payload"]
    return wrong


def button_template(payload: Json) -> list[str]:
    # .../reference/templates/button: text of 640 characters, 1 to 3 buttons.
    wrong = over("template text", len(payload["text"].encode()), 640)
    wrong += [] if payload["text"].strip() and payload["buttons"] else ["empty template"]
    wrong += over("template buttons", len(payload["buttons"]), 3)
    for button in payload["buttons"]:
        # .../reference/buttons/url and /call: titles of 20, "+" and the country code.
        wrong += over("button", units(button["title"]), 20)
        if button["type"] == "web_url":
            wrong += address(button["url"])
        elif button["type"] != "phone_number" or not re.fullmatch(r"\+\d+", button["payload"]):
            wrong.append(f"button: {button}")
    return wrong


def twilio(message: Json) -> list[str]:
    # twilio.com/docs/api/errors/21617: Body of at most 1,600 characters.
    wrong = [] if set(message) == {"Body"} and message["Body"].strip() else ["Body"]
    return [*wrong, *sendable(message), *over("Body", units(message["Body"]), 1600)]


def sms(message: Json) -> list[str]:
    """As `twilio`, and ten segments: 1,600 characters are counted differently in UCS-2."""
    body = message["Body"]
    if set(body) <= GSM | GSM_EXTENSION:
        # A character of the extension that would straddle two segments moves to the second.
        cost, most = len(body) + sum(char in GSM_EXTENSION for char in body), 10 * 153
    else:
        cost, most = units(body), 10 * 67
    return [*twilio(message), *over("segments", cost, most)]


def teams(message: Json) -> list[str]:
    # learn.microsoft.com/microsoftteams/limits-specifications-teams: posts of about 28 kB. A
    # kilobyte is left for the addressee.
    wrong = [*sendable(message), *over("bytes", len(json.dumps(message)), 27_000)]
    wrong += [] if message["type"] == "message" else ["type"]
    if "attachments" not in message:
        is_plain = message["textFormat"] == "plain" and message["text"].strip()
        return wrong if is_plain else [*wrong, "no text"]
    (attachment,) = message["attachments"]
    card = attachment["content"]
    known = attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    # .../cards/cards-reference: Teams shows Adaptive Cards up to 1.5; 1.3 on every client.
    wrong += [] if known and card["version"] == "1.3" and card["body"] else ["card"]
    actions = [a for block in card["body"] for a in block.get("actions", [])]
    # .../cards/cards-actions, adaptivecards.io/designer: more than six actions are hidden.
    wrong += over("actions", len(actions), 6)
    for block in card["body"]:
        wrong += teams_block(block)
    return wrong


def teams_block(block: Json) -> list[str]:
    wrong = []
    # adaptivecards.io/explorer: RichTextBlock with TextRuns (1.2), ActionSet (1.2).
    for run in block.get("inlines", []):
        wrong += [] if run["type"] == "TextRun" and run["text"] else ["run"]
        wrong += ["line end in a run"] if "\n" in run["text"] else []
        wrong += address(run["selectAction"]["url"]) if "selectAction" in run else []
    for action in block.get("actions", []):
        sent = action["data"]["msteams"]
        is_good = action["type"] == "Action.Submit" and sent["type"] == "messageBack"
        wrong += [] if is_good and sent["text"] and sent["value"]["tap"] else ["action"]
        wrong += [] if action["title"].strip() else ["empty button"]
    return wrong + ([] if block["type"] in ("RichTextBlock", "ActionSet") else ["block"])


def mattermost(message: Json) -> list[str]:
    wrong = sendable(message)
    # docs.mattermost.com, message and post limits: 16,383 characters (server 5.0 and later).
    wrong += over("message", units(message["message"]), 16_383)
    wrong += [] if message["message"].strip() else ["no text"]
    # Older servers kept 8,000 characters of props (model.PostPropsMaxRunes).
    wrong += over("props", len(json.dumps(message.get("props", {}))), 8000)
    # A mention needs "@" and a letter.
    wrong += ["mention"] if re.search(r"@(?!\u200b)", html.unescape(message["message"])) else []
    for attachment in message.get("props", {}).get("attachments", []):
        # .../message-attachments: "fallback: a required plain-text summary".
        wrong += [] if attachment["fallback"] else ["fallback"]
        for action in attachment["actions"]:
            # .../interactive-messages: an id of letters and digits, or the tap gives a 404.
            wrong += [] if re.fullmatch(r"[A-Za-z0-9]+", action["id"]) else ["id"]
            is_good = action["name"].strip() and action["integration"]["context"]["tap"]
            wrong += [*address(action["integration"]["url"]), *([] if is_good else ["action"])]
    return wrong
