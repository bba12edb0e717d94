"""A source file to documents, and documents to passages; docs/documents.md tells owners of it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from knowledge.errors import DocumentUnreadable
from knowledge.indexing.completeness import find_loss
from knowledge.indexing.formats import docx, html, jsonl, markdown, metadata, pdf, sniff, text
from knowledge.indexing.formats.outline import FormatError, Metadata, ParsedDocument, clean
from knowledge.indexing.sizes import find_excess, find_long_sentence
from knowledge.types import Document, Passage

logger = logging.getLogger(__name__)

KINDS = {
    ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".pdf": "pdf", ".docx": "docx", ".txt": "text", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
READERS: dict[str, Callable[[bytes], ParsedDocument]] = {
    "markdown": markdown.read, "html": html.read, "pdf": pdf.read, "docx": docx.read,
    "text": text.read,
}  # fmt: skip
SIDECARS = (".yml", ".yaml")
# What `folder.yml` says holds for the documents of its folder; it is no sidecar of a `folder.md`.
FOLDER_STEM = "folder"
MAX_FILE_MB = 50
# Most reasons that a message about several lists.
MAX_LISTED = 5
# Characters of an id in a message.
MAX_SHOWN = 80
# Characters of what a library says of a fault.
MAX_REASON = 200


def read_file(
    path: Path, folder: Path, *, max_file_mb: float = MAX_FILE_MB, keep_suffix: bool = False
) -> tuple[list[Document], list[str]]:
    """Return the documents in a file, and what of it is left out, and why.

    Args:
        path: A file below `folder`; JSON Lines hold many documents, all else holds one.
        folder: Where the library is.
        max_file_mb: Size of the largest file that is read, in millions of bytes.
        keep_suffix: Name the document by its whole file name.

    Raises:
        DocumentUnreadable: If nothing in the file can be read.
    """
    kind = KINDS.get(path.suffix.lower(), "")
    if not kind:
        raise DocumentUnreadable(path, _describe_unknown_kind(path))
    name = path.relative_to(folder)
    try:
        str(name).encode()
    except UnicodeEncodeError as err:
        raise DocumentUnreadable(path, "its name is not UTF-8.") from err
    data = _load(path, max_file_mb)
    id_ = (name if keep_suffix else name.with_suffix("")).as_posix()
    try:
        return _read_documents(kind, path, data, id_)
    except FormatError as err:
        raise DocumentUnreadable(path, str(err)) from err


def _read_documents(
    kind: str, path: Path, data: bytes, id_: str
) -> tuple[list[Document], list[str]]:
    mismatch = sniff.find_mismatch(data, kind)
    if mismatch:
        raise FormatError(mismatch)
    parsed, faults = _parse(kind, path, data)
    parsed = [each for each in parsed if each.sections]
    if not parsed:
        raise FormatError(describe_left_out(faults) if faults else "it has no text.")
    sidecar = _read_sidecar(path)
    documents = []
    for each in parsed:
        document = _make_document(each, each.id or id_, path, sidecar)
        excess = find_excess(document) or find_bad_id(document.id)
        if excess and kind != "jsonl":
            raise FormatError(f"it has {excess}.")
        if excess:
            faults.append(f"{document.id[:MAX_SHOWN]} has {excess}.")
        else:
            documents.append(document)
    if not documents:
        raise FormatError(describe_left_out(faults))
    return documents, [*faults, *(fault for each in parsed for fault in each.ignored)]


def find_bad_id(id_: str) -> str:
    """Return why no page can have an id as its address; "" if one can."""
    is_taken = id_ == "headings.json"  # of a list beside the pages
    if is_taken or {".", ".."} & set(id_.split("/")):
        return "an id that cannot be part of an address"
    return ""


def chunk_documents(
    documents: Sequence[Document], max_words: int
) -> tuple[dict[str, list[Passage]], list[str]]:
    """Return the passages of each document by its id, and why some documents are left out."""
    # Here, not above: spaCy takes a second to import, and a build without news needs none.
    from knowledge.indexing.chunk import chunk

    found: dict[str, list[Passage]] = {}
    faults = []
    for document in documents:
        name = "it" if len(documents) == 1 else document.id[:MAX_SHOWN]
        try:
            passages = chunk(document, max_words=max_words)
        except MemoryError:
            raise
        except Exception as err:  # spaCy has limits of its own, and any code its faults
            reason = " ".join(f"{type(err).__name__}: {err}".split())[:MAX_REASON]
            faults.append(f"{name} cannot be cut into passages ({reason}).")
            continue
        excess = find_long_sentence(passages) or find_loss(document, passages)
        if excess:
            faults.append(f"{name} has {excess}.")
        else:
            found[document.id] = passages
    return found, faults


def _parse(kind: str, path: Path, data: bytes) -> tuple[list[ParsedDocument], list[str]]:
    try:
        return jsonl.read(data, path.stem) if kind == "jsonl" else ([READERS[kind](data)], [])
    except (FormatError, MemoryError):
        raise
    except Exception as err:  # the formats' libraries raise whatever the damage leads them to
        logger.debug("Cannot parse %s", path, exc_info=True)
        reason = f"it is damaged ({type(err).__name__}: {err})."
        raise FormatError(" ".join(reason.split())) from err


def _make_document(parsed: ParsedDocument, id_: str, path: Path, sidecar: Metadata) -> Document:
    # The sidecar wins: it is written by the owner, later, and about this very file.
    fields: Metadata = {**parsed.metadata, **sidecar}
    name = clean(path.stem.replace("-", " ").replace("_", " ")).capitalize()
    fields.setdefault("title", name)
    return Document(id=clean(id_), sections=parsed.sections, **fields)


def _load(path: Path, max_file_mb: float) -> bytes:
    try:
        if not path.is_file():
            raise DocumentUnreadable(path, "it is not a file: a directory or a broken link.")
        size_mb = path.stat().st_size / 1e6
        if size_mb > max_file_mb:
            reason = f"it has {size_mb:,.1f} MB; KNOWLEDGE_MAX_FILE_MB allows {max_file_mb:g}."
            raise DocumentUnreadable(path, reason)
        return path.read_bytes()
    except OSError as err:
        raise make_refusal(path, err) from err


def make_refusal(path: Path, err: OSError) -> DocumentUnreadable:
    """Return the error for a file or folder that the system does not let us read."""
    if isinstance(err, FileNotFoundError):  # it went while the others were read
        return DocumentUnreadable(path, f"{err.strerror}.")
    reason = (
        f"the system does not let us ({err.strerror}). What the index has of it stays until it can "
        "be read."
    )
    return DocumentUnreadable(path, reason, is_out_of_reach=True)


def _sidecars(path: Path) -> Iterator[Path]:
    """Yield where a file's sidecar may be, the one that names it most exactly first."""
    for suffix in SIDECARS:
        yield path.with_name(path.name + suffix)
    if path.stem != FOLDER_STEM:  # that file speaks of the whole folder
        for suffix in SIDECARS:
            yield path.with_suffix(suffix)


def _read_sidecar(path: Path) -> Metadata:
    for sidecar in _sidecars(path):
        if sidecar.is_file():
            try:
                content = text.decode(sidecar.read_bytes())
            except OSError as err:
                raise FormatError(f"{sidecar.name}: {err.strerror}.") from err
            return metadata.parse_yaml(content, where=f"sidecar {sidecar.name}")
    return {}


def describe_faults(path: Path, faults: Sequence[str]) -> str:
    """Return what a message says of what is left out of a file that is read."""
    kind = KINDS.get(path.suffix.lower())
    return describe_left_out(faults) if kind == "jsonl" else " ".join(faults)


def describe_left_out(faults: Sequence[str]) -> str:
    """Return what a message says of the passages of a file that are left out."""
    more = f" And {len(faults) - MAX_LISTED:,} more." if len(faults) > MAX_LISTED else ""
    listed = " ".join(fault[:1].upper() + fault[1:] for fault in faults[:MAX_LISTED])
    passages = "passage is" if len(faults) == 1 else "passages are"
    return f"{len(faults):,} {passages} left out. {listed}{more}"


def _describe_unknown_kind(path: Path) -> str:
    if path.suffix.lower() in SIDECARS:
        return "it is a sidecar, but no document of its name is beside it."
    return f"files of this kind are not read (only {', '.join(KINDS)})."
