"""What was accepted outlives the server: each message is answered once, whatever ends it when."""

import asyncio
import logging
import os
import sqlite3
import stat
import time

import pytest

from bot.channels.messaging.api_client import ApiError, SendFailed
from bot.channels.messaging.canned_replies import CannedReply
from bot.channels.messaging.inbox import Inbox, InboxUnavailable, read_inbox_url
from bot.channels.messaging.inbox_table import Accepted, InboxTable
from bot.channels.messaging.incoming import MessageKind, from_json, to_json
from bot.channels.messaging.queues import Overloaded
from bot.channels.messaging.rendering.tap_codes import ChoiceTap, FeedbackTap
from settings import SettingInvalid
from tests.bot.channels.messaging.world import EMERGENCY, SECRET, incoming, kill

SECRET_WORD = "pampelmousse"


def run(test):
    return asyncio.run(asyncio.wait_for(test(), 30))


async def wait_for(is_so):
    while not is_so():
        await asyncio.sleep(0.005)


async def restart(world, **options):
    """Start a server, wait until it has answered what the one before it left, and stop it."""
    dispatcher = world.start(**options)
    await dispatcher.maintain()
    await dispatcher.close()


def said(platform):
    return [text for _, text in platform.sent]


def test_twenty_people_who_were_told_200_are_answered_once_after_a_crash(world, platform):
    messages = [
        incoming(str(n), f"hello {n}", conversation=str(n), sender=str(n)) for n in range(20)
    ]

    async def test():
        dispatcher = world.start()
        await asyncio.gather(*(dispatcher.accept(platform, [message]) for message in messages))
        world.rasa.delay_s = 0
        await kill(dispatcher)
        assert platform.sent == []
        await restart(world)
        assert sorted(platform.sent) == sorted((str(n), f"you said hello {n}") for n in range(20))
        # A platform that did not get its 200 sends it again.
        dispatcher = world.start()
        await asyncio.gather(*(dispatcher.accept(platform, [message]) for message in messages))
        await dispatcher.close()

    world.rasa.delay_s = 5
    run(test)

    assert len(platform.sent) == 20


def test_a_message_that_was_answered_is_known_after_a_crash(world, platform):
    async def test():
        dispatcher = world.start()
        await dispatcher.accept(platform, [incoming()])
        await asyncio.sleep(0.2)
        await kill(dispatcher)
        dispatcher = world.start()
        await dispatcher.accept(platform, [incoming(), incoming("2")])
        await dispatcher.close()

    run(test)

    assert said(platform) == ["you said hello"] * 2


def test_the_order_of_a_conversation_is_kept_over_a_crash(world, platform):
    async def test():
        world.rasa.delay_s = 60
        dispatcher = world.start()
        for number in (1, 3, 2):
            await dispatcher.accept(
                platform, [incoming(str(number), f"hello {number}", order=number)]
            )
        await kill(dispatcher)
        world.rasa.delay_s = 0
        dispatcher = world.start()
        # What comes first goes behind what was there.
        await dispatcher.accept(platform, [incoming("4", "hello 4", order=4)])
        await dispatcher.close()

    run(test)

    assert said(platform) == [f"you said hello {number}" for number in (1, 2, 3, 4)]


def test_a_reply_goes_on_behind_the_last_part_that_was_sent(world, platform):
    async def test():
        dispatcher = world.start()
        platform.delay_s = 0.1
        await dispatcher.accept(platform, [incoming(content="a | b | c")])
        await wait_for(lambda: len(platform.sent) == 2)
        await asyncio.sleep(0.05)
        await kill(dispatcher)
        await restart(world)

    run(test)

    assert said(platform) == ["you said a", "b", "c"]
    assert len(world.rasa.messages) == 1


def test_pieces_that_a_crash_parts_are_one_question(world, platform):
    async def test():
        dispatcher = world.start()
        for number, text in enumerate(("I have", "osteoporosis", "can I")):
            await dispatcher.accept(platform, [incoming(str(number), text, order=number)])
        await asyncio.sleep(0.1)
        await kill(dispatcher)
        dispatcher = world.start()
        await dispatcher.accept(platform, [incoming("9", "run?", order=9)])
        await dispatcher.close()

    run(test)

    assert said(platform) == ["you said I have osteoporosis can I run?"]
    assert {row[-1] for row in world.rows()} == {None}


def test_an_orderly_stop_loses_nothing(world, platform):
    async def test():
        world.rasa.delay_s = 5
        dispatcher = world.start()
        await dispatcher.accept(platform, [incoming()])
        await dispatcher.close(timeout_s=0.05)
        world.rasa.delay_s = 0
        await restart(world)

    run(test)

    assert said(platform) == ["you said hello"]


def age(world, seconds):
    """Make all messages older."""
    connection = sqlite3.connect(world.url.removeprefix("sqlite:///"))
    connection.execute("UPDATE inbox SET accepted_at = accepted_at - ?", (seconds,))
    connection.commit()
    connection.close()


async def leave_unhandled(world, platform, *messages):
    """Accept messages and end before they are answered."""
    world.rasa.delay_s = 5
    dispatcher = world.start()
    for message in messages:
        await dispatcher.accept(platform, [message])
    await kill(dispatcher)
    world.rasa.delay_s = 0
    world.rasa.messages.clear()


def test_what_is_late_gets_one_polite_line_and_emergencies_their_answer(world, platform):
    async def test():
        await leave_unhandled(
            world,
            platform,
            *(incoming(n) for n in "12"),
            incoming("3", EMERGENCY, conversation="other"),
        )
        age(world, 2 * 3600)
        await restart(world)

    run(test)

    late = CannedReply.LATE.value.format(emergency="your local emergency number")
    assert sorted(said(platform)) == sorted([late, f"you said {EMERGENCY}"])
    assert len(world.rasa.messages) == 1


def test_what_is_a_day_old_is_erased_with_a_line_in_the_log(world, platform, caplog):
    async def test():
        await leave_unhandled(world, platform, incoming(content=SECRET_WORD))
        age(world, 25 * 3600)
        dispatcher = world.start()
        world.platforms.clear()
        await dispatcher._inbox.maintain()
        await dispatcher.close()

    run(test)

    assert "never answered, and are a day old: 1." in caplog.text
    assert world.rows()[0][1:] == (None, None, 0, None)


def test_ids_are_forgotten_after_a_week(world, platform):
    async def test():
        dispatcher = world.start()
        await dispatcher.accept(platform, [incoming()])
        await dispatcher.close()
        age(world, 8 * 24 * 3600)
        await restart(world)

    run(test)

    assert world.rows() == []


def test_words_are_erased_from_the_file_when_they_are_handled(world, platform):
    async def test():
        world.rasa.delay_s = 0.3
        dispatcher = world.start()
        text = f"what is {SECRET_WORD}? " * 4
        await dispatcher.accept(platform, [incoming(content=text, sender="+441234567890")])
        assert SECRET_WORD.encode() in world.bytes()
        await wait_for(lambda: platform.sent)
        await asyncio.sleep(0.3)
        await dispatcher.maintain()
        kept = world.bytes()
        await dispatcher.close()
        return kept

    kept = run(test)

    assert SECRET_WORD.encode() not in kept
    assert b"+441234567890" not in kept
    assert world.rows()[0][1:] == (None, None, 0, None)


def test_the_file_is_for_this_user_alone(world, platform):
    run(lambda: restart(world))

    path = world.url.removeprefix("sqlite:///")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_without_the_table_webhooks_are_refused_and_emergencies_answered(world, platform, caplog):
    async def test():
        world.url = "sqlite:////proc/no/such/inbox.db"
        dispatcher = world.start()
        with pytest.raises(Overloaded):
            await dispatcher.accept(platform, [incoming("1", SECRET_WORD)])
        await dispatcher.accept(platform, [incoming("2", EMERGENCY)])
        with pytest.raises(Overloaded):
            await dispatcher.accept(
                platform, [incoming("1", SECRET_WORD), incoming("3", EMERGENCY)]
            )
        await dispatcher.accept(platform, [incoming("3", EMERGENCY)])
        await dispatcher.maintain()
        await dispatcher.close()

    caplog.set_level(logging.INFO)
    run(test)

    assert said(platform) == [f"you said {EMERGENCY}"] * 2
    assert len([r for r in caplog.records if "cannot be used" in r.getMessage()]) == 1
    assert SECRET_WORD not in caplog.text


def test_a_table_that_is_locked_delays_no_emergency(world, platform):
    async def test():
        dispatcher = world.start()
        await dispatcher.maintain()
        lock = sqlite3.connect(world.url.removeprefix("sqlite:///"), isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        await dispatcher.accept(platform, [incoming("1", EMERGENCY)])
        await wait_for(lambda: platform.sent)
        took_s = time.monotonic() - started
        with pytest.raises(Overloaded):
            await dispatcher.accept(platform, [incoming("2")])
        lock.execute("ROLLBACK")
        lock.close()
        await asyncio.sleep(0.5)
        await dispatcher.accept(platform, [incoming("1", EMERGENCY)])
        await dispatcher.accept(platform, [incoming("2")])
        await dispatcher.close()
        return took_s

    assert run(test) < 1.5
    assert said(platform) == [f"you said {EMERGENCY}", "you said hello"]


def test_what_is_written_late_is_answered_all_the_same(world, platform, monkeypatch):
    async def test():
        monkeypatch.setattr("bot.channels.messaging.dispatcher.ACCEPT_TIMEOUT_S", 0.4)
        dispatcher = world.start()
        await dispatcher.maintain()
        add, delays = dispatcher._inbox._table.add, [0, 0.6]
        monkeypatch.setattr(
            dispatcher._inbox._table, "add", lambda *args: (time.sleep(delays.pop()), add(*args))[1]
        )
        with pytest.raises(Overloaded):
            await dispatcher.accept(platform, [incoming()])
        await asyncio.sleep(0.5)
        # The platform sends it again.
        await dispatcher.accept(platform, [incoming()])
        await dispatcher.close()

    run(test)

    assert said(platform) == ["you said hello"]


def test_an_api_that_is_down_for_a_while_costs_no_answer(world, platform, monkeypatch, caplog):
    monkeypatch.setattr("bot.channels.messaging.delivery.FIRST_WAIT_S", 0.05)
    away = SendFailed(ApiError("HTTP 503", is_transient=True), 4)
    platform.errors = [away, away]

    async def test():
        dispatcher = world.start()
        await dispatcher.accept(platform, [incoming("1", "a | b"), incoming("2")])
        await dispatcher.close()

    run(test)

    assert said(platform) == ["you said a", "b", "you said hello"]
    assert [record.getMessage() for record in caplog.records] == [
        "fake: an answer could not be sent yet: HTTP 503, tries=4."
    ]


def test_another_server_takes_over_what_one_left_and_not_what_one_answers(world, platform):
    async def test():
        world.rasa.delay_s = 0.3
        first, second = world.start(lease_s=0.2), world.start(owner="another", lease_s=0.2)
        await first.accept(platform, [incoming("1")])
        await first.maintain()
        await second.maintain()
        assert len(world.rasa.messages) == 1
        await first.close()
        await leave_unhandled(world, platform, incoming("2", "words"))
        # The lease of a server with the usual name ends in half a minute.
        await second.maintain()
        assert world.rasa.messages == []
        age_leases(world, 60)
        await second.maintain()
        await second.close()

    run(test)

    assert said(platform) == ["you said hello", "you said words"]


def age_leases(world, seconds):
    connection = sqlite3.connect(world.url.removeprefix("sqlite:///"))
    connection.execute("UPDATE inbox SET lease_until = lease_until - ?", (seconds,))
    connection.commit()
    connection.close()


def test_who_lost_a_message_to_another_server_sends_no_more_of_it(tmp_path):
    url = f"sqlite:///{tmp_path}/inbox.db"
    tables = [InboxTable(url, lease_s=-1.0), InboxTable(url, lease_s=30.0)]
    tables[0].owner, tables[1].owner = "one", "two"
    inbox = Inbox(url, secret=SECRET)
    accepted = Accepted(inbox._hash("fake", incoming()), to_json(incoming()))
    (row,) = tables[0].add("fake", [accepted])
    assert tables[0].mark_sent(row, 1)
    (taken,) = tables[1].claim(["fake"], at_start=False)

    assert taken.n_sent == 1
    assert not tables[0].mark_sent(row, 2)
    tables[0].finish([row])
    assert tables[1].mark_sent(row, 2)


@pytest.mark.parametrize(
    "what", ["words\ud800\x00", ChoiceTap(1, "", "0123abcd"), FeedbackTap("up", "a1"), *MessageKind]
)
def test_a_message_is_the_same_when_it_comes_back(what):
    message = incoming(
        content=what, order=1.5, channel="sms", locale="en-GB", address={"chat_id": 1, "x": None}
    )

    assert from_json(to_json(message)) == message


def test_a_message_of_another_version_stops_nothing(world, platform, caplog):
    async def test():
        await leave_unhandled(world, platform, incoming("1"), incoming("2", conversation="d"))
        connection = sqlite3.connect(world.url.removeprefix("sqlite:///"))
        connection.execute("UPDATE inbox SET body = '{\"said\": {}}' WHERE id = 1")
        connection.commit()
        connection.close()
        await restart(world)

    run(test)

    assert platform.sent == [("d", "you said hello")]
    assert "a kept message is unreadable" in caplog.text


def test_where_the_inbox_is():
    assert read_inbox_url({}) == "sqlite:///var/inbox.db"
    assert read_inbox_url({"BONAFIDE_STATE": "/state"}) == "sqlite:////state/inbox.db"
    conversations = {"BONAFIDE_CONVERSATIONS_URL": "sqlite:///c.db"}
    assert read_inbox_url(conversations) == "sqlite:///c.db"
    assert (
        read_inbox_url({**conversations, "BONAFIDE_INBOX_URL": "sqlite:///i.db"})
        == "sqlite:///i.db"
    )
    with pytest.raises(SettingInvalid, match="BONAFIDE_INBOX_URL"):
        read_inbox_url({"BONAFIDE_INBOX_URL": "nonsense"})


def test_a_table_that_nothing_can_be_asked_of_fails_at_once_for_a_while(tmp_path):
    async def test():
        inbox = Inbox("sqlite:////proc/no/such/inbox.db", secret=SECRET)
        for _ in range(4):
            with pytest.raises(InboxUnavailable):
                await inbox.claim(["fake"], at_start=True)
        with pytest.raises(InboxUnavailable, match="DatabaseAway"):
            await inbox.claim(["fake"], at_start=True)

    run(test)
