"""The turns of a message, as they are collected."""

import asyncio

from bot.channels.collector import TurnCollector


def test_a_payload_is_a_turn_and_plain_words_are_chat():
    collector = TurnCollector()
    button = {"title": "Lupus", "payload": "What is lupus?", "type": "postback"}
    payload = {"kind": "answer", "text": "quoted"}
    said = [
        {"text": "quoted, with its source", "custom": payload},
        {"text": "plain"},
        {"text": "choose", "buttons": [button, {"title": "no payload"}]},
        {"text": "odd", "custom": {"no": "kind"}},
        {"image": "https://x.example/a.png"},
        {"text": None, "custom": {}},
    ]
    for one in said:
        asyncio.run(collector.send_response("me", one))

    choice = {"title": "Lupus", "payload": "What is lupus?"}
    assert collector.turns == [
        payload,
        {"kind": "chat", "text": "plain"},
        {"kind": "chat", "text": "choose", "suggestions": [choice]},
        {"kind": "chat", "text": "odd"},
        {"kind": "chat", "text": "https://x.example/a.png"},
    ]


def test_nothing_invisible_leaves_in_a_turn():
    collector = TurnCollector()
    citation = {"title": "a\u202eb", "score": 0.5, "marks": ["\u2066c"]}
    payload = {"kind": "answer", "text": "d\U000e0041\ud800\ne", "citations": [citation], "n": None}

    asyncio.run(collector.send_response("me", {"custom": payload}))
    asyncio.run(collector.send_response("me", {"text": "f\u202e"}))

    assert collector.turns == [
        {
            "kind": "answer",
            "text": "d\ufffd\ne",
            "citations": [{"title": "ab", "score": 0.5, "marks": ["c"]}],
            "n": None,
        },
        {"kind": "chat", "text": "f"},
    ]
