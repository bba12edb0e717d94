"""The words of a rendering are those of domain.yml where it has them."""

from pathlib import Path

import yaml

from bot.channels.messaging.rendering import parts

RESPONSES = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text("utf-8"))[
    "responses"
]


def text_of(response):
    return RESPONSES[response][0]["text"]


def test_headings_of_choices_are_those_of_the_plain_text():
    assert text_of("utter_further") == parts.FURTHER
    assert text_of("utter_covered") == parts.COVERED


def test_what_stands_over_a_quote_and_a_source_is_the_same():
    assert text_of("utter_in_general").startswith(f"{parts.IN_GENERAL}\n")
    assert f"\n{parts.SOURCE_LABEL} {{source}}" in text_of("utter_in_general")
    assert f"\n{parts.SOURCE_LABEL} {{source}}" in text_of("utter_answer")
