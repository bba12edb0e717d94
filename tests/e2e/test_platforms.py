"""Messaging platforms against the running servers: webhooks in, calls of their APIs out."""

import os
import re
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from tests.e2e.conftest import ROOT, Assistant, start_assistant
from tests.e2e.stand_ins import DRIVERS, Called, Delivery, Driver, Planned

pytestmark = pytest.mark.e2e

QUESTION = "Is osteoporosis an autoimmune disease?"
ANSWER = "not an autoimmune disease"
EMERGENCY = "I fell, my hip is broken and I cannot stand up"
# An acknowledgement takes a few milliseconds; nothing that an answer waits for may be in it.
ACKNOWLEDGED_S = 1.0
# How long nothing has to happen until it counts as silence.
SILENCE_S = 0.7
ADDRESSES = count(1)


@pytest.fixture(scope="module")
def drivers() -> Iterator[dict[str, Driver]]:
    drivers = {name: make() for name, make in DRIVERS.items()}
    yield drivers
    for driver in drivers.values():
        driver.stand_in.stop()


@pytest.fixture(scope="module")
def server(
    drivers: dict[str, Driver], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    """Both servers, with every platform switched on."""
    environ = {
        "BONAFIDE_PUBLIC_URL": "https://bot.example",
        "BONAFIDE_EMERGENCY_NUMBERS": "GB=999",
        "NO_PROXY": "127.0.0.1",
        # The tests are the proxy, and can come from many addresses.
        "BONAFIDE_PROXIES": "1",
        "BONAFIDE_REST_TOKEN": "rest-token-of-these-tests-0123456789",
    }
    for driver in drivers.values():
        environ |= driver.environ
    with start_assistant(tmp_path_factory.mktemp("platforms"), environ) as assistant:
        yield assistant


@dataclass
class Talk:
    """One person on one platform."""

    driver: Driver
    server: Assistant
    chat: str
    n_read: int = 0

    def post(self, delivery: Delivery) -> None:
        """Deliver a webhook, which has to be acknowledged."""
        status, _ = delivery.post(self.server.port)
        assert status == 200

    def read(self) -> Called:
        """Return the next message that the person gets."""
        self.n_read += 1
        answers = self.driver.stand_in.wait(self.driver.is_answer(self.chat), self.n_read)
        return answers[self.n_read - 1]

    def say(self, text: str) -> Called:
        self.post(self.driver.text(self.chat, text))
        return self.read()

    def see(self, text: str) -> str:
        """Say something; return what the person sees."""
        return self.driver.shown(self.say(text))

    def assert_silence(self) -> None:
        """Nothing more comes, even after a while."""
        time.sleep(SILENCE_S)
        answers = self.driver.stand_in.calls(self.driver.is_answer(self.chat))
        assert len(answers) == self.n_read, [self.driver.shown(each) for each in answers]


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest, drivers: dict[str, Driver]) -> Driver:
    return drivers[request.param]


@pytest.fixture
def talk(driver: Driver, server: Assistant) -> Talk:
    return Talk(driver, server, driver.new_chat())


def log_of(server: Assistant) -> str:
    """Return what the Rasa server logged."""
    return server.rasa.log.read_text(errors="replace")


def from_elsewhere(delivery: Delivery) -> Delivery:
    """Return a webhook of another address: each may send a few a minute that are refused."""
    number = next(ADDRESSES)
    address = f"198.18.{number // 250}.{number % 250 + 1}"
    return replace(delivery, headers={**delivery.headers, "X-Forwarded-For": address})


def new_lines(server: Assistant, before: str) -> list[str]:
    """Return the lines that came after a log was read, and a moment."""
    time.sleep(0.2)
    return log_of(server)[len(before) :].splitlines()


# eight exchanges


def test_greeting(talk):
    talk.post(talk.driver.hello(talk.chat))

    assert "osteoporosis" in talk.driver.shown(talk.read())


def test_answer_with_its_source_and_disclaimer(talk):
    shown = talk.see(QUESTION)

    assert ANSWER in shown
    assert "Source: " in shown
    assert "https://" in shown
    assert "general information" in shown


def test_what_the_sources_are(talk):
    talk.see(QUESTION)

    assert "Where does that come from?" not in talk.see("what are your sources?")
    talk.assert_silence()


def test_a_choice_by_its_number(talk):
    talk.post(talk.driver.hello(talk.chat))
    talk.read()

    assert "Source: " in talk.see("1")


def test_a_number_is_the_choice_of_its_line(talk, driver, server):
    if driver.has_taps:
        pytest.skip("the lines are buttons")
    talks = [talk, Talk(driver, server, driver.new_chat())]
    for each in talks:
        each.post(driver.hello(each.chat))
    first, second = (driver.shown(each.read()) for each in talks)
    line = re.search(r"^2\. (.+)$", first, re.MULTILINE)

    assert first == second
    assert line
    assert talks[0].see("2") == talks[1].see(line[1])


def test_a_choice_by_a_tap(talk):
    if not talk.driver.has_taps:
        pytest.skip("no buttons")
    answer = talk.say(QUESTION)
    code = next(code for code in talk.driver.codes(answer).values() if code.startswith("c:"))
    talk.post(talk.driver.tap(talk.chat, code))

    assert "Source: " in talk.driver.shown(talk.read())


def test_follow_up(talk):
    first = talk.see(QUESTION)
    more = talk.see("tell me more")

    assert "Source: " in more
    assert more != first


def test_refusal(talk):
    shown = talk.see("how do I change a tyre?")

    assert "Source: " not in shown
    assert "tyre" not in shown


def test_emergency(talk):
    shown = talk.see(EMERGENCY)

    assert "now" in shown
    assert "Source: " not in shown


def test_a_question_in_pieces_gets_one_answer(talk, driver, server):
    pieces = ("I have", "osteoporosis", "can I", "run?")
    whole = Talk(driver, server, driver.new_chat()).see(" ".join(pieces))
    for piece in pieces:
        talk.post(driver.text(talk.chat, piece))
        time.sleep(0.1)

    assert driver.shown(talk.read()) == whole
    talk.assert_silence()


def test_feedback(talk, server):
    answer = talk.say(QUESTION)
    if talk.driver.has_taps:
        code = next(c for c in talk.driver.codes(answer).values() if c.startswith("f:up:"))
        talk.post(talk.driver.tap(talk.chat, code))
        shown = talk.driver.shown(talk.read())
    else:
        shown = talk.see("good answer")

    assert shown.startswith("Thank you")


def test_turns_are_recorded_under_the_platforms_name(talk, server):
    talk.see(QUESTION)
    deadline = time.monotonic() + 10
    channels: set[str] = set()
    while talk.driver.channel not in channels and time.monotonic() < deadline:
        time.sleep(0.1)
        connection = sqlite3.connect(server.outcomes)
        channels = {row[0] for row in connection.execute("SELECT DISTINCT channel FROM turns")}
        connection.close()

    assert talk.driver.channel in channels


# who may speak


def test_a_forged_webhook_is_refused_with_a_line_in_the_log(talk, server):
    genuine = talk.driver.text(talk.chat, "is pampelmousse forged?")
    for name, forged in talk.driver.forged(genuine).items():
        before = log_of(server)
        status, body = from_elsewhere(forged).post(server.port)
        lines = new_lines(server, before)

        assert status in (401, 403), name
        assert body == "", name
        # A line that repeats is counted.
        assert len([line for line in lines if talk.driver.name in line]) <= 1, (name, lines)
        assert "pampelmousse" not in "".join(lines)
    assert ": a webhook was refused: " in log_of(server)
    talk.assert_silence()


def test_a_person_on_a_platform_cannot_be_played_over_rest(talk, server):
    talk.see(QUESTION)
    for sender in (talk.chat, f"{talk.driver.name}:{talk.chat}"):
        assert server.turn(sender, "tell me more")["kind"] == "chat"
    with pytest.raises(urllib.error.HTTPError) as raised:
        server.turn(f"{talk.driver.channel}-{talk.chat}", "tell me more")
    raised.value.close()
    assert raised.value.code == 400


def test_two_people_do_not_meet(talk, driver, server):
    talk.see(QUESTION)
    other = Talk(driver, server, driver.new_chat())

    assert "Source: " not in other.see("tell me more")


def test_a_command_is_just_words(talk):
    talk.see(QUESTION)

    assert "Source: " in talk.see("/tell me more")
    assert talk.see("/report_emergency") != talk.see(EMERGENCY)


# exactly once, in order, at once


def test_a_webhook_that_comes_twice_is_answered_once(talk, server):
    delivery = talk.driver.text(talk.chat, QUESTION)
    with ThreadPoolExecutor(6) as pool:
        statuses = [status for status, _ in pool.map(lambda _: delivery.post(server.port), "x" * 6)]
    talk.read()
    talk.post(delivery)

    assert statuses == [200] * 6
    talk.assert_silence()


def test_a_tap_that_comes_twice_counts_once(talk):
    if not talk.driver.has_taps:
        pytest.skip("no buttons")
    codes = talk.driver.codes(talk.say(QUESTION))
    delivery = talk.driver.tap(talk.chat, next(iter(codes.values())))
    talk.post(delivery)
    talk.post(delivery)
    talk.read()

    talk.assert_silence()


def test_what_comes_out_of_order_is_answered_in_order(talk):
    driver = talk.driver
    if not getattr(driver, "is_ordered", True):
        pytest.skip("its messages bear no number")
    # The answer to the first holds the others up.
    driver.stand_in.plan(driver.is_answer(talk.chat), Planned(body={"ok": True}, delay_s=1.5))
    talk.post(driver.text(talk.chat, QUESTION, number=50_000))
    talk.read()
    talk.post(driver.text(talk.chat, "tell me more", number=50_004))
    talk.post(driver.text(talk.chat, "thank you", number=50_003))
    talk.post(driver.text(talk.chat, "hello", number=50_001))
    shown = [driver.shown(talk.read()) for _ in range(3)]

    assert "Source: " in shown[2]
    assert "welcome" in shown[1].lower()


def test_a_slow_platform_delays_no_acknowledgement(talk):
    driver = talk.driver
    driver.stand_in.plan(driver.is_answer(talk.chat), Planned(body={"ok": True}, delay_s=3))
    times = []
    for text in (QUESTION, "tell me more"):
        started = time.monotonic()
        talk.post(driver.text(talk.chat, text))
        times.append(time.monotonic() - started)

    assert max(times) < ACKNOWLEDGED_S
    talk.read()
    talk.read()
    talk.assert_silence()


def test_a_slow_action_delays_no_acknowledgement_and_nobody_else(talk, driver, server):
    other = Talk(driver, server, driver.new_chat())
    assert server.actions.process
    server.actions.process.send_signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        talk.post(driver.text(talk.chat, QUESTION))
        assert time.monotonic() - started < ACKNOWLEDGED_S
        other.see("thank you")
        time.sleep(1.2)
    finally:
        server.actions.process.send_signal(signal.SIGCONT)

    assert ANSWER in driver.shown(talk.read())
    talk.assert_silence()


# when the platform does not take an answer


def test_too_many_requests_is_waited_for(talk):
    driver = talk.driver
    driver.stand_in.plan(driver.is_answer(talk.chat), driver.too_many())
    first = talk.say(QUESTION)
    second = talk.read()

    assert second.body == first.body
    assert 0.9 < second.at - first.at < 5
    talk.assert_silence()


def test_an_error_that_lasts_is_waited_for_and_logged_without_the_text(talk, server):
    driver = talk.driver
    before = log_of(server)
    driver.stand_in.plan(driver.is_answer(talk.chat), *[Planned(500)] * 4)
    talk.post(driver.text(talk.chat, QUESTION))
    for _ in range(4):
        talk.read()
    lines = new_lines(server, before)

    # A line that repeats is counted: SMS and WhatsApp are one platform.
    assert len(lines) <= 1, lines
    assert f"{driver.name}: an answer could not be sent yet: HTTP 500, tries=4." in log_of(server)
    assert ANSWER in driver.shown(talk.read())
    talk.assert_silence()


def test_a_person_who_blocked_the_bot_is_not_tried_again(talk, server):
    driver = talk.driver
    before = log_of(server)
    driver.stand_in.plan(driver.is_answer(talk.chat), Planned(403, {"ok": False}))
    talk.say(QUESTION)
    talk.assert_silence()
    lines = new_lines(server, before)

    assert len(lines) <= 1, lines
    assert f"{driver.name}: an answer could not be sent: HTTP 403, tries=1." in log_of(server)


# what is no question


def test_a_picture_gets_one_polite_line_with_the_emergency_number(talk):
    talk.post(talk.driver.picture(talk.chat))

    assert "only read text" in talk.driver.shown(talk.read())
    talk.assert_silence()


def test_a_text_that_is_too_long_gets_one_polite_line(talk):
    assert "2000 characters" in talk.see("bone " * 401)


def test_a_button_that_nobody_remembers_is_said_so(talk):
    if not talk.driver.has_taps:
        pytest.skip("no buttons")
    talk.post(talk.driver.tap(talk.chat, "c:2#0123abcd"))

    assert "no longer know" in talk.driver.shown(talk.read())


def test_odd_webhooks_are_met_with_silence(talk, server):
    before = log_of(server)
    odd = talk.driver.odd(talk.chat)
    statuses = {name: from_elsewhere(each).post(server.port)[0] for name, each in odd.items()}

    assert len(odd) >= 30
    assert set(statuses.values()) <= {200, 400, 413}, statuses
    talk.assert_silence()
    assert new_lines(server, before) == []
    assert ANSWER in talk.see(QUESTION)


def test_who_writes_too_much_is_told_once(talk):
    for _ in range(26):
        talk.post(talk.driver.text(talk.chat, "thank you"))
    shown = [talk.driver.shown(talk.read()) for _ in range(21)]

    assert ["faster than I can answer" in each for each in shown] == [False] * 20 + [True]
    talk.assert_silence()


# the server


def test_other_methods_and_addresses_are_not_there(driver, server):
    for path in (f"/webhooks/{driver.name}/nowhere", f"/webhooks/{driver.name}"):
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=10)
        raised.value.close()
        assert raised.value.code == 404


def test_secrets_and_words_are_in_no_log(drivers, server):
    log = log_of(server) + server.actions.log.read_text(errors="replace")

    for driver in drivers.values():
        for secret in driver.secrets:
            assert secret not in log
    assert "autoimmune" not in log


def test_nothing_went_wrong(server):
    assert server.warnings_logged() == []


def test_the_server_stops_after_its_last_answers_and_forgets_what_was_offered(drivers, server):
    """The last test: it stops the server and starts it again."""
    talks = [Talk(driver, server, driver.new_chat()) for driver in drivers.values()]
    codes = {}
    for talk in talks:
        codes[talk.chat] = talk.driver.codes(talk.say(QUESTION))
        planned = Planned(body={"ok": True}, delay_s=1)
        talk.driver.stand_in.plan(talk.driver.is_answer(talk.chat), planned, planned)
        talk.post(talk.driver.text(talk.chat, "thank you"))
        talk.post(talk.driver.text(talk.chat, "tell me more"))
    process: Any = server.rasa.process
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
    server.rasa.stop()

    for talk in talks:
        talk.read()
        assert "Source: " in talk.driver.shown(talk.read())
    server.rasa.start()
    for talk in talks:
        for code in [code for code in codes[talk.chat].values() if re.match(r"c:\d+#", code)][:1]:
            talk.post(talk.driver.tap(talk.chat, code))
            assert "no longer know" in talk.driver.shown(talk.read())


@pytest.mark.parametrize("name", DRIVERS)
def test_a_platform_that_is_half_set_stops_the_start(name, drivers, server):
    driver = drivers[name]
    key = next(key for key in driver.environ if not key.endswith("_API_URL"))
    environ = {k: v for k, v in os.environ.items() if not k.startswith(name.upper())}
    environ[key] = driver.environ[key]
    ended = subprocess.run(
        server.rasa.command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )

    assert ended.returncode == 78
    assert "expected a value" in ended.stderr
    assert driver.environ[key] not in ended.stderr + ended.stdout
