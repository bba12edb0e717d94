"""What a person said cannot stand in a log, whichever library writes it and however."""

import asyncio
import gc
import logging
import sqlite3
import sys
import threading
import types
import warnings
from pathlib import Path

import pytest

from safe_logging import describe, install
from safe_logging.repeats import MAX_FAULTS, Repeats

WORDS = "I am HIV positive"
LIBRARY = logging.getLogger("some_library.core")
OWN = logging.getLogger("bot.channels.web.sessions")


class OwnError(Exception):
    """Of this project, as far as anybody can tell."""

    __module__ = "knowledge.errors"


def fail() -> None:
    raise KeyError(WORDS)


def say_in_an_f_string(words: str) -> None:
    LIBRARY.error(f"The action failed with the message '{words}', see the manual.")


def say_as_arguments(words: str) -> None:
    LIBRARY.error(
        "Cannot read %s of %r: %s, %d times", words, {"text": words}, ValueError(words), 3
    )


def say_by_name(words: str) -> None:
    LIBRARY.error("Cannot read %(what)s of this", {"what": words})


def say_alone(words: str) -> None:
    LIBRARY.error(words)


def say_with_the_wrong_arguments(words: str) -> None:
    LIBRARY.error("Cannot read %d of them", words)


def say_as_exception(words: str) -> None:
    LIBRARY.error(ValueError(words))


def say_with_traceback(words: str) -> None:
    try:
        raise ValueError(words)
    except ValueError:
        LIBRARY.exception("Something went wrong here", stack_info=True)


def say_in_an_except_block(words: str) -> None:
    try:
        raise ValueError(words)
    except ValueError as err:
        LIBRARY.error(f"Something went wrong here: {err}")


def say_as_json(words: str) -> None:
    LIBRARY.error(f'{{"text": "{words}", "event": "rest.message.received"}}')


def warn(words: str) -> None:
    warnings.warn(f"Failed to parse arguments in line '{words}'.", UserWarning, stacklevel=2)


def end_a_thread(words: str) -> None:
    def run() -> None:
        raise ValueError(words)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def end_the_process(words: str) -> None:
    try:
        raise ValueError(words)
    except ValueError as err:
        sys.excepthook(type(err), err, err.__traceback__)


def fail_unseen(words: str) -> None:
    class Failing:
        def __del__(self) -> None:
            raise ValueError(words)

    Failing()
    gc.collect()


def fail_in_a_task(words: str) -> None:
    async def run() -> None:
        raise ValueError(words)

    async def main() -> None:
        task = asyncio.ensure_future(run())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(main())


WAYS = {
    say_in_an_f_string: "The action failed with the message '…', see the manual.",
    say_as_arguments: "Cannot read … of …: ValueError, 3 times",
    say_by_name: "Cannot read … of this",
    say_alone: "some_library.core …",
    say_with_the_wrong_arguments: "Cannot read %d of them",
    say_as_exception: "ValueError",
    say_with_traceback: "Something went wrong here [ValueError at tests/safe_logging/",
    say_in_an_except_block: "Something went wrong here: … [ValueError at tests/safe_logging/",
    say_as_json: "rest.message.received",
    warn: "UserWarning at tests/safe_logging/test_safe_logging.py:",
    end_a_thread: "A thread ended: ValueError at ",
    end_the_process: "The process ends: ValueError at ",
    fail_unseen: "An exception was ignored: ValueError at ",
    fail_in_a_task: "Task exception was never retrieved…",
}


@pytest.mark.filterwarnings("always")
@pytest.mark.parametrize("say", WAYS, ids=lambda say: say.__name__)
def test_words_are_hidden_and_what_happened_is_not(say, written, capfd):
    uninstall = install()  # pytest has put hooks of its own there since
    say(WORDS)
    uninstall()

    out, err = capfd.readouterr()
    assert WAYS[say] in written()
    for word in WORDS.split()[2:]:
        assert word not in written() + out + err


def test_a_message_of_a_library_that_says_nothing_about_anybody_stays(written):
    LIBRARY.info("Rasa server is up and running.")
    LIBRARY.info("Listening on port %d for %s", 5005, int)

    assert written() == (
        "INFO some_library.core Rasa server is up and running.\n"
        "INFO some_library.core Listening on port 5005 for int\n"
    )


def test_own_messages_stay_as_they_are(written):
    OWN.warning("%s: an answer could not be sent: %s.", "slack", OwnError("HTTP 403"))

    assert written().endswith("slack: an answer could not be sent: HTTP 403.\n")


def test_what_our_code_logs_in_the_name_of_a_library_stays_too(written):
    ours = types.FunctionType(say_alone.__code__, {"__name__": "bot.x", "LIBRARY": LIBRARY})

    ours("It is up and running.")

    assert written() == "ERROR some_library.core It is up and running.\n"


def test_own_messages_hide_what_a_library_s_exception_says(written):
    OWN.warning("It failed: %s.", KeyError(WORDS))

    assert written().endswith("It failed: KeyError.\n")


def test_a_handler_that_comes_later_gets_the_same(written, caplog):
    say_with_traceback(WORDS)

    assert "HIV" not in caplog.text
    assert caplog.records[0].exc_info is None


def test_a_lone_surrogate_can_be_written(written, tmp_path):
    OWN.warning("a passage is called %s", "\ud800")

    assert "a passage is called \\ud800" in written()


def test_nobody_can_begin_a_line_or_colour_the_terminal(written):
    OWN.warning("slack: %s", "no\n2026-11-29 CRITICAL \x1b[31mall is lost\u202e")

    assert (
        written()
        == "WARNING bot.channels.web.sessions slack: no 2026-11-29 CRITICAL  [31mall is lost\n"
    )


def test_uninstall_takes_it_all_back():
    before = (logging.Logger.handle, sys.excepthook, threading.excepthook, warnings.showwarning)

    install()()

    assert before == (
        *(logging.Logger.handle, sys.excepthook, threading.excepthook),
        warnings.showwarning,
    )


def test_describe_names_type_and_places_of_an_exception_and_its_cause():
    try:
        try:
            fail()
        except KeyError as err:
            raise RuntimeError(WORDS) from err
    except RuntimeError as err:
        text = describe(err)

    here = Path(__file__).name
    assert text.startswith(f"RuntimeError at tests/safe_logging/{here}:")
    assert f"; from KeyError at tests/safe_logging/{here}:" in text
    assert f" > tests/safe_logging/{here}:" in text
    assert "HIV" not in text


@pytest.mark.parametrize(
    ("err", "expected"),
    [
        (OwnError("No index at build/knowledge.db."), "OwnError (No index at build/knowledge.db.)"),
        (sqlite3.OperationalError("no such table: x"), "OperationalError (no such table: x)"),
        (sqlite3.OperationalError(f'fts5: syntax error near "{WORDS}"'), "OperationalError"),
        (ConnectionRefusedError(111, WORDS), "ConnectionRefusedError ECONNREFUSED"),
        (UnicodeDecodeError("utf-8", WORDS.encode(), 0, 1, WORDS), "UnicodeDecodeError"),
        (ImportError("No module named 'psycopg2'"), "ImportError (No module named 'psycopg2')"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_describe_says_what_is_harmless(err, expected):
    assert describe(err) == expected


def test_describe_gives_the_status_of_a_reply():
    err = RuntimeError(WORDS)
    err.status = 500  # type: ignore[attr-defined]

    assert describe(err) == "RuntimeError status 500"


def test_describe_ends_with_causes_in_a_circle():
    one, two = ValueError("a"), KeyError("b")
    one.__cause__, two.__cause__ = two, one

    assert describe(one) == "ValueError; from KeyError"


def test_a_fault_that_repeats_is_written_once_then_counted(written, clock):
    for _ in range(1319):
        say_with_traceback(WORDS)

    lines = written().splitlines()
    assert len(lines) == 4
    assert [line.rpartition("] ")[2] for line in lines[1:]] == [
        f"({n} times since the last such line)" for n in (9, 90, 900)
    ]


def test_a_fault_that_goes_on_is_counted_every_minute(clock):
    repeats = Repeats(lambda: clock[0])
    due = []
    for _ in range(1800):
        due.append(repeats.count("a"))
        clock[0] += 0.1

    assert [n for n in due if n] == [1, 9, 90, 600, 300, 601]


def test_a_fault_that_comes_back_after_a_quiet_minute_is_written_at_once(clock):
    repeats = Repeats(lambda: clock[0])
    assert [repeats.count("a"), repeats.count("a")] == [1, None]

    clock[0] += 60

    assert repeats.count("a") == 1


def test_different_faults_are_counted_apart_and_numbers_make_no_difference():
    repeats = Repeats()

    assert [repeats.count(fault) for fault in ("a 1", "b 1", "a 22")] == [1, 1, None]


def test_no_more_than_a_thousand_faults_are_remembered():
    repeats = Repeats()
    for n in range(2 * MAX_FAULTS):
        repeats.count("x" * n)

    assert len(repeats._faults) == MAX_FAULTS


def test_lines_below_warning_are_never_counted(written):
    for _ in range(5):
        LIBRARY.info("It goes well for us")

    assert len(written().splitlines()) == 5
