"""Search the library for a message, with the thread of its conversation."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from actions.dialogue.state import DialogueState
from actions.dialogue.substitution import substitute_thing
from actions.question import Question
from knowledge import Hit, Retriever, SearchResult, Settings, Thread, split_questions

# Passages that are looked at for a message.
N_HITS = 8
# How sure it is, as a probability, that a message is about nothing a library is about.
OBJECTION = 0.5
# Questions of one message that are searched by themselves.
MAX_PARTS = 3


@dataclass(frozen=True, slots=True)
class Library:
    """The retriever and its settings.

    Every method raises KnowledgeError if the library cannot be used.
    """

    get_retriever: Callable[[], Retriever]
    settings: Settings

    def search(self, text: str) -> list[Hit]:
        """Return the passages nearest to a question, best first."""
        return self.get_retriever().search(text, top_k=N_HITS)

    def follow(self, text: str, thread: Thread, *, without: Collection[str] = ()) -> SearchResult:
        """Return the passages nearest to a message of a conversation, best first."""
        return self.get_retriever().follow(text, thread, top_k=N_HITS, without=without)

    def has_words(self, text: str) -> bool:
        """Say whether the library has each word of `text` that means something."""
        return self.get_retriever().has_words(text)

    def look_up(self, name: str) -> Hit | None:
        """Return the passage with this id or name; None if there is none."""
        return self.get_retriever().look_up(name)

    def next_part(self, hit: Hit) -> Hit | None:
        """Return the passage with which the section of `hit` goes on; None if it ends there."""
        return self.get_retriever().next_part(hit)

    def mark(self, text: str, hit: Hit) -> tuple[str, ...]:
        """Return the sentences of a passage that come nearest to a question, in their order."""
        return self.get_retriever().mark(text, hit)


def search_in_thread(
    question: Question, state: DialogueState, library: Library
) -> tuple[Question, SearchResult]:
    """Return a message as it is searched, and what is found for it."""
    asked = list(zip(state.thread.questions, state.things, strict=False))
    if text := substitute_thing(question, asked):
        # It says all itself now: what was shown was about the other thing.
        return replace(question, text=text), library.follow(text, Thread())
    seen = state.shown if question.wants_other else ()
    # What is about something else entirely hangs on nothing that the library has.
    thread = Thread() if question.out_of_scope >= OBJECTION else state.thread
    return question, library.follow(question.text, thread, without=seen)


def search_parts(question: Question, library: Library) -> list[Hit]:
    """Return the best passage for each of a message's several questions, each once."""
    found = [library.search(part) for part in split_questions(question.text)[:MAX_PARTS]]
    return list({hits[0].passage.id: hits[0] for hits in found if hits}.values())
