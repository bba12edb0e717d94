"""Queries to hits, over ten passages."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import embed, search
from knowledge.embed import Encoder
from knowledge.errors import EncoderUnavailable, IndexMismatch, IndexNotFound, KnowledgeError
from knowledge.index import Index
from knowledge.lexical import Lexicon
from knowledge.refusal import Understanding, estimate
from knowledge.search import Retriever, Topic
from knowledge.settings import Settings
from knowledge.types import Hit

# Each question with the heading of the passage that answers it.
QUESTIONS = [
    ("Which foods hold calcium?", "Which foods hold calcium?"),
    ("are sardines rich in calcium", "Which foods hold calcium?"),
    ("how much calcium each day", "How much calcium does an adult need each day?"),
    ("dairy for pensioners", "How much calcium does an adult need each day?"),
    ("loose rugs and stairs", "How can a home be made safe?"),
    ("rubber soles", "Which shoes keep people steady?"),
    ("what happens during the scan", "What happens during a DXA scan?"),
    ("tell me about my T-score", "What does a T-score mean?"),
    ("do steroids slow cells", "Why do steroids weaken the skeleton?"),
    ("can I stop prednisolone suddenly", "May I stop taking prednisolone?"),
    ("walking, dancing and climbing", "Which sports make bones stronger?"),
    ("is bending forward dangerous exercise", "When is exercise dangerous?"),
]


@pytest.fixture(scope="module")
def retriever(encoder: Encoder, index: Index) -> Retriever:
    return Retriever(encoder, index)


def headings(retriever: Retriever, query: str, **options: object) -> list[str]:
    return [hit.passage.heading for hit in retriever.search(query, **options)]


# ---- what is found


def test_the_corpus_has_ten_passages(index: Index) -> None:
    assert len(index.passages) == 10


@pytest.mark.parametrize(("query", "heading"), QUESTIONS)
def test_search_puts_the_answer_first(retriever: Retriever, query: str, heading: str) -> None:
    assert headings(retriever, query)[0] == heading


def test_search_finds_the_question_of_a_story(retriever: Retriever) -> None:
    story = (
        "I am seventy and my doctor has talked about many things. My neighbour fell at home on "
        "the stairs and broke a hip.\nCan I stop taking prednisolone? Thank you for your time."
    )

    assert headings(retriever, story)[0] == "May I stop taking prednisolone?"


def test_search_hits_are_in_order_and_belong_together(retriever: Retriever) -> None:
    hits = retriever.search("calcium and steroids", top_k=10)

    assert [hit.rank for hit in hits] == list(range(1, 11))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == 10
    assert all(hit.document.id == hit.passage.document_id for hit in hits)


@pytest.mark.parametrize("top_k", [0, 1, 3, 10, 99])
def test_search_returns_at_most_top_k(retriever: Retriever, top_k: int) -> None:
    whole = headings(retriever, "calcium and steroids", top_k=10)

    assert headings(retriever, "calcium and steroids", top_k=top_k) == whole[:top_k]


@pytest.mark.parametrize("query", ["", " \n\t", "?!", "🦴🦴", "\x00", "... --- ..."])
def test_search_finds_nothing_for_a_query_without_words(retriever: Retriever, query: str) -> None:
    assert retriever.search(query) == []


@given(st.text(max_size=200))
def test_search_answers_any_query(retriever: Retriever, query: str) -> None:
    hits = retriever.search(query, top_k=10)

    assert len(hits) in (0, 10)
    for hit in hits:
        assert 0 <= hit.score < 1.001
        assert -1.001 < hit.similarity < 1.001
        assert -1.001 < hit.question_similarity < 1.001
        assert 0 <= hit.coverage <= 1.001
        assert hit.extract
        assert hit.extract in hit.passage.text


def test_search_takes_a_very_long_query(retriever: Retriever) -> None:
    query = "I worry. " * 3000 + "What about sardines?"

    assert "Which foods hold calcium?" in headings(retriever, query)


@pytest.mark.parametrize(("query", "heading"), QUESTIONS)
def test_search_quotes_whole_sentences(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch, query: str, heading: str
) -> None:
    monkeypatch.setattr(search, "MAX_EXTRACT_WORDS", 20)
    monkeypatch.setattr(search, "MIN_EXTRACT_WORDS", 5)

    for hit in retriever.search(query, top_k=10):
        spans = hit.passage.sentences
        start = hit.passage.text.index(hit.extract)

        assert start in [first for first, _ in spans]
        assert start + len(hit.extract) in [last for _, last in spans]
        one_sentence = (start, start + len(hit.extract)) in spans
        assert one_sentence or 5 <= len(hit.extract.split()) <= 20


# ---- what a hit is judged by


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ("which foods hold calcium", "Which foods hold calcium?"),
        ("What is my daily allowance?", "How much calcium does an adult need each day?"),
    ],
    ids=["heading", "another-way-to-ask"],
)
def test_search_is_as_similar_as_a_question_asked_word_for_word(
    retriever: Retriever, query: str, heading: str
) -> None:
    (hit,) = retriever.search(query, top_k=1)

    assert hit.passage.heading == heading
    assert hit.question_similarity == pytest.approx(1, abs=1e-3)
    # The text answers in other words than the question's.
    assert hit.similarity < 0.5


def test_search_is_as_similar_as_a_text_said_word_for_word(
    retriever: Retriever, index: Index
) -> None:
    passage = index.passages[0]
    title = index.documents[passage.document_id].title

    (hit,) = retriever.search(f"{title}. {passage.heading}\n{passage.text}", top_k=1)

    assert hit.passage == passage
    assert hit.similarity == pytest.approx(1, abs=1e-3)
    assert hit.question_similarity < 0.9


@pytest.mark.parametrize("query", ["sardines", "calcium and steroids", "football results"])
def test_search_measures_each_hit_on_the_whole_query(
    retriever: Retriever, encoder: Encoder, index: Index, query: str
) -> None:
    rows = {passage.id: row for row, passage in enumerate(index.passages)}
    embedding = encoder.encode([query])[0]
    lexicon = Lexicon.read(index.connection, len(index.passages))
    terms = lexicon.find(query, max_terms=64)

    for hit in retriever.search(query, top_k=10):
        row = rows[hit.passage.id]
        questions = index.questions.of(row) @ embedding
        assert hit.similarity == pytest.approx(float(index.texts[row] @ embedding), abs=1e-5)
        assert hit.question_similarity == pytest.approx(float(questions.max()), abs=1e-5)
        assert hit.coverage == pytest.approx(lexicon.coverage(terms, row))


def test_search_returns_hits_however_far_and_the_refusal_tells_them_apart(
    retriever: Retriever,
) -> None:
    (near,) = retriever.search("Which foods hold calcium?", top_k=1)
    far = retriever.search("football results of yesterday", top_k=10)

    assert len(far) == 10
    assert all(hit.coverage < 0.001 for hit in far)
    best = max(estimate(hit, Understanding()) for hit in far)
    assert best < 0.5 < estimate(near, Understanding())


@pytest.mark.parametrize(("query", "heading"), QUESTIONS)
def test_search_quotes_enough_and_not_too_much(
    retriever: Retriever, query: str, heading: str
) -> None:
    for hit in retriever.search(query, top_k=10):
        n_words = len(hit.extract.split())
        assert n_words >= min(search.MIN_EXTRACT_WORDS, len(hit.passage.text.split()))
        assert n_words <= search.MAX_EXTRACT_WORDS


# ---- topic


@pytest.mark.parametrize("topic", ["calcium", "falls", "bone_density_scan", "steroids", "exercise"])
def test_search_raises_the_passages_of_a_topic(retriever: Retriever, topic: str) -> None:
    query = "what should I know about my skeleton"
    plain = {h.passage.id: h.score for h in retriever.search(query, top_k=10)}

    for hit in retriever.search(query, top_k=10, topic=Topic(topic, 1.0)):
        raised = hit.score - plain[hit.passage.id]
        assert (raised > 0.1) == (hit.document.topic == topic)
        assert raised > -1e-6


def test_search_raises_a_topic_by_how_sure_it_is(retriever: Retriever) -> None:
    scores = [
        next(
            hit.score
            for hit in retriever.search("my skeleton", top_k=10, topic=Topic("falls", confidence))
            if hit.document.topic == "falls"
        )
        for confidence in (0.0, 0.5, 1.0)
    ]

    assert scores == sorted(set(scores))


def test_search_lets_plain_words_win_over_a_wrong_topic(retriever: Retriever) -> None:
    found = headings(retriever, "Which foods hold calcium?", topic=Topic("falls", 1.0))

    assert found[0] == "Which foods hold calcium?"


def test_search_ignores_a_topic_without_documents(retriever: Retriever) -> None:
    query = "calcium and steroids"

    assert retriever.search(query, topic=Topic("unicorns", 1.0)) == retriever.search(query)


def signals(hit: Hit) -> tuple[float, float, float]:
    return hit.similarity, hit.question_similarity, hit.coverage


def test_search_does_not_judge_by_topic(retriever: Retriever) -> None:
    query = "calcium and steroids"
    plain = {hit.passage.id: signals(hit) for hit in retriever.search(query, top_k=10)}

    boosted = retriever.search(query, top_k=10, topic=Topic("falls", 1.0))

    assert {hit.passage.id: signals(hit) for hit in boosted} == plain


# ---- subject


def test_search_reads_a_question_with_its_subject(retriever: Retriever) -> None:
    heading = "Which foods hold calcium?"
    right, other = (
        {
            hit.passage.heading: hit
            for hit in retriever.search("Is it dangerous?", subject=subject, top_k=10)
        }
        for subject in ("calcium", "exercise")
    )

    assert right[heading].score > other[heading].score
    # What was not said must not make a passage look like an answer.
    assert signals(right[heading]) == signals(other[heading])


def test_search_finds_the_same_while_others_search(retriever: Retriever) -> None:
    """Alone, both readings are embedded at once; else one after the other."""
    alone = retriever.search("Is it dangerous?", subject="exercise")
    with retriever._is_alone:
        beside = retriever.search("Is it dangerous?", subject="exercise")

    assert beside == alone
    assert not retriever._is_alone.locked()


def test_search_that_fails_stops_no_other(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(retriever.encoder, "encode", lambda texts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            retriever.search("Is it dangerous?", subject="exercise")

    assert not retriever._is_alone.locked()
    assert retriever.search("Is it dangerous?", subject="exercise")


def test_search_adds_no_subject_to_a_question_that_names_it(retriever: Retriever) -> None:
    query = "When is Exercise dangerous?"

    assert retriever.search(query, subject="exercise") == retriever.search(query)


# ---- what is refused, and what is written down


@pytest.mark.parametrize(
    ("field", "value"), [("encoder", "another"), ("revision", "2"), ("dim", 64)]
)
def test_retriever_refuses_the_index_of_another_encoder(
    make_encoder: type, index: Index, field: str, value: object
) -> None:
    other = make_encoder(**{"name" if field == "encoder" else field: value})

    with pytest.raises(IndexMismatch, match="python -m knowledge build") as caught:
        Retriever(other, index)

    assert (caught.value.field, caught.value.expected) == (field, value)
    assert caught.value.found == getattr(index.manifest, field)


def test_open_loads_what_the_settings_name(
    monkeypatch: pytest.MonkeyPatch, encoder: Encoder, library: Settings
) -> None:
    monkeypatch.setattr(search, "load_encoder", lambda settings, **options: encoder)

    assert headings(Retriever.open(library), "sardines")[0] == "Which foods hold calcium?"


def test_open_refuses_an_index_of_other_passages(
    monkeypatch: pytest.MonkeyPatch, encoder: Encoder, library: Settings
) -> None:
    monkeypatch.setattr(search, "load_encoder", lambda settings, **options: encoder)

    with pytest.raises(IndexMismatch, match="max_words 160, expected 120"):
        Retriever.open(replace(library, max_words=120))


def test_open_names_a_missing_index(
    monkeypatch: pytest.MonkeyPatch, encoder: Encoder, tmp_path: Path
) -> None:
    monkeypatch.setattr(search, "load_encoder", lambda settings, **options: encoder)

    with pytest.raises(IndexNotFound):
        Retriever.open(Settings(index=tmp_path / "none.db"))


def test_load_encoder_names_a_missing_encoder(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="make encoder") as caught:
        embed.load_encoder(Settings(encoder=tmp_path / "none"))

    assert isinstance(caught.value, KnowledgeError)
    assert caught.value.name == str(tmp_path / "none")


def test_search_logs_figures_and_no_word_of_the_query(
    retriever: Retriever, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="knowledge"):
        retriever.search("sardines")

    (message,) = caplog.messages
    assert message.startswith("search hits=4 best=0.")
    assert "sardines" not in caplog.text
