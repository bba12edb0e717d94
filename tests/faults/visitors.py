"""Visitors of the web channel who ask again with the same id, and what the database has of them."""

import itertools
import json
import sqlite3
import ssl
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

# Answers, follow-ups, small talk, refusals: each ends in a way of its own.
QUESTIONS = (
    "what is osteoporosis?",
    "is osteoporosis autoimmune?",
    "what tests will I get?",
    "hello there!",
    "how much calcium do I need?",
    "can men get it?",
    "tell me more, please.",
    "thank you!",
    "what is the capital of France?",
    "should I stop taking alendronate?",
)
EMERGENCY = "I have crushing chest pain and cannot breathe"
# Longest that a client waits for one request, and between two tries, in seconds.
REQUEST_S, RETRY_S = 40.0, 0.3
# One context: each would read the certificates of this machine again.
OPTIONS: dict[str, Any] = {
    "timeout": REQUEST_S,
    "trust_env": False,
    "verify": ssl.create_default_context(),
}


@dataclass
class Message:
    """One message of a visitor.

    Attributes:
        text: What was said.
        id: The client's id, the same on every try.
        began: When it was first sent, on the monotonic clock.
        took_s: Seconds until its reply, over all tries.
        turns: The reply; None if there was none.
        statuses: Of each try; 0 where the connection failed.
    """

    text: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    began: float = field(default_factory=time.monotonic)
    took_s: float = 0.0
    turns: list[dict[str, Any]] | None = None
    statuses: list[int] = field(default_factory=list)


class Visitor:
    """A person at the widget: one session, one message after the other."""

    def __init__(self, url: str, *, patience_s: float = 60.0) -> None:
        """Take the address of the server, and how long to try for one reply, in seconds."""
        self.url = url
        self.patience_s = patience_s
        self.said: list[Message] = []
        self.token = ""

    def open(self) -> None:
        """Open a session, however long it takes.

        Raises:
            TimeoutError: Nothing opened one.
        """
        give_up = time.monotonic() + self.patience_s
        while time.monotonic() < give_up:
            status, body = self._send("session", {})
            if status == 201:
                self.token = body["token"]
                return
            time.sleep(RETRY_S)
        raise TimeoutError("no session could be opened")

    def say(self, text: str, *, message: Message | None = None) -> Message:
        """Say something, again with the same id until there is a reply or patience ends."""
        said = message or Message(text)
        self.said.append(said)
        give_up = said.began + self.patience_s
        while said.turns is None and time.monotonic() < give_up:
            status, body = self._send("messages", {"id": said.id, "text": text})
            said.statuses.append(status)
            if status == 200:
                said.turns = body["turns"]
                self.token = body.get("token") or self.token
            else:
                time.sleep(RETRY_S)
        said.took_s = time.monotonic() - said.began
        return said

    def delete(self) -> None:
        """Have everything deleted that was said here.

        Raises:
            HTTPStatusError: It was refused.
        """
        headers = {"Authorization": f"Bearer {self.token}"}
        address = f"{self.url}/webhooks/web/session"
        httpx.delete(address, headers=headers, **OPTIONS).raise_for_status()

    def talk(self, stop: threading.Event, first: int) -> None:
        """Ask one question after the other until told to stop."""
        self.open()
        for text in itertools.islice(itertools.cycle(QUESTIONS), first, None):
            if stop.is_set():
                return
            self.say(text)

    def _send(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        address = f"{self.url}/webhooks/web/{path}"
        try:
            reply = httpx.post(address, json=body, headers=headers, **OPTIONS)
        except httpx.HTTPError:
            return 0, None
        return reply.status_code, reply.json() if reply.is_success else None


@contextmanager
def crowd(url: str, n_visitors: int) -> Iterator[list[Visitor]]:
    """Have so many visitors talk while the body of the `with` runs; afterwards all have stopped."""
    visitors, stop = [Visitor(url) for _ in range(n_visitors)], threading.Event()
    threads = [
        threading.Thread(target=visitor.talk, args=(stop, number), daemon=True)
        for number, visitor in enumerate(visitors)
    ]
    try:
        for thread in threads:
            thread.start()
        yield visitors
    finally:
        stop.set()
        for thread in threads:
            thread.join(2 * visitors[0].patience_s)


def compare(visitors: Sequence[Visitor], database: Path) -> dict[str, int]:
    """Compare what was delivered with what is stored; every count but `delivered` should be 0.

    Returns:
        How many messages were delivered; had no reply in the end ("unanswered"); have a reply that
        is not stored ("lost"), that is stored more than once ("doubled"), in another order
        ("reordered"), with other words ("different") or in another's conversation ("crossed").
    """
    found = Counter(delivered=0, unanswered=0, lost=0, doubled=0)
    found.update(reordered=0, different=0, crossed=0)
    stored = read_stored(database)
    for visitor in visitors:
        senders, last = Counter[str](), -1
        for message in visitor.said:
            if message.turns is None:
                found["unanswered"] += 1
                continue
            found["delivered"] += 1
            places = stored.get(message.id, [])
            found["lost"] += not places
            found["doubled"] += len(places) > 1
            for sender, place, texts in places[:1]:
                senders[sender] += 1
                found["reordered"] += place < last
                found["different"] += texts != [turn["text"] for turn in message.turns]
                last = place
        found["crossed"] += sum(n for _, n in senders.most_common()[1:])
    return dict(found)


def read_stored(database: Path) -> dict[str, list[tuple[str, int, list[str]]]]:
    """Return, by the id of a message, each place where it is stored: sender, row, replies."""
    query = "SELECT id, sender_id, type_name, data FROM events ORDER BY id"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        rows = connection.execute(query).fetchall()
    stored: dict[str, list[tuple[str, int, list[str]]]] = {}
    replies: dict[str, list[str]] = {}
    for row, sender, kind, data in rows:
        event = json.loads(data)
        if kind == "user":
            replies[sender] = []
            stored.setdefault(event.get("message_id") or "", []).append(
                (sender, row, replies[sender])
            )
        elif kind == "bot" and sender in replies:
            custom = event["data"].get("custom") or {}
            replies[sender].append(custom["text"] if custom.get("kind") else event["text"])
    return stored


def intact(delivered: int) -> dict[str, int]:
    """Return what `compare` finds where nothing went wrong."""
    names = ("unanswered", "lost", "doubled", "reordered", "different", "crossed")
    return {"delivered": delivered, **dict.fromkeys(names, 0)}
