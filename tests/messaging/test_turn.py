"""Reading a payload: what is missing or wrong counts as missing."""

import pytest

from bot.messaging.links import MAX_URL, safe_url
from bot.messaging.turn import MAX_HEADING, Number, Source, clean, read
from tests.messaging.platforms import TURNS


def citation(**changes):
    return {**TURNS["answer"]["citations"][0], **changes}


def source(**changes):
    (found,) = read({"citations": [citation(**changes)]}).sources
    return found


def test_a_source_names_section_publisher_and_day():
    assert source() == Source(
        "Osteoporosis and the immune system: the link",
        ", section “Is osteoporosis an autoimmune disease?”, Example Bone Charity, "
        "checked 1 May 2026",
        "https://charity.example/link?page=1&lang=en",
    )


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        (
            {"section": "Bones, page 3", "publisher": "", "reviewed": ""},
            ", section “Bones”, page 3",
        ),
        (
            {"section": "x" * 999 + ", page 7", "publisher": "", "reviewed": ""},
            f", section “{'x' * 119}…”, page 7",
        ),
        ({"section": "T", "title": "T", "publisher": "P", "reviewed": "soon"}, ", P"),
        ({"section": None, "publisher": 5, "reviewed": None}, ""),
    ],
)
def test_a_source_leaves_out_what_is_not_said(changes, details):
    assert source(**changes).details == details


def test_a_source_without_a_title_goes_by_what_it_has():
    assert source(title="", section="", reviewed="").title == "Example Bone Charity"


@pytest.mark.parametrize(("page", "details"), [("", ""), (", page 3", ", page 3")])
def test_a_section_that_is_the_heading_is_not_named_again(page, details):
    cited = citation(section="What is it?" + page, publisher="", reviewed="")
    (found,) = read({"heading": "What is  it?", "citations": [cited]}).sources

    assert found.details == details


def test_a_heading_is_one_line_and_bounded():
    assert read({"heading": "What\nis " + "it? " * 99}).heading.startswith("What is it?")
    assert len(read({"heading": "it? " * 99}).heading) <= MAX_HEADING


@pytest.mark.parametrize(("kind", "answer_id"), [("answer", "a1"), ("clarify", "")])
def test_what_is_only_asked_back_cannot_be_rated(kind, answer_id):
    assert read({"kind": kind, "answer_id": "a1"}).answer_id == answer_id


def test_the_same_source_is_named_once():
    assert len(read({"citations": [citation(), citation(score=0.1)]}).sources) == 1


@pytest.mark.parametrize("field", ["citations", "suggestions", "numbers"])
@pytest.mark.parametrize("value", [None, "x", 5, {}, [None, 5, "x", [], {}]])
def test_lists_of_the_wrong_form_are_empty(field, value):
    turn = read({"kind": "answer", "text": "t", field: value})

    assert (turn.sources, turn.choices, turn.numbers) == ((), (), ())


@pytest.mark.parametrize("href", ["javascript:alert(1)", "tel:", "tel:1;2", None, 5, "tel:९९९"])
def test_a_number_is_a_link_only_as_a_telephone(href):
    turn = read({"numbers": [{"label": "L", "number": "999", "href": href}]})

    assert turn.numbers == (Number("L", "999", ""),)


@pytest.mark.parametrize("answer_id", [None, 5, "", "a b", "a" * 65, "a\n", '"}'])
def test_an_id_that_is_none_of_ours_is_no_id(answer_id):
    assert read({"kind": "answer", "answer_id": answer_id}).answer_id == ""


def test_clean_leaves_lines_and_nothing_that_cannot_be_sent():
    assert clean(" a\r\n\r\n\u2028b\x00c\t\ud800 \n") == "a\nb c \ufffd"


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
    assert safe_url(url) == safe
