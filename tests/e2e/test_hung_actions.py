"""The action server hangs, and many people wait for it: emergencies are answered all the same."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Assistant, start_assistant

pytestmark = pytest.mark.e2e

N_VISITORS = 200
# The action server has 8 seconds, and 180 turns are put together on a busy machine.
APOLOGY_TIMEOUT_S = 25.0
EMERGENCY_TIMEOUT_S = 2.0


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Both servers, on their own: one of them is stopped."""
    with start_assistant(tmp_path_factory.mktemp("hung"), {}) as running:
        yield running


async def open_session(client: httpx.AsyncClient) -> str:
    reply = await client.post("/webhooks/web/session", json={})
    reply.raise_for_status()
    token: str = reply.json()["token"]
    return token


async def say(client: httpx.AsyncClient, token: str, text: str) -> tuple[Any, float]:
    """Return the kind of the reply, or the status of an error; and how long it took."""
    started = time.monotonic()
    reply = await client.post(
        "/webhooks/web/messages",
        json={"id": f"m{time.monotonic_ns()}", "text": text},
        headers={"Authorization": f"Bearer {token}"},
    )
    took_s = time.monotonic() - started
    return (reply.json()["turns"][0]["kind"] if reply.is_success else reply.status_code), took_s


async def crowd(assistant: Assistant) -> dict[str, Any]:
    """Let the action server hang while all ask; return what came of it."""
    process = assistant.actions.process
    assert process is not None
    limits = httpx.Limits(max_connections=None)
    url = f"http://127.0.0.1:{assistant.port}"
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
        tokens = [await open_session(client) for _ in range(N_VISITORS + 1)]
        os.kill(process.pid, signal.SIGSTOP)
        try:
            question = "what is osteoporosis?"
            asked = [asyncio.create_task(say(client, t, question)) for t in tokens[1:]]
            await asyncio.sleep(4)
            known = await say(client, tokens[0], "I have crushing chest pain and cannot breathe")
            started = time.monotonic()
            token = await open_session(client)
            new = await say(client, token, "I have crushing chest pain and cannot breathe")
            new_took_s = time.monotonic() - started
            waiting = sum(not task.done() for task in asked)
            replies = await asyncio.gather(*asked)
            # It is known to hang now: nobody waits for it again.
            late = await say(client, tokens[1], "does lupus harm bones?")
        finally:
            os.kill(process.pid, signal.SIGCONT)
        await asyncio.sleep(6)
        after = await say(client, tokens[2], question)
    return {
        "known": known,
        "new": (new[0], new_took_s),
        "waiting": waiting,
        "replies": Counter(kind for kind, _ in replies),
        "slowest": max(took for _, took in replies),
        "late": late,
        "after": after[0],
    }


def test_an_emergency_is_answered_while_the_action_server_hangs(assistant: Assistant) -> None:
    found = asyncio.run(crowd(assistant))
    print(found)

    assert found["waiting"] > 150
    for who in ("known", "new"):
        kind, took_s = found[who]
        assert kind == "emergency"
        assert took_s < EMERGENCY_TIMEOUT_S
    # The others hear that it cannot be searched, or, over the limit, that too many ask.
    assert set(found["replies"]) <= {"abstain", 503}
    assert found["replies"]["abstain"] >= 160
    assert found["slowest"] < APOLOGY_TIMEOUT_S
    assert found["late"][0] == "abstain"
    assert found["late"][1] < EMERGENCY_TIMEOUT_S
    assert found["after"] == "answer"


def test_a_hung_action_server_makes_no_storm_in_the_log(assistant: Assistant) -> None:
    log = Path(assistant.rasa.log).read_text(errors="replace")

    assert log.count("The action server does not answer") == 1
    assert "Traceback" not in log
    assert len(log) < 20_000


async def ask_and_call_for_help(assistant: Assistant, *, is_web: bool) -> list[tuple[Any, float]]:
    """Send two questions and an emergency in one conversation while the action server hangs."""
    process = assistant.actions.process
    assert process is not None
    texts = ["what is lupus?", "what is gout?", "I have crushing chest pain and cannot breathe"]
    url = f"http://127.0.0.1:{assistant.port}"
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        token = await open_session(client)

        async def ask(text: str) -> tuple[Any, float]:
            if is_web:
                return await say(client, token, text)
            started = time.monotonic()
            data = {"sender": "somebody", "message": text}
            reply = await client.post("/webhooks/rest/webhook", json=data)
            return reply.json()[-1]["custom"]["kind"], time.monotonic() - started

        os.kill(process.pid, signal.SIGSTOP)
        try:
            asked = []
            for text in texts:
                asked.append(asyncio.create_task(ask(text)))
                await asyncio.sleep(0.2)
            return await asyncio.gather(*asked)
        finally:
            os.kill(process.pid, signal.SIGCONT)


@pytest.mark.parametrize("is_web", [True, False], ids=["web", "rest"])
def test_an_emergency_waits_for_no_question_before_it(assistant: Assistant, is_web: bool) -> None:
    *questions, (kind, took_s) = asyncio.run(ask_and_call_for_help(assistant, is_web=is_web))

    assert kind == "emergency"
    assert took_s < EMERGENCY_TIMEOUT_S
    assert [kind for kind, _ in questions] == ["abstain", "abstain"]
