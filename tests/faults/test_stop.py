"""SIGTERM with connections that idle, and while a turn waits: the end is soon and in order."""

import signal
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.faults.conftest import Stack

pytestmark = pytest.mark.faults

# A container is killed after 10.
STOP_TIMEOUT_S = 10.0


def stop(stack: Stack) -> tuple[int, float]:
    """Send SIGTERM to the Rasa server; return its exit code and how long it took."""
    process = stack.assistant.rasa.process
    assert process is not None
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    code = process.wait(30)
    return code, time.monotonic() - started


def test_idle_connections_do_not_keep_a_server(lost_stack: Stack) -> None:
    with ThreadPoolExecutor(16) as pool:
        # Kept open by the client, as browsers do.
        list(pool.map(lambda _: urllib.request.urlopen(f"{lost_stack.url}/live").read(), range(16)))
        code, took_s = stop(lost_stack)

    assert code == 0
    assert took_s < 5


def test_a_turn_that_waits_for_a_hung_action_server_is_finished(lost_stack: Stack) -> None:
    hung = lost_stack.assistant.actions.process
    assert hung is not None
    hung.send_signal(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(lost_stack.assistant.ask, "one", "what is osteoporosis?")
            time.sleep(1)
            code, took_s = stop(lost_stack)
            replies = asked.result(5)
    finally:
        with suppress(ProcessLookupError):
            hung.send_signal(signal.SIGCONT)
    print(f"stopped in {took_s:.1f} s")

    assert "try again" in replies[0]["text"]
    assert code == 0
    assert took_s < STOP_TIMEOUT_S
