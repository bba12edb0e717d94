"""The exemplars of advice and of calm messages are of many fields of medicine."""

import re

import pytest

from bot.advice.classifier import read_exemplars
from bot.red_flags.classifier import CALM
from bot.red_flags.classifier import read_exemplars as read_red_flags

BONES = re.compile(
    r"osteo|\bbone|alendron|bisphos|denosumab|prolia|dexa|t-score|zoledr|risedr|fosamax", re.I
)


def test_bones_are_one_field_of_many():
    advice = [text for _, text in read_exemplars()]
    calm = [text for kind, text in read_red_flags() if kind == CALM]

    assert sum(bool(BONES.search(text)) for text in advice) / len(advice) < 0.25
    assert sum(bool(BONES.search(text)) for text in calm) / len(calm) < 0.25


FIELDS = {
    "diabetes": "diabet|insulin|metformin|ozempic",
    "heart": "heart|ramipril|statin|lipitor|blood pressure",
    "thyroid": "thyro|synthroid",
    "lungs": "inhaler|asthma|montelukast|singulair",
    "epilepsy": "epilep|lamotrigine|keppra",
    "kidneys": "kidney|sevelamer|renvela",
    "mood": "depress|sertraline|zoloft",
    "skin": "psoria|isotretinoin|eczema",
}


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_exemplars_of_advice(field):
    texts = [text.casefold() for _, text in read_exemplars()]

    assert sum(bool(re.search(FIELDS[field], text)) for text in texts) >= 10
