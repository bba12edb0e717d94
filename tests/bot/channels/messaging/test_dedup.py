"""What is remembered."""

from bot.channels.messaging.dedup import RecentSuggestions, SeenIds


def turn(*titles):
    return {"suggestions": [{"title": title, "payload": f"{title}?"} for title in titles]}


def titles(suggestions, conversation="a"):
    return [offer["title"] for offer in suggestions.of(conversation)]


def test_an_id_is_new_once():
    seen = SeenIds()

    assert [seen.add(each) for each in ("a", "b", "a")] == [True, True, False]
    assert seen.has("a")
    assert not seen.has("c")


def test_old_ids_are_forgotten():
    seen = SeenIds(max_ids=2)

    assert [seen.add(each) for each in "abca"] == [True] * 4


def test_the_latest_offers_come_first():
    suggestions = RecentSuggestions()
    suggestions.add("a", [turn("one", "two"), {"text": "none"}])
    suggestions.add("a", [turn("three", "one")])

    assert titles(suggestions) == ["one", "three", "two"]
    assert titles(suggestions, "b") == []


def test_old_offers_and_conversations_are_forgotten():
    suggestions = RecentSuggestions(max_conversations=2, max_suggestions=2)
    suggestions.add("a", [turn("one", "two", "three")])
    assert titles(suggestions) == ["three", "two"]
    suggestions.add("b", [turn("one")])
    suggestions.add("c", [turn("one")])

    assert titles(suggestions) == []


def test_odd_turns_offer_nothing():
    suggestions = RecentSuggestions()
    suggestions.add("a", [{"suggestions": "x"}, {"suggestions": [None, 5]}, {}])

    assert suggestions.of("a") == []
