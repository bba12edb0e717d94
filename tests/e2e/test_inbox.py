"""What platforms were told 200 for is answered once, however the server ends in between."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.conftest import Assistant, start_assistant
from tests.e2e.stand_ins import DRIVERS, Delivery, Driver, Planned

pytestmark = pytest.mark.e2e

QUESTION = "Is osteoporosis an autoimmune disease?"
ANSWER = "not an autoimmune disease"
SILENCE_S = 1.5


@pytest.fixture(scope="module")
def telegram() -> Iterator[Driver]:
    driver = DRIVERS["telegram"]()
    yield driver
    driver.stand_in.stop()


@pytest.fixture(scope="module")
def messenger() -> Iterator[Driver]:
    driver = DRIVERS["messenger"]()
    yield driver
    driver.stand_in.stop()


@pytest.fixture(scope="module")
def server(
    telegram: Driver, messenger: Driver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    environ = {
        "NO_PROXY": "127.0.0.1",
        # With it, Messenger gets a card of the source as a message of its own.
        "BONAFIDE_PUBLIC_URL": "https://bot.example",
        **telegram.environ,
        **messenger.environ,
    }
    with start_assistant(tmp_path_factory.mktemp("inbox"), environ) as assistant:
        yield assistant


@contextmanager
def held_up(server: Assistant) -> Iterator[None]:
    """Nothing that needs an action is answered within."""
    process: Any = server.actions.process
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def post_all(server: Assistant, deliveries: list[Delivery]) -> list[int]:
    with ThreadPoolExecutor(len(deliveries)) as pool:
        return [status for status, _ in pool.map(lambda each: each.post(server.port), deliveries)]


def shown(driver: Driver, chat: str, n: int) -> list[str]:
    """Return what somebody is shown, once it is so many messages and no more come."""
    driver.stand_in.wait(driver.is_answer(chat), n)
    time.sleep(SILENCE_S)
    return [driver.shown(each) for each in driver.stand_in.calls(driver.is_answer(chat))]


def test_twenty_people_are_answered_once_by_a_server_that_was_killed(telegram, server):
    chats = [telegram.new_chat() for _ in range(20)]
    deliveries = [telegram.text(chat, QUESTION) for chat in chats]
    with held_up(server):
        statuses = post_all(server, deliveries)
        server.rasa.stop()
    server.rasa.start()
    answers = [
        [telegram.shown(each) for each in telegram.stand_in.wait(telegram.is_answer(chat), 1)]
        for chat in chats
    ]

    assert statuses == [200] * 20
    assert [len(each) for each in answers] == [1] * 20
    assert all(ANSWER in each[0] for each in answers)

    # The platform did not see its 200, say.
    assert post_all(server, deliveries) == [200] * 20
    time.sleep(SILENCE_S)
    assert all(len(telegram.stand_in.calls(telegram.is_answer(chat))) == 1 for chat in chats)


def test_the_order_of_a_chat_is_kept(telegram, server):
    chat = telegram.new_chat()
    asked = (QUESTION, "tell me more", "thank you", "hello")
    with held_up(server):
        for number, text in enumerate(asked[:3]):
            assert telegram.text(chat, text, number=90_000 + number).post(server.port)[0] == 200
        server.rasa.stop()
    server.rasa.start()
    assert telegram.text(chat, asked[3], number=90_003).post(server.port)[0] == 200
    first, second, third, fourth = shown(telegram, chat, 4)

    assert ANSWER in first
    assert "Source: " in second
    assert "welcome" in third.lower()
    assert "Source: " not in fourth


def test_a_reply_goes_on_behind_the_part_that_was_sent(messenger, server):
    chat = messenger.new_chat()

    def is_theirs(called: Any) -> bool:
        body = called.body or {}
        return body.get("recipient", {}).get("id") == chat and "message" in body

    def is_rest(called: Any) -> bool:
        return is_theirs(called) and "text" not in called.body["message"]

    messenger.stand_in.plan(is_rest, Planned(body={"ok": True}, delay_s=2))
    assert messenger.text(chat, QUESTION).post(server.port)[0] == 200
    messenger.stand_in.wait(is_rest, 1)
    server.rasa.stop()
    server.rasa.start()
    messenger.stand_in.wait(is_rest, 2)
    time.sleep(SILENCE_S)

    # That part was under way: whether it arrived is not known.
    kinds = ["text" in called.body["message"] for called in messenger.stand_in.calls(is_theirs)]
    assert kinds == [True, False, False]


def test_words_leave_the_inbox_with_their_answer(telegram, server):
    chat = telegram.new_chat()
    assert telegram.text(chat, f"{QUESTION} pampelmousse").post(server.port)[0] == 200
    shown(telegram, chat, 1)
    time.sleep(6)
    folder = server.outcomes.parent

    assert list(folder.glob("inbox.db*"))
    for path in folder.glob("inbox.db*"):
        assert b"pampelmousse" not in path.read_bytes()
        assert chat.encode() not in path.read_bytes()


def test_nothing_went_wrong(server):
    assert server.warnings_logged() == []
