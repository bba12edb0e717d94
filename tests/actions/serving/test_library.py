"""The library over HTTP: what the pages of the Rasa server are made of."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from actions import resources
from actions.serving import library
from knowledge import Document, Hit, IndexNotFound, Passage, Source

TOKEN = "0123456789abcdef"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
JSON = {"Content-Type": "application/json"}
WORDS = "Sit down first. Then:\n- rest\n- drink"


def make_passage(id_: str, document: str, heading: str, text: str, page: int | None = None) -> Any:
    return Passage(id_, document, 0, heading, text, ((0, len(text)),), page=page)


SOURCE = Source("NIH", "http://nih.example/", "Falls", is_closed=True, note="read in a copy")
DOCUMENTS = [
    Document("leaflets/hip", "Zimmer", publisher="Charity", url="https://charity.example/hip"),
    Document("a 100%/é?", "after a fall", publisher="Library", checked="2026-05-01",
             review_due="2027-05-01", licence="CC BY 4.0", sources=(SOURCE,)),
]  # fmt: skip
PASSAGES = [
    make_passage("leaflets/hip#zimmer", "leaflets/hip", "Zimmer", "Before any heading."),
    make_passage("leaflets/hip#a-b", "leaflets/hip", "A > B", "Part one.", 3),
    make_passage("leaflets/hip#a-b-2", "leaflets/hip", "A > B", "Part two.", 4),
    make_passage("7", "a 100%/é?", "What now?", WORDS),
]


class Retriever:
    """Two documents, and what was searched."""

    def __init__(self) -> None:
        self.index = SimpleNamespace(
            manifest=SimpleNamespace(corpus="c0ffee"),
            documents={document.id: document for document in DOCUMENTS},
            passages=PASSAGES,
        )
        self.queries: list[str] = []
        self.scores = [0.9, 0.01]

    def search(self, query: str, *, top_k: int) -> list[Hit]:
        self.queries.append(query)
        return [
            Hit(PASSAGES[3], DOCUMENTS[1], "What now?", rank, score)
            for rank, score in enumerate(self.scores, start=1)
        ]


@pytest.fixture
def retriever(monkeypatch: pytest.MonkeyPatch) -> Retriever:
    found = Retriever()
    monkeypatch.setattr(resources, "get_retriever", lambda: found)
    return found


def test_documents_are_listed_by_title_with_their_sections(
    start: Callable[..., Any], retriever: Retriever
) -> None:
    status, body = start()("GET", "/library")

    assert status == 200
    assert json.loads(body) == {
        "n_documents": 2,
        "documents": [
            {
                "id": "a 100%/é?",
                "title": "after a fall",
                "sections": [{"heading": "What now?", "anchor": "7"}],
            },
            {
                "id": "leaflets/hip",
                "title": "Zimmer",
                "sections": [
                    {"heading": "", "anchor": "zimmer"},
                    {"heading": "A > B", "anchor": "a-b"},
                ],
            },
        ],
    }


def test_the_documents_say_what_nobody_wrote(
    start: Callable[..., Any], retriever: Retriever
) -> None:
    status, body = start()("GET", "/library-words")

    assert status == 200
    assert json.loads(body) == {
        "titles": ["Zimmer", "after a fall"],
        "n_documents": 2,
        "starters": ["Zimmer", "after a fall"],
    }


@pytest.mark.parametrize(("start_at", "n_listed"), [("1", 1), ("2", 0), ("-1", 2), ("x", 2)])
def test_a_long_list_comes_in_parts(
    start: Callable[..., Any], retriever: Retriever, start_at: str, n_listed: int
) -> None:
    _, body = start()("GET", f"/library?start={start_at}")

    assert len(json.loads(body)["documents"]) == n_listed


def test_a_document_comes_whole(start: Callable[..., Any], retriever: Retriever) -> None:
    status, body = start()("GET", "/library/leaflets/hip")
    document = json.loads(body)

    assert status == 200
    assert (document["origin"], document["url"]) == (
        "published by Charity",
        "https://charity.example/hip",
    )
    assert document["sections"] == [
        {
            "heading": "",
            "passages": [{"anchor": "zimmer", "text": "Before any heading.", "page": None}],
        },
        {
            "heading": "A > B",
            "passages": [
                {"anchor": "a-b", "text": "Part one.", "page": 3},
                {"anchor": "a-b-2", "text": "Part two.", "page": 4},
            ],
        },
    ]


def test_a_document_of_any_id_says_where_its_facts_come_from(
    start: Callable[..., Any], retriever: Retriever
) -> None:
    status, body = start()("GET", "/library/a%20100%25/%C3%A9%3F")
    document = json.loads(body)

    assert status == 200
    assert document["id"] == "a 100%/é?"
    assert document["sources"] == [
        {
            "publisher": "NIH",
            "title": "Falls",
            "url": "http://nih.example/",
            "is_closed": True,
            "note": "read in a copy",
        }
    ]
    assert (document["checked"], document["review_due"]) == ("2026-05-01", "2027-05-01")
    assert document["sections"][0]["passages"][0]["text"] == WORDS


def test_there_is_nothing_under_another_id(start: Callable[..., Any], retriever: Retriever) -> None:
    assert start()("GET", "/library/hip")[0] == 404


@pytest.mark.parametrize(("known", "status"), [('"c0ffee"', 304), ('"old"', 200)])
def test_an_unchanged_index_is_not_told_again(
    start: Callable[..., Any], retriever: Retriever, known: str, status: int
) -> None:
    ask = start()

    assert ask("GET", "/library", None, {"If-None-Match": known})[0] == status
    assert ask("GET", "/library/leaflets/hip", None, {"If-None-Match": known})[0] == status


def test_a_search_names_what_may_answer(start: Callable[..., Any], retriever: Retriever) -> None:
    status, body = start()("POST", "/library-search", {"query": "I fell"}, JSON)

    assert status == 200
    assert retriever.queries == ["I fell"]
    assert json.loads(body) == {
        "found": [
            {
                "document_id": "a 100%/é?",
                "title": "after a fall",
                "heading": "What now?",
                "anchor": "7",
                "text": "Sit down first. Then: - rest - drink",
            }
        ]
    }


@pytest.mark.parametrize("body", [{"query": " "}, {"query": 5}, {}, []])
def test_nothing_is_found_for_no_words(
    start: Callable[..., Any], retriever: Retriever, body: Any
) -> None:
    assert start()("POST", "/library-search", body, JSON) == (200, b'{"found":[]}')
    assert retriever.queries == []


def test_a_long_passage_is_begun(retriever: Retriever) -> None:
    long = make_passage("x", "leaflets/hip", "A", "word " * 200)
    retriever.search = lambda query, *, top_k: [Hit(long, DOCUMENTS[0], "A", 1, 0.9)]  # type: ignore[method-assign]
    (found,) = library.search_library(retriever, "x")["found"]  # type: ignore[arg-type]

    assert len(found["text"]) <= library.MAX_START + 2
    assert found["text"].endswith("word …")


@pytest.mark.parametrize("path", ["/library", "/library/leaflets/hip"])
def test_who_may_not_run_actions_reads_nothing(
    start: Callable[..., Any], retriever: Retriever, path: str
) -> None:
    ask = start(TOKEN)

    assert ask("GET", path)[0] == 401
    assert ask("GET", path, None, SHOWN)[0] == 200
    assert ask("POST", "/library-search", {"query": "x"}, JSON)[0] == 401
    assert start()("GET", path, None, {"Host": "evil.example"})[0] == 421
    assert retriever.queries == []


def test_a_library_that_cannot_be_read_is_said_to_be_away(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def fail() -> None:
        raise IndexNotFound(tmp_path)

    monkeypatch.setattr(resources, "get_retriever", fail)

    assert start()("GET", "/library")[0] == 503
