"""What the Rasa server knows of its words: written ones at once, the rest when it is told."""

import asyncio

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import action_server
from bot.conversations import assistant_words
from bot.conversations.assistant_words import FRESH_S, AssistantWords, fetch_made_words
from bot.conversations.nlg import TurnGenerator
from profiles import Assistant, MadeWords, Starter

MADE = MadeWords(("Kidney stones",), 1, ("What are kidney stones?",))
WRITTEN = Assistant(subject="kidneys", starters=(Starter("a", "b"),), capabilities="Ask.")


class Library:
    """Says what it was given, or that it is away."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.n_asked = 0

    async def fetch(self):
        self.n_asked += 1
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def subjects_of(words, clock, *times):
    """Return what the assistant is about, as said at some times."""

    async def ask():
        found = []
        for clock.now in times:
            await words.get()
            await asyncio.sleep(0.01)
            found.append(words.known.values["subject"])
        return found

    return asyncio.run(ask())


def test_what_is_written_is_never_asked_for():
    library, clock = Library(), Clock()

    assert (
        subjects_of(AssistantWords(WRITTEN, fetch=library.fetch, now=clock), clock, 0, 99)
        == ["kidneys"] * 2
    )
    assert library.n_asked == 0


def test_the_first_message_waits_for_the_documents():
    library, clock = Library(MADE), Clock()

    found = subjects_of(AssistantWords(Assistant(), fetch=library.fetch, now=clock), clock, 0, 1)

    assert found == ["“Kidney stones”"] * 2
    assert library.n_asked == 1


def test_documents_that_change_are_noticed():
    library, clock = Library(MADE, MadeWords(("Dialysis",), 1)), Clock()
    words = AssistantWords(Assistant(), fetch=library.fetch, now=clock)

    assert subjects_of(words, clock, 0, FRESH_S, FRESH_S + 1)[-1] == "“Dialysis”"


def test_general_words_are_said_while_the_library_is_away():
    library, clock = Library(ConnectionError(), MADE, ConnectionError()), Clock()
    words = AssistantWords(Assistant(), fetch=library.fetch, now=clock)

    found = subjects_of(words, clock, 0, 1, FRESH_S + 1)

    assert found == ["health", "“Kidney stones”", "“Kidney stones”"]


def test_a_library_that_does_not_answer_holds_a_message_up_no_longer(monkeypatch):
    async def never():
        await asyncio.sleep(60)

    monkeypatch.setattr(assistant_words, "WAIT_S", 0.01)
    clock = Clock()

    words = AssistantWords(Assistant(), fetch=never, now=clock)

    assert subjects_of(words, clock, 0) == ["health"]


def test_an_emergency_asks_for_nothing():
    library = Library()
    domain = Domain.from_dict({"responses": {"utter_emergency": [{"text": "Call {emergency}."}]}})
    generator = TurnGenerator(domain=domain, words=AssistantWords(Assistant(), fetch=library.fetch))
    tracker = DialogueStateTracker.from_events("me", [UserUttered("help", input_channel="rest")])

    message = asyncio.run(generator.generate("utter_emergency", tracker, "collector"))

    assert message["text"] == "Call your local emergency number."
    assert library.n_asked == 0


def test_responses_are_said_in_the_words_of_the_assistant():
    text, metadata = "I know about {subject}. Call {emergency}.", {"kind": "chat", "starters": True}
    domain = Domain.from_dict(
        {"responses": {"utter_greet": [{"text": text, "metadata": metadata}]}}
    )
    generator = TurnGenerator(domain=domain, words=AssistantWords(WRITTEN))
    tracker = DialogueStateTracker.from_events("me", [UserUttered("hi", input_channel="rest")])

    message = asyncio.run(generator.generate("utter_greet", tracker, "collector"))

    said = "I know about kidneys. Call your local emergency number."
    starters = [{"title": "a", "payload": "b"}]
    assert message["custom"] == {"kind": "chat", "text": said, "suggestions": starters}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"titles": ["A"], "n_documents": 1, "starters": ["B?"]}', True),
        (200, b'{"titles": ["A"]}', False),
        (200, b"[]", False),
        (200, b"{", False),
        (503, b'{"error": "no library"}', False),
    ],
)
def test_what_the_action_server_says_is_read(monkeypatch, status, body, expected):
    async def request(method, path):
        assert (method, path) == ("GET", "/library-words")
        return status, "", body

    monkeypatch.setattr(action_server, "request", request)

    if expected:
        assert asyncio.run(fetch_made_words()) == MadeWords(("A",), 1, ("B?",))
    else:
        with pytest.raises(ConnectionError):
            asyncio.run(fetch_made_words())
