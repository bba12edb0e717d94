"""The folders of a library to its documents, and whatever of them cannot be had."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import DocumentUnreadable, name_path
from knowledge.indexing.folder_defaults import FolderDefaults
from knowledge.indexing.folders import list_folders
from knowledge.indexing.ingest import (
    KINDS,
    MAX_FILE_MB,
    MAX_LISTED,
    SIDECARS,
    describe_faults,
)
from knowledge.indexing.unique_ids import UniqueIds
from knowledge.types import Document

# Reads one file: `ingest.read_file`, here or in another process.
ReadFile = Callable[..., tuple[list[Document], list[str]]]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that could be read, and the documents in it."""

    path: Path
    documents: tuple[Document, ...]


@dataclass(slots=True)
class Sources:
    """What some folders hold.

    Attributes:
        files: Every file that could be read, ordered.
        failures: What could not be read, in whole or in part.
        ignored: Details at the top of a file that are not understood; it is read without them.
        passed_over: Files of a kind that is not read, by their suffix.
    """

    files: list[SourceFile] = field(default_factory=list)
    failures: list[DocumentUnreadable] = field(default_factory=list)
    ignored: list[DocumentUnreadable] = field(default_factory=list)
    passed_over: dict[str, list[Path]] = field(default_factory=dict)

    @property
    def documents(self) -> list[Document]:
        """All documents in order."""
        return [document for file in self.files for document in file.documents]


def read_sources(
    folders: Sequence[Path],
    read: ReadFile,
    *,
    max_file_mb: float = MAX_FILE_MB,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Sources:
    """Return what all files below `folders` hold.

    Args:
        folders: Where the files are; below each, files of all formats may be mixed.
        read: Reads one of them.
        max_file_mb: Size of the largest file that is read, in millions of bytes.
        on_progress: Called with files done and files to read.

    Raises:
        DocumentUnreadable: If a folder is missing.
    """
    listing = list_folders(folders)
    sources = Sources(failures=[*listing.closed, *listing.linked])
    paths = {path: folder for path, folder in listing.files.items() if _may_be_read(path, sources)}
    stems = Counter(path.with_suffix("") for path in paths)
    defaults, ids = FolderDefaults(), UniqueIds()
    for n_done, (path, folder) in enumerate(paths.items(), start=1):
        is_shared = stems[path.with_suffix("")] > 1
        try:
            found, faults = read(path, folder, max_file_mb=max_file_mb, keep_suffix=is_shared)
        except DocumentUnreadable as err:
            sources.failures.append(err)
        else:
            # An id that is taken is named by the file, one that another folder has by the folder.
            prefix = path.stem if folder == folders[0] else folder.name
            given = defaults.find(path.parent, folder)
            documents = ids.deduplicate([given.apply(d, path) for d in found], path, prefix)
            sources.files.append(SourceFile(path, tuple(documents)))
            if faults:
                is_whole = KINDS[path.suffix.lower()] != "jsonl"
                (sources.ignored if is_whole else sources.failures).append(
                    DocumentUnreadable(path, describe_faults(path, faults), in_part=True)
                )
        on_progress(n_done, len(paths))
    sources.failures += defaults.failures
    return sources


def _may_be_read(path: Path, sources: Sources) -> bool:
    """Say whether a file is of a kind that is read, and note one that is of no use."""
    suffix = path.suffix.lower()
    if suffix in KINDS:
        return True
    if suffix not in SIDECARS:
        sources.passed_over.setdefault(suffix, []).append(path)
    elif not _is_used_sidecar(path):
        reason = "it is a sidecar, but no document of its name is beside it."
        sources.failures.append(DocumentUnreadable(path, reason))
    return False


def _is_used_sidecar(path: Path) -> bool:
    named = path.with_suffix("")
    if named.suffix.lower() in KINDS and named.is_file():
        return True
    return any(path.with_suffix(suffix).is_file() for suffix in KINDS)


def describe_passed_over(suffix: str, paths: Sequence[Path]) -> str:
    """Return the line that names the files of one kind that is not read."""
    kind = suffix or "without a suffix"
    first = name_path(paths[0])
    if len(paths) == 1:
        return f"Passed over: 1 file {kind}, of a kind that is not read: {first}"
    return f"Passed over: {len(paths):,} files {kind}, of a kind that is not read, as {first}"


def make_no_documents_error(
    folders: Sequence[Path],
    failures: Sequence[DocumentUnreadable],
    passed_over: Mapping[str, Sequence[Path]],
) -> DocumentUnreadable:
    """Return the error that says why the folders give no document at all."""
    folder = Path(os.pathsep.join(map(str, folders)))
    reasons = [f"{failure.path.name}: {failure.reason}" for failure in failures]
    reasons += [f"{describe_passed_over(*each)}." for each in passed_over.items()]
    if not reasons:
        return DocumentUnreadable(folder, f"it holds no document ({', '.join(KINDS)}).")
    listed = " ".join(reasons[:MAX_LISTED])
    more = f" And {len(reasons) - MAX_LISTED:,} more." if len(reasons) > MAX_LISTED else ""
    return DocumentUnreadable(folder, f"nothing in it can be read. {listed}{more}")
