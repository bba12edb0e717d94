"""make sbom: what each environment is made of."""

import json

from cyclonedx.output.json import JsonV1Dot6

from scripts import sbom
from scripts.audit import ENVIRONMENTS


def test_the_list_covers_what_the_audit_covers():
    assert {name: set(files) for name, files in sbom.ENVIRONMENTS.items()} == {
        name: set(files) for name, files in ENVIRONMENTS.items()
    }


def test_every_pinned_package_is_listed_with_its_hashes():
    listed = json.loads(
        JsonV1Dot6(sbom.describe(".venv", sbom.ENVIRONMENTS[".venv"])).output_as_string()
    )
    components = {each["purl"]: each for each in listed["components"]}
    torch, numpy = components["pkg:pypi/torch@2.13.0%2Bcpu"], find(components, "numpy")

    assert len(torch["hashes"]) == 6
    assert all(each["hashes"] and each["version"] for each in components.values())
    assert (torch["scope"], numpy["scope"]) == ("excluded", "required")
    assert numpy["licenses"]
    assert len(listed["dependencies"]) == len(components) + 1


def find(components, name):
    return next(each for each in components.values() if each["name"] == name)
