"""Answering, refusing, and failing politely."""

import time
from typing import Any

import pytest

from actions.answer import ActionAnswerQuestion
from knowledge.errors import IndexNotFound
from knowledge.settings import Settings
from tests.actions.conftest import TEXT, FakeRetriever, Turn, make_hit


def test_answer_quotes_the_first_hit_word_for_word(take_turn: Turn) -> None:
    hits = [make_hit("men"), make_hit("lupus", rank=2)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits))

    assert len(messages) == 1
    payload = messages[0]["custom"]
    assert payload["kind"] == "answer"
    assert payload["text"] == TEXT[:30]
    assert payload["text"] in payload["citations"][0]["text"]
    assert payload["resolved_query"] == "can men get it?"
    assert payload["disclaimer"]


def test_answer_cites_every_hit_best_first(take_turn: Turn) -> None:
    hits = [make_hit("men"), make_hit("lupus", rank=2)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits))

    assert messages[0]["custom"]["citations"] == [
        {
            "document_id": name,
            "passage_id": f"{name}#section",
            "title": f"About {name}",
            "section": f"What about {name}?",
            "publisher": "Example Charity",
            "url": f"https://charity.example/{name}",
            "reviewed": "2026-05-01",
            "text": TEXT,
            "score": score,
        }
        for name, score in (("men", 1.0), ("lupus", 0.5))
    ]


def test_answer_suggests_the_sections_that_were_not_quoted(take_turn: Turn) -> None:
    hits = [make_hit("men"), make_hit("lupus", rank=2)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits))

    title = "What about lupus?"
    assert messages[0]["custom"]["suggestions"] == [{"title": title, "payload": title}]


def test_answer_in_the_shell_has_no_payload(take_turn: Turn) -> None:
    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever([make_hit()]), channel="cmdline")

    assert messages[0]["response"] == "utter_answer"
    assert not messages[0]["custom"]
    assert messages[0]["extract"] == TEXT[:30]
    assert "About men" in messages[0]["source"]


def test_answer_ids_differ(take_turn: Turn) -> None:
    ids = {
        take_turn(ActionAnswerQuestion, FakeRetriever([make_hit()]))[0][0]["custom"]["answer_id"]
        for _ in range(3)
    }

    assert len(ids) == 3


def test_answer_remembers_what_was_searched_and_shown(take_turn: Turn) -> None:
    _, slots = take_turn(ActionAnswerQuestion, FakeRetriever([make_hit()]))

    assert slots == {
        "replied": True,
        "asked": {
            "text": "can men get it?",
            "subject": "osteoporosis",
            "confidences": {"men": 0.9},
            "is_understood": True,
            "things": {},
            "about": "About men",
            "is_open": False,
        },
        "shown": ["men#section"],
        "offers": [],
    }


def test_refusal_names_what_is_covered_and_cites_nothing(take_turn: Turn) -> None:
    hits = [make_hit("men", similarity=0.2), make_hit("lupus", rank=2, similarity=0.1)]

    messages, slots = take_turn(
        ActionAnswerQuestion, FakeRetriever(hits), "how do I fix a bike?", intent="nlu_fallback"
    )

    payload = messages[0]["custom"]
    assert payload["kind"] == "abstain"
    assert [suggestion["title"] for suggestion in payload["suggestions"]] == [
        "About men",
        "About lupus",
    ]
    assert "citations" not in payload
    assert "disclaimer" not in payload
    titles = ["About men", "About lupus"]
    offers = [{"title": title, "payload": title} for title in titles]
    assert slots == {"replied": True, "asked": None, "shown": [], "offers": offers}


def test_refusal_outside_the_contract_channels_has_buttons(take_turn: Turn) -> None:
    hits = [make_hit("men", similarity=0.1)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits), channel="webexteams")

    assert messages[0]["response"] == "utter_abstain"
    assert messages[0]["buttons"] == [{"title": "About men", "payload": "About men"}]
    assert not messages[0]["custom"]


def test_refusal_in_the_shell_has_lines_instead_of_a_menu(take_turn: Turn) -> None:
    hits = [make_hit("men", similarity=0.1)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits), channel="cmdline")

    assert messages[0]["choices"].endswith("\n1. About men")
    assert messages[0]["buttons"] == []
    assert not messages[0]["custom"]


def test_refusal_never_repeats_the_question(take_turn: Turn) -> None:
    question = "how do I fix a bike?"

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever([]), question)

    assert question not in messages[0]["custom"]["text"]


@pytest.mark.parametrize("text", ["", "  ", "🦴", "?!", "\x07", "/", None])
def test_a_message_without_a_word_is_asked_for_a_question(take_turn: Turn, text: Any) -> None:
    retriever = FakeRetriever([make_hit()])

    messages, slots = take_turn(ActionAnswerQuestion, retriever, text, intent="nlu_fallback")

    assert [message["response"] for message in messages] == ["utter_nothing_asked"]
    assert retriever.calls == []
    assert slots["replied"] is True
    assert "asked" not in slots


@pytest.mark.parametrize(
    ("text", "query"), [("  men? ", "men?"), ("/ask_test_results", "test results")]
)
def test_the_users_own_words_are_searched(take_turn: Turn, text: str, query: str) -> None:
    retriever = FakeRetriever([make_hit()])

    take_turn(ActionAnswerQuestion, retriever, text)

    assert retriever.calls[0]["query"] == query


def test_the_topic_understood_goes_to_the_search(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit()])

    take_turn(ActionAnswerQuestion, retriever, intent="ask_men", confidence=0.8)

    topic = retriever.calls[0]["topic"]
    assert (topic.name, topic.confidence) == ("men", 0.8)


def test_an_unsure_message_is_searched_without_a_topic(take_turn: Turn) -> None:
    retriever = FakeRetriever([make_hit()])

    take_turn(ActionAnswerQuestion, retriever, intent="nlu_fallback")

    assert retriever.calls[0]["topic"] is None


def test_a_missing_index_gets_a_polite_message(
    take_turn: Turn, caplog: pytest.LogCaptureFixture
) -> None:
    retriever = FakeRetriever([], IndexNotFound(Settings().index))

    messages, slots = take_turn(ActionAnswerQuestion, retriever)

    assert [message["response"] for message in messages] == ["utter_search_unavailable"]
    assert slots == {"replied": True}
    assert "No index" in caplog.text


def test_a_search_past_its_deadline_gets_a_polite_message(take_turn: Turn) -> None:
    class Slow(FakeRetriever):
        def search(self, query: str, **options: Any) -> Any:
            time.sleep(0.2)

    messages, slots = take_turn(ActionAnswerQuestion, Slow([]), settings=Settings(timeout_s=0.02))

    assert [message["response"] for message in messages] == ["utter_search_unavailable"]
    assert slots == {"replied": True}


def test_an_error_nobody_foresaw_gets_a_polite_message_and_a_traceback(
    take_turn: Turn, caplog: pytest.LogCaptureFixture
) -> None:
    messages, slots = take_turn(ActionAnswerQuestion, FakeRetriever([], OSError("disk gone")))

    assert [message["response"] for message in messages] == ["utter_search_unavailable"]
    assert slots == {"replied": True}
    assert "disk gone" in caplog.text
