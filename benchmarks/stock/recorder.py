"""A proxy between the Rasa server and the action server that keeps every call."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benchmarks.harness.servers import HOST

# What belongs to one connection and is not passed on.
OWN = ("host", "connection", "content-length", "transfer-encoding")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the action server, as Rasa sent it."""

    path: str
    headers: dict[str, str]
    body: bytes


@contextmanager
def record(port: int) -> Iterator[tuple[str, list[Call]]]:
    """Pass calls on to the action server on `port`; yield the address to call and the calls."""
    calls: list[Call] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Keep the call, pass it on, and give back the reply."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in OWN}
            calls.append(Call(self.path, headers, body))
            status, reply = pass_on(port, calls[-1])
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{HOST}:{server.server_port}", calls
        finally:
            server.shutdown()


def pass_on(port: int, call: Call) -> tuple[int, bytes]:
    """Make the call at the action server; return status and body of its reply."""
    connection = HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("POST", call.path, call.body, call.headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
