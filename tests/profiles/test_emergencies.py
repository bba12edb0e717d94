"""A profile's emergencies are read, and each fault of them is a plain sentence."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from profiles import ProfileInvalid, read_profile
from profiles.emergencies import FurtherKind, check_emergencies, read_emergencies

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "docs/examples/emergencies").glob("*.yml"))
KIND: dict[str, Any] = {
    "words": "Call {emergency} now.",
    "instead_of": ["bleeding"],
    "signs": ["(fistula|graft) & {bleed_heavy}", "=burst"],
    "examples": ["a one", "a two", "a three", "a four", "a five"],
    "calm": ["b one", "b two", "b three", "b four", "b five"],
}


def write(folder: Path, text: str) -> Path:
    path = folder / "emergencies.yml"
    path.write_text(text, encoding="utf-8")
    return path


def find_faults(folder: Path, content: object) -> list[str]:
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    faults = check_emergencies(write(folder, text))
    assert all(fault.startswith(str(folder / "emergencies.yml")) for fault in faults)
    assert all(fault.endswith((").", ".")) and "\n" not in fault for fault in faults)
    return faults


def with_changes(**changes: object) -> dict[str, object]:
    entry = {**KIND, **changes}
    return {"low_sugar": {key: value for key, value in entry.items() if value is not None}}


def test_a_kind_is_read(tmp_path):
    (kind,) = read_emergencies(write(tmp_path, yaml.safe_dump({"access": KIND})))

    assert kind == FurtherKind(
        "access",
        words="Call {emergency} now.",
        instead_of=("bleeding",),
        signs=(("(fistula|graft)", "{bleed_heavy}"), ("=burst",)),
        examples=tuple(KIND["examples"]),
        calm=tuple(KIND["calm"]),
    )
    assert not kind.names_crisis_line


def test_more_of_a_kind_that_ships_is_read(tmp_path):
    (kind,) = read_emergencies(write(tmp_path, "bleeding:\n  signs: [my fistula burst, 3]\n"))

    assert kind == FurtherKind("bleeding", signs=(("my fistula burst",), ("3",)))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_well_and_say_that_no_clinician_reviewed_them(path):
    assert check_emergencies(path) == []
    assert "NOT reviewed by a clinician" in path.read_text(encoding="utf-8")
    for kind in read_emergencies(path):
        first, *_, last = (kind.words or "").splitlines()
        assert "Call {emergency} now" in first
        assert last == "I am a computer program, and nobody reads this chat as you type."


def test_all_examples_fit_one_file(tmp_path):
    text = "\n".join(path.read_text(encoding="utf-8") for path in EXAMPLES)

    assert len(read_emergencies(write(tmp_path, text))) == 5


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a: [", "line 1"),
        ("a: b\na: c\n", "'a' stands twice"),
        ("low_sugar: {calm: [a], calm: [b]}", "'calm' stands twice"),
        ("- a\n- b\n", "expected kinds of emergency"),
        ({"Low sugar": KIND}, "is no name of a kind"),
        ({"calm": KIND}, "is no name of a kind"),
        ({"x": KIND}, "is no name of a kind"),
        ({"low_sugar": ["a"]}, "needs lines under it"),
        (with_changes(word="a"), "did you mean words?"),
        (with_changes(zzz="a"), "which is no key of a kind"),
        (with_changes(words=None), "needs words"),
        (with_changes(words=" "), "needs words"),
        (with_changes(words=["a"]), "needs words"),
        (with_changes(words="Call 999."), "must hold {emergency}"),
        (with_changes(words="Call {emergency} or {doctor}."), "only {emergency} and {crisis}"),
        (with_changes(words="Call {emergency} or {."), "only {emergency} and {crisis}"),
        (with_changes(words="{emergency} " * 60), "characters; 600 are the most"),
        (with_changes(instead_of=["sugar"]), "is no kind that ships; there are allergy, bleeding"),
        (with_changes(instead_of=["self_harm"]), "its words name a crisis line"),
        (with_changes(instead_of=["overdose"]), "its words name a crisis line"),
        (with_changes(instead_of=["other"]), "the general words give way by themselves"),
        (with_changes(instead_of="bleeding"), "needs a list"),
        (with_changes(signs=None), "needs 1 signs at least; it has 0"),
        (with_changes(signs="a"), "needs a list"),
        (with_changes(signs=[{"a": "b"}]), "is no text; put it in quotation marks"),
        (with_changes(signs=[" "]), "is no text"),
        (with_changes(signs=["(a|b"]), "cannot be read"),
        (with_changes(signs=["foot > toe"]), "cannot be read"),
        (with_changes(signs=["foot & "]), "has a part without a word"),
        (with_changes(signs=["this is"]), "has a part without a word"),
        (with_changes(signs=["{fevr}"]), "{fevr}, which is no sign; did you mean fever?"),
        (with_changes(signs=["{qqqq} & foot"]), "which is no sign"),
        (with_changes(signs=["(a|b|c|d|e|f|g|h) " * 4]), "4096 texts; 2000 are the most"),
        (with_changes(examples=["a", "b"]), "needs 5 examples at least; it has 2"),
        (with_changes(examples="a"), "needs a list"),
        (with_changes(calm=[]), "needs 5 calm at least; it has 0"),
        (with_changes(calm=[*KIND["calm"], "A ONE"]), "stands in examples and in calm"),
        ({"bleeding": {"words": "Call {emergency}.", "signs": ["a b"]}}, "leave them out"),
        ({"bleeding": {"instead_of": ["chest"], "signs": ["a b"]}}, "stands in for no other"),
        ({"bleeding": {"calm": ["a"]}}, "adds nothing; give it signs or examples"),
    ],
)
def test_each_fault_has_its_sentence(tmp_path, content, expected):
    assert any(expected in fault for fault in find_faults(tmp_path, content))


def test_a_file_with_nothing_yet_adds_nothing(tmp_path):
    assert read_emergencies(write(tmp_path, "# nothing yet\n")) == []


def test_every_fault_is_named_at_once(tmp_path):
    faults = find_faults(tmp_path, {"a kind": KIND, **with_changes(words="Hello", signs=["(a"])})

    assert len(faults) == 3


def test_file_that_is_not_utf8_or_not_there_is_named(tmp_path):
    path = tmp_path / "emergencies.yml"
    assert "No such file" in check_emergencies(path)[0]
    path.write_bytes(b"\xff\xfe")
    assert "it is not UTF-8" in check_emergencies(path)[0]


def test_a_profile_names_the_faults_of_its_emergencies(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "assistant.yml").write_text("name: Ann\n")
    path = write(tmp_path, "low_sugar: {}\n")

    with pytest.raises(ProfileInvalid, match="low_sugar needs words"):
        read_profile(tmp_path)
    path.write_text(yaml.safe_dump({"low_sugar": KIND}))
    assert read_profile(tmp_path).emergencies == path
