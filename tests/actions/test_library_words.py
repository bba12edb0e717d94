"""First questions are made of a library, each one that it answers."""

from types import SimpleNamespace
from typing import Any

from actions.library_words import make_library_words
from knowledge import Passage
from tests.actions.conftest import make_hit


class Retriever:
    """Five documents of one passage, and those questions that are refused."""

    def __init__(self, *refused: str) -> None:
        names = ("asthma", "inhalers", "pollen", "smoke", "spacers")
        headings = {name: f"What is known about {name}?" for name in names}
        self.refused = refused
        self.index = SimpleNamespace(
            documents={name: SimpleNamespace(title=name.title()) for name in names},
            passages=[
                Passage(f"{name}#1", name, 0, heading, "Text.", ((0, 5),))
                for name, heading in headings.items()
            ],
        )

    def search(self, query: str, *, top_k: int) -> list[Any]:
        is_refused = any(word in query for word in self.refused)
        return [make_hit(score=0.1 if is_refused else 0.9)]


def test_three_questions_are_made() -> None:
    made = make_library_words(Retriever(), threshold=0.5)  # type: ignore[arg-type]

    assert made.n_documents == 5
    assert made.titles[0] == "Asthma"
    assert made.starters == tuple(
        f"What is known about {name}?" for name in ("asthma", "inhalers", "pollen")
    )


def test_nothing_is_offered_that_is_then_refused() -> None:
    made = make_library_words(Retriever("asthma", "pollen"), threshold=0.5)  # type: ignore[arg-type]

    assert [each.split()[-1] for each in made.starters] == ["inhalers?", "smoke?", "spacers?"]
