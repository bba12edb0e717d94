"""The turn contract: its types, what is made from them, and docs/contract.md agree."""

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("pydantic", minversion="2", reason="Rasa pins an older one")

from contract import __main__ as made
from contract import library, turn, wording
from tests.contract.conformance import check_turn
from tests.widget.turns_of_tests import TURNS as WIDGET_TURNS

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "contract.md").read_text("utf-8")
# What an older and a later version send.
OTHERS = {"answer_without_address", "unknown_kind"}
TURNS = ROOT / "tests" / "data" / "messaging" / "turns"
GOLDEN = [path for path in sorted(TURNS.glob("*.json")) if path.stem not in OTHERS]
KINDS = {kind.__annotations__["kind"].__args__[0]: kind for kind in turn.Turn.__args__}
PARTS = (turn.Citation, turn.Suggestion, turn.PhoneNumber)


def test_the_schema_is_up_to_date():
    assert json.loads(made.SCHEMA.read_text("utf-8")) == made.make_schema()


def test_the_types_of_the_widget_are_up_to_date():
    assert made.TYPES.read_text("utf-8") == made.make_types(made.make_schema())


def test_every_field_is_described():
    for definition in made.make_schema()["$defs"].values():
        assert [f for f in definition["properties"].values() if "description" not in f] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_docs_name_every_field_of_a_kind_and_no_other(kind):
    (row,) = re.findall(rf"^\| `{kind}` \|[^|]*\|([^|]*)\|", DOCS, re.MULTILINE)
    known = {*(name for each in (*KINDS.values(), *PARTS) for name in each.__annotations__)}
    named = set(re.findall(r"`(\w+)", row)) & known
    fields = set(KINDS[kind].__annotations__) - {"kind", "text"}

    assert fields <= named <= fields | {"citations", "text", *turn.PhoneNumber.__annotations__}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_the_docs_name_every_field_of_a_part(part):
    assert [name for name in part.__annotations__ if not re.search(f'["`]{name}["`]', DOCS)] == []


def test_the_example_of_the_docs_keeps_to_the_types():
    (example,) = re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)

    check_turn(json.loads(example))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_turns_of_the_tests_keep_to_the_types(path):
    check_turn(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("name", WIDGET_TURNS)
def test_the_turns_of_the_widget_s_tests_keep_to_the_types(name):
    check_turn(WIDGET_TURNS[name])


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("2026-05-01", "checked against its sources on 1 May 2026"),
        *[("soon", ""), ("", ""), (None, "")],
    ],
)
def test_a_date_is_worded_only_where_it_is_one(iso, words):
    assert wording.format_checked(iso) == words


@pytest.mark.parametrize(
    ("reviewed_by", "url", "words"),
    [
        ("Dr A", "", "reviewed by Dr A"),
        ("Dr A", "https://a.example/", "reviewed by Dr A"),
        ("", "", "not reviewed by a clinician yet"),
        ("", "https://a.example/", ""),
        (5, "", "not reviewed by a clinician yet"),
    ],
)
def test_only_of_our_own_words_it_is_said_that_nobody_reviewed_them(reviewed_by, url, words):
    assert wording.format_review(reviewed_by, url=url) == words


@pytest.mark.parametrize(
    ("document_id", "anchor", "path"),
    [
        ("tests", "", "/library/tests"),
        ("leaflets/hip", "what-now", "/library/leaflets/hip#what-now"),
        ("a b?#ü", "c/d e", "/library/a%20b%3F%23%C3%BC#c%2Fd%20e"),
    ],
)
def test_a_path_holds_any_id(document_id, anchor, path):
    assert library.make_path(document_id, anchor) == path


@pytest.mark.parametrize(
    ("page", "words"), [(3, "page 3"), (None, ""), (0, ""), (-1, ""), ("3", ""), (True, "")]
)
def test_a_page_is_worded_only_where_it_is_one(page, words):
    assert wording.format_page(page) == words
