"""A setting with a slip in its name is named, with the one that was meant."""

import pytest

from settings.table import KEYS
from startup.faults import find_unknown_settings


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BONAFIDE_CONVERSATION_URL", "BONAFIDE_CONVERSATIONS_URL"),
        ("BONAFIDE_OUTCOME_URL", "BONAFIDE_OUTCOMES_URL"),
        ("bonafide_secret", "BONAFIDE_SECRET"),
        ("KNOWLEDGE_TOPK", "KNOWLEDGE_TOP_K"),
        ("KNOWLEDGE-INDEX", "KNOWLEDGE_INDEX"),
    ],
)
def test_an_unknown_name_is_named_with_the_nearest(name, meant):
    (fault,) = find_unknown_settings({name: "secret value", "PATH": "/bin"})

    assert fault.sentence == f"{name} is no setting (docs/setup.md). Did you mean {meant}?"
    assert not fault.may_pass


def test_a_name_like_no_other_is_named_alone():
    (fault,) = find_unknown_settings({"KNOWLEDGE_ZEBRAS_AND_QUINCES": ""})

    assert fault.sentence == "KNOWLEDGE_ZEBRAS_AND_QUINCES is no setting (docs/setup.md)."


def test_known_names_and_those_of_others_are_no_faults():
    assert (
        find_unknown_settings({name: "x" for name in [*KEYS, "PATH", "RASA_X", "MY_BONAFIDE_X"]})
        == []
    )
