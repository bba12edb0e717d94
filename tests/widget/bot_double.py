"""A stand-in for the bot's web channel: tests tell it what to answer, how late, how badly."""

import functools
import gzip
import importlib.util
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
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
ABOUT: Json = {
    "name": "Bonafide",
    "operator": {"name": "", "url": ""},
    "region": "",
    "retention_days": 90,
    "session_hours": 24,
    "privacy_url": "",
    "languages": ["en"],
    "version": "1",
    "contact": None,
    "emergency": None,
}


@functools.cache
def load_module(name: str) -> ModuleType:
    """Return a module of the bot's own: the package around it is of Rasa's environment."""
    path = ROOT / "bot" / "channels" / "web" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_bundle() -> Callable[[dict[str, str], str], dict[str, str]]:
    """Return the function that joins modules."""
    found: Callable[[dict[str, str], str], dict[str, str]] = load_module("bundle").bundle
    return found


def modules(region: str = "") -> dict[str, str]:
    """Return the widget's modules as they are written, with the region of a server."""
    texts = {path.name: path.read_text() for path in WIDGET.glob("*.js")}
    own = f'const REGION = "{region}";'
    return {name: text.replace('const REGION = "";', own) for name, text in texts.items()}


@functools.cache
def bundled(region: str = "") -> dict[str, str]:
    """Return the files as the bot sends them: joined and shortened."""
    bundler, minifier = load_module("bundle"), load_module("minify")
    texts, entry = modules(region), "bonafide-chat.js"
    scripts = {
        **bundler.bundle(texts, entry),
        "bonafide-chat.iife.js": bundler.bundle_classic(texts, entry, name="Bonafide"),
    }
    styles = minifier.minify_style(bundler.bundle_styles(texts))
    return {
        **{name: minifier.minify(text) for name, text in scripts.items()},
        "bonafide-chat.css": styles,
    }


class BotDouble(ThreadingHTTPServer):
    """The channel's API, the widget's files and pages of a host site.

    Attributes:
        answer: Makes the turns of a reply from the text of a message.
        greeting: The turns with which it greets.
        about: What it says of itself beside the greeting; None where it says nothing.
        max_chars: Longest message.
        failures: What the next requests for a message get instead of a reply: a status, "drop"
            before or "drop_after" the message was taken in, "garbage" for what is no JSON, or a
            number of seconds to wait.
        retry_after: Seconds that a client is asked to wait after a 429 or 503.
        region: The server's country; empty for none.
        said_of_pages: Country and locale that came with each message or session.
        origins: Other origins that may call.
        taken: Each text taken in, in order.
        feedback: Each piece of feedback taken in.
        headings: The headings of the library.
        contact: The way to a person that the settings name.
        requests: Method and path of every request.
        sessions: Replies by message, by token; a deleted session has none.
        issued: Every token that was ever given.
        ended: Tokens of sessions that have ended: they only delete.
        pages: Host pages by path: HTML and headers.
        files: Other files by path: bytes and content type.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.files: dict[str, tuple[bytes, str]] = {}
        self.reset()

    def reset(self) -> None:
        """Go back to a friendly bot without memory."""
        self.answer: Callable[[str], list[Json]] = lambda text: [
            {"kind": "chat", "text": f"You said: {text}"}
        ]
        self.greeting: list[Json] = [{"kind": "chat", "text": "Hello.", "suggestions": []}]
        self.failures: list[int | float | str] = []
        self.about: Json | None = {**ABOUT}
        self.max_chars = 2000
        self.retry_after = 1
        self.region = ""
        self.said_of_pages: list[tuple[str | None, str | None]] = []
        self.origins: set[str] = set()
        self.taken: list[str] = []
        self.feedback: list[Json] = []
        self.headings: list[str] = []
        self.contact: Json | None = None
        self.requests: list[str] = []
        self.sessions: dict[str, dict[str, Json]] = {}
        self.issued: list[str] = []
        self.ended: set[str] = set()
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
        if path == "/webhooks/web/about":
            return self.describe()
        if (public := self.read_public(path)) is not None:
            headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
            return self.send(200, public, "application/json", headers)
        if path in self.server.pages:
            html, headers = self.server.pages[path]
            return self.send(200, html.encode(), "text/html; charset=utf-8", headers)
        if path in self.server.files:
            return self.send(200, *self.server.files[path])
        # Under /widget/ as the bot sends them, under /source/ as they are written.
        folder, _, name = path.rpartition("/")
        region = self.server.region
        files = {**modules(region), **(bundled(region) if folder == "/widget" else {})}
        if folder in ("/widget", "/source") and name in files:
            headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(files[name].encode(), 9)
            kind = "css" if name.endswith(".css") else "javascript"
            return self.send(200, body, f"text/{kind}; charset=utf-8", headers)
        self.send(404, b"{}", "application/json")

    def read_public(self, path: str) -> bytes | None:
        """Return words of a language, or the headings of the library; None for other paths."""
        if path == "/library/headings.json":
            sections = [{"title": title} for title in self.server.headings]
            return json.dumps({"sections": sections}).encode()
        file = WIDGET / "words" / path.rpartition("/")[2]
        return file.read_bytes() if path.startswith("/widget/words/") and file.exists() else None

    def do_OPTIONS(self) -> None:
        """Answer a preflight."""
        self.send(204, b"", "text/plain", self.allowed())

    def describe(self) -> None:
        """Say who it is."""
        if not self.is_allowed:
            return self.fail(403)
        if self.server.about is None:
            return self.fail(503)
        about = {**self.server.about, "max_chars": self.server.max_chars}
        about["contact"] = self.server.contact
        self.reply(200, {**about, "greeting": self.server.greeting[0]})

    def do_DELETE(self) -> None:
        """Forget a session; again does no harm."""
        self.server.requests.append(f"DELETE {self.path}")
        if self.server.failures:
            return self.fail(int(self.server.failures.pop(0)))
        self.server.sessions.pop(self.token, None)
        if self.token not in self.server.issued:
            return self.fail(401)
        self.send(204, b"", "text/plain", self.allowed())

    def do_POST(self) -> None:
        """Open a session or take a message."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(f"POST {self.path}")
        self.server.said_of_pages.append((body.get("country"), body.get("locale")))
        if not self.is_allowed:
            return self.fail(403)
        if self.path.endswith("/session"):
            token = f"token-{len(self.server.sessions)}-{time.monotonic_ns()}"
            self.server.sessions[token] = {}
            self.server.issued.append(token)
            session = {"token": token, "expires_at": "", "max_chars": self.server.max_chars}
            self.reply(201, {**session, "turns": self.server.greeting})
        elif self.token not in self.server.sessions or self.token in self.server.ended:
            self.fail(401)
        else:
            self.take(body)

    def take(self, body: Json) -> None:
        """Answer a message once, and badly where a test says so."""
        failure = self.server.failures.pop(0) if self.server.failures else None
        if isinstance(failure, float):
            round_ = self.server.taken
            time.sleep(failure)
            if self.server.taken is not round_:  # the test that this belongs to is over
                return self.drop()
        elif isinstance(failure, int):
            return self.fail(failure)
        elif failure == "drop":
            return self.drop()
        elif failure == "garbage":
            return self.send(200, b"<html>", "text/html", self.allowed())
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

    @property
    def is_allowed(self) -> bool:
        """Whether the asking page may use the channel."""
        return self.headers.get("Origin", self.server.url) in {
            self.server.url,
            *self.server.origins,
        }

    def allowed(self) -> dict[str, str]:
        """Return the CORS headers: any page may read that it is refused."""
        origin = self.headers.get("Origin", "")
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
        retry_after = {"Retry-After": str(self.server.retry_after)}
        headers = retry_after if status in (429, 503) else {}
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
