"""One client cannot slow down another one, whatever it sends within the default limits."""

import http.client
import itertools
import json
import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Assistant, start_assistant

pytestmark = pytest.mark.e2e

# Addresses of this machine, each with limits of its own.
ADDRESSES = (f"127.0.0.{number}" for number in itertools.count(2))
# The limit of an address leaves room for the messages of some sessions.
N_SESSIONS = 4
N_ASKED = 9
PAUSE_S = 0.25
QUESTIONS = ("hello", "what is osteoporosis?", "can men get it?")
MOST_TIMES_SLOWER = 3
# What is noise on a machine that is fast.
LEAST_MS = 15.0
# The limits are those by default; on a slow machine long messages take their time.
SETTINGS = {"BONAFIDE_ADDRESS_RATE": "", "KNOWLEDGE_TIMEOUT_S": "30"}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Both servers with the limits that they have by default."""
    logs = tmp_path_factory.mktemp("one-client")
    with start_assistant(logs, SETTINGS) as running:
        yield running


class Client:
    """Somebody on the web channel."""

    def __init__(self, port: int, address: str) -> None:
        self.port, self.address = port, address
        _, body = self.post("session", {})
        self.token = body["token"]

    def post(self, path: str, body: dict[str, Any], token: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(self.address, 0)
        )
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection.request("POST", f"/webhooks/web/{path}", json.dumps(body), headers)
        reply = connection.getresponse()
        read = reply.status, json.loads(reply.read() or b"null")
        connection.close()
        return read

    def say(self, text: str) -> int:
        return self.post("messages", {"id": uuid.uuid4().hex, "text": text}, self.token)[0]


def median_ms(port: int) -> float:
    """Return how long half of the questions of a visitor wait at most."""
    visitor = Client(port, next(ADDRESSES))
    waited = []
    for n in range(N_ASKED):
        started = time.monotonic()
        assert visitor.say(QUESTIONS[n % len(QUESTIONS)]) == 200
        waited.append(1000 * (time.monotonic() - started))
        time.sleep(PAUSE_S)
    return statistics.median(waited)


def brackets(chars: random.Random) -> str:
    return "".join(chars.choices('}{][)(<>&"', k=1999))


def blanks(_: random.Random) -> str:
    return "not" + " " * 1990 + "x"


def unknown_words(chars: random.Random) -> str:
    return " ".join("".join(chars.choices("bcdfghjklmnpqrstvwxz", k=7)) for _ in range(249))


def longest_plain(_: random.Random) -> str:
    return ("My doctor says I have thin bones and should take alendronate, but why? " * 30)[:1999]


@pytest.mark.parametrize("make", [brackets, blanks, unknown_words, longest_plain])
def test_another_visitor_waits_no_more_than_three_times_as_long(
    assistant: Assistant, make: Callable[[random.Random], str]
) -> None:
    quiet_ms = max(LEAST_MS, median_ms(assistant.port))
    address = next(ADDRESSES)
    attackers = [Client(assistant.port, address) for _ in range(N_SESSIONS)]
    is_over, statuses = threading.Event(), []

    def attack(number: int) -> None:
        chars = random.Random(number)
        while not is_over.is_set():
            status = attackers[number].say(make(chars))
            statuses.append(status)
            if status == 429:
                is_over.wait(0.5)

    threads = [threading.Thread(target=attack, args=(n,)) for n in range(N_SESSIONS)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    attacked_ms = median_ms(assistant.port)
    is_over.set()
    for thread in threads:
        thread.join()

    print(f"{make.__name__}: {quiet_ms:.0f} ms quiet, {attacked_ms:.0f} ms attacked")
    assert statuses.count(200) >= N_SESSIONS
    assert attacked_ms <= MOST_TIMES_SLOWER * quiet_ms


def test_the_log_has_no_errors(assistant: Assistant) -> None:
    assert assistant.warnings_logged() == []
