"""A folder of advisories that answers as the OSV service does, for an audit without a network.

Each file is one record in the format of https://ossf.github.io/osv-schema/, as OSV's export of all
advisories on Python packages holds them.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

Json = dict[str, Any]


class Advisories:
    """The records of a folder, by package.

    Attributes:
        newest: When the last of them was changed, in ISO 8601; "" if there is none.
    """

    def __init__(self, folder: Path) -> None:
        """Read the folder.

        Raises:
            ValueError: A file is not a record.
        """
        self.newest = ""
        self._records: dict[str, list[Json]] = defaultdict(list)
        for path in sorted(folder.rglob("*.json")):
            record = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(record, dict) or "id" not in record:
                raise ValueError(f"{path} is not an advisory")
            self.newest = max(self.newest, record.get("modified", ""))
            for name in {_name(affected) for affected in record.get("affected", [])}:
                self._records[name].append(record)

    def __len__(self) -> int:
        """Count the packages that have a record."""
        return len(self._records)

    def find(self, package: str, version: str) -> list[Json]:
        """Return the records that affect a version of a package."""
        name, wanted = canonicalize_name(package), Version(version)
        return [
            record
            for record in self._records.get(name, [])
            if any(_affects(each, name, wanted) for each in record["affected"])
        ]


@contextmanager
def serve(advisories: Advisories) -> Iterator[str]:
    """Answer queries on a free port of this machine, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = advisories.find(query["package"]["name"], query["version"])
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()


def _name(affected: Json) -> str:
    package = affected.get("package", {})
    return canonicalize_name(package.get("name", "")) if package.get("ecosystem") == "PyPI" else ""


def _affects(affected: Json, name: str, version: Version) -> bool:
    if _name(affected) != name:
        return False
    # A build ("2.13.0+cpu") is affected as its version is.
    public = Version(version.public)
    listed = {parsed for each in affected.get("versions", []) if (parsed := _parse(each))}
    ranges = [each for each in affected.get("ranges", []) if each.get("type") == "ECOSYSTEM"]
    return public in listed or any(_is_in(each.get("events", []), public) for each in ranges)


def _is_in(events: list[dict[str, str]], version: Version) -> bool:
    """Whether the last event up to `version` is one that lets the fault in."""
    is_affected = False
    moments = []
    for event in events:
        for kind, at in event.items():
            moment = _parse("0" if at == "0" else at)
            if moment is not None:
                moments.append((moment, kind))
    for moment, kind in sorted(moments):
        if kind == "introduced" and moment <= version:
            is_affected = True
        elif (kind == "fixed" and moment <= version) or (
            kind == "last_affected" and moment < version
        ):
            is_affected = False
    return is_affected


def _parse(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
