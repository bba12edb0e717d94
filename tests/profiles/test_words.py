"""The words of an assistant fill the responses of domain.yml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from profiles import Assistant, MadeWords, Starter, is_complete, make_words, read_profile
from profiles.words import find_faults

EXAMPLE = read_profile(Path("tests/data/profile")).assistant
DOMAIN = yaml.safe_load(Path("domain.yml").read_text(encoding="utf-8"))["responses"]
MADE = MadeWords(("Kidney stones", "Dialysis at home"), 2, ("What are kidney stones?",))


def word(assistant: Assistant, made: MadeWords = MADE, **environ: str) -> dict[str, Any]:
    return make_words(assistant, made, environ).word(DOMAIN)


def text_of(response: str, assistant: Assistant, made: MadeWords = MADE, **environ: str) -> str:
    return word(assistant, made, **environ)[response][0]["text"]


def test_a_greeting_names_the_assistant_and_its_subject():
    greeting = text_of("utter_greet", EXAMPLE, BONAFIDE_NAME="Airwise")

    assert greeting.startswith(
        "Hello, I am Airwise, a computer program. I answer questions about asthma and inhalers by "
        "quoting documents, and name each one.\nI give general information"
    )
    assert "call {emergency} now" in greeting


def test_a_greeting_of_ones_own_keeps_the_number_to_call():
    greeting = text_of("utter_greet", Assistant(greeting="Hi! Ask {name} about {subject}."))

    assert greeting.startswith("Hi! Ask Bonafide about “Kidney stones” and “Dialysis at home”.\n")
    assert "{emergency}" in greeting


def test_first_questions_stand_under_what_says_so():
    worded = word(EXAMPLE)

    assert worded["utter_greet"][0]["buttons"][1] == {
        "title": "What sets asthma off?",
        "payload": "Which things can set off asthma?",
    }
    assert "buttons" not in worded["utter_goodbye"][0]


def test_what_nobody_wrote_is_made_from_the_documents():
    worded = word(Assistant())

    titles = "“Kidney stones” and “Dialysis at home”"
    assert f"questions about {titles} by quoting" in worded["utter_greet"][0]["text"]
    assert f"They are about {titles}." in worded["utter_abstain_other"][0]["text"]
    assert f"what my documents cover: {titles}. I quote" in worded["utter_capabilities"][0]["text"]
    assert worded["utter_greet"][0]["buttons"] == [
        {"title": "What are kidney stones?", "payload": "What are kidney stones?"}
    ]


def test_more_documents_than_are_named_are_counted():
    made = MadeWords(tuple("ABCDEFGH"), 62)

    assert "about “A”, “B”, “C” and more by" in text_of("utter_greet", Assistant(), made)
    assert "“G”, “H” and 54 more." in text_of("utter_capabilities", Assistant(), made)


def test_a_title_with_braces_is_no_place_to_fill():
    greeting = text_of("utter_greet", Assistant(), MadeWords(("The {emergency} room",), 1))

    assert "“The (emergency) room”" in greeting


def test_without_documents_general_words_are_said():
    worded = word(Assistant(), MadeWords())

    assert "questions about health by quoting" in worded["utter_greet"][0]["text"]
    assert worded["utter_greet"][0]["buttons"] == []


def test_whom_to_ask_is_said_where_nothing_was_found():
    said = text_of("utter_abstain", EXAMPLE)

    assert "please ask your asthma nurse or a pharmacist." in said
    assert "please ask a doctor, nurse or pharmacist." in text_of("utter_abstain", Assistant())


def test_who_runs_it_is_what_the_setting_says_else_the_profile():
    assert "run by Example Asthma Charity." in text_of("utter_maker", EXAMPLE)
    assert "run by Clinic." in text_of("utter_maker", EXAMPLE, BONAFIDE_OPERATOR="Clinic")
    assert "ask them who they are" in text_of("utter_maker", Assistant())


def test_no_place_of_a_profile_is_left():
    for name, variants in word(Assistant()).items():
        for variant in variants:
            left = {"{name}", "{subject}", "{ask_whom}", "{greeting}", "{capabilities}", "{run_by}"}
            assert not [place for place in left if place in variant["text"]], name


def test_worded_twice_is_worded_once():
    words = make_words(EXAMPLE, MADE, {})

    assert words.word(words.word(DOMAIN)) == words.word(DOMAIN)


def test_a_disclaimer_and_a_response_of_ones_own_are_said():
    own = Assistant(disclaimer="Ask us.", responses={"utter_thank": "Glad to help, says {name}"})

    assert text_of("utter_disclaimer", own) == "Ask us."
    assert text_of("utter_thank", own) == "Glad to help, says Bonafide"


def test_a_library_that_is_not_about_health_sends_nobody_to_a_doctor():
    worded = word(Assistant(is_health=False))

    said = {name: variants[0]["text"] for name, variants in worded.items()}
    found = [name for name, text in said.items() if "doctor" in text or "nurse" in text]
    assert found == []
    assert worded["utter_emergency"] == DOMAIN["utter_emergency"]


def test_words_of_ones_own_are_checked_against_the_domain():
    assert find_faults(Assistant(responses={"utter_thank": "Thank you!"}), DOMAIN) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("utter_thanks", "Thank you", "is no response of domain.yml"),
        ("utter_emergency", "Call us", "is said as it stands"),
        ("utter_abstain", "No.", "needs these places: {choices}, {preface}; it has none"),
        ("utter_help", "What with?", "needs these places: {emergency}; it has none"),
        ("utter_thank", "Hello {you}", "needs these places: none; it has {you}"),
    ],
)
def test_words_that_do_not_fit_are_named(name: str, text: str, words: str):
    (fault,) = find_faults(Assistant(responses={name: text}), DOMAIN)

    assert fault.startswith(f"assistant.yml: responses.{name}: it ")
    assert words in fault


def test_all_is_written_or_something_is_made():
    assert is_complete(
        Assistant(subject="a", starters=(Starter("b", "b"),), capabilities="You can ask.")
    )
    assert not is_complete(EXAMPLE)
