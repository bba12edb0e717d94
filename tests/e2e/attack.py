"""What one client does to a server until it is killed: `python tests/e2e/attack.py PORT KIND...`.

slow       50 connections, of each kind that used to stay for ever, opened again when closed
forged     8 connections that send webhooks without a secret, 60 kB each
malformed  8 connections that send what is no request
pages      8 connections that ask for the page

It stands behind a proxy that calls it 203.0.113.9.
"""

import http.client
import socket
import sys
import threading
import time
from collections.abc import Callable

ADDRESS = "203.0.113.9"
HEAD = f"Host: localhost\r\nX-Forwarded-For: {ADDRESS}\r\n"
WEBHOOK = "/webhooks/mattermost/webhook"
SLOW = (
    (b"", b""),
    (f"GET / HTTP/1.1\r\n{HEAD}".encode(), b"X: y\r\n"),
    (f"POST /webhooks/rest/webhook HTTP/1.1\r\n{HEAD}Content-Length: 9000\r\n\r\n".encode(), b" "),
    (f"POST {WEBHOOK} HTTP/1.1\r\n{HEAD}Content-Length: 9000\r\n\r\n".encode(), b" "),
)
JSON = b'{"a":[' + b"{}," * 20_000 + b"{}]}"
N_SLOW, N_LOOPS = 50, 8


def hold(port: int) -> None:
    """Keep slow connections open, all in one thread."""
    kinds = SLOW * (N_SLOW // len(SLOW) + 1)
    held: dict[int, socket.socket] = {}
    while True:
        for number, (first, more) in enumerate(kinds[:N_SLOW]):
            try:
                if number not in held:
                    held[number] = socket.create_connection(("127.0.0.1", port), timeout=5)
                    held[number].sendall(first)
                held[number].sendall(more)
            except OSError:
                held.pop(number).close() if number in held else None
        time.sleep(0.5)


def repeat(port: int, method: str, path: str, body: bytes) -> None:
    """Ask for the same again and again."""
    headers = {"X-Forwarded-For": ADDRESS, "Content-Type": "application/json"}
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request(method, path, body, headers)
            connection.getresponse().read()
            connection.close()
        except (OSError, http.client.HTTPException):
            time.sleep(0.01)


def malform(port: int) -> None:
    """Send what is no request again and again."""
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(f"GET / HTTP/1.1\r\n{HEAD}Content-Length: -1\r\n\r\n".encode())
                connection.recv(1000)
        except OSError:
            time.sleep(0.01)


KINDS: dict[str, tuple[int, Callable[[int], None]]] = {
    "slow": (1, hold),
    "forged": (N_LOOPS, lambda port: repeat(port, "POST", WEBHOOK, JSON)),
    "malformed": (N_LOOPS, malform),
    "pages": (N_LOOPS, lambda port: repeat(port, "GET", "/", b"")),
}


def main(port: int, kinds: list[str]) -> None:
    """Attack with all these kinds at once."""
    for kind in kinds:
        n_threads, attack = KINDS[kind]
        for _ in range(n_threads):
            threading.Thread(target=attack, args=(port,), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
