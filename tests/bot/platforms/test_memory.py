"""What is remembered."""

from bot.channels.platforms.memory import Offers, Seen


def turn(*titles):
    return {"suggestions": [{"title": title, "payload": f"{title}?"} for title in titles]}


def titles(offers, conversation="a"):
    return [offer["title"] for offer in offers.of(conversation)]


def test_an_id_is_new_once():
    seen = Seen()

    assert [seen.add(each) for each in ("a", "b", "a")] == [True, True, False]
    seen.forget("a")
    assert seen.add("a")


def test_old_ids_are_forgotten():
    seen = Seen(max_ids=2)

    assert [seen.add(each) for each in "abca"] == [True] * 4


def test_the_latest_offers_come_first():
    offers = Offers()
    offers.add("a", [turn("one", "two"), {"text": "none"}])
    offers.add("a", [turn("three", "one")])

    assert titles(offers) == ["one", "three", "two"]
    assert titles(offers, "b") == []


def test_old_offers_and_conversations_are_forgotten():
    offers = Offers(max_conversations=2, max_offers=2)
    offers.add("a", [turn("one", "two", "three")])
    assert titles(offers) == ["three", "two"]
    offers.add("b", [turn("one")])
    offers.add("c", [turn("one")])

    assert titles(offers) == []


def test_odd_turns_offer_nothing():
    offers = Offers()
    offers.add("a", [{"suggestions": "x"}, {"suggestions": [None, 5]}, {}])

    assert offers.of("a") == []
