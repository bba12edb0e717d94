"""What the first page promises of answers and sources is held by tests: each promise names them."""

import re
from html import unescape
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOME = ROOT / "bot/channels/web/site/home.html"
BASE = ROOT / "bot/channels/web/site/base.html"
# Sentence of the page -> the tests that fail when it is not true.
HELD_BY = {
    "Answers {about}, each with its source": [
        "tests/e2e/test_questions.py::test_citations_are_complete",
    ],
    "Each answer is copied word for word from a document.": [
        "tests/e2e/test_library.py::test_what_is_quoted_stands_where_the_citation_leads",
        "tests/knowledge/indexing/test_completeness.py::test_no_word_of_the_library_is_lost",
    ],
    "Nothing is made up.": [
        "tests/actions/test_answer.py::test_answer_quotes_the_whole_passage_under_its_heading",
        "tests/e2e/test_questions.py::test_question_is_answered_word_for_word",
    ],
    "Each answer links to the words in their document, and says when these were last checked "
    "against their sources.": [
        "tests/e2e/test_library.py::test_what_is_quoted_stands_where_the_citation_leads",
        "tests/e2e/test_library.py::test_all_documents_are_listed_and_open",
        "tests/bot/channels/web/test_pages.py::test_a_source_leads_to_the_words_on_this_server",
    ],
    "If the documents do not answer your question, it tells you so.": [
        "tests/actions/test_answer.py::test_refusal_names_what_is_covered_and_cites_nothing",
    ],
    "It does not guess.": [
        "tests/actions/test_answer.py::test_an_unsure_search_offers_headings_and_quotes_nothing",
    ],
    "Every answer is quoted word for word from a document that you can open.": [
        "tests/e2e/test_library.py::test_all_documents_are_listed_and_open",
    ],
}


def words_of(html: str) -> str:
    html = re.sub(r"{{ (\w+) }}", r"{\1}", html)
    return " ".join(unescape(re.sub(r"{[{%].*?[%}]}|<[^>]+>", "", html)).split())


def list_promises() -> list[str]:
    home = HOME.read_text(encoding="utf-8")
    (headline,) = re.findall(r"<h1>(.*?)</h1>", home)
    (proofs,) = re.findall(r'class="proofs".*?</section>', home, re.DOTALL)
    (described,) = re.findall(r"block description %}(.*?){%", BASE.read_text(encoding="utf-8"))
    paragraphs = [words_of(text) for text in re.findall(r"<p>(.*?)</p>", proofs)]
    sentences = [s for text in paragraphs for s in re.split(r"(?<=\.) ", text)]
    return [words_of(headline), *sentences, described.partition(". ")[2]]


def test_every_promise_is_held_by_a_test() -> None:
    assert sorted(list_promises()) == sorted(HELD_BY)


@pytest.mark.parametrize("name", sorted({name for names in HELD_BY.values() for name in names}))
def test_the_tests_that_hold_promises_are_there(name: str) -> None:
    path, _, test = name.partition("::")

    assert re.search(rf"^def {test}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
