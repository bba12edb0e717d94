"""What lies in the folders of a library: files to read, and what stands in the way of it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import DocumentUnreadable
from knowledge.indexing.folder_defaults import FOLDER_FILES
from knowledge.indexing.ingest import make_refusal

# A register of where the documents come from, and what systems leave in folders: no documents.
IGNORED = ("SOURCES.md", "Thumbs.db", "desktop.ini", *FOLDER_FILES)
IGNORED_STARTS = (".", "~$")
# A page that is saved complete has what it shows in a folder beside it, named by a browser or Word.
PAGES = (".html", ".htm", ".xhtml")
COMPANIONS = ("_files", ".files")


@dataclass(slots=True)
class Listing:
    """The files below some folders.

    Attributes:
        files: Each with the folder that it is read for, ordered.
        closed: Folders that could not be looked into; what is in them is not known.
        linked: Links to folders, which are not followed.
    """

    files: dict[Path, Path] = field(default_factory=dict)
    closed: list[DocumentUnreadable] = field(default_factory=list)
    linked: list[DocumentUnreadable] = field(default_factory=list)


def list_folders(folders: Sequence[Path]) -> Listing:
    """Return what lies below `folders`; where one of them holds another, a file counts once.

    Raises:
        DocumentUnreadable: If one of them is missing.
    """
    listing = Listing()
    seen: set[Path] = set()
    for folder in folders:
        check_folder(folder)
        whole = folder.resolve()
        for path in sorted(_walk(folder, listing)):
            name = whole / path.relative_to(folder)
            if name not in seen:
                seen.add(name)
                listing.files[path] = folder
    return listing


def check_folder(folder: Path) -> None:
    """Look whether a folder is there.

    Raises:
        DocumentUnreadable: If it is not.
    """
    if not os.path.isdir(folder):
        raise DocumentUnreadable(folder, "there is no such folder.")


def _walk(folder: Path, listing: Listing) -> Iterator[Path]:
    """Yield the files below a folder, and note what cannot be looked into."""
    folders = [folder]
    while folders:
        for path, is_folder in _list_folder(folders.pop(), listing):
            if is_folder:
                folders.append(path)
            else:
                yield path


def _list_folder(folder: Path, listing: Listing) -> Iterator[tuple[Path, bool]]:
    """Yield what is to be read in a folder, and whether each is a folder itself."""
    try:
        with os.scandir(folder) as found:
            entries = [entry for entry in found if not _is_ignored(entry.name)]
    except OSError as err:
        listing.closed.append(make_refusal(folder, err))
        return
    pages = {Path(entry.name).stem for entry in entries if entry.name.lower().endswith(PAGES)}
    for entry in entries:
        path = Path(entry.path)
        if not _is_folder(entry):
            yield path, False
        elif entry.is_symlink():
            reason = (
                "it is a link to a folder, and such links are not followed. Put the folder itself "
                "there, or name it in KNOWLEDGE_DOCUMENTS."
            )
            listing.linked.append(DocumentUnreadable(path, reason))
        elif not _is_companion(entry.name, pages):
            yield path, True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself; whoever reads it will say so
        return False


def _is_ignored(name: str) -> bool:
    return name in IGNORED or name.startswith(IGNORED_STARTS)


def _is_companion(name: str, pages: set[str]) -> bool:
    return any(name.endswith(end) and name.removesuffix(end) in pages for end in COMPANIONS)
