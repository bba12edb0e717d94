"""From a message to its answer."""

import asyncio
import logging
import time

import pytest

from bot.channels.contact import read_contact
from bot.channels.messaging import dispatcher as dispatcher_module
from bot.channels.messaging.api_client import ApiError, SendFailed
from bot.channels.messaging.canned_replies import CannedReply
from bot.channels.messaging.incoming import MessageKind
from bot.channels.messaging.interpretation import interpret, make_sender_id
from bot.channels.messaging.queues import ConversationQueues, Overloaded
from bot.channels.messaging.rendering.tap_codes import ChoiceTap, FeedbackTap, hash_text
from bot.channels.settings import ChannelSettings
from tests.bot.channels.messaging.conftest import FakePlatform
from tests.bot.channels.messaging.world import EMERGENCY, SECRET, Rasa, incoming


@pytest.fixture
def serve(world, platform):
    """A function that takes messages, waits until all are answered, and returns what Rasa got."""

    def serve(*messages, is_late=False, session_rate=0, rasa=None, **options):
        world.settings = ChannelSettings(max_chars=100, session_rate=session_rate)
        world.rasa = rasa or Rasa()

        async def run():
            dispatcher = world.start(**options)
            for message in messages:
                await dispatcher.accept(platform, [message])
                if is_late:
                    await asyncio.sleep(0.02)
            await dispatcher.close()

        asyncio.run(run())
        return world.rasa.messages

    return serve


def said(platform):
    return [text for _, text in platform.sent]


def test_a_message_is_asked_and_answered(serve, platform):
    (message,) = serve(incoming("9", " is it\x00? ", locale="en-GB"))

    assert message.text == "is it ?"
    assert message.input_channel == "fake"
    assert message.message_id == "fake:9"
    assert message.metadata == {"reads_turns": True, "locale": "en-GB"}
    assert platform.sent == [("c", "you said is it ?")]


def test_a_refusal_names_the_contact_and_nothing_else_does(serve, platform):
    contact = read_contact({"BONAFIDE_CONTACT_PHONE": "0800 123 456"})

    class Refusing(Rasa):
        async def handle(self, message):
            if message.text != "chess":
                return await super().handle(message)
            turn = {"kind": "abstain", "text": "I cannot find that.", "suggestions": []}
            return await message.output_channel.send_response("c", {"custom": turn})

    serve(incoming("1", "chess?"), rasa=Refusing(), contact=contact)
    serve(incoming("2", "chess"), rasa=Refusing(), contact=contact)

    assert said(platform) == [
        "you said chess?",
        "I cannot find that.\nYou can also ask a person: 0800 123 456",
    ]


def test_a_platform_can_be_two_channels(serve, platform):
    sms, whatsapp = serve(incoming("1", channel="sms"), incoming("2", channel="whatsapp"))

    assert (sms.input_channel, whatsapp.input_channel) == ("sms", "whatsapp")
    assert sms.sender_id != whatsapp.sender_id


def test_the_same_message_is_answered_once(serve, platform):
    assert len(serve(incoming(), incoming(), incoming("2"))) == 2


@pytest.mark.parametrize("text", ["/restart", "//restart", "/ /restart"])
def test_a_command_is_just_words(serve, platform, text):
    (message,) = serve(incoming(content=text))

    assert message.text == "restart"


def test_a_tap_means_what_was_offered(serve, platform):
    tap = ChoiceTap(1, "", hash_text("tell me more"))
    sent = serve(incoming("1"), incoming("2", tap))

    assert [message.text for message in sent] == ["hello", "tell me more"]


def test_a_tap_of_another_conversation_means_nothing(serve, platform):
    tap = ChoiceTap(1, "", hash_text("tell me more"))
    sent = serve(incoming("1"), incoming("2", tap, conversation="other"), is_late=True)

    assert len(sent) == 1
    assert said(platform)[1] == CannedReply.OLD_TAP.value


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        (MessageKind.HELLO, "/greet"),
        (FeedbackTap("up", "a1"), '/give_feedback{"answer_id": "a1", "rating": "up"}'),
        (ChoiceTap(1, "/restart", ""), "restart"),
        (ChoiceTap(1, "A?", ""), "A?"),
        ("/", "\u2215"),
        (MessageKind.NO_WORDS, CannedReply.NO_WORDS),
        (MessageKind.OLD_TAP, CannedReply.OLD_TAP),
        (ChoiceTap(1, "", "0123abcd"), CannedReply.OLD_TAP),
        (" \n", CannedReply.NO_WORDS),
        ("x" * 11, CannedReply.TOO_LONG),
    ],
)
def test_what_a_message_means(what, asked):
    assert interpret(incoming(content=what), [], max_chars=10) == asked


def test_what_is_no_question_gets_a_line_with_the_number_to_call(serve, platform):
    messages = [incoming("1", MessageKind.NO_WORDS, locale="en-GB"), incoming("2", "x" * 101)]

    assert serve(*messages) == []
    assert said(platform)[0].endswith("If this is an emergency, call 999 now.")
    assert "100 characters" in said(platform)[1]
    assert said(platform)[1].endswith("call your local emergency number now.")


def test_who_writes_too_much_is_told_once_and_others_are_not_kept_waiting(serve, platform):
    many = [incoming(str(number)) for number in range(6)]
    other = incoming("x", sender="another", conversation="d")
    sent = serve(*many, other, session_rate=3)

    assert len(sent) == 4
    assert len([text for text in said(platform) if "faster than I can answer" in text]) == 1


def test_a_turn_that_fails_gets_a_line_and_the_log_no_words(serve, platform, caplog):
    serve(incoming("1", "fail"), incoming("2", "nothing"), incoming("3", "hello"))

    assert ["Something went wrong" in text for text in said(platform)] == [True, True, False]
    assert "RuntimeError at " in caplog.text
    assert "words of a person" not in caplog.text


def test_a_turn_that_takes_too_long_is_given_up(serve, platform):
    rasa = Rasa()
    rasa.delay_s = 9
    serve(incoming(), rasa=rasa, turn_timeout_s=0.05)

    assert "Something went wrong" in said(platform)[0]


def test_what_cannot_be_sent_is_one_line_in_the_log(serve, platform, caplog):
    platform.error = SendFailed(ApiError("HTTP 403"), 1)
    serve(incoming(content="words of a person"))

    assert [record.getMessage() for record in caplog.records] == [
        "fake: an answer could not be sent: HTTP 403, tries=1."
    ]


def test_a_broken_platform_costs_one_answer(serve, platform, caplog):
    platform.error = KeyError("words of a person")
    serve(incoming("1"), incoming("2"))

    assert len(caplog.records) == 2
    assert "words of a person" not in caplog.text


def test_typing_is_shown_when_it_takes_a_while(serve, platform):
    rasa = Rasa()
    serve(incoming("1"), rasa=rasa, typing_after_s=0.05)
    assert platform.n_typing == 0

    rasa.delay_s = 0.2
    serve(incoming("2"), rasa=rasa, typing_after_s=0.05)
    assert platform.n_typing == 1


def test_what_is_not_taken_can_come_again(world, platform):
    async def run():
        dispatcher = world.start(max_in_all=1)
        await dispatcher.accept(platform, [incoming("1")])
        with pytest.raises(Overloaded):
            await dispatcher.accept(platform, [incoming("2")])
        await asyncio.sleep(0.1)
        await dispatcher.accept(platform, [incoming("2")])
        await dispatcher.close()
        return len(world.rasa.messages)

    assert asyncio.run(run()) == 2


def test_a_conversation_that_is_flooded_drops_with_a_line_in_the_log(serve, caplog, monkeypatch):
    monkeypatch.setattr(
        ConversationQueues.__init__, "__kwdefaults__", {"max_waiting": 2, "max_in_all": 9}
    )
    rasa = Rasa()
    rasa.delay_s = 0.1
    sent = serve(*(incoming(str(number)) for number in range(5)), rasa=rasa)

    assert len(sent) == 3
    # Loops that earlier tests left unfinished may say so at any time.
    assert len([line for line in caplog.records if line.name.startswith("bot.")]) == 2


def test_a_platform_that_is_down_fills_no_place_of_another(world, platform):
    other = FakePlatform()
    other.name = "other"
    world.platforms.append(other)

    async def run():
        dispatcher = world.start(max_in_all=1)
        platform.delay_s = 9
        await dispatcher.accept(platform, [incoming("1")])
        with pytest.raises(Overloaded):
            await dispatcher.accept(platform, [incoming("2")])
        await dispatcher.accept(other, [incoming("2")])
        await dispatcher.accept(platform, [incoming("3", EMERGENCY, conversation="other")])
        await dispatcher.close(timeout_s=0.5)

    asyncio.run(run())

    assert other.sent == [("c", "you said hello")]
    assert [message.text for message in world.rasa.messages].count(EMERGENCY) == 1


def test_the_end_waits_for_answers_but_not_for_ever(serve, platform, caplog, monkeypatch):
    rasa = Rasa()
    rasa.delay_s = 0.1
    serve(incoming(), rasa=rasa)
    assert said(platform) == ["you said hello"]

    monkeypatch.setattr(dispatcher_module.Dispatcher.close, "__kwdefaults__", {"timeout_s": 0.05})
    serve(incoming("2"), rasa=rasa)
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


def test_pieces_get_one_answer(serve, platform):
    pieces = ("I have", "osteoporosis", "can I", "run?")
    (message,) = serve(*(incoming(str(n), text) for n, text in enumerate(pieces)))

    assert message.text == "I have osteoporosis can I run?"
    assert said(platform) == ["you said I have osteoporosis can I run?"]


@pytest.mark.parametrize(
    "other", [MessageKind.NO_WORDS, FeedbackTap("up", "a1"), ChoiceTap(1, "", "x")]
)
def test_what_is_not_typed_ends_the_wait(serve, platform, other):
    started = time.monotonic()
    messages = serve(incoming("1", "I have"), incoming("2", other))

    assert messages[0].text == "I have"
    assert len(platform.sent) == 2
    assert time.monotonic() - started < 0.5
