"""Pick the sentences of a passage that answer a query."""

import re

import numpy as np
from numpy.typing import NDArray

from knowledge.types import Passage

# Words that point back at the sentence before: a quotation must not begin with one.
_POINTS_BACK = re.compile(
    r"(it|its|they|them|their|this|these|those|that|he|she|such|but|also|and|so|however|then|"
    r"still|instead|both|because of this|as a result|for example|in this case|other)\b",
    re.IGNORECASE,
)
# A passage opens with its direct answer, so its first sentence gets this much of a start. Cosine.
LEAD_BONUS = 0.05


def extract(
    passage: Passage,
    sentence_embeddings: NDArray[np.float32],
    query_embedding: NDArray[np.float32],
    *,
    max_words: int,
    min_words: int,
) -> str:
    """Return the run of whole sentences closest in meaning to the query.

    Args:
        passage: Where the sentences stand.
        sentence_embeddings: One row per sentence, `(n_sentences, dim)`, unit length.
        query_embedding: `(dim,)`, unit length.
        max_words: Most words of a run; one sentence that is longer by itself still counts.
        min_words: Fewest words, as long as the passage has them: a lone short sentence tells a
            reader too little.

    Returns:
        A substring of `passage.text` that starts and ends with a sentence; the whole of it where
        no run has at least `min_words` and at most `max_words`.
    """
    spans = passage.sentences
    words = [len(passage.text[start:end].split()) for start, end in spans]
    best, best_score = (0, len(spans)), -np.inf
    for first, (start, end) in enumerate(spans):
        if first and _POINTS_BACK.match(passage.text[start:end]):
            continue
        for last in range(first + 1, len(spans) + 1):
            n_words = sum(words[first:last])
            if n_words > max_words and last > first + 1:
                break
            if n_words < min(min_words, sum(words)):
                continue
            centre = sentence_embeddings[first:last].sum(axis=0)
            score = float(centre @ query_embedding / max(float(np.linalg.norm(centre)), 1e-9))
            score += LEAD_BONUS if first == 0 else 0.0
            if score > best_score:
                best, best_score = (first, last), score
    return passage.text[spans[best[0]][0] : spans[best[1] - 1][1]]
