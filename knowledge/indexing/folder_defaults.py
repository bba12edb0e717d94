"""What `folder.yml` says of all documents in its folder and below: publisher, licence, address."""

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from knowledge.errors import DocumentUnreadable
from knowledge.indexing.formats import metadata, text
from knowledge.indexing.formats.outline import FormatError, clean
from knowledge.indexing.ingest import FOLDER_STEM, SIDECARS
from knowledge.indexing.sizes import MAX_NAME
from knowledge.types import Document
from spelling.addresses import safe_url

# The first that is there is read. It is never the sidecar of a document of that name.
FOLDER_FILES = tuple(FOLDER_STEM + suffix for suffix in SIDECARS)
_FIELDS = ("publisher", "licence", "reviewed_by")
_KEYS = ("base_url", *_FIELDS)
# A file that a site makes into a page loses its suffix there; all else is published as it is.
_SOURCES_OF_PAGES = (".md", ".markdown", ".txt")
# The lines of such a file are published somewhere else each.
_COLLECTIONS = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the documents of a folder say where they do not say it themselves.

    Attributes:
        fields: Publisher, licence and reviewer, by their names in `Document`.
        base_url: The address of `base`, with a slash at its end; empty where none is known.
        base: The folder that is published there.
    """

    fields: dict[str, str]
    base_url: str = ""
    base: Path = Path()

    def apply(self, document: Document, path: Path) -> Document:
        """Return a document of the file `path` with what it lacks."""
        if not self.base_url and not any(self.fields.values()):
            return document
        return replace(
            document,
            publisher=document.publisher or self.fields.get("publisher", ""),
            licence=document.licence or self.fields.get("licence", ""),
            reviewed_by=document.reviewed_by or self.fields.get("reviewed_by", ""),
            url=document.url or self._make_url(path),
        )

    def _make_url(self, path: Path) -> str:
        suffix = path.suffix.lower()
        if not self.base_url or suffix in _COLLECTIONS:
            return ""
        page = path.with_suffix("") if suffix in _SOURCES_OF_PAGES else path
        return self.base_url + quote(page.relative_to(self.base).as_posix())


NOTHING = Defaults({})
# Of a folder whose file, or whose parent's, cannot be used.
SPOILT = Defaults({})


class FolderDefaults:
    """The defaults of each folder of a library; a folder takes over what the one above it says.

    Attributes:
        failures: Files that cannot be used. Below them there are no defaults at all: those of the
            folder above may be just what such a file takes back.
    """

    def __init__(self) -> None:
        """Start with nothing read."""
        self.failures: list[DocumentUnreadable] = []
        self._known: dict[Path, Defaults] = {}

    def find(self, folder: Path, root: Path) -> Defaults:
        """Return the defaults of a folder that is `root` or lies below it."""
        found = NOTHING
        for depth in range(len(root.parts), len(folder.parts) + 1):
            each = Path(*folder.parts[:depth])
            if each not in self._known:
                self._known[each] = self._read(each, found)
            found = self._known[each]
        return found

    def _read(self, folder: Path, inherited: Defaults) -> Defaults:
        path = next((folder / name for name in FOLDER_FILES if (folder / name).is_file()), None)
        if path is None or inherited is SPOILT:
            return inherited
        try:
            values = read_folder_file(path)
        except DocumentUnreadable as err:
            self.failures.append(err)
            return SPOILT
        fields = {**inherited.fields, **{key: values[key] for key in _FIELDS if key in values}}
        if "base_url" not in values:
            return replace(inherited, fields=fields)
        return Defaults(fields, values["base_url"], folder)


def read_folder_file(path: Path) -> dict[str, str]:
    """Return what a folder's file says; an empty value takes back what the folder above says.

    Raises:
        DocumentUnreadable: If it cannot be read, or says something that is not understood.
    """
    try:
        values = metadata.load_yaml(text.decode(path.read_bytes()), where="content")
        return {key: _check(key, value) for key, value in values.items()}
    except FormatError as err:
        reason = f"{err} Until it is mended the documents of its folder go without."
        raise DocumentUnreadable(path, reason) from err
    except OSError as err:
        raise DocumentUnreadable(path, f"{err.strerror}.") from err


def _check(key: object, value: object) -> str:
    if key not in _KEYS:
        raise FormatError(f"it may have {', '.join(_KEYS)}, but not `{str(key)[:MAX_NAME]}`.")
    if not isinstance(value, str | None):
        raise FormatError(f"`{key}` in it is not a text.")
    found = clean(value or "")
    if len(found) > MAX_NAME:
        raise FormatError(f"`{key}` in it has {len(found):,} characters; {MAX_NAME:,} are allowed.")
    if found and key == "base_url":
        return _check_base_url(found)
    return found


def _check_base_url(url: str) -> str:
    parts = urlsplit(url) if safe_url(url) else None
    if parts is None or parts.query or parts.fragment:
        raise FormatError(
            f"`base_url: {url}` in it is not the address of a folder, such as "
            "https://charity.example/leaflets/."
        )
    return url if url.endswith("/") else url + "/"
