"""What a question names has to stand in the passage: no vocabulary says which things there are."""

import pytest

from knowledge import Retriever, Settings

pytestmark = pytest.mark.e2e

# Things that the shipped library does not have, by kind, and what is asked about that kind.
NAMES = {
    "medicine": "omeprazole ibuprofen sertraline warfarin amlodipine tamsulosin gabapentin codeine",
    "condition": "fibromyalgia endometriosis scoliosis sarcoidosis migraine glaucoma vertigo",
    "food": "prunes kefir collagen turmeric seaweed almonds garlic honey",
    "treatment": "acupuncture chiropractic kyphoplasty homeopathy cupping reflexology cryotherapy",
}
ASKED = {
    "medicine": (
        "does {} cause osteoporosis",
        "can {} weaken bones?",
        "is {} safe with osteoporosis",
        "my mum is 80 and takes {} every day, what are the side effects",
    ),
    "condition": ("does {} cause osteoporosis", "{} and bones", "what is {}", "how is {} treated"),
    "food": ("is {} good for bones", "can {} help osteoporosis?", "how much {} should you have"),
    "treatment": (
        "does {} help osteoporosis",
        "is {} safe if you have osteoporosis",
        "can {} build bone",
    ),
}
# Most questions that are answered all the same: those whose other words fit a passage very well,
# such as "side effects".
ANSWERED = 0.10


@pytest.fixture(scope="module")
def retriever() -> Retriever:
    return Retriever.open(Settings())


def test_a_thing_that_the_library_lacks_is_not_answered(retriever: Retriever) -> None:
    questions = [
        asked.format(name)
        for kind, names in NAMES.items()
        for name in names.split()
        for asked in ASKED[kind]
        if not retriever._lexicon.has(name)
    ]
    found = [(retriever.search(question, top_k=1)[0], question) for question in questions]

    wrong = [(q, hit.name) for hit, q in found if hit.score >= Settings().threshold]

    print(f"answered {len(wrong)} of {len(questions)}", *wrong, sep="\n  ")
    assert len(questions) >= 90
    assert len(wrong) <= ANSWERED * len(questions)


@pytest.mark.parametrize(
    "asked", ["what is {}", "{} and bones", "how is {} treated", "does {} weaken bones?"]
)
def test_a_thing_that_the_library_has_is_answered(retriever: Retriever, asked: str) -> None:
    names = ("lupus", "rheumatoid arthritis", "coeliac disease", "psoriatic arthritis")
    found = [retriever.search(asked.format(name), top_k=1)[0] for name in names]

    assert sum(hit.score >= Settings().threshold for hit in found) >= 3
    assert all(hit.document.topic != "falls" for hit in found)
