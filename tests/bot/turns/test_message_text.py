"""Every message is sanitized, whatever channel brings it, before anything reads it."""

import asyncio
import threading

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

from bot.patches.safe_text import LONG, parse_message
from bot.red_flags.rules import get_rule_matcher
from bot.turns.current_message import in_turn
from bot.turns.message_text import MAX_COMMAND, read_words, sanitize_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/restart", "restart"),
        (" // /restart", "restart"),
        ("\u200b/restart", "restart"),
        ("\x00 /restart", "restart"),
        ("/\u2066/restart", "restart"),
        ("/", "\u2215"),
        ("1/2", "1/2"),
        ("\u200b", ""),
    ],
)
def test_read_words_never_gives_a_command(text, expected):
    assert read_words(text) == expected


def test_read_text_keeps_the_commands_of_a_channel():
    feedback = '/give_feedback{"answer_id": "a", "reason": "two  blanks"}'

    assert sanitize_text("/greet") == "/greet"
    assert sanitize_text(feedback) == feedback


def test_read_text_takes_what_is_too_long_for_a_command_as_words():
    assert sanitize_text("/" + "{" * MAX_COMMAND) == "{" * 19


@pytest.mark.parametrize("text", ["\u200b/restart", " \x00/restart"])
def test_read_text_makes_no_command_of_what_was_none(text):
    assert sanitize_text(text) == "restart"


def test_an_emergency_is_found_at_either_end_of_a_long_message():
    filler = "We went for a walk by the sea and looked at the boats. " * 200
    emergency = "I have crushing chest pain and cannot breathe."

    for text in (f"{emergency} {filler}", f"{filler} {emergency}"):
        assert get_rule_matcher().match(read_words(text)).kind is not None


@pytest.mark.parametrize(
    "text",
    [
        "I have crushing chest pain\u202e and cannot breathe",
        "I have crush\u00ading chest\u200b pain and can\ufeffnot breathe",
        "I have crushing" + " " * 3000 + "chest pain and cannot breathe",
        "}" * 3000 + " I have crushing chest pain and cannot breathe " + "x" * 3000,
        "I\nhave\tcrushing\x00chest\u00a0pain and cannot breathe" + "!" * 1000,
    ],
)
def test_an_emergency_is_found_among_what_is_taken_out(text):
    assert get_rule_matcher().match(read_words(text)).kind is not None


def processor() -> MessageProcessor:
    made = MessageProcessor.__new__(MessageProcessor)
    made.http_interpreter = None
    return made


@pytest.mark.parametrize(("length", "is_in_thread"), [(LONG, False), (LONG + 1, True)])
def test_a_long_message_is_understood_in_a_thread(monkeypatch, length, is_in_thread):
    threads = []

    async def parse(self, message, tracker=None, only_output_properties=True):
        threads.append(threading.current_thread())
        return {"text": message.text}

    monkeypatch.setattr(parse_message, "original", parse)
    message = UserMessage(("ab " * length)[: length - 1] + "c")

    parsed = asyncio.run(parse_message.function(processor(), message))

    assert parsed == {"text": message.text}
    assert (threads[0] is not threading.main_thread()) == is_in_thread


def test_short_messages_do_not_wait_for_long_ones(monkeypatch):
    may_go_on = threading.Event()

    async def parse(self, message, tracker=None, only_output_properties=True):
        if len(message.text) > LONG:
            assert may_go_on.wait(10)
        return {}

    async def both():
        long = asyncio.ensure_future(parse_message.function(processor(), UserMessage("ab " * LONG)))
        await asyncio.sleep(0.05)
        await parse_message.function(processor(), UserMessage("hello"))
        is_first = not long.done()
        may_go_on.set()
        await long
        return is_first

    monkeypatch.setattr(parse_message, "original", parse)

    assert asyncio.run(both())


def test_a_long_emergency_does_not_wait_for_other_long_messages(monkeypatch):
    may_go_on = threading.Event()
    emergency = "We went for a walk. " * 20 + "I have crushing chest pain and cannot breathe."

    async def parse(self, message, tracker=None, only_output_properties=True):
        if message.text != emergency:
            assert may_go_on.wait(10)
        return {}

    def understand(text):
        handle = in_turn(lambda message: parse_message.function(processor(), message))
        return asyncio.ensure_future(handle(UserMessage(text)))

    async def all_of_them():
        others = [understand("ab " * LONG) for _ in range(3)]
        await asyncio.sleep(0.05)
        try:
            await asyncio.wait_for(understand(emergency), 5)
        finally:
            may_go_on.set()
            await asyncio.gather(*others)

    monkeypatch.setattr(parse_message, "original", parse)

    asyncio.run(all_of_them())


def test_what_goes_wrong_in_the_thread_is_raised(monkeypatch):
    async def parse(self, message, tracker=None, only_output_properties=True):
        raise ValueError("of the pipeline")

    monkeypatch.setattr(parse_message, "original", parse)

    with pytest.raises(ValueError, match="of the pipeline"):
        asyncio.run(parse_message.function(processor(), UserMessage("ab " * LONG)))


def test_what_would_wait_in_the_thread_is_refused(monkeypatch):
    async def parse(self, message, tracker=None, only_output_properties=True):
        await asyncio.sleep(0)

    monkeypatch.setattr(parse_message, "original", parse)

    with pytest.raises(RuntimeError, match="waits"):
        asyncio.run(parse_message.function(processor(), UserMessage("ab " * LONG)))


def test_every_parsed_message_is_sanitized_for_nlu_and_the_tracker(monkeypatch):
    seen = []

    async def parse(self, message, tracker=None, only_output_properties=True):
        seen.append(message.text)
        return {}

    monkeypatch.setattr(parse_message, "original", parse)
    message = UserMessage("not" + " " * 1990 + "x\ud800" + "}" * 2000)

    asyncio.run(parse_message.function(processor(), message))

    assert seen == ["not x\ufffd" + "}" * 19]
    assert message.text == seen[0]  # what `UserUttered` is made from


def test_a_message_without_text_is_left_alone(monkeypatch):
    async def parse(self, message, tracker=None, only_output_properties=True):
        return {"text": message.text}

    monkeypatch.setattr(parse_message, "original", parse)
    message = UserMessage(None)

    parsed = asyncio.run(parse_message.function(processor(), message))

    assert parsed == {"text": None}


@pytest.mark.parametrize(
    "odd",
    ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\ufe0f", "\u0301"],
    ids=lambda odd: f"{ord(odd):x}",
)
def test_an_emergency_is_found_with_unseen_characters_between_its_letters(odd):
    text = odd.join("I have crushing chest pain and cannot breathe")

    assert get_rule_matcher().match(read_words(text)).kind == "chest"


@pytest.mark.parametrize(
    "text",
    [
        "I can\u00b4t breathe",  # the accent of a keyboard for another language
        "I can\u02bct breathe",
        "I want to k\u0131ll myself",  # a Turkish keyboard
        "I have crushing ch\u00e9st p\u00e0in",
        "\uff29 \uff57\uff41\uff4e\uff54 to kill myself",
    ],
)
def test_an_emergency_is_found_as_other_keyboards_write_it(text):
    assert get_rule_matcher().match(read_words(text)).kind is not None
