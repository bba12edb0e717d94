"""Write what each environment is made of, as CycloneDX, to build/sbom/."""

import re
import subprocess
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build/sbom"
# What runs, and what only builds or tests.
ENVIRONMENTS = {
    ".venv-rasa": {"bot/requirements.txt": ComponentScope.REQUIRED},
    ".venv": {
        "actions/requirements.txt": ComponentScope.REQUIRED,
        "encoder/torch.txt": ComponentScope.EXCLUDED,
        "encoder/requirements.txt": ComponentScope.EXCLUDED,
        "encoder/model.txt": ComponentScope.EXCLUDED,
        "actions/requirements-dev.txt": ComponentScope.EXCLUDED,
    },
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?:.*\\\n)*.*)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
Licence = LicenseExpression | DisjunctiveLicense


def main() -> None:
    """Write one file for each environment, and say where."""
    OUT.mkdir(parents=True, exist_ok=True)
    for environment, files in ENVIRONMENTS.items():
        path = OUT / f"{environment.strip('.')}.cdx.json"
        bom = describe(environment, files)
        JsonV1Dot6(bom).output_to_file(str(path), allow_overwrite=True, indent=1)
        print(f"{path.relative_to(ROOT)}: {len(bom.components)} packages")


def describe(environment: str, files: dict[str, ComponentScope]) -> Bom:
    """Return what is pinned for an environment; licences are those of what is installed there."""
    bom, installed = Bom(), find_installed(ROOT / environment)
    application = Component(
        name=f"bonafide {environment}", type=ComponentType.APPLICATION, version=read_version()
    )
    bom.metadata.component = application
    pinned: dict[tuple[str, str], Component] = {}
    for file, scope in files.items():
        for name, version, rest in PIN.findall((ROOT / file).read_text(encoding="utf-8")):
            purl = PackageURL("pypi", name=canonicalize_name(name), version=version)
            component = Component(
                name=name,
                version=version,
                bom_ref=str(purl),
                scope=scope,
                purl=purl,
                # Of all files of this version, for whatever machine.
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=h) for h in HASH.findall(rest)],
                licenses=read_licences(installed.get(canonicalize_name(name))),
            )
            # What the servers need too stands in the first file.
            pinned.setdefault((name, version), component)
    for component in pinned.values():
        bom.components.add(component)
    bom.register_dependency(application, pinned.values())
    return bom


def find_installed(environment: Path) -> dict[str, Distribution]:
    """Return the packages that are installed, by their names in small letters."""
    folders = [str(path) for path in environment.glob("lib/python3*/site-packages")]
    return {canonicalize_name(each.name): each for each in distributions(path=folders)}


def read_licences(package: Distribution | None) -> list[Licence]:
    """Return what a package says of its licence; nothing if it is not installed."""
    if package is None:
        return []
    if expression := package.metadata.get("License-Expression"):
        return [LicenseExpression(expression)]
    classifiers = package.metadata.get_all("Classifier") or []
    names = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    return [DisjunctiveLicense(name=name) for name in names]


def read_version() -> str | None:
    """Return the commit; None outside of a repository."""
    command = ["git", "rev-parse", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


if __name__ == "__main__":
    main()
