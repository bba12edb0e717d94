"""A way to a person, from the settings to the words of messaging platforms."""

import pytest

from bot.channels.contact import (
    add_contact,
    describe_hours,
    format_contact,
    read_contact,
    read_hours,
)
from settings import SettingInvalid

ALL = {
    "BONAFIDE_CONTACT_NAME": "Bone line",
    "BONAFIDE_CONTACT_PHONE": "0800 (123) 456",
    "BONAFIDE_CONTACT_EMAIL": "ask@bones.example",
    "BONAFIDE_CONTACT_URL": "https://bones.example/contact/",
    "BONAFIDE_CONTACT_HOURS": "Sa 10:00-12:00, Mo-Tu 09:00-12:30, Mo-Tu 13:00-24:00",
    "BONAFIDE_CONTACT_TIME_ZONE": "Europe/London",
}


def test_nobody_is_named_without_settings():
    assert read_contact({}) is None


def test_all_that_is_set_is_there():
    assert read_contact(ALL) == {
        "name": "Bone line",
        "phone": "0800 (123) 456",
        "phone_href": "tel:0800123456",
        "email": "ask@bones.example",
        "url": "https://bones.example/contact/",
        "hours": [
            {"day": 1, "opens": "09:00", "closes": "12:30"},
            {"day": 1, "opens": "13:00", "closes": "24:00"},
            {"day": 2, "opens": "09:00", "closes": "12:30"},
            {"day": 2, "opens": "13:00", "closes": "24:00"},
            {"day": 6, "opens": "10:00", "closes": "12:00"},
        ],
        "time_zone": "Europe/London",
    }


def test_a_page_alone_will_do():
    contact = read_contact({"BONAFIDE_CONTACT_URL": "http://bones.example"})

    assert contact
    assert contact["url"] == "http://bones.example"
    assert not any(value for key, value in contact.items() if key != "url")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("PHONE", "ask us"),
        ("PHONE", "999, 112"),
        ("EMAIL", "ask at bones.example"),
        ("URL", "bones.example"),
        ("URL", "javascript:alert(1)"),
        ("URL", "https://ann@bones.example/"),
        ("TIME_ZONE", "London"),
        ("TIME_ZONE", "Europe/Nowhere"),
    ],
)
def test_a_wrong_value_is_named(key, value):
    with pytest.raises(SettingInvalid) as caught:
        read_contact({**ALL, f"BONAFIDE_CONTACT_{key}": value})

    assert caught.value.key == f"BONAFIDE_CONTACT_{key}"


@pytest.mark.parametrize(
    "hours",
    [
        "9-5",
        "Mo-Fr",
        "Mo-Fr 9:00-17:00",
        "Mo-Fr 09:00-25:00",
        "Mo-Fr 17:00-09:00",
        "Fr-Mo 09:00-17:00",
        "Mo-Fr 09:00-17:00, ",
        "Mo-Fr 09:00-17:00, We 16:00-18:00",
        "Monday 09:00-17:00",
    ],
)
def test_hours_that_cannot_be_read_are_refused(hours):
    with pytest.raises(SettingInvalid) as caught:
        read_hours({"BONAFIDE_CONTACT_HOURS": hours})

    assert caught.value.key == "BONAFIDE_CONTACT_HOURS"


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        (["NAME"], "BONAFIDE_CONTACT_PHONE"),
        (["HOURS", "TIME_ZONE"], "BONAFIDE_CONTACT_PHONE"),
        (["PHONE", "HOURS"], "BONAFIDE_CONTACT_TIME_ZONE"),
    ],
)
def test_what_is_missing_is_named(keys, named):
    with pytest.raises(SettingInvalid) as caught:
        read_contact({f"BONAFIDE_CONTACT_{key}": ALL[f"BONAFIDE_CONTACT_{key}"] for key in keys})

    assert caught.value.key == named


def test_only_refusals_name_it_in_their_words():
    contact = read_contact(ALL)
    turns = [
        {"kind": kind, "text": "Words.", "suggestions": []}
        for kind in ("abstain", "chat", "advice", "emergency")
    ]

    refusal, *others = add_contact(turns, contact)

    assert refusal["text"] == f"Words.\n{format_contact(contact)}"
    assert others == turns[1:]
    assert add_contact(turns, None) == turns


@pytest.mark.parametrize(
    ("hours", "lines"),
    [
        ("", []),
        ("Mo-Fr 09:00-17:00", ["Monday to Friday, 09:00 to 17:00"]),
        ("Mo 09:00-12:00, We 09:00-12:00", ["Monday, 09:00 to 12:00", "Wednesday, 09:00 to 12:00"]),
        (
            "Mo-Tu 09:00-12:00, Mo-Tu 13:00-17:00, Sa 10:00-11:00",
            ["Monday to Tuesday, 09:00 to 12:00 and 13:00 to 17:00", "Saturday, 10:00 to 11:00"],
        ),
    ],
)
def test_hours_are_said_in_words(hours, lines):
    assert describe_hours(read_contact({**ALL, "BONAFIDE_CONTACT_HOURS": hours})) == lines


def test_the_line_is_plain():
    assert format_contact(read_contact(ALL)) == (
        "You can also ask Bone line: 0800 (123) 456, ask@bones.example, "
        "https://bones.example/contact/"
    )
    assert format_contact(read_contact({"BONAFIDE_CONTACT_PHONE": "116 117"})) == (
        "You can also ask a person: 116 117"
    )
