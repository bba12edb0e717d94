"""Words that carry no meaning of their own, and how a message is cut into sentences."""

import re

from spelling.words import FUNCTION_WORDS as FUNCTION_WORDS

# What a question does with its subject: "How to diagnose lupus?"
_VERBS = frozenset({"cause", "causes", "diagnose", "prevent", "treat"})
_PREPOSITION = re.compile(r"\b(?:of|for|about|by)\s+(?=\S)")
# What a question asks after it has named its subject.
_AFTERTHOUGHT = re.compile(r"\s+(?:and (?:what|why|how)\b.*|be used\b.*|inherited|occur|work)$")


def content_words(text: str) -> list[str]:
    """Return the different words of `text` that mean something, lower-cased, in order.

    A text of function words alone keeps them all: they are then all there is to go by.
    """
    words = list(dict.fromkeys(re.findall(r"\w+", text.lower())))
    return [word for word in words if word not in FUNCTION_WORDS] or words


def has_content(text: str) -> bool:
    """Say whether any word of `text` means something: "the thing with the" has "thing" alone."""
    return any(word not in FUNCTION_WORDS for word in re.findall(r"\w+", text.lower()))


def split_questions(message: str) -> list[str]:
    """Return the questions of a message of several sentences; none of a message of one.

    "What is lupus? Can it be cured?" asks two things, and no passage may answer both. A story
    around a question may drown it.
    """
    parts = re.split(r"(?<=[.?!])\s+|\n+", message.strip())
    questions = [part.strip() for part in parts if part.endswith("?") and has_content(part)]
    return questions if len(parts) > 1 else []


def subject_of(question: str) -> str:
    """Return what a question is about, in its own words.

    "What are the symptoms of polycystic ovary syndrome?" is about polycystic ovary syndrome. A
    title that is no question is its own subject.
    """
    asked = _strip_start(question.strip(" ?"))
    preposition = _PREPOSITION.search(asked)
    if preposition:
        asked = _strip_start(asked[preposition.end() :])
    return _AFTERTHOUGHT.sub("", asked)


def _strip_start(text: str) -> str:
    """Return `text` without the words at its start that only ask; its last word stays."""
    words = text.split()
    while len(words) > 1:
        word = re.sub(r"\W", "", words[0].lower())
        if word and word not in FUNCTION_WORDS and word not in _VERBS:
            break
        del words[0]
    return " ".join(words)
