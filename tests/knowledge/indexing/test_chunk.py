"""Documents to passages: nothing lost, nothing cut in two."""

from dataclasses import astuple
from itertools import chain, groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.indexing import sentences as split
from knowledge.indexing.chunk import CRUMB_SHARE, MIN_WORDS, chunk
from knowledge.indexing.sentences import MAX_WORDS
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
def test_chunk_goes_over_the_limit_only_for_one_sentence_and_crumbs(
    doc: Document, max_words: int
) -> None:
    for passage in chunk(doc, max_words=max_words):
        longest = max(len(sentence.split()) for sentence in sentences(passage))
        crumbs = 2 * min(MIN_WORDS, max_words // CRUMB_SHARE)

        assert len(passage.text.split()) <= max(max_words, longest) + crumbs


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

    assert [f"Good foods are:\n{items}" in passage.text for passage in passages] == [True]


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


LONG = " ".join(f"word{n}" for n in range(150)) + "."


def test_chunk_leaves_no_crumb_beside_a_neighbour() -> None:
    doc = document(section(f"First two. {LONG} Last two.", LONG.capitalize(), "The end."))

    passages = chunk(doc, max_words=160)

    assert [len(passage.text.split()) for passage in passages] == [154, 152]


def test_chunk_joins_no_crumb_to_another_heading() -> None:
    doc = document(section("Yes.", headings=("A",)), section(LONG, headings=("B",)))

    assert [passage.text for passage in chunk(doc, max_words=160)] == ["Yes.", LONG]


def pages(*texts: str) -> Document:
    """Return a section that goes on over pages."""
    return document(*(Section(("A",), (text,), page=n) for n, text in enumerate(texts, start=1)))


def words(n: int) -> str:
    return " ".join(["Bones"] * (n - 1)) + " mend."


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ((words(100), words(30)), [(1, 130)]),
        ((words(100), words(8)), [(1, 108)]),
        ((words(120), words(120)), [(1, 120), (2, 120)]),
        ((words(90), words(90)), [(1, 90), (2, 90)]),
        ((words(155), words(8)), [(1, 163)]),
    ],
)
def test_chunk_takes_a_section_over_pages_as_one(
    texts: tuple[str, ...], found: list[tuple[int, int]]
) -> None:
    passages = chunk(pages(*texts), max_words=160)

    assert [(passage.page, len(passage.text.split())) for passage in passages] == found


def test_chunk_keeps_a_list_with_its_introduction_on_the_page_before() -> None:
    passages = chunk(pages(f"{words(150)} You should:", "- rest\n- walk"), max_words=160)

    assert passages[-1].text.endswith("You should:\n- rest\n- walk")


@pytest.mark.parametrize(
    ("blocks", "first"),
    [
        (("You should:", "rest", "walk a little", "Call us."), "You should:\nrest\nwalk a little"),
        (("A portion has:", "Food | Calcium", "Milk | 240 mg"), "A portion has:\nFood | Calcium"),
        (("You should:", "Rest now. Then walk."), "You should:\nRest now."),
        (("You need:", "- a\n- b", "1. c"), "You need:\n- a\n- b\n1. c"),
        (("You need:", "- a", "Then go."), "You need:\n- a"),
    ],
)
def test_chunk_ends_no_sentence_in_a_colon(blocks: tuple[str, ...], first: str) -> None:
    (passage,) = chunk(document(section(*blocks)), max_words=160)

    assert sentences(passage)[0] == first


def test_chunk_cuts_a_list_that_is_too_long_for_its_introduction() -> None:
    items = [f"- item number {n}" for n in range(400)]

    passages = chunk(document(section("You need:", "\n".join(items))), max_words=160)

    assert passages[0].text.startswith("You need:\n- item number 0\n")
    assert max(len(passage.text.split()) for passage in passages) <= MAX_WORDS
    assert "\n".join(passage.text for passage in passages).split("\n")[1:] == items


def test_chunk_cuts_a_sentence_that_nobody_reads_as_one() -> None:
    text = " ".join("comma," if n % 70 == 0 else "word" for n in range(20_000))

    passages = chunk(document(section(text)), max_words=160)

    assert " ".join(passage.text for passage in passages).split() == text.split()
    assert max(len(passage.text.split()) for passage in passages) <= 160
    assert all(passage.text.endswith("comma,") for passage in passages[:3])


def test_sentences_are_found_in_a_paragraph_that_is_longer_than_spacy_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(split, "MAX_PARAGRAPH", 50)
    monkeypatch.setattr(split._sentencizer(), "max_length", 60)
    text = "Bones mend. " * 100 + "End."

    found = [sentence.text for sentence in split.split_sentences([(text, None)])]

    assert found == ["Bones mend."] * 100 + ["End."]


@pytest.mark.parametrize(
    ("headings", "heading", "id_"),
    [
        (("Overview",), "The title: Overview", "doc#the-title-overview"),
        (("1. Introduction",), "The title: 1. Introduction", "doc#the-title-1-introduction"),
        (("Steroids", "Summary"), "Steroids: Summary", "doc#steroids-summary"),
        (("A", "Steroids", "Summary"), "A > Steroids: Summary", "doc#a-steroids-summary"),
        (("Overview", "Steroids"), "Overview > Steroids", "doc#overview-steroids"),
        (("Falls",), "Falls", "doc#falls"),
        ((), "The title", "doc#the-title"),
    ],
)
def test_chunk_names_of_what_a_heading_is_that_says_nothing_alone(
    headings: tuple[str, ...], heading: str, id_: str
) -> None:
    (passage,) = chunk(document(section("Text.", headings=headings)), max_words=160)

    assert (passage.heading, passage.id) == (heading, id_)
