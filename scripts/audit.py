"""Check all that is pinned against known vulnerabilities.

Exit status: 0 if no finding is open, 1 if one is, 2 if it could not be checked.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scripts.advisories import Advisories, serve
from settings.table import ADVISORIES

ROOT = Path(__file__).resolve().parents[1]
ACCEPTED = ROOT / "scripts/accepted-advisories.toml"
ENVIRONMENTS = {
    ".venv-rasa": ["bot/requirements.txt"],
    ".venv": [
        "actions/requirements.txt",
        "actions/requirements-dev.txt",
        "encoder/torch.txt",
        "encoder/requirements.txt",
        "encoder/model.txt",
    ],
}
TIMEOUT_S = 300


class CannotAudit(Exception):
    """What is pinned could not be checked."""


@dataclass(frozen=True)
class Finding:
    """A known vulnerability of a package that is pinned.

    Attributes:
        ids: Its names, the advisory's own first.
        fixed_in: Versions without it; empty if there is none.
    """

    environment: str
    package: str
    version: str
    ids: tuple[str, ...]
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in one line."""
        fix = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "no fixed version"
        return f"{self.environment}  {self.package} {self.version}  {' '.join(self.ids)}  ({fix})"


@dataclass(frozen=True)
class Acceptance:
    """Why a finding is lived with.

    Attributes:
        id: The advisory, by any of its names; "*" for all of a package that is never loaded.
        review: The day on which it has to be decided again.
    """

    package: str
    id: str
    reason: str
    review: date

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding."""
        return self.package == finding.package and self.id in ("*", *finding.ids)


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Check, print what was found, and return the exit status."""
    try:
        acceptances = read_accepted(ACCEPTED)
        findings = audit(ADVISORIES.read(environ))
    except CannotAudit as err:
        print(f"Not checked: {err}", file=sys.stderr)
        return 2
    return report(findings, acceptances, today=date.today())


def read_accepted(path: Path) -> list[Acceptance]:
    """Return the accepted findings.

    Raises:
        CannotAudit: The file has another form.
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["accepted"]
        found = [Acceptance(**row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise CannotAudit(f"{path.name} cannot be read: {err}") from err
    for each in found:
        if not (each.reason and type(each.review) is date):
            raise CannotAudit(f"{path.name}: {each.package} {each.id} lacks a reason or a date")
    return found


def audit(source: str) -> list[Finding]:
    """Return the known vulnerabilities of all environments.

    Args:
        source: A folder of advisories, or the address of a service like OSV's; "" for OSV's own.

    Raises:
        CannotAudit: There are no advisories, or not every package could be looked up.
    """
    if not source or source.startswith(("http://", "https://")):
        return _audit_all(source)
    try:
        advisories = Advisories(Path(source))
    except (OSError, ValueError) as err:
        raise CannotAudit(f"{source} cannot be read: {err}") from err
    if not len(advisories):
        raise CannotAudit(f"there are no advisories in {source}")
    print(f"Advisories on {len(advisories)} packages, the last of {advisories.newest[:10]}.")
    with serve(advisories) as address:
        return _audit_all(address)


def _audit_all(address: str) -> list[Finding]:
    findings = []
    for name, files in ENVIRONMENTS.items():
        findings += read_report(name, run_pip_audit(files, address))
    return findings


def run_pip_audit(files: list[str], address: str) -> str:
    """Return what pip-audit found, as JSON.

    Raises:
        CannotAudit: It did not come to an end.
    """
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--format=json"]
    command += ["--require-hashes", "--disable-pip", "--vulnerability-service=osv"]
    command += ["--aliases=on", *([f"--osv-url={address}"] if address else [])]
    for file in files:
        command += ["--requirement", file]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as err:
        raise CannotAudit(_explain("the source of advisories does not answer")) from err
    if not done.stdout.startswith("{"):
        lines = done.stderr.strip().splitlines() or ["pip-audit said nothing"]
        raise CannotAudit(_explain(lines[-1]))
    return done.stdout


def _explain(reason: str) -> str:
    return (
        f"{reason}\nAdvisories come from the OSV service on the internet. Where that cannot be "
        f"reached, name another address of it,\nor a folder with its records, in {ADVISORIES.key} "
        "(docs/security.md)."
    )


def read_report(environment: str, text: str) -> list[Finding]:
    """Return the findings of a report of pip-audit's.

    Raises:
        CannotAudit: A package was left out of it.
    """
    findings = []
    dependencies: list[dict[str, Any]] = json.loads(text)["dependencies"]
    for package in dependencies:
        if "skip_reason" in package:
            raise CannotAudit(f"{package['name']}: {package['skip_reason']}")
        for each in package["vulns"]:
            ids = (each["id"], *sorted(each["aliases"]))
            fixed_in = tuple(each["fix_versions"])
            findings.append(
                Finding(environment, package["name"], package["version"], ids, fixed_in)
            )
    return findings


def report(findings: list[Finding], acceptances: list[Acceptance], *, today: date) -> int:
    """Print the findings, and return 1 if one is open, else 0."""
    n_open = 0
    for finding in findings:
        found = [each for each in acceptances if each.covers(finding)]
        if not found:
            n_open += 1
            print(f"OPEN      {finding}")
        elif min(each.review for each in found) < today:
            n_open += 1
            print(f"OVERDUE   {finding}\n          accepted because: {found[0].reason}")
        else:
            print(f"accepted  {finding}\n          {found[0].reason}")
    for each in acceptances:
        if not any(each.covers(finding) for finding in findings):
            print(f"not found {each.package} {each.id}: take it out of {ACCEPTED.name}?")
    print(f"{n_open} open of {len(findings)} known vulnerabilities.")
    return 1 if n_open else 0


if __name__ == "__main__":
    sys.exit(main())
