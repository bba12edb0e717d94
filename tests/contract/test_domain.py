"""domain.yml is the contract: every name in it has its other half, and back."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from profiles import Assistant
from profiles.words import find_faults

ROOT = Path(__file__).parents[2]
MIN_EXAMPLES = 25
# Rasa gives a message this intent by itself, and utters this response by itself on /restart.
NO_INTENT_OF_OURS = {"nlu_fallback"}
# Not about health.
OUT_OF_SCOPE = "out_of_scope"
# What is asked of any matter of health.
QUESTIONS = (
    *("ask_definition", "ask_symptoms", "ask_causes", "ask_risk_factors", "ask_tests"),
    *("ask_treatment", "ask_medicines", "ask_prevention", "ask_living", "ask_outlook"),
    "ask_services",
)
UTTERED_BY_RASA = {"utter_restart"}
# Entities of the command that a thumb sends; no message holds one.
RED_FLAG = "red_flag"  # of bot/components/red_flag_detector.py
LANGUAGE = "language"  # of bot/components/language_detector.py
ADVICE = "advice"  # of bot/components/personal_advice_detector.py
FEEDBACK = ("answer_id", "rating", "reason")
# Filled or read by actions, never uttered as they stand: these alone need no kind.
WITHOUT_KIND = {
    "utter_answer",
    "utter_covered",
    "utter_disclaimer",
    "utter_further",
    "utter_in_general",
    "utter_kind_afraid",
    "utter_kind_sad",
    "utter_go_on",
    "utter_own_language",
    "utter_disclaimer_short",
}


def load(path: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def values_of(node: Any, key: str) -> Iterator[str]:
    """Yield what stands under `key` anywhere in nested lists and mappings."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key and isinstance(value, str):
                yield value
            yield from values_of(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from values_of(item, key)


def values_of_lists(node: Any, key: str) -> list[Any]:
    """Return the items of the lists under `key` of each variant of a response."""
    return [item for variants in node.values() for v in variants for item in v.get(key) or []]


def plain_names(entries: list[Any]) -> list[str]:
    """Return the names of a list whose entries may carry options."""
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]


def examples_of(intent: dict[str, Any]) -> list[str]:
    return [line[2:].strip() for line in intent["examples"].splitlines() if line.startswith("- ")]


DOMAIN = load("domain.yml")
RULES = load("data/rules.yml")["rules"]
STORIES = load("data/stories.yml")["stories"]
CONVERSATIONS = load("tests/stories/test_conversations.yml")["stories"]
NLU = {entry["intent"]: examples_of(entry) for entry in load("data/nlu.yml")["nlu"]}
INTENTS = plain_names(DOMAIN["intents"])
TREES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "actions").rglob("*.py"))
}


def nodes(kind: type) -> Iterator[Any]:
    for tree in TREES.values():
        yield from (node for node in ast.walk(tree) if isinstance(node, kind))


def strings_in_actions() -> set[str]:
    return {node.value for node in nodes(ast.Constant) if isinstance(node.value, str)}


def action_names() -> list[str]:
    """Return what `name()` of each class in actions/ returns."""
    return [
        node.body[-1].value.value
        for cls in nodes(ast.ClassDef)
        for node in cls.body
        if isinstance(node, ast.FunctionDef)
        and node.name == "name"
        and isinstance(node.body[-1], ast.Return)
        and isinstance(node.body[-1].value, ast.Constant)
    ]


def slots_named_in_actions() -> Iterator[ast.expr]:
    """Yield the first argument of every SlotSet(...) and get_slot(...)."""
    for node in nodes(ast.Call):
        function = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if function in {"SlotSet", "get_slot"}:
            yield node.args[0]


def searched_intents() -> set[str]:
    """Return the intents that are answered from the library: those that no rule names."""
    return set(INTENTS) - set(values_of(RULES, "intent"))


def test_a_question_needs_no_rule():
    """What a profile adds has none either: what no rule names is answered from the library."""
    assert searched_intents() == set(QUESTIONS) | {OUT_OF_SCOPE}


def test_intents_of_domain_and_examples_are_the_same():
    assert Counter(INTENTS) == Counter(NLU.keys())


@pytest.mark.parametrize("intent", INTENTS)
def test_intent_has_enough_examples(intent):
    assert len(NLU[intent]) >= MIN_EXAMPLES


def test_no_example_stands_twice():
    counts = Counter(
        " ".join(example.casefold().split()) for examples in NLU.values() for example in examples
    )

    assert [example for example, count in counts.items() if count > 1] == []


def test_every_intent_of_a_rule_is_in_the_domain():
    assert set(values_of(RULES, "intent")) <= set(INTENTS)


def test_what_no_rule_names_is_answered_from_the_library():
    (policy,) = [each for each in load("config.yml")["policies"] if each["name"] == "RulePolicy"]

    assert policy["enable_fallback_prediction"]
    assert policy["core_fallback_action_name"] == "action_answer_question"


def test_no_intent_is_in_two_rules():
    assert [i for i, count in Counter(values_of(RULES, "intent")).items() if count > 1] == []


def test_every_intent_is_in_a_conversation_test():
    assert set(INTENTS) | NO_INTENT_OF_OURS == set(values_of(CONVERSATIONS, "intent"))


def test_every_action_of_a_rule_is_in_a_conversation_test():
    assert set(values_of(RULES, "action")) - {"action_listen"} == set(
        values_of(CONVERSATIONS, "action")
    )


def test_every_action_has_one_class_and_back():
    assert Counter(action_names()) == Counter(DOMAIN["actions"])


def test_every_action_of_rules_and_stories_is_in_the_domain():
    known = {*DOMAIN["actions"], *DOMAIN["responses"], "action_listen"}

    assert set(values_of([RULES, STORIES], "action")) - known == set()


def test_every_response_is_used_and_back():
    used = {text for text in strings_in_actions() if re.fullmatch(r"utter_\w+", text)}
    used |= {name for name in values_of([RULES, STORIES], "action") if name.startswith("utter_")}

    assert used | UTTERED_BY_RASA == set(DOMAIN["responses"]) | UTTERED_BY_RASA


def test_every_slot_of_an_action_is_in_the_domain_and_back():
    named = list(slots_named_in_actions())

    assert all(isinstance(argument, ast.Constant) for argument in named)
    of_responses = set(values_of(values_of_lists(DOMAIN["responses"], "condition"), "name"))
    assert {argument.value for argument in named} | of_responses == set(DOMAIN["slots"])


def test_every_slot_of_rules_and_stories_is_in_the_domain():
    steps = [
        step
        for block in [*RULES, *STORIES, *CONVERSATIONS]
        for step in block["steps"]
        if "slot_was_set" in step
    ]
    named = {name for step in steps for entry in step["slot_was_set"] for name in entry}

    assert named
    assert named - set(DOMAIN["slots"]) == set()


@pytest.mark.parametrize("response", DOMAIN["responses"])
def test_response_is_one_message(response):
    """Rasa sends what follows a blank line as a separate message."""
    texts = [variant["text"] for variant in DOMAIN["responses"][response]]

    assert [text for text in texts if not text.strip() or re.search(r"\n\s*\n", text)] == []


@pytest.mark.parametrize("response", DOMAIN["responses"])
def test_response_has_a_kind_of_the_contract(response):
    contract = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
    kinds = set(re.findall(r"^\| `(\w+)` \|", contract.split("## Kinds")[1].split("##")[0], re.M))
    assert {"answer", "abstain", "chat"} <= kinds

    found = [
        (variant.get("metadata") or {}).get("kind") for variant in DOMAIN["responses"][response]
    ]

    if response in WITHOUT_KIND:
        assert set(found) == {None}
    else:
        assert set(found) <= kinds


def test_no_response_has_words_of_one_assistant():
    """First questions, the subject and whom to ask come from the profile."""
    buttons = values_of_lists(DOMAIN["responses"], "buttons")

    assert buttons == []
    assert not re.search(r"osteoporosis|\bbones\b", str(DOMAIN["responses"]), re.IGNORECASE)


def test_what_stands_for_another_library_is_said_of_the_same_responses():
    """A response of a library that is not about health has the places of the one it replaces."""
    replaced = load("profiles/not_health.yml")

    assert find_faults(Assistant(responses=replaced), DOMAIN["responses"]) == []
    assert not re.search(r"doctor|nurse|pharmacist|medicine|health", str(replaced))


@pytest.mark.parametrize("response", DOMAIN["responses"])
def test_who_to_ask_in_health_is_named_only_where_it_can_be_turned_off(response):
    texts = str([variant["text"] for variant in DOMAIN["responses"][response]])

    if re.search(r"doctor|nurse|pharmacist|optician|dentist", texts):
        assert response in load("profiles/not_health.yml")


def test_entities_are_the_labels_of_the_vocabulary():
    tree = ast.parse((ROOT / "bot" / "vocabulary" / "names.py").read_text(encoding="utf-8"))
    (labels,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "LABELS"
    ]

    known = [*labels.values(), *FEEDBACK, ADVICE, RED_FLAG, LANGUAGE]
    assert Counter(plain_names(DOMAIN["entities"])) == Counter(known)
