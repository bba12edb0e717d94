"""What a person sees of a message, and what its buttons send back."""

import html
import re
from typing import Any

from bot.channels.messaging.twilio.gsm import fold_to_gsm
from tests.messaging.limits import TelegramReader

Json = dict[str, Any]


def squash(text: str) -> str:
    """Return a text without space and invisible characters: what can be compared over messages."""
    return re.sub(r"[\s\u200b]", "", text)


def folded(text: str) -> str:
    return fold_to_gsm(text)


def telegram(message: Json) -> str:
    reader = TelegramReader()
    reader.feed(message["text"])
    reader.close()
    return reader.text


def telegram_taps(message: Json) -> list[str]:
    keyboard = message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    return [button["callback_data"] for row in keyboard for button in row]


def slack(message: Json) -> str:
    texts = []
    for block in message["blocks"]:
        texts += [block["text"]["text"]] if "text" in block else []
        texts += [e["text"] for e in block.get("elements", []) if e["type"] == "mrkdwn"]
    named = re.sub(r"<[^<>|]+\|([^<>]+)>", r"\1", "\n".join(texts))
    return html.unescape(re.sub(r"<([^<>|]+)>", r"\1", named))


def slack_taps(message: Json) -> list[str]:
    elements = [e for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
    return [element["value"] for element in elements]


def messenger(body: Json) -> str:
    message = body["message"]
    return message["text"] if "text" in message else message["attachment"]["payload"]["text"]


def messenger_taps(body: Json) -> list[str]:
    return [reply["payload"] for reply in body["message"].get("quick_replies", [])]


def twilio(message: Json) -> str:
    return message["Body"]


def teams(message: Json) -> str:
    if "text" in message:
        return message["text"]
    body = message["attachments"][0]["content"]["body"]
    return "\n".join("".join(run["text"] for run in b.get("inlines", [])) for b in body)


def teams_taps(message: Json) -> list[str]:
    if "text" in message:
        return []
    body = message["attachments"][0]["content"]["body"]
    actions = [action for block in body for action in block.get("actions", [])]
    return [action["data"]["msteams"]["value"]["tap"] for action in actions]


def mattermost(message: Json) -> str:
    """Read the Markdown that we write: links, quoted lines, escapes."""
    escape = r"\\([\\`*_{}\[\]()#+\-.!>~|])"
    link = r"\[((?:\\.|[^\]\\])*)\]\((?:https?://[^\s)]+|tel:\+?\d+)\)"

    def read(found: re.Match[str]) -> str:
        return found[1] or re.sub(escape, r"\1", found[2])

    def refer(found: re.Match[str]) -> str:
        return chr(int(found[1])) if found[1] else "&"

    text = re.sub(r"^> ", "", message["message"], flags=re.MULTILINE)
    text = re.sub(r"&(?:#(\d+)|amp);", refer, re.sub(f"{escape}|{link}", read, text))
    return text.replace("%40", "@")


def mattermost_taps(message: Json) -> list[str]:
    attachments = message.get("props", {}).get("attachments", [])
    return [a["integration"]["context"]["tap"] for each in attachments for a in each["actions"]]
