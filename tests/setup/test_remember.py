"""scripts/remember.sh: an index is built again when its documents changed, and only then."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path("scripts/remember.sh").resolve()


@pytest.fixture
def remember(tmp_path):
    (tmp_path / "library").mkdir()
    (tmp_path / "my faq").mkdir()
    (tmp_path / "library/a.md").write_text("one")
    (tmp_path / "my faq/b.md").write_text("two")

    def run(documents="library: my faq"):
        """Return what the file holds after another look."""
        environ = {**os.environ, "KNOWLEDGE_DOCUMENTS": documents}
        command = [SCRIPT, "index", "made-from"]
        subprocess.run(command, cwd=tmp_path, env=environ, check=True)
        return (tmp_path / "made-from").read_text()

    return run


def test_all_folders_are_looked_at(remember):
    listed = {line.split(maxsplit=2)[2] for line in remember().splitlines()[1:]}

    assert listed == {"library/a.md", "my faq/b.md"}


@pytest.mark.parametrize("change", ["edit", "add", "remove", "link"])
def test_a_change_in_the_second_folder_is_seen(remember, tmp_path, change):
    before, folder = remember(), tmp_path / "my faq"
    if change == "edit":
        (folder / "b.md").write_text("three")
    elif change == "add":
        (folder / "c.md").write_text("three")
    elif change == "link":
        (folder / "c.md").symlink_to(tmp_path / "library/a.md")
    else:
        (folder / "b.md").unlink()

    assert remember() != before


def test_the_file_is_left_alone_when_nothing_changed(remember, tmp_path):
    remember()
    before = (tmp_path / "made-from").stat().st_mtime_ns

    remember()

    assert (tmp_path / "made-from").stat().st_mtime_ns == before


def test_what_cannot_be_read_does_not_stop_it(remember, tmp_path):
    """A folder that is not there, and a link that leads nowhere; the build names both."""
    (tmp_path / "library/dead.md").symlink_to(tmp_path / "nothing.md")

    assert "library/a.md" in remember("none:library")
