"""Reading a payload: what is missing or wrong counts as missing."""

import pytest

from bot.channels.messaging.rendering.links import MAX_URL, short_url
from bot.channels.messaging.rendering.turn import (
    MAX_HEADING,
    CitedSource,
    Number,
    clean_text,
    read_turn,
)
from tests.messaging.platforms import TURNS


def citation(**changes):
    return {**TURNS["answer"]["citations"][0], **changes}


def source(**changes):
    (found,) = read_turn({"citations": [citation(**changes)]}).sources
    return found


def test_a_source_names_section_origin_and_day():
    assert source() == CitedSource(
        "Osteoporosis and the immune system: the link",
        ", section “Is osteoporosis an autoimmune disease?”, published by Example Bone Charity, "
        "checked against its sources on 1 May 2026",
        "https://charity.example/link?page=1&lang=en",
    )


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        (
            {"section": "Bones", "page": 3, "origin": "", "checked": ""},
            ", section “Bones”, page 3",
        ),
        (
            {"section": "x" * 999, "page": 7, "origin": "", "checked": ""},
            f", section “{'x' * 119}…”, page 7",
        ),
        ({"section": "T", "title": "T", "origin": "P", "checked": "soon"}, ", P"),
        ({"section": None, "page": "3", "origin": 5, "checked": None}, ""),
    ],
)
def test_a_source_leaves_out_what_is_not_said(changes, details):
    assert source(**changes).details == details


def test_a_source_without_a_title_goes_by_what_it_has():
    assert source(title="", section="", checked="").title == "published by Example Bone Charity"


@pytest.mark.parametrize(("page", "details"), [(None, ""), (3, ", page 3")])
def test_a_section_that_is_the_heading_is_not_named_again(page, details):
    cited = citation(section="What is it?", page=page, origin="", checked="")
    (found,) = read_turn({"heading": "What is  it?", "citations": [cited]}).sources

    assert found.details == details


def test_a_heading_is_one_line_and_bounded():
    assert read_turn({"heading": "What\nis " + "it? " * 99}).heading.startswith("What is it?")
    assert len(read_turn({"heading": "it? " * 99}).heading) <= MAX_HEADING


@pytest.mark.parametrize(("kind", "answer_id"), [("answer", "a1"), ("clarify", "")])
def test_what_is_only_asked_back_cannot_be_rated(kind, answer_id):
    assert read_turn({"kind": kind, "answer_id": "a1"}).answer_id == answer_id


def test_several_passages_of_a_document_are_one_source():
    others = [
        citation(section="Which tests?", page=3),
        citation(section="Which tests?", page=3),
        citation(section="What then?"),
        citation(section="And then?"),
    ]
    cited = [citation(origin="", checked="", section="What is it?"), *others]
    (found,) = read_turn({"heading": "What is it?", "citations": cited}).sources

    assert found.details == ", also section “Which tests?”, page 3, also section “What then?”"


def test_what_is_only_named_leaves_the_rest_to_its_page():
    quoted, named = read_turn({"citations": [citation(), citation(document_id="b")]}).sources

    assert "checked against its sources on 1 May 2026" in quoted.details
    assert named.details.endswith(", published by Example Bone Charity")


@pytest.mark.parametrize(
    ("server", "path", "url"),
    [
        ("https://bot.example.org", "/library/hip#why", "https://bot.example.org/library/hip#why"),
        ("https://x.example/bot", "/library/hip", "https://x.example/bot/library/hip"),
        ("", "/library/hip#why", "https://charity.example/link?page=1&lang=en"),
        (
            "https://bot.example.org",
            "//evil.example",
            "https://charity.example/link?page=1&lang=en",
        ),
        ("https://bot.example.org", None, "https://charity.example/link?page=1&lang=en"),
    ],
)
def test_a_source_leads_to_the_passage_where_the_world_can_reach_it(monkeypatch, server, path, url):
    monkeypatch.setenv("BONAFIDE_PUBLIC_URL", server)

    assert source(path=path).url == url


def test_a_link_to_our_own_page_does_not_say_who_published_the_words(monkeypatch):
    monkeypatch.setenv("BONAFIDE_PUBLIC_URL", "https://bot.example.org")
    found = source(path="/library/hip#why", url="")

    assert found.url == "https://bot.example.org/library/hip#why"
    assert found.details.endswith("not reviewed by a clinician yet")


def test_the_same_source_is_named_once():
    assert len(read_turn({"citations": [citation(), citation(score=0.1)]}).sources) == 1


@pytest.mark.parametrize("field", ["citations", "suggestions", "numbers"])
@pytest.mark.parametrize("value", [None, "x", 5, {}, [None, 5, "x", [], {}]])
def test_lists_of_the_wrong_form_are_empty(field, value):
    turn = read_turn({"kind": "answer", "text": "t", field: value})

    assert (turn.sources, turn.choices, turn.numbers) == ((), (), ())


@pytest.mark.parametrize("href", ["javascript:alert(1)", "tel:", "tel:1;2", None, 5, "tel:९९९"])
def test_a_number_is_a_link_only_as_a_telephone(href):
    turn = read_turn({"numbers": [{"label": "L", "number": "999", "href": href}]})

    assert turn.numbers == (Number("L", "999", ""),)


@pytest.mark.parametrize("answer_id", [None, 5, "", "a b", "a" * 65, "a\n", '"}'])
def test_an_id_that_is_none_of_ours_is_no_id(answer_id):
    assert read_turn({"kind": "answer", "answer_id": answer_id}).answer_id == ""


def test_clean_leaves_lines_and_nothing_that_cannot_be_sent():
    assert clean_text(" a\r\n\r\n\u2028b\x00c\t\ud800 \n") == "a\nb c \ufffd"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/b?c=d&e=f#g", "https://a.example/b?c=d&e=f#g"),
        ("https://a.example/a_(b)|c", "https://a.example/a_%28b%29%7Cc"),
        ("https://a.example/é%20x", "https://a.example/%C3%A9%20x"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://a.example:8080/", "https://a.example:8080/"),
        ("https://bank.example@evil.example/", ""),
        ("https://a.example/b c", ""),
        ("javascript:alert(1)", ""),
        ("https:///x", ""),
        ("http://[::1", ""),
        ("https://a.example/" + "x" * MAX_URL, ""),
        ("https://a.example/\ud800", ""),
        (None, ""),
    ],
)
def test_only_an_address_of_the_web_is_a_link(url, safe):
    assert short_url(url) == safe
