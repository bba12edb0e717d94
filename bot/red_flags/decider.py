"""The decision whether a message is a red flag, and of which kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.red_flags.classifier import RedFlagClassifier
from bot.red_flags.further import FurtherDetection, FurtherKinds
from bot.red_flags.kinds import OTHER, OVERDOSE, SELF_HARM, KindClassifier
from bot.red_flags.rules import ParsedMessage, RuleMatcher

# Most parts of a long message that are scored one by one: each costs an encoder run.
MAX_PARTS = 2


@dataclass(frozen=True)
class Detection:
    """What was decided about a message.

    Attributes:
        kind: Kind of red flag, None for none.
        by: What decided: the rule that held, or "likeness"; and the score.
    """

    kind: str | None
    by: str


NO_DETECTION = Detection(None, "")


class RedFlagDecider:
    """Decides by rules, score and kind; a long message also part by part."""

    def __init__(
        self,
        matcher: RuleMatcher,
        classifier: RedFlagClassifier,
        kinds: KindClassifier,
        *,
        encode: Callable[[Sequence[str]], np.ndarray],
        threshold: float,
        likeness_threshold: float,
        part_threshold: float,
        self_harm_threshold: float,
        long_words: int,
        further: FurtherKinds | None = None,
    ) -> None:
        """Wire the parts.

        Args:
            matcher: The rules.
            classifier: Gives the score.
            kinds: Says of which kind a flag is.
            encode: Gives one embedding per text.
            threshold: Lowest score that is a flag (`RedFlagClassifier.score`) where a rule holds.
            likeness_threshold: The same where none does, and a message is only like a flag.
            part_threshold: The same for a part of a message. Higher, for the parts looked at are
                those likest to be a flag, and a part lacks what the rest says of it.
            self_harm_threshold: The same where a rule of self-harm holds: to miss one is worse
                than to be kind without need.
            long_words: Longest message in words that is scored as one.
            further: Kinds of the profile, asked beside the rest; None where there are none.
        """
        self._further = further
        self._matcher, self._classifier, self._encode = matcher, classifier, encode
        self._kinds = kinds
        self._threshold, self._part_threshold = threshold, part_threshold
        self._likeness_threshold = likeness_threshold
        self._long_words = long_words
        self._self_harm_threshold = self_harm_threshold

    def decide(self, text: str, embedding: np.ndarray | None) -> Detection:
        """Return whether a message is a flag, and of which kind.

        Args:
            text: The message.
            embedding: Its embedding `(dim,)`, None when it has none.
        """
        if embedding is None:
            return NO_DETECTION
        parsed = self._matcher.match(text)
        detection = self._judge(parsed, embedding, self._threshold)
        if detection.kind is None and self._may_hide_one(parsed):
            detection = self._judge_parts(parsed)
        if self._further is None or detection.kind in {SELF_HARM, OVERDOSE}:
            return detection
        found = self._further.find(text, embedding)
        if found is None or not self._gives_way(detection, found, parsed, embedding):
            return detection
        return Detection(found.kind.name, found.by)

    def _gives_way(
        self,
        detection: Detection,
        found: FurtherDetection,
        parsed: ParsedMessage,
        embedding: np.ndarray,
    ) -> bool:
        """Say whether what ships found nothing, or says words that a further kind may replace.

        Only a sign replaces any: by likeness "I can't breathe" is near an example of a kind that
        has breathlessness in it. The general words name a crisis line: where harm on purpose may
        be meant, they give way to words that name it too.
        """
        if detection.kind is None:
            return True
        if detection.kind == OTHER and found.has_sign:
            may_be_harm = self._kinds.may_be_harm(self._kinds.shares(parsed, embedding))
            return not may_be_harm or found.kind.names_crisis_line
        return found.has_sign and detection.kind in found.kind.instead_of

    def _may_hide_one(self, parsed: ParsedMessage) -> bool:
        """Say whether a part of the message could be a flag that the whole of it drowns."""
        words = parsed.context.words
        has_parts = bool(words) and words[0].sentence != words[-1].sentence
        return len(words) > self._long_words or (has_parts and parsed.kind is not None)

    def _judge(self, parsed: ParsedMessage, embedding: np.ndarray, threshold: float) -> Detection:
        score = self._classifier.score(parsed, embedding)
        if parsed.kind is None:
            threshold = max(threshold, self._likeness_threshold)
        elif parsed.kind == SELF_HARM:
            threshold = self._self_harm_threshold
        if score < threshold:
            return NO_DETECTION
        kind = self._kinds.kind(parsed, embedding)
        return Detection(kind, f"{parsed.rule or 'likeness'} ({score:.2f})")

    def _judge_parts(self, parsed: ParsedMessage) -> Detection:
        parts = self._parts(parsed)
        embeddings = self._encode([part.text for part in parts])
        detections = [
            self._judge(part, embedding, self._part_threshold)
            for part, embedding in zip(parts, embeddings, strict=True)
        ]
        return next(
            (detection for detection in detections if detection.kind is not None), NO_DETECTION
        )

    def _parts(self, parsed: ParsedMessage) -> list[ParsedMessage]:
        """Return the sentences most worth a look: not calm, with the most signs in them."""
        sentences = map(self._matcher.match, parsed.sentences())
        parts = [part for part in sentences if not part.context.is_quiet()]
        return sorted(parts, key=lambda part: -len(part.context.signs))[:MAX_PARTS]
