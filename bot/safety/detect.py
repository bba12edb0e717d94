"""One decision: is this message a red flag, and of which kind?"""

from dataclasses import dataclass
from typing import Callable, List, Optional, Sequence

import numpy as np

from bot.safety.gate import Gate, Reading
from bot.safety.kinds import SELF_HARM, KindModel
from bot.safety.similarity import Similarity

# Most parts of a long message that are scored one by one: each costs an encoder run.
MAX_PARTS = 2


@dataclass(frozen=True)
class Finding:
    """A decision.

    Attributes:
        kind: Kind of red flag, None for none.
        by: What decided: the rule that held, or "likeness"; and the score.
    """

    kind: Optional[str]
    by: str


NOTHING = Finding(None, "")


class Detector:
    """Scores a message, and a long one part by part."""

    def __init__(
        self,
        gate: Gate,
        similarity: Similarity,
        kinds: KindModel,
        *,
        encode: Callable[[Sequence[str]], np.ndarray],
        threshold: float,
        likeness_threshold: float,
        part_threshold: float,
        self_harm_threshold: float,
        long_words: int,
    ) -> None:
        """Wire the parts.

        Args:
            gate: The rules.
            similarity: The score.
            kinds: Says of which kind a flag is.
            encode: Gives one embedding per text.
            threshold: Lowest score that is a flag (`Similarity.score`) where a rule holds.
            likeness_threshold: The same where none does, and a message is only like a flag.
            part_threshold: The same for a part of a message. Higher, for the parts looked at are
                those likest to be a flag, and a part lacks what the rest says of it.
            self_harm_threshold: The same where a rule of self-harm holds: to miss one is worse
                than to be kind without need.
            long_words: Longest message in words that is scored as one.
        """
        self._gate, self._similarity, self._encode = gate, similarity, encode
        self._kinds = kinds
        self._threshold, self._part_threshold = threshold, part_threshold
        self._likeness_threshold = likeness_threshold
        self._long_words = long_words
        self._self_harm_threshold = self_harm_threshold

    def detect(self, text: str, embedding: Optional[np.ndarray]) -> Finding:
        """Return what was found in a message.

        Args:
            text: The message.
            embedding: Its embedding `(dim,)`, None when it has none.
        """
        if embedding is None:
            return NOTHING
        reading = self._gate.read(text)
        finding = self._judge(reading, embedding, self._threshold)
        if finding.kind is None and self._may_hide_one(reading):
            return self._judge_parts(reading)
        return finding

    def _may_hide_one(self, reading: Reading) -> bool:
        """Say whether a part of the message could be a flag that the whole of it drowns."""
        words = reading.context.words
        has_parts = bool(words) and words[0].sentence != words[-1].sentence
        return len(words) > self._long_words or (has_parts and reading.kind is not None)

    def _judge(self, reading: Reading, embedding: np.ndarray, threshold: float) -> Finding:
        score = self._similarity.score(reading, embedding)
        if reading.kind is None:
            threshold = max(threshold, self._likeness_threshold)
        elif reading.kind == SELF_HARM:
            threshold = self._self_harm_threshold
        if score < threshold:
            return NOTHING
        kind = self._kinds.kind(reading, embedding)
        return Finding(kind, f"{reading.rule or 'likeness'} ({score:.2f})")

    def _judge_parts(self, reading: Reading) -> Finding:
        parts = self._parts(reading)
        embeddings = self._encode([part.text for part in parts])
        findings = [
            self._judge(part, embedding, self._part_threshold)
            for part, embedding in zip(parts, embeddings, strict=True)
        ]
        return next((finding for finding in findings if finding.kind is not None), NOTHING)

    def _parts(self, reading: Reading) -> List[Reading]:
        """Return the sentences most worth a look: not calm, with the most signs in them."""
        readings = map(self._gate.read, reading.sentences())
        parts = [part for part in readings if not part.context.is_quiet()]
        return sorted(parts, key=lambda part: -len(part.context.signs))[:MAX_PARTS]
