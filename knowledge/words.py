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


def focus_question(message: str, *, subject: str) -> str:
    """Return the sentence of a message that asks, naming its subject.

    "My daughter has just been told she has lupus. Is it going to affect her bones?" tells a story
    around its question. The question alone is closer to what the documents answer, once it says
    what "it" is.

    Args:
        message: One message; the last of its questions counts, or else its last sentence.
        subject: Added in brackets where the sentence does not name it; empty adds nothing.
    """
    parts = re.split(r"(?<=[.?!])\s+|\n+", message)
    sentences = [part.strip() for part in parts if re.search(r"\w", part)]
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    sentence = (questions or sentences or [message])[-1]
    if not subject or subject.lower() in sentence.lower():
        return sentence
    return f"{sentence} ({subject})"


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
