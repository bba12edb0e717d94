"""Several messages of one conversation at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest

from tests.e2e.conftest import Assistant

pytestmark = pytest.mark.e2e

# The action server answers it: meanwhile the next message comes.
MESSAGE = "what is osteoporosis?"
# More than its own time and that of the turn before it, in seconds: Rasa's own stores take 1.
MAX_EXTRA_S = 0.05
N_TRIES = 9


def seconds(assistant: Assistant, sender: str) -> float:
    """Return how long a message takes that gets one reply."""
    started = time.perf_counter()
    assistant.turn(sender, MESSAGE)
    return time.perf_counter() - started


def test_a_second_message_is_answered_as_soon_as_the_first(assistant: Assistant) -> None:
    sender = "two at once"
    seconds(assistant, sender)
    with ThreadPoolExecutor(2) as pool:
        # The medians: others use this machine, too.
        alone = median(seconds(assistant, sender) for _ in range(N_TRIES))
        of_two = median(
            max(pool.map(lambda _: seconds(assistant, sender), range(2))) for _ in range(N_TRIES)
        )
    print(f"alone {1000 * alone:.0f} ms, the second of two at once {1000 * of_two:.0f} ms")

    assert of_two < 2 * alone + MAX_EXTRA_S


def test_four_pieces_get_one_answer(assistant: Assistant) -> None:
    pieces = ("I have", "osteoporosis", "can I", "run?")
    with ThreadPoolExecutor(len(pieces)) as pool:
        replies = []
        for piece in pieces:
            replies.append(pool.submit(assistant.ask, "in pieces", piece))
            time.sleep(0.2)
    answers = [reply.result() for reply in replies]

    assert answers[:-1] == [[], [], []]
    turn = answers[-1][1]["custom"]
    assert turn["kind"] in {"answer", "advice", "clarify"}
    assert "exercise" in str(turn).lower()
    assert "osteoporosis" in str(turn).lower()


@pytest.mark.parametrize("before", ["I have", "can I"])
def test_an_emergency_after_a_piece_does_not_wait(assistant: Assistant, before: str) -> None:
    sender = f"help in pieces {before}"
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(assistant.ask, sender, before)
        time.sleep(0.1)
        started = time.perf_counter()
        turn = assistant.turn(sender, "chest pain")
        took_s = time.perf_counter() - started

    assert turn["kind"] == "emergency"
    assert first.result() == []
    assert took_s < 0.5
