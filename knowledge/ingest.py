"""A folder of source files to documents; docs/documents.md is its description for owners."""

import itertools
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from knowledge.errors import DocumentUnreadable
from knowledge.formats import details, docx, html, jsonl, markdown, pdf, sniff, text
from knowledge.formats.outline import Content
from knowledge.types import Document

logger = logging.getLogger(__name__)

KINDS = {
    ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".pdf": "pdf", ".docx": "docx", ".txt": "text", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
READERS: dict[str, Callable[[Path, bytes], Content]] = {
    "markdown": markdown.read, "html": html.read, "pdf": pdf.read, "docx": docx.read,
    "text": text.read,
}  # fmt: skip
SIDECARS = (".yml", ".yaml")
# A register of where the documents come from, and what systems leave in folders: no documents.
IGNORED = ("SOURCES.md", "Thumbs.db", "desktop.ini")
IGNORED_STARTS = (".", "~$")
MAX_FILE_MB = 50
# Most reasons that a message about several lists.
MAX_LISTED = 5


def read_folder(
    folder: Path, *, max_file_mb: float = MAX_FILE_MB
) -> tuple[list[Document], list[DocumentUnreadable]]:
    """Return every document below `folder`, ordered by path, and what could not be read.

    Args:
        folder: Where the files are; below it, files of all formats may be mixed.
        max_file_mb: Size of the largest file that is read, in millions of bytes.

    Raises:
        DocumentUnreadable: The folder is missing, or nothing at all in it can be read.
    """
    if not folder.is_dir():
        raise DocumentUnreadable(folder, "there is no such folder.")
    paths = list_files(folder)
    stems = Counter(path.with_suffix("") for path in paths if path.suffix.lower() in KINDS)
    documents: list[Document] = []
    failures: list[DocumentUnreadable] = []
    ids = _Ids()
    for path in paths:
        if _is_used_sidecar(path):
            continue
        is_shared = stems[path.with_suffix("")] > 1
        try:
            read, faults = read_file(path, folder, max_file_mb=max_file_mb, keep_suffix=is_shared)
        except DocumentUnreadable as err:
            failures.append(err)
            continue
        documents += ids.tell_apart(read, path)
        if faults:
            failures.append(DocumentUnreadable(path, _left_out(faults)))
    if not documents:
        raise DocumentUnreadable(folder, _nothing(failures))
    return documents, failures


def list_files(folder: Path) -> list[Path]:
    """Return every file below `folder` that may be a document or belong to one, ordered."""
    return sorted(
        path
        for path in folder.rglob("*")
        if not path.is_dir()
        and path.name not in IGNORED
        and not any(part.startswith(IGNORED_STARTS) for part in path.relative_to(folder).parts)
    )


def read_file(
    path: Path, folder: Path, *, max_file_mb: float = MAX_FILE_MB, keep_suffix: bool = False
) -> tuple[list[Document], list[str]]:
    """Return the documents in a file, and why parts of it are left out.

    Args:
        path: A file below `folder`; JSON Lines hold many documents, all else holds one.
        folder: Where the library is.
        max_file_mb: Size of the largest file that is read, in millions of bytes.
        keep_suffix: Name the document by its whole file name.

    Raises:
        DocumentUnreadable: Nothing in the file can be read.
    """
    kind = KINDS.get(path.suffix.lower(), "")
    if not kind:
        raise DocumentUnreadable(path, _not_read(path))
    data = _load(path, max_file_mb)
    mismatch = sniff.find_mismatch(data, kind)
    if mismatch:
        raise DocumentUnreadable(path, mismatch)
    contents, faults = _parse(kind, path, data)
    contents = [content for content in contents if content.sections]
    if not contents:
        raise DocumentUnreadable(path, _left_out(faults) if faults else "it has no text.")
    given = _read_sidecar(path)
    name = path.relative_to(folder)
    id_ = (name if keep_suffix else name.with_suffix("")).as_posix()
    return [_document(content, content.id or id_, path, given) for content in contents], faults


def _parse(kind: str, path: Path, data: bytes) -> tuple[list[Content], list[str]]:
    try:
        return jsonl.read(path, data) if kind == "jsonl" else ([READERS[kind](path, data)], [])
    except DocumentUnreadable:
        raise
    except Exception as err:  # the formats' libraries raise whatever the damage leads them to
        logger.debug("Cannot parse %s", path, exc_info=True)
        reason = f"it is damaged ({type(err).__name__}: {err})."
        raise DocumentUnreadable(path, " ".join(reason.split())) from err


def _document(content: Content, id_: str, path: Path, given: dict[str, Any]) -> Document:
    # The sidecar wins: it is written by the owner, later, and about this very file.
    fields = {**content.details, **given}
    sources = fields.get("sources", ())
    fields.setdefault("url", sources[0].url if sources else "")
    fields.setdefault("title", path.stem.replace("-", " ").replace("_", " ").capitalize())
    return Document(id=id_, sections=content.sections, **fields)


def _load(path: Path, max_file_mb: float) -> bytes:
    try:
        path.name.encode()
        if not path.is_file():
            raise DocumentUnreadable(path, "it is not a file: a directory or a broken link.")
        size_mb = path.stat().st_size / 1e6
        if size_mb > max_file_mb:
            reason = f"it has {size_mb:,.1f} MB; KNOWLEDGE_MAX_FILE_MB allows {max_file_mb:g}."
            raise DocumentUnreadable(path, reason)
        return path.read_bytes()
    except UnicodeEncodeError as err:
        name = Path(os.fsencode(path).decode("utf-8", "replace"))
        raise DocumentUnreadable(name, "its name is not UTF-8.") from err
    except OSError as err:
        raise DocumentUnreadable(path, f"{err.strerror}.") from err


def _sidecars(path: Path) -> Iterator[Path]:
    """Yield where a file's sidecar may be, the one that names it most exactly first."""
    for suffix in SIDECARS:
        yield path.with_name(path.name + suffix)
    for suffix in SIDECARS:
        yield path.with_suffix(suffix)


def _read_sidecar(path: Path) -> dict[str, Any]:
    for sidecar in _sidecars(path):
        if sidecar.is_file():
            try:
                content = text.decode(path, sidecar.read_bytes())
            except OSError as err:
                raise DocumentUnreadable(path, f"{sidecar.name}: {err.strerror}.") from err
            return details.parse_yaml(content, path, where=f"sidecar {sidecar.name}")
    return {}


def _is_used_sidecar(path: Path) -> bool:
    if path.suffix.lower() not in SIDECARS:
        return False
    named = path.with_suffix("")
    if named.suffix.lower() in KINDS and named.is_file():
        return True
    return any(path.with_suffix(suffix).is_file() for suffix in KINDS)


class _Ids:
    """The ids that are taken: given ones may come twice, in a file or in two."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._heads: set[str] = set()

    def tell_apart(self, documents: list[Document], path: Path) -> list[Document]:
        """Return the documents of a file, with another id where theirs is taken."""
        told = [self._tell_apart(document, path.stem) for document in documents]
        n_renamed = sum(new is not old for new, old in zip(told, documents, strict=True))
        if n_renamed:
            logger.warning('%s: %d ids were taken, read as "%s/<id>"', path, n_renamed, path.stem)
        return told

    def _tell_apart(self, document: Document, stem: str) -> Document:
        id_ = document.id
        for number in itertools.count(1):
            if not self._is_taken(id_):
                break
            id_ = f"{stem}/{document.id}" + (f"-{number}" if number > 1 else "")
        self._ids.add(id_)
        if "#" in id_:
            self._heads.add(id_.partition("#")[0])
        if id_ == document.id:
            return document
        sections = tuple(replace(s, id=id_) if s.id else s for s in document.sections)
        return replace(document, id=id_, sections=sections)

    def _is_taken(self, id_: str) -> bool:
        # The passages of a document are "<id>#<heading>", and a given id is a passage's too.
        head, mark, _ = id_.partition("#")
        return id_ in self._ids or id_ in self._heads or (bool(mark) and head in self._ids)


def _left_out(faults: list[str]) -> str:
    more = f" And {len(faults) - MAX_LISTED:,} more." if len(faults) > MAX_LISTED else ""
    listed = " ".join(fault[:1].upper() + fault[1:] for fault in faults[:MAX_LISTED])
    passages = "passage is" if len(faults) == 1 else "passages are"
    return f"{len(faults):,} {passages} left out. {listed}{more}"


def _not_read(path: Path) -> str:
    if path.suffix.lower() in SIDECARS:
        return "it is a sidecar, but no document of its name is beside it."
    return f"files of this kind are not read (only {', '.join(KINDS)})."


def _nothing(failures: list[DocumentUnreadable]) -> str:
    if not failures:
        return f"it holds no document ({', '.join(KINDS)})."
    listed = " ".join(f"{failure.path.name}: {failure.reason}" for failure in failures[:MAX_LISTED])
    more = f" And {len(failures) - MAX_LISTED:,} more." if len(failures) > MAX_LISTED else ""
    return f"nothing in it can be read. {listed}{more}"
