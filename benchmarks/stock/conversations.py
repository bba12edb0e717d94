"""What the simulated users say: conversations of eight messages, no two messages alike.

A server that remembered its replies by the words of the message would gain nothing here. The same
seed makes the same conversations.
"""

import itertools
import json
import random
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.files import DATA

TURNS = 8
Talk = tuple[str, ...]

GREETINGS = ("hello", "hi", "hey", "good morning", "good evening", "good afternoon", "hi there")
GREETING_TAILS = (
    "", ", how are you", ", are you a real person", ", who are you", ", what can you do",
    ", nice to meet you", ", can you help me", ", am I talking to a computer",
    ", what do you know about", ", where does your information come from",
)  # fmt: skip
THANKS = (
    "thank you", "thanks", "thanks a lot", "many thanks", "cheers", "great, thank you",
    "ok, thanks", "bye", "goodbye", "that is all, thank you",
)  # fmt: skip
THANKS_TAILS = ("", ", goodbye", ", bye for now", ", that helps", ", very kind", ", see you")
# Each is about what was said before.
FOLLOW_UPS = (
    "tell me more", "and in men", "and in women", "why", "does it hurt", "how is that treated",
    "what can I do about it", "what about lupus", "what are the signs of it", "how is it found",
    "can I still exercise", "is that dangerous", "what about rheumatoid arthritis", "go on",
    "how long does it take", "what tests are there for it", "and for older people",
)  # fmt: skip
FOLLOW_UP_OPENINGS = (
    "", "ok, ", "thanks, ", "right, ", "I see, ", "good, ", "oh, ", "sure, ", "fine, ", "hm, ",
)  # fmt: skip
OPENINGS = (
    "", "Can I ask: ", "Quick question: ", "Sorry to bother you, ", "One more thing: ",
    "I was wondering: ", "Please tell me: ", "Another question: ", "My sister asks: ",
    "While I am here: ", "Next question: ",
)  # fmt: skip
ENDINGS = ("", "!", ".", " :)", "...", " please", "?")

# The `rasa init` bot knows three short stories and two rules. Off those paths its policies may
# choose to say nothing, which would look fast: so each conversation is one of the stories, then
# messages that a rule answers. Every policy runs for every message all the same.
STOCK_STORIES = (
    (("hello", "hi", "hey there"), ("I am sad", "I don't feel very well"), ("yes", "of course")),
    (("good morning", "hey", "hello there"), ("my day was horrible", "I am sad"), ("no", "never")),
    (("good evening", "hi there", "hey dude"), ("I am feeling very good", "wonderful")),
)
STOCK_RULES = (
    "are you a bot", "are you a human", "am I talking to a bot", "am I talking to a human",
    "goodbye", "bye", "see you later", "have a nice day", "good night", "bye bye", "see you around",
)  # fmt: skip
STOCK_OPENINGS = ("", "well, ", "ok, ", "so, ", "oh, ", "um, ", "hm, ", "right, ", "ah, ")


def make_stock_talks(seed: int) -> tuple[Iterator[Talk], Iterator[Talk]]:
    """Return endless conversations with the `rasa init` bot, and what goes on in old ones."""
    rng = random.Random(seed)
    spoken: set[str] = set()

    def vary(words: Sequence[str]) -> str:
        while True:
            message = rng.choice(STOCK_OPENINGS) + rng.choice(words) + rng.choice(ENDINGS)
            if message not in spoken:
                spoken.add(message)
                return message
            if rng.random() < 0.01:  # all said: this bot remembers no replies, begin again
                spoken.clear()

    def begin() -> Iterator[Talk]:
        while True:
            story = rng.choice(STOCK_STORIES)
            yield tuple(vary(words) for words in story) + go_on(TURNS - len(story))

    def go_on(count: int = TURNS) -> Talk:
        return tuple(vary(STOCK_RULES) for _ in range(count))

    return begin(), iter(go_on, ())


def make_talks(seed: int) -> tuple[Iterator[Talk], Iterator[Talk]]:
    """Return conversations with this assistant, and what goes on in old ones: more of the same."""
    talks = mix(seed)
    return talks, talks


def mix(seed: int) -> Iterator[Talk]:
    """Yield conversations with this assistant until something would be said twice.

    Three questions that the library answers, two that need what was said before, one that gets no
    answer (a refusal, or no advice), small talk before and after.
    """
    rng = random.Random(seed)
    greetings = shuffle(rng, GREETINGS, GREETING_TAILS, ENDINGS)
    thanks = shuffle(rng, THANKS, THANKS_TAILS, ENDINGS)
    questions = shuffle(rng, OPENINGS, read_questions())
    others = shuffle(rng, OPENINGS, read_others())
    follow_ups = shuffle(rng, FOLLOW_UP_OPENINGS, FOLLOW_UPS, ENDINGS)
    order = greetings, questions, follow_ups, questions, follow_ups, others, questions, thanks
    while True:
        talk = tuple(message for source in order for message in itertools.islice(source, 1))
        if len(talk) < TURNS:
            return
        yield talk


def shuffle(rng: random.Random, *parts: Iterable[str]) -> Iterator[str]:
    """Return every combination of one of each of the parts, each once, in a random order."""
    made = dict.fromkeys("".join(chosen) for chosen in itertools.product(*parts))
    messages = list(made)
    rng.shuffle(messages)
    return iter(messages)


def read_questions() -> list[str]:
    """Return questions that the library answers."""
    return [
        *(line["question"] for line in read("patient_questions")),
        *(line["question"] for line in read("answerable")),
    ]


def read_others() -> list[str]:
    """Return messages that get a refusal, and some that ask for advice."""
    advice = [line["message"] for line in read("advice") if line["matter"]]
    return [*(line["question"] for line in read("unanswerable")), *advice[:40]]


def read(name: str) -> list[dict[str, str]]:
    """Return a question set of tests/data without its held-out half."""
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    parsed = map(json.loads, lines)
    return [line for line in parsed if line.get("split") != "held_out"]
