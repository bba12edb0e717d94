"""One client makes no other wait three times as long as on a quiet server."""

import itertools
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import pytest

from tests.e2e.attack import KINDS
from tests.e2e.conftest import ROOT, Assistant, start_assistant

pytestmark = pytest.mark.e2e

MATTERMOST = {
    "BONAFIDE_PUBLIC_URL": "https://bot.example",
    "MATTERMOST_URL": "http://127.0.0.1:9",
    "MATTERMOST_TOKEN": "a" * 26,
    "MATTERMOST_WEBHOOK_TOKEN": "b" * 26,
}
N_MESSAGES = 30
people = itertools.count(1)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Both servers with the limits that hold for people, behind a proxy that names addresses."""
    settings = {"BONAFIDE_ADDRESS_RATE": "", "BONAFIDE_PROXIES": "1", "BONAFIDE_SESSION_RATE": "0"}
    with start_assistant(tmp_path_factory.mktemp("logs"), {**settings, **MATTERMOST}) as running:
        yield running


@contextmanager
def attack(port: int, *kinds: str) -> Iterator[None]:
    command = [sys.executable, str(ROOT / "tests/e2e/attack.py"), str(port), *kinds]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            time.sleep(4)  # the first refusals of a minute cost the attacker nothing
            yield
            assert process.poll() is None
        finally:
            process.kill()


def post(port: int, path: str, address: str, data: Any, token: str = "") -> Any:
    headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    url = f"http://127.0.0.1:{port}/webhooks/web/{path}"
    request = urllib.request.Request(url, json.dumps(data).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


def measure(port: int) -> float:
    """Return the median seconds of a reply to "hello", to a person of another address."""
    address = f"198.51.100.{next(people)}"
    token = post(port, "session", address, {})["token"]
    times = []
    for number in range(N_MESSAGES):
        began = time.perf_counter()
        reply = post(port, "messages", address, {"id": str(number), "text": "hello"}, token)
        times.append(time.perf_counter() - began)
        assert reply["turns"][0]["kind"] == "chat"
        time.sleep(0.1)  # an address has 20 requests a second, and opening a session counts as five
    return median(times)


@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_one_client_cannot_slow_another(attacked: Assistant, kind: str) -> None:
    quiet = measure(attacked.port)
    with attack(attacked.port, *(KINDS if kind == "all" else [kind])):
        slow = measure(attacked.port)

    print(f"{kind}: {1000 * quiet:.1f} ms, attacked {1000 * slow:.1f} ms")
    assert slow < 3 * quiet
