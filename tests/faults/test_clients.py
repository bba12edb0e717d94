"""Connections that do nothing, few descriptors, clients that leave, a clock that jumps."""

import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import Length, Stack, Start
from tests.faults.visitors import QUESTIONS, Message, Visitor

pytestmark = pytest.mark.faults

FAKETIME = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]


@contextmanager
def idle(port: int, number: int) -> Iterator[None]:
    """Keep connections open that say nothing."""
    held = [socket.socket() for _ in range(number)]
    try:
        for each in held:
            each.settimeout(2)
            each.connect_ex(("127.0.0.1", port))
        yield
    finally:
        for each in held:
            each.close()


def descriptors_for(number: int) -> None:
    """Allow this process so many open files, or skip."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        pytest.skip(f"this machine allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, number), hard))


def test_two_thousand_idle_connections(stack: Stack, length: Length) -> None:
    descriptors_for(4096)
    with idle(stack.assistant.port, 2000), stack.crowd(length) as visitors:
        time.sleep(length.well_s + length.broken_s)
    stack.assert_intact(visitors)


def test_few_descriptors(stack: Stack, length: Length) -> None:
    process = stack.assistant.rasa.process
    assert process is not None
    usual = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (256, usual[1]))
    with stack.crowd(length) as visitors:
        with idle(stack.assistant.port, 300):
            time.sleep(length.well_s + length.broken_s)
        time.sleep(length.well_s)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, usual)
    stack.assert_intact(visitors)


def test_clients_that_leave_and_come_again(stack: Stack, length: Length) -> None:
    """Each message once, and its reply is there on the second try."""
    visitor = Visitor(stack.url)
    visitor.open()
    for text in QUESTIONS:
        message = Message(text)
        with pytest.raises(httpx.TimeoutException):
            httpx.post(
                f"{stack.url}/webhooks/web/messages",
                json={"id": message.id, "text": text},
                headers={"Authorization": f"Bearer {visitor.token}"},
                timeout=0.001,
                trust_env=False,
            )
        visitor.say(text, message=message)
    stack.assert_intact([visitor])


@pytest.mark.skipif(not FAKETIME, reason="libfaketime is not installed (Debian: faketime)")
@pytest.mark.parametrize("jump", ["+2d", "-2d", "+20m"])
def test_a_clock_that_jumps_and_comes_back(start: Start, tmp_path: Path, jump: str) -> None:
    """Sessions may end by it; nobody is without a reply in a new one, and nothing is lost."""
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    fake = {"FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
    preload = {"LD_PRELOAD": str(FAKETIME[0]), "DONT_FAKE_MONOTONIC": "1"}
    with start(**fake, **preload) as stack:
        visitors = []
        for offset in ("+0", jump, "+0"):
            set_clock(clock, offset)
            visitor = Visitor(stack.url)
            visitor.open()
            for text in QUESTIONS[:3]:
                visitor.say(text)
            visitors.append(visitor)
        stack.assert_intact(visitors)


def set_clock(file: Path, offset: str) -> None:
    other = file.with_suffix(".new")
    other.write_text(f"{offset}\n")
    os.replace(other, file)
    time.sleep(0.3)
