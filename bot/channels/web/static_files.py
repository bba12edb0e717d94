"""Static files: compressed, with an ETag, and cached for good under a version."""

import gzip
import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.web.bundle import bundle, bundle_classic, bundle_styles
from bot.channels.web.minify import minify, minify_style

logger = logging.getLogger(__name__)

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
# The folder below, with the words of a language in each file.
WORDS = "words"
ENTRY = "bonafide-chat.js"
# The same for tags without type="module", and the styles for browsers that can make none.
CLASSIC, STYLES = "bonafide-chat.iife.js", "bonafide-chat.css"
CLASSIC_NAME = "Bonafide"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
# Static imports of siblings; then all of them, import("./extras.js") too.
_STATIC = re.compile(r"""\b(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
_SIBLING = re.compile(r"""(?P<before>\b(?:from|import)\s*(?:\(\s*)?["'])\./(?=[\w.-]+\.js["'])""")
# Types are imported inside comments; browsers never fetch those.
_COMMENT = re.compile(r"/\*.*?\*/|^[^\S\n]*//[^\n]*", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True)
class StaticFile:
    """A file as browsers get it.

    Attributes:
        body: Its bytes.
        zipped: The same, compressed with gzip.
        etag: A hash of the bytes.
        type: For the Content-Type header.
    """

    body: bytes
    zipped: bytes
    etag: str
    type: str

    @classmethod
    def from_bytes(cls, body: bytes, content_type: str) -> "StaticFile":
        """Return the file of these bytes."""
        etag = hashlib.sha256(body).hexdigest()[:20]
        return cls(body, gzip.compress(body, 9, mtime=0), etag, content_type)

    def respond(self, request: Request, *, cache: str, headers: dict[str, str]) -> HTTPResponse:
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
        if matches_etag(etag, request.headers.get("if-none-match", "")):
            return HTTPResponse(status=304, headers=headers)
        if is_zipped:
            headers["Content-Encoding"] = "gzip"
        body = self.zipped if is_zipped else self.body
        headers["Content-Length"] = str(len(body))
        # A browser that asks for the head alone gets the same headers.
        return HTTPResponse(
            None if request.method == "HEAD" else body, headers=headers, content_type=self.type
        )


class StaticFolder:
    """The files of a folder that browsers fetch, under a version that is a hash of their content.

    The version changes with any of them, so that no page mixes old files with new ones. Files are
    read again when they have changed on the disk.
    """

    def __init__(
        self, path: Path, *, entry: str = "", replaced: Mapping[str, str] | None = None
    ) -> None:
        """Take the folder; it may be missing, and then has no files.

        Args:
            path: The folder.
            entry: The script that pages name; its imports of siblings get the version.
            replaced: What is sent in place of some of its files, by their names.
        """
        self._path = path
        self._replaced = replaced or {}
        self._entry_name = entry
        self._seen: list[tuple[str, int, int]] | None = None
        self._files: dict[str, StaticFile] = {}
        self._lasting: dict[str, StaticFile] = {}
        self._entry: StaticFile | None = None
        self._modules: list[str] = []
        self._version = ""

    @property
    def version(self) -> str:
        """The version of the files as they are now."""
        self._reload()
        return self._version

    @property
    def entry(self) -> StaticFile | None:
        """The script that pages name, with all that it imports; None if there is none."""
        self._reload()
        return self._entry

    def find_lasting(self, name: str) -> StaticFile | None:
        """Return a file whose address has no version; None if there is none of that name."""
        self._reload()
        return self._lasting.get(name)

    @property
    def modules(self) -> list[str]:
        """The names of the modules that the entry still has to fetch before it runs, sorted."""
        self._reload()
        return self._modules

    def find_file(self, name: str) -> StaticFile | None:
        """Return a file by its name; None if there is none."""
        self._reload()
        return self._files.get(name)

    def _reload(self) -> None:
        paths = [
            path
            for path in sorted([*self._path.glob("*"), *self._path.glob(f"{WORDS}/*.json")])
            if path.suffix in TYPES and _NAME.fullmatch(path.name) and path.is_file()
        ]
        stats = [path.stat() for path in paths]
        names = [path.relative_to(self._path).as_posix() for path in paths]
        seen = [(n, s.st_mtime_ns, s.st_size) for n, s in zip(names, stats, strict=True)]
        if seen == self._seen:
            return
        texts = {
            name: path.read_text(encoding="utf-8") for name, path in zip(names, paths, strict=True)
        }
        texts |= {name: text for name, text in self._replaced.items() if name in texts}
        self._version = hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()[:12]
        scripts, self._modules = bundle_scripts(texts, self._entry_name)
        entry = scripts.pop(self._entry_name, texts.get(self._entry_name))
        self._entry = self._make_file(self._entry_name, self._add_version(entry)) if entry else None
        whole = {name: scripts.pop(name) for name in (CLASSIC, STYLES) if name in scripts}
        served = {
            **texts,
            **{name: self._import_from_above(text) for name, text in scripts.items()},
            **whole,
        }
        self._files = {name: self._make_file(name, text) for name, text in served.items()}
        words = (name for name in texts if name.startswith(f"{WORDS}/"))
        self._lasting = {name: self._files[name] for name in (*whole, *words)}
        if self._entry:
            self._lasting[self._entry_name] = self._entry
        self._seen = seen

    def _make_file(self, name: str, text: str) -> StaticFile:
        return StaticFile.from_bytes(text.encode("utf-8"), TYPES[Path(name).suffix])

    def _add_version(self, text: str) -> str:
        return _SIBLING.sub(rf"\g<before>./{self._version}/", text)

    def _import_from_above(self, text: str) -> str:
        """Return a script that is sent under the version, and imports the entry from above it."""
        return text.replace(f'from "./{self._entry_name}"', f'from "../{self._entry_name}"')


def bundle_scripts(texts: Mapping[str, str], entry: str) -> tuple[dict[str, str], list[str]]:
    """Join each script that browsers fetch with all that it imports.

    Args:
        texts: Files by their names.
        entry: The script to begin with; nothing is joined if it is missing.

    Returns:
        The entry, each script that is fetched later, and what stands for them all, by name; and
        the names of what the entry still imports: none, unless they cannot be joined.
    """
    if entry not in texts:
        return {}, []
    modules = {name: text for name, text in texts.items() if name.endswith(".js")}
    try:
        scripts = bundle(modules, entry)
        scripts[CLASSIC] = bundle_classic(modules, entry, name=CLASSIC_NAME)
        styles = minify_style(bundle_styles(modules))
    except ValueError as err:
        logger.warning("The widget is sent in pieces: %s.", err)
        return {}, sorted(_find_imports(texts, entry) - {entry})
    return {**{name: _shorten(name, text) for name, text in scripts.items()}, STYLES: styles}, []


def _shorten(name: str, script: str) -> str:
    try:
        return minify(script)
    except ValueError as err:
        logger.warning("The widget is sent as long as it is: %s, %s.", name, err)
        return script


def _find_imports(texts: Mapping[str, str], entry: str) -> set[str]:
    """Return a script and all that it imports, directly or not."""
    found, left = {entry}, [entry]
    while left:
        code = _COMMENT.sub("", texts[left.pop()])
        names = {name for name in _STATIC.findall(code) if name in texts}
        left += names - found
        found |= names
    return found


def accepts_gzip(header: str) -> bool:
    """Return whether an Accept-Encoding header takes gzip."""
    for part in header.lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def matches_etag(etag: str, header: str) -> bool:
    """Return whether an If-None-Match header names `etag`."""
    names = [name.strip() for name in header.split(",")]
    return "*" in names or etag in [name[2:] if name.startswith("W/") else name for name in names]
