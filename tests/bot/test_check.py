"""What keeps the Rasa server from starting."""

import tarfile

import pytest

from bot import check
from bot.__main__ import check_settings, name_models
from bot.check import check_model, find_faults, main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in: the databases of this one are nobody's business here."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_nothing_is_wrong_without_settings():
    assert find_faults({}) == []


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("BONAFIDE_CONVERSATION_URL", "sqlite:///x.db"),
        ("BONAFIDE_CONVERSATIONS_URL", "no address"),
        ("BONAFIDE_OUTCOMES_URL", "no address"),
        ("BONAFIDE_SALT", "short"),
        ("BONAFIDE_KEEP_DAYS", "0"),
        ("BONAFIDE_SECRET", "short"),
        ("BONAFIDE_PORT", "http"),
        ("BONAFIDE_ACTIONS_PORT", "70000"),
        ("BONAFIDE_ACTIONS_URL", "localhost:5055"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "nonsense"),
        ("BONAFIDE_SESSION_RATE", "many"),
        ("BONAFIDE_PUBLIC_URL", "bot"),
        ("TELEGRAM_TOKEN", "half"),
    ],
)
def test_each_setting_is_checked_and_named_without_its_value(key, value):
    faults = find_faults({key: value})

    assert faults
    assert all(key.partition("_")[0] in fault.sentence for fault in faults)
    assert not any(fault.may_pass for fault in faults)


@pytest.mark.usefixtures("folder")
def test_a_change_of_secrets_that_would_end_conversations_is_named():
    environ = {
        "TELEGRAM_TOKEN": "12345:a-very-secret-token-of-tests",
        "TELEGRAM_SECRET": "a-secret-of-the-tests",
        "BONAFIDE_SECRET": "n" * 32,
    }
    changing = {**environ, "BONAFIDE_SECRET_OLD": "o" * 32}

    assert find_faults(environ) == []
    assert ["BONAFIDE_PLATFORM_SECRET" in each.sentence for each in find_faults(changing)] == [True]
    assert find_faults({**changing, "BONAFIDE_PLATFORM_SECRET": "o" * 32}) == []


def test_the_folder_of_what_must_not_be_lost_is_tried(folder):
    (folder / "file").write_text("no folder")

    environ = {"BONAFIDE_STATE": str(folder / "file"), "BONAFIDE_OUTCOMES_URL": ""}
    (fault,) = find_faults(environ)

    assert fault.sentence.startswith("BONAFIDE_STATE: ")


def test_each_database_is_tried(folder):
    (folder / "one.db").write_text("no database" * 100)
    environ = {
        "BONAFIDE_CONVERSATIONS_URL": "sqlite:///one.db",
        "BONAFIDE_OUTCOMES_URL": "sqlite:///one.db",
    }

    assert [fault.sentence.partition(":")[0] for fault in find_faults(environ)] == list(environ)


def test_a_model_that_is_missing_or_damaged_is_named(folder):
    path = folder / "model.tar.gz"
    assert "There is no model" in check_model(path)[0].sentence

    path.write_bytes(b"\xa5" * 5000)
    assert "is damaged" in check_model(path)[0].sentence

    with tarfile.open(path, "w:gz") as archive:
        archive.add(__file__, "metadata.json")
    assert check_model(path) == []

    path.write_bytes(path.read_bytes()[:-50])
    assert "is damaged" in check_model(path)[0].sentence


def test_the_command_says_all_and_the_channels_where_all_is_well(folder, root, capsys):
    model = root / "models/bonafide.tar.gz"

    assert main({}, model=model) == 0
    assert capsys.readouterr().out.startswith("Channels: web")

    assert main({"BONAFIDE_X": "", "BONAFIDE_PORT": "x"}, model=folder / "none") == 78
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[0] for line in lines] == ["BONAFIDE_X", "BONAFIDE_PORT:", "There"]


def test_the_server_is_refused_with_a_fault_and_starts_where_it_may_pass(monkeypatch, capsys):
    faults = [check.Fault("It is away.", may_pass=True)]
    monkeypatch.setattr(check, "find_faults", lambda: faults)
    check_settings()
    assert capsys.readouterr().err == "It is away.\n"

    faults.append(check.Fault("It is wrong."))
    with pytest.raises(SystemExit) as ended:
        check_settings()
    assert ended.value.code == 78
    assert capsys.readouterr().err == "It is wrong.\n"


def test_the_model_of_a_command_line_is_found(tmp_path):
    line = ["bot", "run", "--model", "a.tar.gz", "-m", str(tmp_path), "--port", "1"]

    assert [str(path) for path in name_models(line)] == ["a.tar.gz"]


def test_the_inbox_is_looked_at_where_a_platform_is_on(tmp_path):
    file = tmp_path / "a file"
    file.write_text("x")
    inbox = {"BONAFIDE_INBOX_URL": f"sqlite:///{file}/inbox.db"}
    telegram = {
        "TELEGRAM_TOKEN": "12345:a-very-secret-token-of-tests",
        "TELEGRAM_SECRET": "a-secret-of-the-tests",
    }

    assert find_faults(inbox) == []
    (fault,) = find_faults({**inbox, **telegram})
    assert "BONAFIDE_INBOX_URL" in str(fault)
    (fault,) = find_faults({"BONAFIDE_INBOX_URL": "nonsense"})
    assert "BONAFIDE_INBOX_URL" in str(fault)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "BONAFIDE_REGION is not set"),
        ({"BONAFIDE_REGION": "XK"}, "No emergency number is known for BONAFIDE_REGION=XK"),
        ({"BONAFIDE_REGION": "XK", "BONAFIDE_EMERGENCY_NUMBERS": "XK=112"}, ""),
        ({"BONAFIDE_REGION": "GB"}, ""),
    ],
)
def test_a_region_without_a_number_is_warned_of_in_one_line(capsys, monkeypatch, environ, said):
    monkeypatch.setattr(check, "check_model", lambda _: [])
    assert main(environ) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Channels: ")
    assert len(lines) == (2 if said else 1)
    assert said in lines[-1]


def test_words_of_a_profile_that_do_not_fit_are_named(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "assistant.yml").write_text("responses: {utter_emergency: Ring us}\n")

    (fault,) = find_faults({"BONAFIDE_PROFILE": str(tmp_path), "BONAFIDE_STATE": str(tmp_path)})

    assert "responses.utter_emergency: it is said as it stands" in fault.sentence


def test_names_of_a_profile_that_cannot_be_used_are_named(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "assistant.yml").write_text("name: Ann\n")
    (tmp_path / "words.yml").write_text("names:\n  illness:\n    lupus: [SLE]\n")

    (fault,) = find_faults({"BONAFIDE_PROFILE": str(tmp_path), "BONAFIDE_STATE": str(tmp_path)})

    assert f"{tmp_path / 'words.yml'}: below `names:` can stand condition" in fault.sentence


def test_each_fault_of_a_profile_is_named(tmp_path):
    environ = {"BONAFIDE_PROFILE": str(tmp_path), "BONAFIDE_STATE": str(tmp_path)}

    faults = find_faults(environ)

    assert any("assistant.yml is missing. Make a profile" in each.sentence for each in faults)
