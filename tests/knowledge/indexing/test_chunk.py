"""Documents to passages: nothing lost, nothing cut in two."""

from dataclasses import astuple
from itertools import chain, groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.indexing.chunk import chunk
from knowledge.types import Document, Passage, Section

WORDS = st.sampled_from(["bone", "milk", "D", "calcium", "weak", "T-score", "2.5"])


def document(*sections: Section) -> Document:
    return Document("doc", "The title", sections=sections)


def section(*blocks: str, headings: tuple[str, ...] = ("Heading",)) -> Section:
    return Section(headings, blocks)


def sentences(passage: Passage) -> list[str]:
    return [passage.text[start:end] for start, end in passage.sentences]


@st.composite
def plain_sentences(draw: st.DrawFn) -> str:
    words = draw(st.lists(WORDS, min_size=2, max_size=25))
    return "Bones " + " ".join(words) + draw(st.sampled_from([".", "?", "!"]))


def squeeze(text: str) -> str:
    """As `ingest` leaves a block: one blank between words."""
    return " ".join(text.split())


paragraphs = st.lists(plain_sentences(), min_size=1, max_size=8).map(" ".join)
lists = st.lists(plain_sentences(), min_size=1, max_size=5).map(
    lambda items: "\n".join(f"- {item}" for item in items)
)
any_text = st.text(min_size=1, max_size=80).map(squeeze).filter(bool)
punctuated = st.text(alphabet="abC. !?)\"':-1", min_size=1, max_size=60).map(squeeze).filter(bool)
headings = st.lists(st.text(max_size=8).map(squeeze).filter(bool), max_size=3).map(tuple)
documents = st.lists(
    st.builds(
        Section,
        headings,
        st.lists(paragraphs | lists | any_text | punctuated, min_size=1, max_size=5).map(tuple),
    ),
    max_size=4,
).map(lambda made: document(*made))


@given(documents, st.integers(5, 200))
def test_chunk_keeps_every_character(doc: Document, max_words: int) -> None:
    whole = " ".join(block for part in doc.sections for block in part.blocks)

    assert " ".join(p.text for p in chunk(doc, max_words=max_words)).split() == whole.split()


@given(documents, st.integers(5, 200))
def test_chunk_goes_over_the_limit_only_for_one_sentence(doc: Document, max_words: int) -> None:
    over = [p for p in chunk(doc, max_words=max_words) if len(p.text.split()) > max_words]

    assert [passage for passage in over if len(passage.sentences) > 1] == []


@given(documents, st.integers(5, 200))
def test_chunk_spans_are_the_text_with_one_blank_between(doc: Document, max_words: int) -> None:
    for passage in chunk(doc, max_words=max_words):
        parts = sentences(passage)
        ends = [0, *(end + 1 for _, end in passage.sentences)]

        assert all(part and part == part.strip() for part in parts)
        assert [start for start, _ in passage.sentences] == ends[:-1]
        assert ends[-1] == len(passage.text) + 1
        assert "\n\n" not in passage.text


@given(documents, st.integers(5, 200))
def test_chunk_numbers_passages_and_names_each_once(doc: Document, max_words: int) -> None:
    passages = chunk(doc, max_words=max_words)

    assert [passage.position for passage in passages] == list(range(len(passages)))
    assert len({passage.id for passage in passages}) == len(passages)
    assert all(p.document_id == "doc" and p.id.startswith("doc#") for p in passages)


@given(documents, st.integers(5, 200))
def test_chunk_keeps_the_headings_in_order(doc: Document, max_words: int) -> None:
    found = (passage.heading for passage in chunk(doc, max_words=max_words))
    expected = (" > ".join(part.headings) or "The title" for part in doc.sections)

    assert [name for name, _ in groupby(found)] == [name for name, _ in groupby(expected)]


@given(st.lists(st.lists(plain_sentences(), min_size=1, max_size=6), min_size=1, max_size=4))
def test_chunk_cuts_no_sentence(written: list[list[str]]) -> None:
    passages = chunk(document(section(*map(" ".join, written))), max_words=40)

    assert [s for passage in passages for s in sentences(passage)] == list(chain(*written))


@given(st.lists(plain_sentences(), min_size=1, max_size=20), st.integers(20, 200))
def test_chunk_leaves_a_short_section_whole(written: list[str], max_words: int) -> None:
    text = " ".join(written)
    passages = chunk(document(section(text)), max_words=max_words)

    assert (len(passages) == 1) == (len(text.split()) <= max_words or len(written) == 1)


@pytest.mark.parametrize(
    "sentence",
    [
        "Milk, fish, e.g. sardines, and nuts, i.e. almonds, hold calcium.",
        "Ask Dr. Smith or Mrs. Jones.",
        "The mean was 2.5 and the T-score -1.0 in that group.",
        "Come at 8 p.m. for the scan.",
        'She asked "Why me?" and wept.',
        "It grew (who knew!) in size.",
        "See www.nhs.uk/conditions for more.",
        "Vitamin B.12 and file name bones.They.txt stay whole.",
    ],
)
def test_chunk_keeps_a_sentence_with_points_in_it_word_for_word(sentence: str) -> None:
    (passage,) = chunk(document(section(f"{sentence} Then the next.")), max_words=50)

    assert passage.text == f"{sentence} Then the next."


@pytest.mark.parametrize(
    "sentence",
    [
        "Milk, fish, e.g. sardines, and nuts, i.e. almonds, hold calcium.",
        "Ask Dr. Smith or Mrs. Jones.",
        "The mean was 2.5 and the T-score -1.0 in that group.",
        "Come at 8 p.m. for the scan.",
        "Take approx. five drops, etc. as told.",
        'She asked "Why me?" and wept.',
    ],
)
def test_chunk_does_not_end_a_sentence_at_an_abbreviation(sentence: str) -> None:
    (passage,) = chunk(document(section(f"{sentence} Then the next.")), max_words=50)

    assert sentences(passage) == [sentence, "Then the next."]


@pytest.mark.parametrize("sentence", ["Many lack vitamin D.", "It is hepatitis C.", "Take 5 mg."])
def test_chunk_ends_a_sentence_after_a_letter_or_unit(sentence: str) -> None:
    (passage,) = chunk(document(section(f"{sentence} Then the next.")), max_words=50)

    assert sentences(passage) == [sentence, "Then the next."]


def test_chunk_keeps_a_list_with_its_introduction() -> None:
    (passage,) = chunk(
        document(section("Drink milk. Good foods are:", "- milk\n- fish", "Eat them.")),
        max_words=50,
    )

    assert sentences(passage) == ["Drink milk.", "Good foods are:\n- milk\n- fish", "Eat them."]
    assert passage.text == "Drink milk. Good foods are:\n- milk\n- fish\nEat them."


def test_chunk_never_parts_a_list_from_its_introduction() -> None:
    items = "\n".join(f"- food number {number}" for number in range(30))
    passages = chunk(document(section("First. Good foods are:", items, "Last.")), max_words=20)

    assert f"Good foods are:\n{items}" in [passage.text for passage in passages]


@pytest.mark.parametrize("mark", ["- {}", "{}."])
def test_chunk_cuts_a_list_without_introduction_between_items(mark: str) -> None:
    items = [f"{mark.format(n)} one two three four. Five six seven" for n in range(1, 7)]
    passages = chunk(document(section("\n".join(items))), max_words=20)

    assert [s for passage in passages for s in sentences(passage)] == items
    assert len(passages) > 1


def test_chunk_makes_passages_of_about_equal_length() -> None:
    text = " ".join(["One two three four five six seven eight nine ten."] * 20)

    passages = chunk(document(section(text)), max_words=160)

    assert [len(passage.text.split()) for passage in passages] == [100, 100]


def test_chunk_gives_a_sections_questions_to_all_its_passages() -> None:
    text = " ".join(["One two three four five."] * 10)
    asked = Section(("A",), (text,), ("how much", "how often"))

    passages = chunk(document(asked, section("Text.")), max_words=25)

    assert [passage.questions for passage in passages] == [("how much", "how often")] * 2 + [()]


def test_chunk_joins_nothing_across_sections() -> None:
    doc = document(section("Foods:", headings=("A",)), section("- milk", headings=("A", "B")))

    assert [(p.heading, p.text) for p in chunk(doc, max_words=50)] == [
        ("A", "Foods:"),
        ("A > B", "- milk"),
    ]


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["What is DXA?"], ["doc#what-is-dxa"]),
        (["Tests", "TESTS", "tests!"], ["doc#tests", "doc#tests-2", "doc#tests-3"]),
        (["Step", "Step", "Step 2"], ["doc#step", "doc#step-2", "doc#step-2-2"]),
        (["🦴", "骨密度"], ["doc#text", "doc#骨密度"]),
    ],
)
def test_chunk_names_a_passage_by_its_heading(names: list[str], ids: list[str]) -> None:
    doc = document(*(section("Text.", headings=(name,)) for name in names))

    assert [passage.id for passage in chunk(doc, max_words=50)] == ids


def test_chunk_of_nothing_is_nothing() -> None:
    assert chunk(document(), max_words=50) == []


def test_chunk_says_the_same_twice() -> None:
    doc = document(section("One. Two: three.", "- a\n- b"), section("Four."))

    first, second = ([astuple(p) for p in chunk(doc, max_words=20)] for _ in range(2))

    assert first == second
