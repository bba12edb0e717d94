"""Deleting what is kept of a conversation."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.conversations.erasure import ErasureFailed, OutcomesEraser, erase_events
from bot.conversations.tracker_store import LiveTrackerStore
from outcomes import OutcomeRow
from outcomes.settings import Settings as OutcomesSettings
from outcomes.store import Store


def stores(domain: Any) -> dict[str, Any]:
    return {
        "live": LiveTrackerStore(domain),
        "memory": InMemoryTrackerStore(domain),
        "sql": SQLTrackerStore(domain, dialect="sqlite", db=":memory:"),
        "wrapped": FailSafeTrackerStore(LiveTrackerStore(domain)),
        "fallback": FailSafeTrackerStore(
            LiveTrackerStore(domain), fallback_tracker_store=InMemoryTrackerStore(domain)
        ),
    }


@pytest.mark.parametrize("name", ["live", "memory", "sql", "wrapped", "fallback"])
def test_events_of_one_conversation_are_deleted(domain, name):
    async def run() -> Any:
        store = stores(domain)[name]
        for sender_id in ("me", "you"):
            tracker = DialogueStateTracker.from_events(sender_id, [UserUttered("hello")])
            await store.save(tracker)
            fallback = getattr(store, "_fallback_tracker_store", None)
            if fallback is not None:
                await fallback.save(tracker)
        await erase_events(store, "me")
        await erase_events(store, "me")
        return await store.retrieve("me"), list(await store.keys()), fallback and fallback.store

    mine, left, of_fallback = asyncio.run(run())
    assert (mine, left) == (None, ["you"])
    assert of_fallback is None or list(of_fallback) == ["you"]


def test_a_store_that_cannot_forget_is_named(domain):
    class Archive:
        """Keeps everything."""

    with pytest.raises(ErasureFailed, match="Archive"):
        asyncio.run(erase_events(FailSafeTrackerStore(fake_store(Archive(), domain)), "me"))


def fake_store(store: Any, domain: Any) -> Any:
    store.domain, store.event_broker = domain, None
    return store


@pytest.fixture
def outcomes(tmp_path: Path) -> OutcomesSettings:
    return OutcomesSettings(url=f"sqlite:///{tmp_path}/outcomes.db")


def write(settings: OutcomesSettings, *senders: str) -> None:
    store = Store.open(settings)
    store.write([OutcomeRow(kind="chat", sender_id=sender) for sender in senders])
    store.close()


def count(settings: OutcomesSettings) -> int:
    store = Store.open(settings)
    rows = list(store.read())
    store.close()
    return len(rows)


def test_outcomes_are_deleted_also_those_that_come_late(outcomes):
    async def run() -> None:
        eraser = OutcomesEraser(outcomes, written_after_s=0.0, late_after_s=0.1)
        write(outcomes, "me", "me", "you")
        await eraser.erase("me")
        assert count(outcomes) == 1
        write(outcomes, "me")
        await asyncio.sleep(0.6)
        assert count(outcomes) == 1
        await eraser.erase("you")
        write(outcomes, "you")
        await eraser.close()

    asyncio.run(run())
    assert count(outcomes) == 0


def test_a_table_that_is_away_is_said_and_one_that_is_off_is_nothing(tmp_path):
    missing = OutcomesSettings(url="postgresql://127.0.0.1:1/none", salt="s" * 16)
    with pytest.raises(ErasureFailed, match="not deleted"):
        asyncio.run(OutcomesEraser(missing, written_after_s=0.0).erase("me"))

    asyncio.run(OutcomesEraser(OutcomesSettings(url="")).erase("me"))
