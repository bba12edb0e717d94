"""Whose numbers an emergency names, and which they are."""

import pytest

from bot.emergency_numbers import TABLE, Numbers, country_of, parse_country
from bot.matching.yaml_files import read_yaml
from settings import SettingInvalid

SETTINGS = {
    "BONAFIDE_REGION": "GB",
    "BONAFIDE_EMERGENCY_NUMBERS": "GB=997, XK=112",
    "BONAFIDE_CRISIS_LINES": "GB=The line 116 000",
}


def test_the_table_ships_with_the_numbers_of_many_countries():
    numbers = Numbers.from_env({})

    known = {country: numbers.words(country)["emergency"] for country in ("GB", "DE", "US", "AU")}
    assert known == {"GB": "999", "DE": "112", "US": "911", "AU": "000"}
    # Where ambulance and police have numbers of their own: the one for medical help.
    assert [numbers.words(country)["emergency"] for country in ("NO", "CH", "JP", "BR", "IL")] == [
        *("113", "144", "119", "192", "101")
    ]
    assert numbers.words("GB")["crisis"] == "Samaritans 116 123"
    assert numbers.find_crisis("AU") == {
        "label": "Lifeline",
        "number": "13 11 14",
        "href": "tel:131114",
    }


def test_every_number_of_the_table_has_a_source_and_a_date():
    table = read_yaml(TABLE)

    assert len(table["emergency"]) > 70
    for country, row in table["emergency"].items():
        assert parse_country(country) == country
        assert row["number"].isdigit()
        assert row["source"] in table["sources"]
    assert {row["source"] for row in table["emergency"].values()} == set(table["sources"])
    for row in [*table["sources"].values(), *table["crisis"].values()]:
        assert row["url"].startswith("https://")
        assert row["noted"].year >= 2026
    for country, row in table["crisis"].items():
        assert country in table["emergency"]
        assert row["label"]
        assert row["number"].replace(" ", "").isdigit()


def test_an_owner_overrides_one_country_and_leaves_the_others():
    numbers = Numbers.from_env(SETTINGS)

    assert numbers.words("GB") == {"emergency": "997", "crisis": "The line 116 000"}
    assert numbers.find_emergency("GB") == {
        "label": "Emergency number",
        "number": "997",
        "href": "tel:997",
    }
    assert numbers.words("XK")["emergency"] == "112"
    assert numbers.words("IE") == {"emergency": "112", "crisis": "Samaritans 116 123"}


def test_country_without_a_number_never_gets_that_of_another():
    numbers = Numbers.from_env(SETTINGS)

    assert numbers.words("XX") == {
        "emergency": "your local emergency number",
        "crisis": "a crisis line in your country",
    }
    assert (numbers.find_emergency("XX"), numbers.find_crisis("XX")) == (None, None)


# What the page says, what the browser says, the server's region: whose number.
ORDER = [
    ({"country": "IE", "locale": "en-US"}, "GB", "IE"),
    ({"country": "IE", "locale": "en-US"}, "", "IE"),
    ({"country": "IE"}, "GB", "IE"),
    ({"locale": "en-US"}, "GB", "GB"),
    ({"locale": "en-US"}, "", "US"),
    ({"locale": "de"}, "GB", "GB"),
    ({"locale": "de"}, "", ""),
    ({}, "GB", "GB"),
    ({}, "", ""),
    # What is no country is nothing.
    ({"country": "", "locale": "en-US"}, "GB", "GB"),
    ({"country": "Britain", "locale": "en-US"}, "GB", "GB"),
    ({"country": "419", "locale": "es-419"}, "", ""),
    ({"country": 5, "locale": ["en-US"]}, "GB", "GB"),
    ({"country": "{emergency}", "locale": "{emergency}"}, "GB", "GB"),
    # A country without a number is still the country: never another's number.
    ({"country": "XX", "locale": "en-US"}, "GB", "XX"),
    (None, "GB", "GB"),
    ("en-IE", "GB", "GB"),
    (["country"], "GB", "GB"),
]


@pytest.mark.parametrize(("metadata", "region", "country"), ORDER)
def test_country_is_the_pages_then_the_servers_then_the_browsers(metadata, region, country):
    numbers = Numbers.from_env({"BONAFIDE_REGION": region})

    assert numbers.country(metadata) == country


@pytest.mark.parametrize(
    ("said", "country"),
    [("GB", "GB"), ("gb", "GB"), (" gb ", "GB"), ("UK", "GB"), ("EL", "GR"), ("GBR", ""), (7, "")],
)
def test_a_country_is_read(said, country):
    assert parse_country(said) == country


@pytest.mark.parametrize(
    ("locale", "country"),
    [
        *(("en-GB", "GB"), ("en_ie", "IE"), ("zh-Hant-HK", "HK"), ("und-GB", "GB")),
        *(("de-CH-1996", "CH"), ("de_DE.UTF-8", "DE"), ("en-UK", "GB")),
        *(("en", ""), ("es-419", ""), ("ca-valencia", ""), ("en-u-ca-gregory", ""), (5, "")),
    ],
)
def test_the_country_of_a_locale(locale, country):
    assert country_of(locale) == country


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("BONAFIDE_REGION", "Britain"),
        ("BONAFIDE_REGION", "gb"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "999"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB="),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB=police"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB=police 999"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB=999,GB=112"),
        ("BONAFIDE_EMERGENCY_NUMBERS", "GB=999,,"),
        ("BONAFIDE_CRISIS_LINES", "GB=Samaritans"),
        ("BONAFIDE_CRISIS_LINES", "Samaritans 116 123"),
    ],
)
def test_malformed_setting_is_refused_by_name(key, value):
    with pytest.raises(SettingInvalid, match=key):
        Numbers.from_env({key: value})
