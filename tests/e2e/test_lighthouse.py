"""What Lighthouse says of the pages of the running assistant, as of a phone on a slow line.

Its figure for speed depends on what else the machine does, so it has a floor here, and the best of
three counts: nothing makes a page faster by chance. With `-s` all figures are printed. What takes
something off another score fails, named.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Assistant, start_assistant

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
NODE = ROOT / "build" / "lighthouse"
VERSION = "12.8.2"
PERFECT = ("accessibility", "best-practices", "seo")
LEAST_SPEED = 0.9
MOST_RUNS = 3
PAGES = ("/", "/library", "/library/treatment", "/embed")


@pytest.fixture(scope="module")
def lighthouse() -> list[str]:
    """The command; npm fetches it once, 190 MB."""
    missing = [name for name in ("npm", "node", "chromium") if shutil.which(name) is None]
    if missing:
        line = f"Lighthouse: left out, {missing[0]} is not installed"
        pytest.fail(line) if os.environ.get("CI") else pytest.skip(line)
    program = NODE / "node_modules/lighthouse/cli/index.js"
    if not program.exists():
        NODE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        subprocess.run([*command, f"lighthouse@{VERSION}"], cwd=NODE, check=True, timeout=300)
    return ["node", str(program)]


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Both servers, as an owner runs them who wants to be found."""
    with start_assistant(tmp_path_factory.mktemp("logs"), {"BONAFIDE_INDEXABLE": "1"}) as running:
        yield running


@pytest.mark.parametrize("path", PAGES)
def test_lighthouse_finds_nothing_to_mend(
    path: str, public: Assistant, lighthouse: list[str], tmp_path: Path
) -> None:
    for _ in range(MOST_RUNS):
        found = _examine(lighthouse, f"http://localhost:{public.port}{path}", tmp_path)
        scores = {name: part["score"] or 0 for name, part in found["categories"].items()}
        print(path, {name: round(100 * score) for name, score in scores.items()})
        assert {name: faults for name in PERFECT if (faults := _faults(found, name))} == {}
        if scores["performance"] >= LEAST_SPEED:
            return
    pytest.fail(f"{path} is slow: {_faults(found, 'performance')}")


def _examine(lighthouse: list[str], url: str, folder: Path) -> dict[str, Any]:
    """Return Lighthouse's report of a page."""
    report = folder / "report.json"
    command = [
        *(*lighthouse, url, "--quiet", "--output=json", f"--output-path={report}"),
        "--chrome-flags=--headless=new --no-sandbox",
    ]
    environ = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    subprocess.run(command, check=True, timeout=180, env=environ)
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def _faults(found: dict[str, Any], category: str) -> list[str]:
    """Return the audits that take something off a category's score."""
    audits = found["audits"]
    return [
        part["id"]
        for part in found["categories"][category]["auditRefs"]
        if part["weight"]
        and (audits[part["id"]]["score"] or 0) < 1
        and audits[part["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
    ]
