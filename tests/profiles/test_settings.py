"""What a profile says counts as a setting, where that is not set."""

from pathlib import Path

from profiles import Assistant, fill_settings, read_current, read_profile
from profiles.settings import make_settings

EXAMPLE = Path("tests/data/profile")
PROFILE = read_profile(EXAMPLE)


def test_what_a_profile_says_becomes_settings():
    environ: dict[str, str] = {}

    fill_settings(environ, PROFILE)

    assert environ == {
        "KNOWLEDGE_DOCUMENTS": "tests/data/profile/documents:tests/data/profile/faq",
        "BONAFIDE_NAME": "Airwise",
        "BONAFIDE_OPERATOR": "Example Asthma Charity",
        "BONAFIDE_OPERATOR_URL": "https://asthma.example/about",
        "BONAFIDE_REGION": "GB",
        "BONAFIDE_CONTACT_NAME": "the Example helpline",
        "BONAFIDE_CONTACT_PHONE": "01632 960 000",
    }


def test_a_setting_that_is_set_wins():
    environ = {"BONAFIDE_NAME": "Ann", "BONAFIDE_REGION": " "}

    fill_settings(environ, PROFILE)

    assert environ["BONAFIDE_NAME"] == "Ann"
    assert environ["BONAFIDE_REGION"] == "GB"


def test_no_contact_is_half_of_the_settings_and_half_of_the_profile():
    environ = {"BONAFIDE_CONTACT_EMAIL": "us@clinic.example", "BONAFIDE_OPERATOR": "Clinic"}

    fill_settings(environ, PROFILE)

    assert "BONAFIDE_CONTACT_PHONE" not in environ
    assert "BONAFIDE_OPERATOR_URL" not in environ


def test_filled_twice_is_filled_once():
    environ: dict[str, str] = {}
    fill_settings(environ, PROFILE)
    before = dict(environ)

    fill_settings(environ, PROFILE)

    assert environ == before == make_settings(PROFILE)


def test_another_library_gets_no_words_of_the_shipped_one():
    profile = read_current({"KNOWLEDGE_DOCUMENTS": "/srv/papers"})

    assert profile.assistant == Assistant()
    assert profile.documents == Path("/srv/papers")


def test_the_shipped_library_may_be_named_outright():
    for named in ("knowledge/documents", "./knowledge/documents/"):
        assert read_current({"KNOWLEDGE_DOCUMENTS": named}).assistant.subject is not None


def test_a_profile_keeps_its_words_with_another_library():
    environ = {"KNOWLEDGE_DOCUMENTS": "/srv/papers", "BONAFIDE_PROFILE": str(EXAMPLE)}

    assert read_current(environ).assistant.name == "Airwise"
