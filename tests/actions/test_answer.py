"""Answering, refusing, and failing politely."""

import time
from typing import Any

import pytest

from actions.answer import ActionAnswerQuestion, ActionStartAgain
from actions.replies.render import MAX_TITLE
from knowledge import IndexNotFound, Settings
from tests.actions.conftest import TEXT, FakeRetriever, TakeTurn, make_hit


def test_answer_quotes_the_whole_passage_under_its_heading(take_turn: TakeTurn) -> None:
    hits = [make_hit("men"), make_hit("lupus", rank=2)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits))

    assert len(messages) == 1
    payload = messages[0]["custom"]
    assert payload["kind"] == "answer"
    assert payload["heading"] == "What about men?"
    assert payload["text"] == TEXT == payload["citations"][0]["text"]
    assert payload["marks"] == [TEXT[:30]]
    assert payload["resolved_query"] == "can men get osteoporosis?"
    assert payload["preface"] == ""


def test_answer_cites_every_hit_best_first(take_turn: TakeTurn) -> None:
    hits = [make_hit("men"), make_hit("lupus", rank=2)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits))

    assert messages[0]["custom"]["citations"] == [
        {
            "document_id": name,
            "passage_id": f"{name}#section",
            "title": f"About {name}",
            "section": f"What about {name}?",
            "page": None,
            "publisher": "Example Charity",
            "origin": "published by Example Charity",
            "path": f"/library/{name}#section",
            "url": f"https://charity.example/{name}",
            "checked": "2026-05-01",
            "reviewed_by": "",
            "text": TEXT,
            "score": score,
        }
        for name, score in (("men", 0.9), ("lupus", 0.9))
    ]


def offer(name: str) -> dict[str, str]:
    title = f"What about {name}?"
    return {"title": title, "payload": title, "passage_id": f"{name}#section"}


def test_answer_offers_other_passages_each_once(take_turn: TakeTurn) -> None:
    hits = [make_hit(name) for name in ("men", "lupus", "men", "lupus", "a", "b", "c")]

    messages, slots = take_turn(ActionAnswerQuestion, FakeRetriever(hits))

    offers = [offer("lupus"), offer("a"), offer("b")]
    assert messages[0]["custom"]["suggestions"] == slots["offers"] == offers


def test_answer_offers_nothing_that_was_just_shown(take_turn: TakeTurn) -> None:
    hits = [make_hit("men"), make_hit("lupus"), make_hit("a")]

    messages, _ = take_turn(
        ActionAnswerQuestion, FakeRetriever(hits), slots={"shown": ["lupus#section"]}
    )

    assert messages[0]["custom"]["suggestions"] == [offer("a")]


def test_a_long_section_can_be_read_on(take_turn: TakeTurn) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus"), make_hit("rest")])
    retriever.rest = {"men#section": make_hit("rest")}

    messages, _ = take_turn(ActionAnswerQuestion, retriever)

    first, second = messages[0]["custom"]["suggestions"]
    assert (first["title"], first["passage_id"]) == (
        "Go on reading: What about rest?",
        "rest#section",
    )
    assert second == offer("lupus")


@pytest.mark.parametrize("n", [1, 8, 9, 40])
def test_the_button_to_read_on_is_short_and_is_taken_by_its_title(
    take_turn: TakeTurn, n: int
) -> None:
    rest = make_hit("rest" * n)
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus")])
    retriever.rest = {"men#section": rest}
    _, slots = take_turn(ActionAnswerQuestion, retriever)
    title = slots["offers"][0]["title"]

    messages, _ = take_turn(ActionAnswerQuestion, retriever, title, slots=slots)

    assert len(title) <= MAX_TITLE
    assert title.startswith("Go on reading: What about rest")
    assert messages[0]["custom"]["heading"] == rest.passage.heading


def test_the_disclaimer_is_in_full_once(take_turn: TakeTurn, domain: dict[str, Any]) -> None:
    said = []
    slots: dict[str, Any] = {}
    for _ in range(3):
        messages, slots = take_turn(ActionAnswerQuestion, FakeRetriever([make_hit()]), slots=slots)
        said.append(messages[0]["custom"]["disclaimer"])

    full, short = (
        domain["responses"][name][0]["text"]
        for name in ("utter_disclaimer", "utter_disclaimer_short")
    )
    assert said == [full, short, short]


@pytest.mark.parametrize("feeling", ["afraid", "sad"])
@pytest.mark.parametrize("score", [0.9, 0.2, 0.01], ids=["answer", "unsure", "refusal"])
def test_a_person_who_is_afraid_or_sad_gets_a_kind_word_first(
    take_turn: TakeTurn, domain: dict[str, Any], feeling: str, score: float
) -> None:
    hits = [make_hit("men", score=score), make_hit("lupus", score=score)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits), feeling=feeling)

    kind = domain["responses"][f"utter_kind_{feeling}"][0]["text"]
    assert messages[0]["custom"]["preface"] == kind
    assert messages[0]["preface"] == f"{kind}\n"
    wording = domain["responses"][messages[0]["response"]][0]["text"]
    assert wording.startswith("{preface}")


def test_an_unsure_search_offers_headings_and_quotes_nothing(take_turn: TakeTurn) -> None:
    names = ("men", "lupus", "a", "b", "c")
    hits = [make_hit(name, score=0.3) for name in names]

    messages, slots = take_turn(ActionAnswerQuestion, FakeRetriever(hits))

    payload = messages[0]["custom"]
    assert payload["kind"] == "clarify"
    assert payload["suggestions"] == slots["offers"] == [offer(name) for name in names[:4]]
    assert not {"citations", "disclaimer", "heading", "quote"} & set(payload)
    assert payload["answer_id"]
    assert all(TEXT not in str(value) for value in messages[0].values())
    assert slots["asked"]["is_open"] is True


def test_a_single_passage_that_may_be_near_is_no_choice(take_turn: TakeTurn) -> None:
    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever([make_hit(score=0.3)]))

    assert messages[0]["custom"]["kind"] == "abstain"
    assert messages[0]["custom"]["suggestions"] == [offer("men")]


@pytest.mark.parametrize("text", ["What about lupus?", "lupus#section"])
@pytest.mark.parametrize("intent", ["ask_men", "out_of_scope", "nlu_fallback", "greet"])
@pytest.mark.parametrize("score", [0.0, 0.3, 0.9])
def test_a_typed_heading_leads_to_its_passage(
    take_turn: TakeTurn, text: str, intent: str, score: float
) -> None:
    retriever = FakeRetriever([make_hit("men"), make_hit("lupus", score=score)])

    messages, slots = take_turn(ActionAnswerQuestion, retriever, text, intent=intent)

    payload = messages[0]["custom"]
    assert (payload["kind"], payload["heading"]) == ("answer", "What about lupus?")
    assert len(payload["citations"]) == 1
    assert payload["suggestions"] == slots["offers"] == [offer("men")]


@pytest.mark.parametrize("feeling", ["afraid", "sad", "", "hungry"])
def test_a_feeling_changes_no_word_of_what_is_searched(take_turn: TakeTurn, feeling: str) -> None:
    retriever = FakeRetriever([make_hit()])

    messages, slots = take_turn(ActionAnswerQuestion, retriever, "can it hurt?", feeling=feeling)

    assert retriever.calls[0]["query"] == messages[0]["custom"]["resolved_query"] == "can it hurt?"
    assert slots["asked"]["things"] == {}
    assert bool(messages[0]["custom"]["preface"]) is (feeling in ("afraid", "sad"))


class ByQuestion(FakeRetriever):
    """Finds for each text what it was given for it."""

    def __init__(self, **hits: Any) -> None:
        super().__init__([hit for found in hits.values() for hit in found])
        self.by = hits

    def search(self, query: str, **options: Any) -> Any:
        key = "lupus" if "lupus" in query else "men"
        return self.by["both" if "lupus" in query and "men" in query else key]


@pytest.mark.parametrize(
    "text",
    [
        "Can men get it? And lupus?",
        "Hello! Can men get it?\nWhat about lupus please?",
        "Can men get it? Thank you. I also have lupus. Is lupus worse?",
    ],
)
def test_the_second_question_of_a_message_is_offered_first(take_turn: TakeTurn, text: str) -> None:
    men, lupus, other = make_hit("men"), make_hit("lupus"), make_hit("other")
    retriever = ByQuestion(men=[men], lupus=[lupus], both=[men, other])

    messages, _ = take_turn(ActionAnswerQuestion, retriever, text)

    payload = messages[0]["custom"]
    assert payload["heading"] == "What about men?"
    assert payload["suggestions"] == [offer("lupus"), offer("other")]


def test_a_second_question_without_an_answer_is_not_offered(take_turn: TakeTurn) -> None:
    men, lupus, other = make_hit("men"), make_hit("lupus", score=0.3), make_hit("other")
    retriever = ByQuestion(men=[men], lupus=[lupus], both=[men, other])

    messages, _ = take_turn(ActionAnswerQuestion, retriever, "Can men get it? And lupus?")

    assert messages[0]["custom"]["suggestions"] == [offer("other")]


def test_a_question_drowned_in_a_story_is_answered(take_turn: TakeTurn) -> None:
    retriever = ByQuestion(
        men=[make_hit("men")],
        lupus=[],
        both=[make_hit("other", score=0.2), make_hit("a", score=0.2)],
    )
    story = "My sister has lupus and a dog and a garden. Can men get it?"

    messages, _ = take_turn(ActionAnswerQuestion, retriever, story)

    assert messages[0]["custom"]["heading"] == "What about men?"


def test_answer_in_the_shell_has_no_payload(take_turn: TakeTurn) -> None:
    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever([make_hit()]), channel="cmdline")

    assert messages[0]["response"] == "utter_answer"
    assert not messages[0]["custom"]
    assert messages[0]["heading"] == "What about men?"
    assert messages[0]["extract"] == TEXT
    assert "About men" in messages[0]["source"]


def test_answer_ids_differ(take_turn: TakeTurn) -> None:
    ids = {
        take_turn(ActionAnswerQuestion, FakeRetriever([make_hit()]))[0][0]["custom"]["answer_id"]
        for _ in range(3)
    }

    assert len(ids) == 3


def test_answer_remembers_what_was_searched_and_shown(take_turn: TakeTurn) -> None:
    _, slots = take_turn(ActionAnswerQuestion, FakeRetriever([make_hit()]))

    assert slots == {
        "replied": True,
        "asked": {
            "text": "can men get osteoporosis?",
            "out_of_scope": 0.0,
            "things": {},
            "is_open": False,
            "wants_other": False,
        },
        "thread": {
            "questions": ["can men get osteoporosis?"],
            "things": [{}],
            "shown": ["men#section"],
            "about": ["About men"],
            "is_answered": True,
        },
        "shown": ["men#section"],
        "offers": [],
        "disclaimed": True,
    }


def test_refusal_names_what_is_covered_and_cites_nothing(take_turn: TakeTurn) -> None:
    hits = [make_hit("men", score=0.02), make_hit("lupus", rank=2, score=0.01)]

    messages, slots = take_turn(
        ActionAnswerQuestion, FakeRetriever(hits), "how do I fix a bike?", intent="nlu_fallback"
    )

    payload = messages[0]["custom"]
    assert payload["kind"] == "abstain"
    offers = [offer("men"), offer("lupus")]
    assert payload["suggestions"] == offers
    assert "citations" not in payload
    assert "disclaimer" not in payload
    assert (slots["shown"], slots["offers"]) == ([], offers)
    assert slots["asked"]["is_open"] is slots["thread"]["is_answered"] is False


def test_refusal_offers_few_of_what_is_covered(take_turn: TakeTurn) -> None:
    hits = [make_hit(name, score=0.01) for name in "abcdef"]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits))

    assert messages[0]["custom"]["suggestions"] == [offer(name) for name in "abc"]


def test_refusal_outside_the_contract_channels_has_buttons(take_turn: TakeTurn) -> None:
    hits = [make_hit("men", score=0.01)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits), channel="webexteams")

    assert messages[0]["response"] == "utter_abstain"
    assert messages[0]["buttons"] == [offer("men")]
    assert not messages[0]["custom"]


def test_refusal_in_the_shell_has_lines_instead_of_a_menu(take_turn: TakeTurn) -> None:
    hits = [make_hit("men", score=0.01)]

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever(hits), channel="cmdline")

    assert messages[0]["choices"].endswith("\n1. What about men?")
    assert messages[0]["buttons"] == []
    assert not messages[0]["custom"]


def test_refusal_never_repeats_the_question(take_turn: TakeTurn) -> None:
    question = "how do I fix a bike?"

    messages, _ = take_turn(ActionAnswerQuestion, FakeRetriever([]), question)

    assert question not in messages[0]["custom"]["text"]


@pytest.mark.parametrize("text", ["", "  ", "🦴", "?!", "\x07", "/", None])
def test_a_message_without_a_word_is_asked_for_a_question(take_turn: TakeTurn, text: Any) -> None:
    retriever = FakeRetriever([make_hit()])

    messages, slots = take_turn(ActionAnswerQuestion, retriever, text, intent="nlu_fallback")

    assert [message["response"] for message in messages] == ["utter_nothing_asked"]
    assert retriever.calls == []
    assert slots["replied"] is True
    assert "asked" not in slots


@pytest.mark.parametrize(
    ("text", "query"), [("  men? ", "men?"), ("/ask_test_results", "test results")]
)
def test_the_users_own_words_are_searched(take_turn: TakeTurn, text: str, query: str) -> None:
    retriever = FakeRetriever([make_hit()])

    take_turn(ActionAnswerQuestion, retriever, text)

    assert retriever.calls[0]["query"] == query


def test_a_missing_index_gets_a_polite_message(
    take_turn: TakeTurn, caplog: pytest.LogCaptureFixture
) -> None:
    retriever = FakeRetriever([], IndexNotFound(Settings().index))

    messages, slots = take_turn(ActionAnswerQuestion, retriever)

    assert [message["response"] for message in messages] == ["utter_search_unavailable"]
    assert slots == {"replied": True}
    assert "No index" in caplog.text


def test_a_search_past_its_deadline_gets_a_polite_message(take_turn: TakeTurn) -> None:
    class Slow(FakeRetriever):
        def search(self, query: str, **options: Any) -> Any:
            time.sleep(0.2)

    messages, slots = take_turn(ActionAnswerQuestion, Slow([]), settings=Settings(timeout_s=0.02))

    assert [message["response"] for message in messages] == ["utter_search_unavailable"]
    assert slots == {"replied": True}


def test_an_error_nobody_foresaw_gets_a_polite_message_and_a_traceback(
    take_turn: TakeTurn, caplog: pytest.LogCaptureFixture
) -> None:
    messages, slots = take_turn(ActionAnswerQuestion, FakeRetriever([], OSError("disk gone")))

    assert [message["response"] for message in messages] == ["utter_search_unavailable"]
    assert slots == {"replied": True}
    assert "disk gone" in caplog.text


def test_start_again_forgets_the_conversation(take_turn: TakeTurn) -> None:
    slots = {
        "asked": {"text": "lupus?"},
        "thread": {"questions": ["lupus?"]},
        "shown": ["lupus#section"],
        "offers": [{"title": "x"}],
    }

    messages, slots = take_turn(lambda *_: ActionStartAgain(), None, "start again", slots=slots)

    assert [message["response"] for message in messages] == ["utter_restart"]
    assert slots == {"replied": True, "asked": None, "thread": None, "shown": None, "offers": None}
