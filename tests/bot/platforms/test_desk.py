"""From a message to its answer."""

import asyncio
import logging
import time

import pytest

from bot.channels.platforms import desk as desk_module
from bot.channels.platforms import words
from bot.channels.platforms.desk import Desk, Notice, interpret, make_sender_id
from bot.channels.platforms.incoming import Incoming, Sign
from bot.channels.platforms.lanes import Full, Lanes
from bot.channels.platforms.outgoing import Problem, SendFailed
from bot.channels.settings import Settings
from bot.messaging.actions import ChoiceTap, FeedbackTap, digest
from bot.safety.numbers import Numbers

SECRET = "s" * 32
NUMBERS = Numbers.from_env({"BONAFIDE_EMERGENCY_NUMBERS": "GB=999"})


def incoming(message_id="1", said="hello", conversation="c", sender="p", **fields):
    return Incoming(id=message_id, conversation=conversation, sender=sender, said=said, **fields)


class Rasa:
    """Repeats what it is sent."""

    def __init__(self):
        self.messages = []
        self.delay_s = 0.0

    async def handle(self, message):
        self.messages.append(message)
        await asyncio.sleep(self.delay_s)
        if message.text == "fail":
            raise RuntimeError("words of a person")
        turn = {
            "kind": "chat",
            "text": f"you said {message.text}",
            "suggestions": [{"title": "More?", "payload": "tell me more"}],
        }
        if message.text != "nothing":
            await message.output_channel.send_response(message.sender_id, {"custom": turn})


def serve(platform, *messages, rasa=None, lanes=None, is_late=False, **options):
    """Take messages and wait until all are answered; return what Rasa was sent."""
    rasa = rasa or Rasa()
    settings = Settings(max_chars=100, session_rate=options.pop("session_rate", 0))

    async def run():
        desk = Desk(
            rasa.handle,
            settings,
            secret=SECRET,
            numbers=NUMBERS,
            lanes=lanes or Lanes(),
            **options,
        )
        for message in messages:
            desk.take(platform, message)
            if is_late:
                await asyncio.sleep(0.02)
        await desk.close()

    asyncio.run(run())
    return rasa.messages


def said(platform):
    return [text for _, text in platform.sent]


def test_a_message_is_asked_and_answered(platform):
    (message,) = serve(platform, incoming("9", " is it\x00? ", locale="en-GB"))

    assert message.text == "is it ?"
    assert message.input_channel == "fake"
    assert message.message_id == "fake:9"
    assert message.metadata == {"locale": "en-GB"}
    assert platform.sent == [("c", "you said is it ?")]


def test_a_platform_can_be_two_channels(platform):
    sms, whatsapp = serve(platform, incoming("1", channel="sms"), incoming("2", channel="whatsapp"))

    assert (sms.input_channel, whatsapp.input_channel) == ("sms", "whatsapp")
    assert sms.sender_id != whatsapp.sender_id


def test_the_same_message_is_answered_once(platform):
    assert len(serve(platform, incoming(), incoming(), incoming("2"))) == 2


@pytest.mark.parametrize("text", ["/restart", "//restart", "/ /restart"])
def test_a_command_is_just_words(platform, text):
    (message,) = serve(platform, incoming(said=text))

    assert message.text == "restart"


def test_a_tap_means_what_was_offered(platform):
    tap = ChoiceTap(1, "", digest("tell me more"))
    sent = serve(platform, incoming("1"), incoming("2", tap))

    assert [message.text for message in sent] == ["hello", "tell me more"]


def test_a_tap_of_another_conversation_means_nothing(platform):
    tap = ChoiceTap(1, "", digest("tell me more"))
    sent = serve(platform, incoming("1"), incoming("2", tap, conversation="other"), is_late=True)

    assert len(sent) == 1
    assert said(platform)[1] == words.OLD_TAP


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        (Sign.HELLO, "/greet"),
        (FeedbackTap("up", "a1"), '/give_feedback{"answer_id": "a1", "rating": "up"}'),
        (ChoiceTap(1, "/restart", ""), "restart"),
        (ChoiceTap(1, "A?", ""), "A?"),
        ("/", "\u2215"),
        (Sign.NO_WORDS, Notice(words.NO_WORDS)),
        (Sign.OLD_TAP, Notice(words.OLD_TAP)),
        (ChoiceTap(1, "", "0123abcd"), Notice(words.OLD_TAP)),
        (" \n", Notice(words.NO_WORDS)),
        ("x" * 11, Notice(words.TOO_LONG)),
    ],
)
def test_what_a_message_means(what, asked):
    assert interpret(incoming(said=what), [], max_chars=10) == asked


def test_what_is_no_question_gets_a_line_with_the_number_to_call(platform):
    messages = [incoming("1", Sign.NO_WORDS, locale="en-GB"), incoming("2", "x" * 101)]

    assert serve(platform, *messages) == []
    assert said(platform)[0].endswith("If this is an emergency, call 999 now.")
    assert "100 characters" in said(platform)[1]
    assert said(platform)[1].endswith("call your local emergency number now.")


def test_who_writes_too_much_is_told_once_and_others_are_not_kept_waiting(platform):
    many = [incoming(str(number)) for number in range(6)]
    other = incoming("x", sender="another", conversation="d")
    sent = serve(platform, *many, other, session_rate=3)

    assert len(sent) == 4
    assert len([text for text in said(platform) if "faster than I can answer" in text]) == 1


def test_a_turn_that_fails_gets_a_line_and_the_log_no_words(platform, caplog):
    serve(platform, incoming("1", "fail"), incoming("2", "nothing"), incoming("3", "hello"))

    assert ["Something went wrong" in text for text in said(platform)] == [True, True, False]
    assert "RuntimeError at " in caplog.text
    assert "words of a person" not in caplog.text


def test_a_turn_that_takes_too_long_is_given_up(platform):
    rasa = Rasa()
    rasa.delay_s = 9
    serve(platform, incoming(), rasa=rasa, turn_timeout_s=0.05)

    assert "Something went wrong" in said(platform)[0]


def test_what_cannot_be_sent_is_one_line_in_the_log(platform, caplog):
    platform.error = SendFailed(Problem("HTTP 403"), 1)
    serve(platform, incoming(said="words of a person"))

    assert [record.getMessage() for record in caplog.records] == [
        "fake: an answer could not be sent: HTTP 403, tries=1."
    ]


def test_a_broken_platform_costs_one_answer(platform, caplog):
    platform.error = KeyError("words of a person")
    serve(platform, incoming("1"), incoming("2"))

    assert len(caplog.records) == 2
    assert "words of a person" not in caplog.text


def test_typing_is_shown_when_it_takes_a_while(platform):
    rasa = Rasa()
    serve(platform, incoming("1"), rasa=rasa, typing_after_s=0.05)
    assert platform.n_typing == 0

    rasa.delay_s = 0.2
    serve(platform, incoming("2"), rasa=rasa, typing_after_s=0.05)
    assert platform.n_typing == 1


def test_what_is_not_taken_can_come_again(platform):
    async def run():
        lanes = Lanes(max_in_all=1)
        rasa = Rasa()
        desk = Desk(rasa.handle, Settings(), secret=SECRET, numbers=NUMBERS, lanes=lanes)
        desk.take(platform, incoming("1"))
        with pytest.raises(Full):
            desk.take(platform, incoming("2"))
        await asyncio.sleep(0.05)
        desk.take(platform, incoming("2"))
        await desk.close()
        return len(rasa.messages)

    assert asyncio.run(run()) == 2


def test_a_conversation_that_is_flooded_drops_with_a_line_in_the_log(platform, caplog):
    messages = [incoming(str(number)) for number in range(4)]
    sent = serve(platform, *messages, lanes=Lanes(max_waiting=2))

    assert len(sent) == 2
    assert len(caplog.records) == 2


def test_the_end_waits_for_answers_but_not_for_ever(platform, caplog, monkeypatch):
    rasa = Rasa()
    rasa.delay_s = 0.1
    serve(platform, incoming(), rasa=rasa)
    assert said(platform) == ["you said hello"]

    monkeypatch.setattr(desk_module.Desk.close, "__kwdefaults__", {"timeout_s": 0.05})
    serve(platform, incoming("2"), rasa=rasa)
    assert "Stopped before 1 messages were answered." in caplog.text


def test_ids_of_conversations_cannot_be_guessed_and_do_not_meet():
    ids = {
        make_sender_id(secret, name, incoming(conversation=conversation, channel=channel))
        for secret in (SECRET, "t" * 32)
        for name in ("telegram", "slack")
        for conversation in ("42", "43", "")
        for channel in ("", "sms")
    }

    assert len(ids) == 24
    assert all(len(each.partition("-")[2]) == 64 for each in ids)
    assert not any("42" in each.partition("-")[0] for each in ids)


def test_ids_of_conversations_stay():
    assert make_sender_id(SECRET, "telegram", incoming()) == make_sender_id(
        SECRET, "telegram", incoming("2", "other", sender="other")
    )


def test_a_message_does_not_print_what_was_said():
    told = repr(incoming("1", "words", "conv", "person", address={"to": "+44"}))

    assert not any(hidden in told for hidden in ("words", "conv", "person", "+44"))


@pytest.fixture(autouse=True)
def _all_levels(caplog):
    caplog.set_level(logging.INFO, "bot.channels")


def test_pieces_get_one_answer(platform):
    pieces = ("I have", "osteoporosis", "can I", "run?")
    (message,) = serve(platform, *(incoming(str(n), text) for n, text in enumerate(pieces)))

    assert message.text == "I have osteoporosis can I run?"
    assert said(platform) == ["you said I have osteoporosis can I run?"]


@pytest.mark.parametrize("other", [Sign.NO_WORDS, FeedbackTap("up", "a1"), ChoiceTap(1, "", "x")])
def test_what_is_not_typed_ends_the_wait(platform, other):
    started = time.monotonic()
    messages = serve(platform, incoming("1", "I have"), incoming("2", other))

    assert messages[0].text == "I have"
    assert len(platform.sent) == 2
    assert time.monotonic() - started < 0.5


def test_pieces_of_a_full_lane_are_not_taken(platform):
    async def run():
        desk = Desk(
            Rasa().handle, Settings(), secret=SECRET, numbers=NUMBERS, lanes=Lanes(max_in_all=1)
        )
        desk.take(platform, incoming("1", "I have"))
        for _ in range(2):
            with pytest.raises(Full):
                desk.take(platform, incoming("2", "lupus?"))
        await desk.close()

    asyncio.run(run())

    assert said(platform) == ["you said I have"]
