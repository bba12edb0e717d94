"""What lies in the folders of a library, and what stands in the way of it."""

from pathlib import Path

import pytest

from knowledge.indexing.folders import Listing, list_folders
from knowledge.indexing.ingest import read_file
from knowledge.indexing.sources import describe_passed_over, read_sources
from tests.knowledge.rights import bound_by_rights, reachable_folder


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Text.", encoding="utf-8")
    return folder


def names(listing: Listing, folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in listing.files]


def test_files_are_listed_in_order_with_all_below(tmp_path: Path) -> None:
    listing = list_folders([write(tmp_path, "b.md", "sub/c.md", "a.pdf", "sub/deep/d.md")])

    assert names(listing, tmp_path) == ["a.pdf", "b.md", "sub/c.md", "sub/deep/d.md"]
    assert (listing.closed, listing.linked) == ([], [])


def test_a_folder_without_rights_is_named_and_the_others_are_listed() -> None:
    with reachable_folder() as folder:
        write(folder, "a.md", "closed/b.md", "open/c.md")
        (folder / "closed").chmod(0o000)
        with bound_by_rights():
            listing = list_folders([folder])

        assert names(listing, folder) == ["a.md", "open/c.md"]
        (closed,) = listing.closed
        assert str(closed) == (
            f"Cannot read {folder / 'closed'}: the system does not let us (Permission denied). "
            "What the index has of it stays until it can be read."
        )
        assert closed.is_out_of_reach
        (folder / "closed").chmod(0o755)


def test_a_link_to_a_folder_is_named_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "library/a.md", "elsewhere/b.md")
    (tmp_path / "library/linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "library/loop").symlink_to(tmp_path / "library")

    listing = list_folders([tmp_path / "library"])

    assert names(listing, tmp_path / "library") == ["a.md"]
    assert sorted(err.path.name for err in listing.linked) == ["linked", "loop"]
    assert all("KNOWLEDGE_DOCUMENTS" in err.reason for err in listing.linked)


def test_links_to_a_file_to_nothing_and_to_themselves_are_files(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    (tmp_path / "file.md").symlink_to("a.md")
    (tmp_path / "dead.md").symlink_to("nothing.md")
    (tmp_path / "self.md").symlink_to("self.md")

    sources = read_sources([tmp_path], read_file)

    assert [document.id for document in sources.documents] == ["a", "file"]
    assert [err.path.name for err in sources.failures] == ["dead.md", "self.md"]


@pytest.mark.parametrize("page", ["Falls.html", "Falls.HTM", "Falls.xhtml"])
@pytest.mark.parametrize("companion", ["Falls_files", "Falls.files"])
def test_what_a_saved_page_shows_is_no_document(tmp_path: Path, page: str, companion: str) -> None:
    write(tmp_path, page, f"{companion}/saved_resource.html", f"{companion}/sub/a.png")

    assert names(list_folders([tmp_path]), tmp_path) == [page]


@pytest.mark.parametrize("folder", ["Falls_files", "Hips_files", "Falls"])
def test_a_folder_that_belongs_to_no_page_is_read(tmp_path: Path, folder: str) -> None:
    write(tmp_path, "Falls.md", "Falls.pdf", "Hip.html", f"{folder}/a.html")

    assert f"{folder}/a.html" in names(list_folders([tmp_path]), tmp_path)


# ---- files of other kinds


def test_files_of_other_kinds_are_no_failures_and_told_by_kind(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.PNG", "c.png", "d.png", "old.doc", "LICENSE")

    sources = read_sources([tmp_path], read_file)

    assert sources.failures == []
    lines = [describe_passed_over(*each) for each in sources.passed_over.items()]
    assert lines == [
        f"Passed over: 1 file without a suffix, of a kind that is not read: {tmp_path}/LICENSE",
        f"Passed over: 3 files .png, of a kind that is not read, as {tmp_path}/b.PNG",
        f"Passed over: 1 file .doc, of a kind that is not read: {tmp_path}/old.doc",
    ]


def test_progress_is_told_for_each_file_that_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "a.yml", "b.md", "c.png")
    told: list[tuple[int, int]] = []

    read_sources([tmp_path], read_file, on_progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 2), (2, 2)]
