"""One client beside another, in short: the long form, with real servers, is in tests/e2e."""

import asyncio
import http.client
import itertools
import json
import subprocess
import sys
import time
from statistics import median

import pytest

from bot.channels.messaging.api_client import ApiClient
from bot.channels.messaging.channel import PlatformInput
from bot.channels.settings import ChannelSettings
from bot.channels.web.channel import WebInput
from outcomes.settings import Settings as OutcomesSettings
from tests.bot.channels.messaging.conftest import FakePlatform

N_MESSAGES = 15
people = itertools.count(1)


class Agent:
    """Answers as fast as the assistant does."""

    tracker_store = None

    @property
    def nlg(self):
        return self

    async def generate(self, response, tracker, channel):
        return {"custom": {"kind": "chat", "text": "Hello."}}

    def is_ready(self):
        return True

    async def handle_message(self, message):
        await asyncio.sleep(0.02)
        said = {"custom": {"kind": "chat", "text": "Hello."}}
        await message.output_channel.send_response(message.sender_id, said)


class Mattermost(FakePlatform):
    """At the address that is attacked."""

    name = "mattermost"


@pytest.fixture
def served(serve, tmp_path):
    settings = ChannelSettings(secret="s" * 32, proxies=1, session_rate=0)
    channels = [
        WebInput(settings, OutcomesSettings(url="")),
        PlatformInput(
            [Mattermost()],
            ApiClient(),
            settings,
            secret="s" * 32,
            inbox_url=f"sqlite:///{tmp_path}/inbox.db",
        ),
    ]
    return serve(channels, Agent(), BONAFIDE_PROXIES="1", BONAFIDE_ADDRESS_RATE="120")


def post(port, path, data, address, token=""):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection.request("POST", f"/webhooks/web/{path}", json.dumps(data), headers)
    reply = json.loads(connection.getresponse().read())
    connection.close()
    return reply


def measure(port):
    """Return the median seconds of a reply to somebody of an address of their own."""
    address = f"198.51.100.{next(people)}"
    token = post(port, "session", {}, address)["token"]
    times = []
    for number in range(N_MESSAGES):
        began = time.perf_counter()
        said = {"id": str(number), "text": "hello"}
        assert post(port, "messages", said, address, token)["turns"]
        times.append(time.perf_counter() - began)
    return median(times)


def test_one_client_cannot_slow_another(served, root):
    before = measure(served.port)
    command = [sys.executable, str(root / "tests/e2e/attack.py"), str(served.port)]
    with subprocess.Popen([*command, "slow", "forged", "malformed", "pages"]) as attack:
        time.sleep(3)
        attacked = min(measure(served.port) for _ in range(2))
        assert attack.poll() is None
        attack.kill()
    after = measure(served.port)

    # What else the machine does slows all of them.
    assert attacked < 3 * max(before, after)


def test_a_page_is_not_shown_by_another_name(serve):
    channel = WebInput(ChannelSettings(secret="s" * 32), OutcomesSettings(url=""))
    served = serve([channel])
    head = "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"

    assert served.send(head.encode()).startswith(b"HTTP/1.1 421")
    page = served.get()
    assert page.startswith(b"HTTP/1.1 200")
    assert b"<bonafide-chat" in page
    # Made once for each name.
    assert served.get().partition(b"\r\n\r\n")[2] == page.partition(b"\r\n\r\n")[2]
    assert channel._pages._cached_page.cache_info()[:2] == (1, 1)
