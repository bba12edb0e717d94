"""Files that browsers fetch: compressed, with an ETag, and cached for good under a version."""

import gzip
import hashlib
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Set, Tuple

from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.bundle import bundle

logger = logging.getLogger(__name__)

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
ENTRY = "bonafide-chat.js"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
# Imports of siblings: from "./turns.js" and import "./turns.js"; import("./extras.js") when needed.
_STATIC = re.compile(r"""\b(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
_LATE = re.compile(r"""\bimport\s*\(\s*["']\./([\w.-]+\.js)["']""")
_SIBLING = re.compile(r"""(?P<before>\b(?:from|import)\s*\(?\s*["'])\./(?=[\w.-]+\.js["'])""")
# Types are imported inside comments; browsers never fetch those.
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True)
class File:
    """A file as it is sent.

    Attributes:
        body: Its bytes.
        zipped: The same with gzip.
        etag: A hash of them.
        type: For the Content-Type header.
    """

    body: bytes
    zipped: bytes
    etag: str
    type: str

    @classmethod
    def make(cls, body: bytes, content_type: str) -> "File":
        """Return the file of these bytes."""
        etag = hashlib.sha256(body).hexdigest()[:20]
        return cls(body, gzip.compress(body, 9, mtime=0), etag, content_type)

    def respond(self, request: Request, *, cache: str, headers: Dict[str, str]) -> HTTPResponse:
        """Return the reply to a request for the file.

        Args:
            request: Its Accept-Encoding and If-None-Match count.
            cache: For the Cache-Control header.
            headers: Further headers.
        """
        is_zipped = accepts_gzip(request.headers.get("accept-encoding", ""))
        # One ETag for each form of the file: they are not the same bytes.
        etag = f'"{self.etag}{"-gzip" if is_zipped else ""}"'
        headers = {**headers, "Cache-Control": cache, "ETag": etag}
        headers["Vary"] = ", ".join(filter(None, ["Accept-Encoding", headers.get("Vary")]))
        if is_named(etag, request.headers.get("if-none-match", "")):
            return HTTPResponse(status=304, headers=headers)
        if is_zipped:
            headers["Content-Encoding"] = "gzip"
        body = self.zipped if is_zipped else self.body
        headers["Content-Length"] = str(len(body))
        # A browser that asks for the head alone gets the same headers.
        return HTTPResponse(
            None if request.method == "HEAD" else body, headers=headers, content_type=self.type
        )


class Folder:
    """The scripts or style sheets of a folder, under a version made of their content.

    The version changes with any of them, so that no page mixes old files with new ones. Files are
    read again when they have changed on the disk.
    """

    def __init__(self, path: Path, *, entry: str = "") -> None:
        """Take the folder; it may be missing, and then has no files.

        Args:
            path: The folder.
            entry: The script that pages name; its imports of siblings get the version.
        """
        self._path = path
        self._entry_name = entry
        self._seen: Optional[List[Tuple[str, int, int]]] = None
        self._files: Dict[str, File] = {}
        self._entry: Optional[File] = None
        self._modules: List[str] = []
        self._version = ""

    @property
    def version(self) -> str:
        """The version of the files as they are now."""
        self._refresh()
        return self._version

    @property
    def entry(self) -> Optional[File]:
        """The script that pages name, with all that it imports; nothing when there is none."""
        self._refresh()
        return self._entry

    @property
    def modules(self) -> List[str]:
        """The names of the modules that the entry still has to fetch before it runs, sorted."""
        self._refresh()
        return self._modules

    @property
    def names(self) -> List[str]:
        """The names of the files, sorted."""
        self._refresh()
        return sorted(self._files)

    def find(self, name: str) -> Optional[File]:
        """Return a file by its name, nothing when there is none."""
        self._refresh()
        return self._files.get(name)

    def _refresh(self) -> None:
        paths = [
            path
            for path in sorted(self._path.glob("*"))
            if path.suffix in TYPES and _NAME.fullmatch(path.name) and path.is_file()
        ]
        stats = [path.stat() for path in paths]
        seen = [(p.name, s.st_mtime_ns, s.st_size) for p, s in zip(paths, stats, strict=True)]
        if seen == self._seen:
            return
        texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
        self._version = hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()[:12]
        scripts, self._modules = join(texts, self._entry_name)
        served = {**texts, **scripts}
        entry = served.get(self._entry_name)
        self._entry = self._make(self._entry_name, self._versioned(entry)) if entry else None
        self._files = {name: self._make(name, text) for name, text in served.items()}
        self._seen = seen

    def _make(self, name: str, text: str) -> File:
        return File.make(text.encode("utf-8"), TYPES[Path(name).suffix])

    def _versioned(self, text: str) -> str:
        return _SIBLING.sub(rf"\g<before>./{self._version}/", text)


def join(texts: Mapping[str, str], entry: str) -> Tuple[Dict[str, str], List[str]]:
    """Return the scripts that are sent in another form than they are written in.

    Args:
        texts: Files by their names.
        entry: The script to begin with; nothing is joined where it is not among them.

    Returns:
        The entry and each script that is fetched later, by name, with all that they import; and
        the names of what the entry still imports, which is nothing unless they cannot be joined.
    """
    if entry not in texts:
        return {}, []
    needed = _closure(texts, entry)
    late = {name for one in needed for name in _LATE.findall(_code(texts[one])) if name in texts}
    try:
        return {name: bundle(texts, name) for name in {entry, *late}}, []
    except ValueError as err:
        logger.warning("The widget is sent in pieces: %s.", err)
        return {}, sorted(needed - {entry})


def _closure(texts: Mapping[str, str], entry: str) -> Set[str]:
    found, left = {entry}, [entry]
    while left:
        names = {name for name in _STATIC.findall(_code(texts[left.pop()])) if name in texts}
        left += names - found
        found |= names
    return found


def _code(text: str) -> str:
    return _COMMENT.sub("", text)


def accepts_gzip(header: str) -> bool:
    """Say whether an Accept-Encoding header takes gzip."""
    for part in header.lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def is_named(etag: str, header: str) -> bool:
    """Say whether an If-None-Match header names `etag`."""
    names = [name.strip() for name in header.split(",")]
    return "*" in names or etag in [name[2:] if name.startswith("W/") else name for name in names]
