"""make audit: what is pinned, against advisories; and the findings that are lived with."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from scripts import audit
from scripts.advisories import Advisories
from scripts.audit import Acceptance, CannotAudit, Finding

TODAY = date(2026, 12, 1)


def record(package="numpy", *, versions=(), events=(), **fields):
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    affected = {"package": {"name": package, "ecosystem": "PyPI"}, "ranges": ranges}
    return {
        "id": "GHSA-made-up",
        "schema_version": "1.6.0",
        "modified": "2026-11-01T00:00:00Z",
        "published": "2026-10-01T00:00:00Z",
        "summary": "Made up.",
        "affected": [{**affected, "versions": list(versions)}],
        **fields,
    }


def write(folder: Path, *records):
    folder.mkdir(exist_ok=True)
    for number, each in enumerate(records):
        (folder / f"{number}.json").write_text(json.dumps(each))
    return folder


# which versions an advisory is about


@pytest.mark.parametrize(
    ("events", "affected", "not_affected"),
    [
        ([{"introduced": "0"}], ["0.1", "9"], []),
        ([{"introduced": "0"}, {"fixed": "2.0"}], ["1.9", "2.0rc1"], ["2.0", "10.0"]),
        ([{"introduced": "1.1"}, {"last_affected": "1.3"}], ["1.1", "1.3"], ["1.0", "1.3.1"]),
        (
            [{"introduced": "0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"fixed": "2.2"}],
            ["1.4", "2.1", "2.1+cpu"],
            ["1.5", "1.9", "2.2+cpu"],
        ),
    ],
)
def test_a_range_of_versions_is_read(tmp_path, events, affected, not_affected):
    advisories = Advisories(write(tmp_path / "a", record(events=events)))

    assert [version for version in affected if not advisories.find("NumPy", version)] == []
    assert [version for version in not_affected if advisories.find("numpy", version)] == []


def test_a_list_of_versions_is_read_and_other_packages_are_not_meant(tmp_path):
    npm = record("left-pad", versions=["1.0"])
    npm["affected"][0]["package"]["ecosystem"] = "npm"
    advisories = Advisories(write(tmp_path / "a", record("torch", versions=["2.13.0"]), npm))

    assert advisories.find("torch", "2.13.0+cpu")
    assert not advisories.find("torch", "2.13.1")
    assert not advisories.find("numpy", "2.13.0")
    assert not advisories.find("left-pad", "1.0")


# what is said, and the exit status


def finding(package="pymongo", *ids):
    return Finding(".venv-rasa", package, "4.3.3", ids or ("CVE-1", "GHSA-1"), ("4.6.3",))


@pytest.mark.parametrize(
    ("acceptance", "status", "word"),
    [
        (("pymongo", "GHSA-1", "why", TODAY), 0, "accepted"),
        (("pymongo", "*", "why", TODAY), 0, "accepted"),
        (("pymongo", "CVE-1", "why", date(2026, 11, 30)), 1, "OVERDUE"),
        (("pymongo", "CVE-2", "why", TODAY), 1, "OPEN"),
        (("other", "CVE-1", "why", TODAY), 1, "OPEN"),
    ],
)
def test_a_finding_is_open_unless_it_is_accepted_for_now(capsys, acceptance, status, word):
    assert audit.report([finding()], [Acceptance(*acceptance)], today=TODAY) == status

    shown = capsys.readouterr().out
    assert shown.startswith(word)
    assert "pymongo 4.3.3  CVE-1 GHSA-1  (fixed in 4.6.3)" in shown
    assert ("take it out" in shown) == (word == "OPEN")


def test_nothing_found_is_no_failure(capsys):
    assert audit.report([], [], today=TODAY) == 0


def test_a_package_that_was_not_looked_up_is_no_success():
    skipped = {"name": "torch", "skip_reason": "Dependency not found"}

    with pytest.raises(CannotAudit, match="torch"):
        audit.read_report(".venv", json.dumps({"dependencies": [skipped]}))


def test_a_folder_without_advisories_is_no_success(tmp_path):
    with pytest.raises(CannotAudit, match="no advisories"):
        audit.audit(str(tmp_path))


def test_the_accepted_findings_are_read_and_each_has_a_reason():
    accepted = audit.read_accepted(audit.ACCEPTED)
    pinned = "".join(
        (audit.ROOT / file).read_text() for files in audit.ENVIRONMENTS.values() for file in files
    )

    assert accepted
    assert [each for each in accepted if f"\n{each.package}==" not in pinned] == []
    assert all(len(each.reason) > 20 for each in accepted)


@pytest.mark.parametrize(
    "row", ['id = "x"', 'package = "p"\nid = "x"\nreason = ""\nreview = 2026-12-01']
)
def test_an_accepted_finding_without_a_reason_is_refused(tmp_path, row):
    path = tmp_path / "accepted.toml"
    path.write_text(f"[[accepted]]\n{row}\n")

    with pytest.raises(CannotAudit):
        audit.read_accepted(path)


def test_every_requirement_file_is_audited():
    folders = ("bot", "actions", "encoder")
    found = {str(path) for each in folders for path in Path(each).glob("*requirements*.txt")}

    files = {file for files in audit.ENVIRONMENTS.values() for file in files}
    assert files == found | {"encoder/torch.txt", "encoder/model.txt"}


# the whole


def run_audit(source):
    return subprocess.run(
        [sys.executable, "-m", "scripts.audit"],
        env={**os.environ, "BONAFIDE_ADVISORIES": str(source)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_audit_finds_what_a_folder_of_advisories_names(tmp_path):
    source = write(
        tmp_path / "a",
        record("torch", versions=["2.13.0"], id="GHSA-torch"),
        record("pymongo", events=[{"introduced": "0"}], aliases=["CVE-2024-5629"]),
        record("numpy", events=[{"introduced": "0"}, {"fixed": "0.5"}]),
    )
    done = run_audit(source)

    assert done.returncode == 1, done.stderr
    assert "OPEN      .venv  torch 2.13.0+cpu  GHSA-torch" in done.stdout
    assert "accepted  .venv-rasa  pymongo 4.3.3" in done.stdout
    assert "1 open of 2 known vulnerabilities." in done.stdout


def test_without_advisories_the_audit_says_what_to_do():
    done = run_audit("http://127.0.0.1:9/nothing-listens-here")

    assert done.returncode == 2
    assert done.stderr.startswith("Not checked: ")
    assert "BONAFIDE_ADVISORIES" in done.stderr
    assert "Traceback" not in done.stderr
