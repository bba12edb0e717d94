"""A profile is read, and each fault of one is a plain sentence."""

from pathlib import Path

import pytest

from profiles import Assistant, ProfileInvalid, Starter, find_folder, read_profile

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests/data/profile"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    (tmp_path / "assistant.yml").write_text("name: Ann\n")
    return tmp_path


def find_faults(folder: Path, text: str) -> tuple[str, ...]:
    (folder / "assistant.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ProfileInvalid) as caught:
        read_profile(folder)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return caught.value.faults


def test_every_part_of_a_profile_is_read():
    profile = read_profile(EXAMPLE)

    assistant = profile.assistant
    assert assistant.name == "Airwise"
    assert assistant.starters is not None
    assert assistant.starters[0] == Starter("How do I use an inhaler?", "How do I use an inhaler?")
    assert assistant.starters[1].question == "Which things can set off asthma?"
    assert assistant.contact.phone == "01632 960 000"
    assert assistant.country == "GB"
    assert profile.documents == Path("tests/data/profile/documents")
    assert profile.faq == EXAMPLE / "faq"
    assert profile.questions == EXAMPLE / "questions.jsonl"
    assert profile.words is profile.intents is profile.emergencies is None


def test_the_shipped_profile_names_the_shipped_library():
    profile = read_profile(find_folder({}))

    assert profile.folder == Path("profile")
    assert profile.documents == Path("knowledge/documents")


def test_a_setting_names_another_profile():
    assert find_folder({"BONAFIDE_PROFILE": "/srv/charity/"}) == Path("/srv/charity")
    assert find_folder({"BONAFIDE_PROFILE": " "}) == Path("profile")


def test_an_empty_profile_says_nothing(folder: Path):
    (folder / "assistant.yml").write_text("# nothing yet\nname:\nstarters: []\ncontact:\n")

    assert read_profile(folder).assistant == Assistant()


def test_words_that_yaml_takes_for_something_else_are_words(folder: Path):
    (folder / "assistant.yml").write_text("country: NO\nname: 0800\nsubject: yes\n")

    assistant = read_profile(folder).assistant
    assert (assistant.country, assistant.name, assistant.subject) == ("NO", "0800", "yes")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("country: Norway", "country: expected a country as two capital letters (GB)"),
        ("greetings: Hello", "greetings: there is no such key. Did you mean greeting?"),
        ("greeting: Hello {you}", "greeting: expected a text of at most 600 characters"),
        ("disclaimer: Call {emergency}", "disclaimer: expected a text of at most 600"),
        ("subject: [asthma]", "subject: expected a phrase"),
        ("starters: How?", "starters: expected a list, each line beginning with `- `"),
        ("starters:\n- title: Hm", "starters, line 1: it has no question."),
        ("starters: [a, b, c, d, e, f, g]", "starters: expected at most 6 questions, found '7'"),
        ("contact: {phon: 1}", "contact.phon: there is no such key. Did you mean phone?"),
        ("contact: Ann", "contact: expected indented lines"),
        ("colours: {accent: blue}", "colours.accent: expected a colour"),
        ("languages: [english language]", "languages: expected a language as two letters"),
        ("logo: logo.gif", "logo: expected a picture (.svg, .png)"),
        ("logo: logo.svg", "logo: there is no file"),
        ("contact: {name: Ann}", "contact: nobody can be reached by it."),
        ("contact: {phone: 01632 960 000, hours: Mo-Fr 09:00-17:00}", "contact.hours: they need a"),
        ("health: maybe", "health: expected true or false, found 'maybe'"),
        ("responses: {greet: Hi}", "responses.greet: there is no such key."),
        ("documents: papers", "documents: there is no folder"),
        ("privacy_url: charity.example", "privacy_url: expected a web address"),
    ],
)
def test_a_fault_names_file_key_and_remedy(folder: Path, line: str, words: str):
    (fault,) = find_faults(folder, f"name: Ann\n{line}\n")

    assert fault.startswith(f"{folder}/assistant.yml: {words}")
    assert fault.endswith("(docs/profile.md).")
    assert "\n" not in fault


def test_a_text_of_several_paragraphs_is_one_message(folder: Path):
    (folder / "assistant.yml").write_text("greeting: |\n  Hello.\n\n  I am here.\n")

    assert read_profile(folder).assistant.greeting == "Hello.\nI am here."


@pytest.mark.parametrize(
    ("name", "data"),
    [("logo.svg", b"<html>"), ("logo.svg", b"<svg \xff"), ("logo.png", b"GIF89a")],
)
def test_a_logo_of_another_kind_is_named(folder: Path, name: str, data: bytes):
    (folder / name).write_bytes(data)

    (fault,) = find_faults(folder, f"logo: {name}\n")
    assert "logo: expected a picture of the kind that" in fault


def test_a_logo_is_found_in_the_profile(folder: Path):
    (folder / "logo.svg").write_text("<svg/>")
    (folder / "assistant.yml").write_text("logo: logo.svg\n")

    assert read_profile(folder).assistant.logo == folder / "logo.svg"


def test_all_faults_are_said_at_once(folder: Path):
    assert len(find_faults(folder, "country: no\nhealth: 2\nlogo: a.svg\n")) == 3


def test_what_is_no_yaml_names_the_line(folder: Path):
    (fault,) = find_faults(folder, "name: Ann\ngreeting: Hello: I am Ann\n")

    assert fault.startswith(f"{folder}/assistant.yml, line 2: ")


@pytest.mark.parametrize("text", ["- name\n", "Ann\n"])
def test_what_is_no_mapping_is_named(folder: Path, text: str):
    assert "expected lines of `key: value`" in find_faults(folder, text)[0]


def test_what_is_no_utf_8_is_named(folder: Path):
    (folder / "assistant.yml").write_bytes("name: Zoë\n".encode("latin-1"))

    with pytest.raises(ProfileInvalid, match=r"assistant\.yml cannot be read: it is not UTF-8"):
        read_profile(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(ProfileInvalid, match=r"nowhere: there is no such folder\. Make a profile"):
        read_profile(tmp_path / "nowhere")


def test_a_folder_without_words_is_named(tmp_path: Path):
    (tmp_path / "documents").mkdir()

    with pytest.raises(ProfileInvalid, match=r"assistant\.yml is missing\. Make a profile"):
        read_profile(tmp_path)


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        '{"question": "a"}',
        '{"question": "", "expect": "b"}',
        '{"question": "a", "expect": "b", "refuse": true}',
        '{"question": "a", "refuse": false}',
        '{"question": "a", "expects": "b"}',
    ],
)
def test_a_bad_test_question_is_named_by_its_line(folder: Path, row: str):
    good = '{"question": "a", "expect": "b"}\n\n{"question": "c", "refuse": true}\n'
    (folder / "questions.jsonl").write_text(good + row)

    with pytest.raises(ProfileInvalid, match=r"questions\.jsonl, line 4: expected") as caught:
        read_profile(folder)
    assert len(caught.value.faults) == 1
