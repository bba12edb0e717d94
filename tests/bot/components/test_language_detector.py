"""The detector of messages that are not in English, and what it leaves alone."""
# ruff: noqa: RUF001 - letters of other scripts are what it is about

import json
from pathlib import Path

import pytest
import yaml
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.language_detector import LanguageDetector
from bot.languages.detection import OTHER, SCRIPTS, detect_language, read_languages
from bot.matching.yaml_files import PhrasesInvalid

ROOT = Path(__file__).parents[3]
# What people ask, by language; some without accents, as typed on another keyboard.
FOREIGN = {
    "ar": ["ما هي هشاشة العظام؟", "عندي ألم في الظهر"],
    "bn": ["অস্টিওপোরোসিস কী?"],
    "de": [
        "Was ist Osteoporose?",
        "Ich habe Schmerzen im Rücken",
        "wie wird osteoporose behandelt",
        "Guten Tag, gibt es Tabletten gegen Osteoporose?",
        "soll ich alendronat absetzen",
    ],
    "el": ["Τι είναι η οστεοπόρωση;"],
    "es": [
        "¿Qué es la osteoporosis?",
        "que es la osteoporosis y como se trata, tengo dolor",
        "Me duele la espalda",
        "¿Puedo tomar alendronato con calcio?",
    ],
    "fa": ["پوکی استخوان چیست؟"],
    "fr": [
        "Qu'est-ce que l'ostéoporose ?",
        "Quels sont les symptômes",
        "j'ai mal au dos depuis hier",
        "Bonjour, comment soigner l’ostéoporose",
    ],
    "he": ["מהי אוסטאופורוזיס?"],
    "hi": ["ऑस्टियोपोरोसिस क्या है?"],
    "id": ["Apa itu osteoporosis?", "bagaimana cara mencegah osteoporosis"],
    "it": [
        "Che cos'è l'osteoporosi?",
        "quali sono i sintomi",
        "ho dolore alla schiena, cosa posso",
    ],
    "ja": ["骨粗しょう症とは何ですか", "カルシウム"],
    "ko": ["골다공증이 뭐예요?"],
    "nl": ["Wat is osteoporose en hoe wordt het behandeld?", "ik heb pijn in mijn rug"],
    "pl": ["Co to jest osteoporoza?", "czy mogę brać wapń", "Boli mnie kość"],
    "pt": ["O que é osteoporose? Quais são os sintomas", "tenho dor nas costas e não posso andar"],
    "ro": ["Ce este osteoporoza?", "cum se trateaza, am dureri si nu pot"],
    "ru": ["Что такое остеопороз?"],
    "tr": ["Osteoporoz nedir, nasıl tedavi edilir", "kemik erimesi belirtileri neler, ağrım var"],
    "uk": ["Що таке остеопороз і як його лікувати?"],
    "ur": ["ہڈیوں کی کمزوری کیا ہے؟"],
    "vi": ["Loãng xương là gì?"],
    "zh": ["什么是骨质疏松症？", "osteoporosis 是什么"],
    OTHER: ["โรคกระดูกพรุนคืออะไร", "Шта је остеопороза и како се лечи, које љекове"],
}
# Languages of the messages in the test sets that are foreign on purpose, one of each.
ELSEWHERE = ["ar", "de", "es", "fr", "hi", "it", "pl", "pt", "ru", "zh"]
# English with foreign names, titles, words and letters in it.
ENGLISH = [
    "",
    "2",
    "osteoporosis",
    "hallo there",
    "ciao",
    "Hola",
    "Maria de la Cruz",
    "My name is José María de la Peña and I have a T-score of -2.5",
    "I live in Las Vegas, is the sun good for vitamin D?",
    "van der Hoeve disease",
    "IL-6, TNF-α and IFN-γ blockers",
    "does il 17 on its own thin bone",
    "25 µg of vitamin D",
    "α β γ",
    "Ca²⁺ and º signs",
    "Is café au lait bad for bones?",
    "cauda equina, osteitis pubis, per os",
    "What does 'Was ist Osteoporose' mean?",
    "my mum says tengo dolor, what is that in English please",
    "what is 骨质疏松 in English",
    "EU guidelines and AI bots",
    "call an uber to the clinic",
    "juvenile arthritis is called JA",
    "JA is arthritis",
    "Is Forsteo or Prolia better?",
    "a touch of je ne sais quoi, la crosse, el nino",
    "Dr. Müller from Köln gave me Fosamax",
    "сan I drink milk",
    "\u202e\u200b\u0301",
]


def messages_of(text_files):
    """Yield every text in files of JSON lines."""

    def walk(node):
        if isinstance(node, str):
            yield node
        else:
            for each in node.values() if isinstance(node, dict) else node or ():
                yield from walk(each) if isinstance(each, (str, dict, list)) else ()

    for path in text_files:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from walk(json.loads(line))


def process(text, intent="greet"):
    entry = {"name": intent, "confidence": 0.9}
    message = Message({TEXT: text, INTENT: entry, INTENT_RANKING_KEY: [entry]})
    (found,) = LanguageDetector().process([message])
    return found


@pytest.mark.parametrize(
    ("language", "text"), [(code, text) for code, texts in FOREIGN.items() for text in texts]
)
def test_a_language_is_known_by_its_words(language, text):
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ENGLISH)
def test_english_with_words_of_others_is_english(text):
    assert detect_language(text) is None


def test_no_english_message_of_the_test_sets_is_taken_for_another():
    """Ten messages of the sets are foreign on purpose: they are known, and no other is."""
    texts = set(messages_of(sorted((ROOT / "tests" / "data").rglob("*.jsonl"))))
    for name in ("bot/red_flags/exemplars.yml", "bot/advice/exemplars.yml"):
        lists = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
        texts.update(text for lines in lists.values() for text in lines)
    for block in yaml.safe_load((ROOT / "data/nlu.yml").read_text(encoding="utf-8"))["nlu"]:
        texts.update(line[2:] for line in str(block.get("examples", "")).splitlines())
    for path in (ROOT / "knowledge" / "documents").glob("*.md"):
        texts.update(path.read_text(encoding="utf-8").splitlines())

    found = {text: language for text in texts if (language := detect_language(text))}

    assert len(texts) > 10_000
    assert sorted(found.values()) == ELSEWHERE, found


def test_each_language_has_its_line_in_the_domain():
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    lines = {each["id"]: each["text"] for each in domain["responses"]["utter_own_language"]}
    known = {*read_languages(), *SCRIPTS.values(), "uk", "ur", "fa"} - {OTHER}

    assert set(lines) == known
    assert {code: detect_language(line) for code, line in lines.items()} == {c: c for c in lines}


def test_a_foreign_message_is_out_of_scope_whatever_it_was_taken_for():
    message = process("¿Qué es la osteoporosis?")

    assert message.get(INTENT) == {"name": "out_of_scope", "confidence": 1.0}
    assert message.get(INTENT_RANKING_KEY) == [message.get(INTENT)]
    (entity,) = message.get(ENTITIES)
    assert (entity["entity"], entity["value"]) == ("language", "es")


def test_an_english_message_stays_as_it_was():
    message = process("hello there")

    assert message.get(INTENT)["name"] == "greet"
    assert not message.get(ENTITIES)


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "languages.yml"
    path.write_text("es: {sure: a}")

    with pytest.raises(PhrasesInvalid, match="'es' needs `sure` and `also`"):
        read_languages(path)
