"""Work on a file's content in a child process: what hangs, crashes or fills it harms no other file.

The libraries that read PDF, DOCX and HTML, and the one that finds sentences, were not made for
files that are meant to hurt. A child has a deadline for each task, and a limit to its memory where
the system knows one (Linux); after a failure the next task gets a new child.
"""

import atexit
import contextlib
import math
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO, Any, TypeVar

from knowledge.errors import DocumentUnreadable

Value = TypeVar("Value")

# A task that waits, and one on a machine with much to do, may take so many times its limit.
_PATIENCE = 3
# A larger file gets no more time than one of this size, so that it cannot hold a build for long.
_MOST_MB = 15
# The memory of many threads would count, and one task has no use for them.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# How a child ends that used up its limit of time.
_SIGXCPU = -getattr(signal, "SIGXCPU", 0) or None


class FileReader:
    """Runs functions of this package in a child process; safe to use from several threads."""

    def __init__(self, *, timeout_s: float, memory_mb: float) -> None:
        """Set the limits; the child starts with the first task.

        Args:
            timeout_s: Most time of a processor for each million bytes that a task's file begins, up
                to 15 times as much.
            memory_mb: Most memory of the child, with what the libraries need, in millions of bytes.
        """
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._child: subprocess.Popen[bytes] | None = None
        self._n_done = 0
        self._lock = threading.Lock()

    def run(
        self, function: Callable[..., Value], *args: Any, path: Path, size_bytes: int = 0
    ) -> Value:
        """Return what `function(*args)` returns in the child.

        Args:
            function: At the top of a module.
            args: What it is given; it is pickled, like what it returns.
            path: The file that it works on, named where anything goes wrong.
            size_bytes: The size of that file.

        Raises:
            DocumentUnreadable: If the function raises anything, takes too long, needs too much
                memory or ends its process.
        """
        size_mb = min(max(1, math.ceil(size_bytes / 1e6)), _MOST_MB)
        timeout_s = math.ceil(self._timeout_s * size_mb)
        with self._lock:
            while True:
                is_new = self._child is None or self._n_done == 0
                kind, value = self._ask(function, args, timeout_s)
                # What an earlier task left behind is not this file's fault.
                if is_new or kind not in ("memory", "crash"):
                    break
        if kind == "value":
            return value  # type: ignore[no-any-return]  # what came out of a pickle
        if kind == "unreadable":
            found, reason, is_out_of_reach = value
            raise DocumentUnreadable(found, reason, is_out_of_reach=is_out_of_reach)
        raise DocumentUnreadable(path, self._explain(kind, value, timeout_s))

    def close(self) -> None:
        """End the child; a later task starts another."""
        with self._lock:
            self._stop()

    def _ask(self, function: Callable[..., Any], args: Any, timeout_s: int) -> tuple[str, Any]:
        child = self._child = self._child or _start_child(self._memory_mb)
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            child.kill()

        timer = threading.Timer(_PATIENCE * timeout_s, end)
        timer.start()
        try:
            assert child.stdin is not None  # noqa: S101 - for the type checker: both are pipes
            assert child.stdout is not None  # noqa: S101
            pickle.dump((function, args, timeout_s), child.stdin)
            child.stdin.flush()
            kind, value = pickle.load(child.stdout)  # noqa: S301 - of a process of our own
        except (OSError, EOFError, pickle.UnpicklingError):
            timer.cancel()
            code = self._stop()
            return ("timeout" if is_late.is_set() or code == _SIGXCPU else "crash"), code
        except BaseException:  # Ctrl-C: half a reply would be taken for that of the next task
            timer.cancel()
            self._stop()
            raise
        timer.cancel()
        self._n_done += 1
        if kind == "memory" or is_late.is_set():
            self._stop()
        return kind, value

    def _stop(self) -> int:
        """End the child and return how it ended: negative for a signal, 0 where there is none."""
        child, self._child, self._n_done = self._child, None, 0
        if child is None:
            return 0
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):  # what was not sent is lost with it
                if pipe is not None:
                    pipe.close()
        try:
            # A child that ends by itself says how; one that was at rest ends at once.
            return child.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()

    def _explain(self, kind: str, value: Any, timeout_s: int) -> str:
        if kind == "timeout":
            return (
                f"reading it takes longer than {timeout_s} s. Split it, save it in another format, "
                "or raise KNOWLEDGE_READ_TIMEOUT_S."
            )
        if kind == "memory":
            return (
                f"reading it takes more than {self._memory_mb:,.0f} MB of memory. Split it, save "
                "it in another format, or raise KNOWLEDGE_READ_MEMORY_MB."
            )
        if kind == "crash":
            return (
                f"it ends the program that reads it ({_describe_exit(value)}). Save it anew or in "
                "another format."
            )
        return f"reading it fails ({value}). Save it anew or in another format."


@cache
def open_reader(timeout_s: float, memory_mb: float) -> FileReader:
    """Return the process's reader with these limits: its child serves one build after another."""
    reader = FileReader(timeout_s=timeout_s, memory_mb=memory_mb)
    atexit.register(reader.close)
    return reader


def _start_child(memory_mb: float) -> subprocess.Popen[bytes]:
    paths = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
    environ = {**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.Popen(
        # -P: a folder of documents is no place to import from.
        [sys.executable, "-P", "-m", "knowledge.indexing.file_reader", str(int(memory_mb * 1e6))],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _describe_exit(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"status {code}"


def serve(requests: IO[bytes], replies: IO[bytes], memory_bytes: int) -> None:
    """Do the tasks of another process until it closes its end: the child's side."""
    _set_limit("RLIMIT_AS", memory_bytes)
    while True:
        try:
            function, args, timeout_s = pickle.load(requests)  # noqa: S301 - of the parent
        except EOFError:
            return
        except MemoryError:
            reply = pickle.dumps(("memory", None))
        else:
            # It holds for a child whose parent was killed, too.
            _set_limit("RLIMIT_CPU", math.ceil(time.process_time()) + timeout_s)
            reply = _run_task(function, args)
        replies.write(reply)
        replies.flush()


def _run_task(function: Callable[..., Any], args: Any) -> bytes:
    """Return the reply to a task: its kind and its value, pickled."""
    try:
        return pickle.dumps(("value", function(*args)))
    except MemoryError:
        return pickle.dumps(("memory", None))
    except DocumentUnreadable as err:
        return pickle.dumps(("unreadable", (err.path, err.reason, err.is_out_of_reach)))
    except Exception as err:  # whatever a file leads the libraries to
        text = " ".join(f"{type(err).__name__}: {err}".split())
        return pickle.dumps(("error", text[:200]))


def _set_limit(name: str, most: int) -> None:
    """Set a limit of this process where the system has it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses a limit of memory
        resource.setrlimit(kind, (soft, hard))


def main() -> None:
    """Serve on the standard streams; nothing that a library prints may get among the replies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, replies, int(sys.argv[1]))


if __name__ == "__main__":
    main()
