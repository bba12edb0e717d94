"""Messages in other languages, over REST: said in both languages, and never before an emergency."""

import pytest

from tests.e2e.conftest import Assistant

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("¿Qué es la osteoporosis?", "Solo puedo responder en inglés."),
        ("Hola, buenos días", "Solo puedo responder en inglés."),
        ("Was ist Osteoporose?", "Ich kann nur auf Englisch antworten."),
        ("Puis-je arrêter l'alendronate ? Quels sont les risques", "Je ne peux répondre"),
        ("什么是骨质疏松症", "我只能用英语回答"),
    ],
)
def test_a_message_in_another_language_is_told_so(
    assistant: Assistant, text: str, line: str
) -> None:
    turn = assistant.turn(f"language {text}", text)

    assert turn["kind"] == "abstain"
    assert turn["text"].startswith(line)
    assert "\nI can only answer in English." in turn["text"]
    assert "In an emergency, call your local emergency number now." in turn["text"]
    assert turn["suggestions"]


@pytest.mark.parametrize(
    "text",
    [
        "¿Qué hago? chest pain, crushing, mi padre cannot breathe",
        "Hilfe, my mother collapsed and is not breathing, was soll ich tun",
    ],
)
def test_an_emergency_comes_first(assistant: Assistant, text: str) -> None:
    assert assistant.turn(f"language {text}", text)["kind"] == "emergency"
