"""What is special to one platform."""

import json

import pytest

from bot.messaging import mattermost, messenger, slack, sms, teams, telegram, whatsapp
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


def test_mattermost_alerts_nobody_and_shows_no_markdown_of_a_document():
    text = "@all see *this* [x](javascript:y)\n# z\n- item\nhttps://a.example/b_c"

    assert mattermost.escape(text) == (
        "@\u200ball see \\*this\\* \\[x\\](javascript:y)\n\\# z\n- item\nhttps://a.example/b_c"
    )
