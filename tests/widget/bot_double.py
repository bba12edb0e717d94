"""A stand-in for the bot's web channel: tests tell it what to answer, how late, how badly."""

import gzip
import importlib.util
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WIDGET = ROOT / "widget"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; require-trusted-types-for 'script'"
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>A page</title>
{head}</head>
<body><main><h1>Bone health</h1><p>A page of a clinic.</p>{body}</main></body></html>"""
SCRIPT = '<script type="module" src="/widget/bonafide-chat.js"></script>'

Json = dict[str, Any]


def load_bundle() -> Callable[[dict[str, str], str], str]:
    """Return the bot's own function: the package around it is of Rasa's environment."""
    path = ROOT / "bot" / "channels" / "bundle.py"
    spec = importlib.util.spec_from_file_location("bundle", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[dict[str, str], str], str] = module.bundle
    return found


def modules() -> dict[str, str]:
    """Return the widget's modules as they are written."""
    return {path.name: path.read_text() for path in WIDGET.glob("*.js")}


def bundled(name: str) -> str:
    """Return a module as the bot sends it: with what it imports, without comments."""
    return load_bundle()(modules(), name)


class BotDouble(ThreadingHTTPServer):
    """The channel's API, the widget's files and pages of a host site.

    Attributes:
        answer: Makes the turns of a reply from the text of a message.
        greeting: The turns of a new session.
        failures: What the next requests for a message get instead of a reply: a status, "drop"
            before or "drop_after" the message was taken in, or a number of seconds to wait.
        origins: Other origins that may call.
        taken: Each text taken in, in order.
        feedback: Each piece of feedback taken in.
        requests: Method and path of every request.
        pages: Host pages by path: HTML and headers.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.reset()

    def reset(self) -> None:
        """Go back to a friendly bot without memory."""
        self.answer: Callable[[str], list[Json]] = lambda text: [
            {"kind": "chat", "text": f"You said: {text}"}
        ]
        self.greeting: list[Json] = [{"kind": "chat", "text": "Hello.", "suggestions": []}]
        self.failures: list[int | float | str] = []
        self.origins: set[str] = set()
        self.taken: list[str] = []
        self.feedback: list[Json] = []
        self.requests: list[str] = []
        self.sessions: dict[str, dict[str, Json]] = {}
        self.sent_bytes: dict[str, int] = {}
        self.page("/", body="", head=SCRIPT, csp=CSP)

    def page(self, path: str, *, body: str = "", head: str = SCRIPT, csp: str = "") -> str:
        """Serve a host page; return its address."""
        headers = {"Content-Security-Policy": csp} if csp else {}
        self.pages[path] = (PAGE.format(head=head, body=body), headers)
        return self.url + path

    @property
    def url(self) -> str:
        """The origin, without a slash at its end."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: browsers break connections off."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: BotDouble
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a page or a file of the widget."""
        self.server.requests.append(f"GET {self.path}")
        path = self.path.split("?")[0]
        if path in self.server.pages:
            html, headers = self.server.pages[path]
            return self.send(200, html.encode(), "text/html; charset=utf-8", headers)
        # Under /widget/ as the bot sends them, under /source/ as they are written.
        folder, _, name = path.rpartition("/")
        if folder in ("/widget", "/source") and name in modules():
            code = bundled(name) if folder == "/widget" else modules()[name]
            headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(code.encode(), 9)
            return self.send(200, body, "text/javascript; charset=utf-8", headers)
        self.send(404, b"{}", "application/json")

    def do_OPTIONS(self) -> None:
        """Answer a preflight."""
        self.send(204, b"", "text/plain", self.allowed())

    def do_DELETE(self) -> None:
        """Forget a session."""
        self.server.requests.append(f"DELETE {self.path}")
        if self.server.sessions.pop(self.token, None) is None:
            return self.fail(401)
        self.send(204, b"", "text/plain", self.allowed())

    def do_POST(self) -> None:
        """Open a session or take a message."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(f"POST {self.path}")
        origin = self.headers.get("Origin", self.server.url)
        if origin != self.server.url and origin not in self.server.origins:
            return self.fail(403)
        if self.path.endswith("/session"):
            token = f"token-{len(self.server.sessions)}-{time.monotonic_ns()}"
            self.server.sessions[token] = {}
            self.reply(201, {"token": token, "expires_at": "", "turns": self.server.greeting})
        elif self.token not in self.server.sessions:
            self.fail(401)
        else:
            self.take(body)

    def take(self, body: Json) -> None:
        """Answer a message once, and badly where a test says so."""
        failure = self.server.failures.pop(0) if self.server.failures else None
        if isinstance(failure, float):
            time.sleep(failure)
        elif isinstance(failure, int):
            return self.fail(failure)
        elif failure == "drop":
            return self.drop()
        with self.server.lock:
            replies = self.server.sessions.get(self.token, {})
            if body["id"] not in replies:
                replies[body["id"]] = self.answer(body)
        if failure == "drop_after":
            return self.drop()
        self.reply(200, replies[body["id"]])

    def answer(self, body: Json) -> Json:
        """Return the reply to a message that is new."""
        if "feedback" in body:
            self.server.feedback.append(body["feedback"])
            return {"id": body["id"], "turns": [{"kind": "chat", "text": "Thank you."}]}
        self.server.taken.append(body["text"])
        return {"id": body["id"], "turns": self.server.answer(body["text"])}

    @property
    def token(self) -> str:
        """The session that the request names."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def allowed(self) -> dict[str, str]:
        """Return the CORS headers for the request's origin."""
        origin = self.headers.get("Origin", "")
        if origin not in self.server.origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Allow-Methods": "POST, DELETE",
        }

    def drop(self) -> None:
        """Break the connection off."""
        self.close_connection = True
        self.connection.shutdown(2)

    def fail(self, status: int) -> None:
        """Answer as the channel does when it cannot."""
        codes = {401: "bad_token", 403: "origin_not_allowed", 413: "too_long", 429: "rate_limited"}
        code = codes.get(status, "unavailable" if status == 503 else "broken")
        headers = {"Retry-After": "1"} if status in (429, 503) else {}
        self.reply(status, {"error": {"code": code, "message": code}}, headers)

    def reply(self, status: int, content: Json, headers: dict[str, str] | None = None) -> None:
        """Send JSON."""
        extra = {**self.allowed(), **(headers or {})}
        self.send(status, json.dumps(content).encode(), "application/json", extra)

    def send(
        self, status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None
    ) -> None:
        """Send a response."""
        self.send_response(status)
        for name, value in {"Content-Type": content_type, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
