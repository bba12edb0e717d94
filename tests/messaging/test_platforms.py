"""What is special to one platform."""

import json
import re
from html import unescape

import pytest

from bot.channels.messaging.mattermost import render as mattermost
from bot.channels.messaging.messenger import render as messenger
from bot.channels.messaging.slack import render as slack
from bot.channels.messaging.teams import render as teams
from bot.channels.messaging.telegram import render as telegram
from bot.channels.messaging.twilio import sms, whatsapp
from tests.messaging.platforms import TURNS


def test_telegram_asks_the_same_as_its_button_says():
    (message,) = telegram.render(TURNS["clarify"])
    rows = message["reply_markup"]["inline_keyboard"]

    assert [len(row) for row in rows] == [1, 1, 1]
    assert all(row[0]["text"].startswith(f"{n}. ") for n, row in enumerate(rows, start=1))


def test_telegram_has_no_thumbs_for_an_id_that_its_button_cannot_hold():
    (message,) = telegram.render({"kind": "answer", "text": "t", "answer_id": "a" * 64})

    assert "reply_markup" not in message


def test_slack_text_says_all_that_a_screen_reader_should():
    (message,) = slack.render(TURNS["answer"])

    assert TURNS["answer"]["text"] in message["text"]
    assert TURNS["answer"]["disclaimer"] in message["text"]


def test_the_heading_is_bold_where_a_platform_can():
    heading = TURNS["answer"]["heading"]
    (card,) = teams.render(TURNS["answer"])
    (run,) = card["attachments"][0]["content"]["body"][0]["inlines"]

    assert run == {"type": "TextRun", "text": heading, "weight": "Bolder"}
    assert slack.render(TURNS["answer"])[0]["blocks"][0]["text"]["text"] == f"*{heading}*"
    assert telegram.render(TURNS["answer"])[0]["text"].startswith(f"<b>{heading}</b>\n")
    assert mattermost.render(TURNS["answer"])[0]["message"].startswith(f"**{heading}**\n")
    assert whatsapp.render(TURNS["answer"])[0]["Body"].startswith(f"*{heading}*\n")
    assert sms.render(TURNS["answer"])[0]["Body"].startswith(f"{heading}\n")


@pytest.mark.parametrize("platform", [slack, whatsapp])
def test_a_heading_with_a_star_is_not_bold(platform):
    (message,) = platform.render(TURNS["answer"] | {"heading": "What is *this*?"})

    assert "**" not in json.dumps(message)


def test_slack_calls_at_a_touch():
    (message,) = slack.render(TURNS["emergency"])

    assert "<tel:999|999>" in json.dumps(message["blocks"])


def test_slack_keeps_a_sign_at_the_beginning_of_a_line():
    (message,) = slack.render({"kind": "chat", "text": "Worse than\n> 5"})

    assert message["blocks"][0]["text"]["text"] == "Worse than\n\u200b&gt; 5"


def test_messenger_opens_sources_with_buttons():
    _, message = messenger.render(TURNS["answer"])
    template = message["message"]["attachment"]["payload"]

    assert [button["url"] for button in template["buttons"]] == [
        TURNS["answer"]["citations"][0]["url"]
    ]


def test_messenger_writes_addresses_out_where_a_template_is_too_small():
    *_, message = messenger.render(TURNS["answer"] | {"disclaimer": "Ask a doctor. " * 50})

    assert TURNS["answer"]["citations"][0]["url"] in message["message"]["text"]


@pytest.mark.parametrize(
    ("number", "title"),
    [
        ("+44 116 123", "Call +44 116 123"),
        ("+44 20 7946 0000", "+44 20 7946 0000"),
        ("+44 (0) 20 7946 0000 extension 5", "Call"),
    ],
)
def test_messenger_never_cuts_a_number(number, title):
    entry = {"label": "Line", "number": number, "href": "tel:+442079460000"}
    _, message = messenger.render({"kind": "emergency", "text": "Call.", "numbers": [entry]})

    assert message["message"]["attachment"]["payload"]["buttons"][0]["title"] == title


def test_teams_shows_an_emergency_without_a_card():
    (message,) = teams.render(TURNS["emergency"])

    assert message["textFormat"] == "plain"


def test_teams_sends_what_would_have_been_typed():
    (message,) = teams.render(TURNS["chat"])
    (row,) = message["attachments"][0]["content"]["body"][-1:]

    assert [action["data"]["msteams"]["text"] for action in row["actions"]] == [
        choice["payload"] for choice in TURNS["chat"]["suggestions"]
    ]


def test_mattermost_without_an_address_has_numbered_lines():
    (message,) = mattermost.render(TURNS["answer"])

    assert "props" not in message
    assert "2. Which autoimmune conditions can affect bones?" in message["message"]


def test_mattermost_shows_no_markdown_of_a_document():
    text = "@all see *this* [x](javascript:y)\n# z\n- item\nhttps://a.example/b_c"

    assert mattermost.escape(text) == (
        "@\u200ball see \\*this\\* \\[x\\](javascript&#58;y)\n&#35; z\n- item\nhttps://a.example/b_c"
    )


def decode_tap(markdown):
    """Read escapes and character references as Mattermost does (its marked and its server)."""
    text = re.sub(r"\\([`*{}\[\]()#+\-.!_>|~])", r"\1", markdown)
    return re.sub(
        r"&(?:#[xX]?[0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]*);", lambda m: unescape(m[0]), text
    )


def alerts(markdown):
    """Return who is alerted, by the rules of Mattermost's mention_parser_standard.go."""
    words = re.findall(r"(?:[:.\-_@]|[^\W_])+", decode_tap(markdown))
    pieces = {piece for word in words for piece in (word, *re.split("[.:-]", word))}
    return {piece.strip(":.-_").lower() for piece in pieces} & {"@all", "@here", "@channel"}


CALLS = [
    "hello @all", "@channel", "see &#64;all now", "see &#x40;here now", "see &commat;channel now",
    "&amp;#64;all", "&amp;amp;#64;all", "&#38;#64;all", "&\u200b#64;all", "\\&#64;all",
    "https://@all", "https://@all/x", "xhttps://x.example/@all", "http://a@all", "https:///@all",
    "https://x.example/@all", "(https://x.example/@all)", "https://x.example/?&#64;all",
    "https://x.example/&commat;all", "@.all", "@-all", "a@all", "@\u00adall", "\\@all", "@@all",
    "\\\\@all", "x.@all", ":@all:", "_@here_", "[@all](https://x.example)", "<@all>", "`@all`",
    "@\nall", "mailto:@all", "www.x.example/@all",
]  # fmt: skip


@pytest.mark.parametrize("text", CALLS)
def test_mattermost_alerts_nobody(text):
    source = {"title": text, "section": text, "origin": text, "url": f"https://x.example/{text}"}
    payload = {"kind": "answer", "text": text, "heading": text, "citations": [source]}

    (message,) = mattermost.render({**payload, "suggestions": [{"title": text}] * 2})

    assert alerts(message["message"]) == set()


def test_the_rules_of_mattermost_see_who_is_alerted():
    texts = ["@all", "see &#64;here", "&commat;channel", "a.@all.b", "(https://x.example/@all)"]

    assert all(alerts(text) for text in texts)


# What makes something of a text: https://github.com/mattermost/marked and Mattermost's emoticons.
SYNTAX = re.compile(
    r"^ *(?:#{1,6} |={2,} *$|-{2,} *$|>|[*+] |(?:[-*_] *){3,}$|```|~~~)|<[a-z/!]|"
    r"\$[^$\n]+\$|:[\w+-]+:|(?<!\w)[:;]-?[()\[\]|/$@`'dops]|(?<!\w)(?:<|&lt;)/?3|\bx-d\b|(?<!\w)#[^\W\d_]",
    re.MULTILINE | re.IGNORECASE,
)


@pytest.mark.parametrize(
    "text",
    [
        "text\n===", "text\n==", "text\n---", "text\n--", "- - -", "***", "# h", "> q", "+ a",
        "* a", "costs $5 and $6", "$x$", ":smile:", ":+1:", ":) ;) :-( :D :p :/ :| ;-)", "x-d",
        "<3 </3", "&lt;3", "see #bones", "<b>bold</b>", "<!-- x -->", "&lt;b&gt;", "&amp;",
        "&copy;", "A&E", "a \\ b", "\\a", "\\*", "10:30", "1:30:45", "Note: this", "5 > 3", "x=1",
        "- item\n- item", "1. one", "e-mail", "=1+1", "a|b\n-|-", "~~~", "a_b_c", "!",
        "ends in :", ";",
    ],
)  # fmt: skip
def test_mattermost_shows_a_text_as_it_is(text):
    escaped = mattermost.escape(text)

    assert SYNTAX.search(re.sub(r"\\.|&#\d+;", "\ue000", escaped)) is None
    assert decode_tap(escaped).replace("\u200b", "") == text


@pytest.mark.parametrize("url", ["https://www.nhs.uk@evil.example/", "https://b\u0430nk.example/"])
def test_an_address_that_seems_another_is_no_link_in_a_text(url):
    (block,) = slack.render({"kind": "chat", "text": url})[0]["blocks"]

    assert block["text"]["text"] == url
    assert mattermost.escape(url).startswith("https&#58;//")
