"""The context of signs: denied, long ago, asked about, imagined, feared, or there now.

The ConText algorithm (Harkema et al. 2009), which grew out of NegEx (Chapman et al. 2001): a cue
acts on the signs behind it, as far as its scope reaches, unless another phrase ends or lifts it. It
is written here for what people type of themselves: their questions, fears and sayings, clauses
without commas, and what lifts a cue ("what do I do, mum can't …"). docs/decisions/0002 says why it
is no library's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.matching.phrases import Mention
from bot.matching.tokenizer import Word

# Words between a "no" and the last sign it denies.
SCOPE = 8
# Cues that make a sign which follows in the sentence no sign of now, and what lifts each of them.
_FORWARD = {"question": "no_question", "hypothetical": "no_hypothetical", "fear": "no_fear"}


@dataclass(frozen=True)
class Context:
    """The words, cues and signs of a message, which tell how the signs are meant.

    Attributes:
        words: The words of the message.
        cues: The phrases of context.yml found in them, by name.
        signs: The phrases of signs.yml found in them.
        blocks: Words that make a statement after them no statement ("if I have").
    """

    words: Sequence[Word]
    cues: dict[str, list[Mention]]
    signs: Sequence[Mention]
    blocks: frozenset[str]

    def is_calm(self, start: int, end: int) -> bool:
        """Say whether the sign from word `start` to before word `end` is not there now."""
        return (
            self._is_saying(start, end)
            or self._is_denied(start)
            or self.is_spoken_of(start)
            or self._is_past(start, end)
        )

    def is_now(self) -> bool:
        """Say whether a word of the message is about right now."""
        return any(not self._is_lifted(cue, "no_now") for cue in self.cues["now"])

    def has_person(self) -> bool:
        """Say whether somebody tells of their own or a near one's state."""
        return any(not self._is_blocked(cue) for cue in self.cues["person_now"])

    def has_people(self) -> bool:
        """Say whether anybody is spoken of at all."""
        return bool(self.cues["people"])

    def summary(self) -> dict[str, bool]:
        """Return the answers about the message as a whole, by name."""
        return {
            "is now": self.is_now(),
            "is quiet": self.is_quiet(),
            "is a person": self.has_person(),
            "is spoken of": bool(self._spoken),
            "is past": bool(self._past) and not self.is_now(),
            "is denied": any(self._is_denied(sign.start) for sign in self.signs),
        }

    def is_quiet(self) -> bool:
        """Say whether a message asks, imagines or tells of long ago, and has nothing of now."""
        if self.cues["saying"] or self.cues["well"]:
            return True
        if any(self._is_denied(sign.start) for sign in self.signs):
            return True
        return not self.is_now() and bool(self._past or self._spoken)

    def is_spoken_of(self, start: int) -> bool:
        """Say whether what starts at a word is only asked about, imagined, feared or reported."""
        return any(self._reaches(cue, start) for cue in self._spoken)

    @cached_property
    def _past(self) -> list[Mention]:
        """Cues of long ago, but for how long a medicine has been taken."""
        return [cue for cue in self.cues["past"] if not self._is_lifted(cue, "no_past")]

    @cached_property
    def _spoken(self) -> list[Mention]:
        """Cues that make what follows no statement; they are the same for every sign."""
        return list(self._find_spoken())

    def _find_spoken(self) -> Iterator[Mention]:
        for name, lifted_by in _FORWARD.items():
            yield from (cue for cue in self.cues[name] if not self._is_lifted(cue, lifted_by))
        yield from self.cues["reported"]
        for cue in self.cues["question_start"]:
            if self._begins_clause(cue.start) and not self._is_lifted(cue, "no_question"):
                yield cue

    def _begins_clause(self, start: int) -> bool:
        if start == 0 or self.words[start - 1].text in _OPENERS:
            return True
        return self.words[start - 1].clause != self.words[start].clause

    def _is_lifted(self, cue: Mention, by: str) -> bool:
        return any(o.start <= cue.start and cue.end <= o.end + 1 for o in self.cues[by])

    def _reaches(self, cue: Mention, start: int) -> bool:
        if cue.end > start or not self._same_sentence(cue.start, start):
            return False
        return not any(
            cue.end <= person.start <= start and not self._is_blocked(person)
            for person in self.cues["person_now"]
        )

    def _is_saying(self, start: int, end: int) -> bool:
        return any(
            cue.start < end and start < cue.end and end - start <= cue.end - cue.start
            for cue in (*self.cues["idiom"], *self.cues["saying"])
        )

    def _is_denied(self, start: int) -> bool:
        return any(
            cue.end <= start < cue.end + SCOPE and self._same_clause(cue, start)
            for cue in self._negations
        )

    @cached_property
    def _negations(self) -> list[Mention]:
        """Cues that deny; they are the same for every sign."""
        return [cue for cue in self.cues["negation"] if not self._is_part(cue)]

    def _is_part(self, cue: Mention) -> bool:
        """Say whether a "not" belongs to a longer phrase: "not sure", "can not breathe"."""
        longer = (sign for sign in self.signs if sign.end - sign.start > 1)
        return any(
            other.start <= cue.start and cue.end <= other.end
            for other in (*self.cues["no_negation"], *longer)
        )

    def _same_clause(self, cue: Mention, start: int) -> bool:
        if self.words[cue.start].clause == self.words[start].clause:
            return True
        between = {word.text for word in self.words[cue.end : start + 4]}
        return (
            self._same_sentence(cue.start, start)
            and bool(between & {"or", "nor"})
            and not between & _SUBJECTS
        )

    def _is_past(self, start: int, end: int) -> bool:
        sentence = self.words[start].sentence
        past = [cue for cue in self._past if self.words[cue.start].sentence == sentence]
        if not past:
            return False
        now = [
            cue
            for cue in self.cues["now"]
            if self.words[cue.start].sentence == sentence and not self._is_lifted(cue, "no_now")
        ]
        if not now:
            return True
        clause = self.words[start].clause
        return any(self.words[cue.start].clause == clause for cue in past) and not any(
            self.words[cue.start].clause == clause for cue in now
        )

    def _is_blocked(self, cue: Mention) -> bool:
        before = self.words[cue.start - 1].text if cue.start else ""
        return before in self.blocks

    def _same_sentence(self, one: int, other: int) -> bool:
        return self.words[one].sentence == self.words[other].sentence


_OPENERS = frozenset(["but", "hi", "hello", "hey", "ok", "okay", "please", "also", "sorry"])
_SUBJECTS = frozenset(["i", "my", "he", "she", "his", "her", "we", "it", "but"])
