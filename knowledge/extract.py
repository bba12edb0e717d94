"""Pick the sentences of a passage that answer a query."""

import math
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
    fewest = min(min_words, sum(words))
    # All products at once: the cosine of a run is then sums of plain numbers, and NumPy is not
    # called for each of the runs.
    nearness = (sentence_embeddings @ query_embedding).tolist()
    products = (sentence_embeddings @ sentence_embeddings.T).tolist()
    best, best_score = (0, len(spans)), -math.inf
    for first, (start, end) in enumerate(spans):
        if first and _POINTS_BACK.match(passage.text[start:end]):
            continue
        n_words, near, square = 0, 0.0, 0.0
        for last in range(first, len(spans)):
            n_words += words[last]
            if n_words > max_words and last > first:
                break
            near += nearness[last]
            square += products[last][last] + 2 * sum(products[last][first:last])
            if n_words < fewest:
                continue
            score = near / math.sqrt(max(square, 1e-18))
            score += LEAD_BONUS if first == 0 else 0.0
            if score > best_score:
                best, best_score = (first, last + 1), score
    return passage.text[spans[best[0]][0] : spans[best[1] - 1][1]]
