"""What the documents of a library say of themselves: titles, and questions that they answer."""

from functools import lru_cache
from itertools import islice

from knowledge import Retriever
from profiles import MadeWords, Part, list_questions, rank_titles
from profiles.made import LISTED_TITLES

# First questions that are made, and how many are tried for them.
N_STARTERS, MAX_TRIED = 3, 12


@lru_cache(maxsize=1)
def make_library_words(retriever: Retriever, *, threshold: float) -> MadeWords:
    """Return the words that are made from a library.

    A question is offered first where the search, asked it, answers: nothing offers what it then
    refuses.

    Args:
        retriever: Of the index.
        threshold: Lowest probability that counts as an answer, 0 to 1.
    """
    documents = retriever.index.documents
    parts = [
        Part(documents[each.document_id].title, each.heading, each.questions)
        for each in retriever.index.passages
    ]
    tried = islice(list_questions(parts), MAX_TRIED)
    answered = (each for each in tried if _is_answered(retriever, each, threshold))
    return MadeWords(
        tuple(rank_titles(parts)[:LISTED_TITLES]),
        len(documents),
        tuple(islice(answered, N_STARTERS)),
    )


def _is_answered(retriever: Retriever, question: str, threshold: float) -> bool:
    hits = retriever.search(question, top_k=1)
    return bool(hits) and hits[0].score >= threshold
