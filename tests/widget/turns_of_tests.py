"""Turns of every kind, as docs/contract.md has them."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FOLDER = Path(__file__).parents[1] / "data" / "messaging" / "turns"
GOLDEN = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}

PASSAGE = (
    "No, osteoporosis is not an autoimmune disease. An autoimmune disease is one where the immune "
    "system attacks the body it should protect. Osteoporosis is a disease that makes bones thin "
    "and easy to break.\nThe two are linked all the same: long inflammation can weaken bone."
)
HEADING = "Is osteoporosis an autoimmune disease?"
MARKS = ["No, osteoporosis is not an autoimmune disease."]
DISCLAIMER = (
    "This is general information, not advice about your own health. "
    "Please ask a doctor or nurse about that."
)


def citation(**changes: Any) -> Json:
    """Return a citation, with some fields changed."""
    return {
        "document_id": "autoimmune-link",
        "passage_id": "autoimmune-link#one",
        "title": "Osteoporosis and the immune system: the link",
        "section": HEADING,
        "page": None,
        "publisher": "Example Bone Charity",
        "origin": "published by Example Bone Charity",
        "path": "/library/autoimmune-link#one",
        "url": "https://charity.example/link",
        "checked": "2026-05-01",
        "reviewed_by": "",
        "text": PASSAGE,
        "score": 0.95,
        **changes,
    }


def suggestion(title: str, payload: str = "") -> Json:
    """Return a suggestion."""
    return {"title": title, "payload": payload or title, "passage_id": "document#section"}


GREETING: Json = {
    "kind": "chat",
    "text": "Hello, I am Bonafide, a computer program. I answer questions about osteoporosis and "
    "the immune system by quoting documents, and name each one.\nI give general information and "
    "cannot advise you on your own health. If this is an emergency, call your local emergency "
    "number now.\nWhat would you like to know?",
    "suggestions": [
        suggestion("Is osteoporosis an autoimmune disease?"),
        suggestion("What tests might I have?", "What tests are done for osteoporosis?"),
        suggestion("How can I keep my bones strong?"),
    ],
}
ANSWER: Json = {
    "kind": "answer",
    "answer_id": "a1",
    "preface": "",
    "heading": HEADING,
    "text": PASSAGE,
    "marks": MARKS,
    "citations": [
        citation(),
        citation(
            document_id="rheumatoid-arthritis",
            path="/library/rheumatoid-arthritis#bone",
            title="What is rheumatoid arthritis?",
            section="How does it affect bone?",
            text="Rheumatoid arthritis is an autoimmune disease. It can thin the bones.",
            url="https://charity.example/ra",
        ),
    ],
    "disclaimer": DISCLAIMER,
    "suggestions": [
        suggestion("How does inflammation weaken bone?"),
        suggestion("Which autoimmune diseases affect bones?"),
    ],
    "resolved_query": "is osteoporosis autoimmune?",
}
LIST: Json = {
    **GOLDEN["answer_with_list"],
    "preface": "I am sorry that you are worried about your bones.",
}
ADVICE: Json = {
    "kind": "advice",
    "answer_id": "a2",
    "text": "I cannot tell you whether to stop, pause or change a medicine. Never stop a "
    "prescribed medicine on your own, because that can be dangerous. Ask the doctor who "
    "prescribed it, or a pharmacist, before you change anything.",
    "preface": "That sounds hard.",
    "heading": HEADING,
    "quote": PASSAGE,
    "marks": MARKS,
    "citations": [citation()],
    "disclaimer": DISCLAIMER,
    "suggestions": [],
    "resolved_query": "stop",
}
CLARIFY: Json = {
    "kind": "clarify",
    "preface": "",
    "text": "That could mean several things. Which of these would you like to know? Choose one, "
    "or ask in other words.",
    "suggestions": [
        suggestion("What does a bone density scan show?"),
        suggestion("How long does a scan take?"),
        suggestion("What do the results mean?"),
    ],
    "resolved_query": "scan",
}
ABSTAIN: Json = {
    "kind": "abstain",
    "answer_id": "a3",
    "preface": "I am sorry that you are in pain.",
    "text": "I cannot find that in my documents, so I will not guess. A doctor, nurse or "
    "pharmacist can answer questions about your health.",
    "suggestions": [suggestion("Osteoporosis and the immune system: the link")],
    "resolved_query": "migraine",
}
EMERGENCY: Json = {
    "kind": "emergency",
    "text": "This could be a broken bone. Call 999 now.\nDo not try to stand or walk. Keep still "
    "until help comes.\nI am a computer program, and nobody reads this chat as you type.",
    "flag": "fracture",
    "numbers": [
        {"label": "Emergency services", "number": "999", "href": "tel:999"},
        {"label": "NHS 111", "number": "111", "href": "tel:111"},
    ],
}
TURNS = {
    "answer": ANSWER,
    "list": LIST,
    "advice": ADVICE,
    "clarify": CLARIFY,
    "abstain": ABSTAIN,
    "emergency": EMERGENCY,
}


def answer(text: str) -> list[Json]:
    """Return the turn of the kind that the text names; else words."""
    return [TURNS.get(text.split()[0], {"kind": "chat", "text": f"You said: {text}"})]
