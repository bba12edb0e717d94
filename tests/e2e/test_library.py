"""What an answer quotes stands on the page that its citation names: asked for, and read there."""

import re
import urllib.error
import urllib.request
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlencode

import pytest

from tests.e2e.conftest import ROOT, Assistant

pytestmark = pytest.mark.e2e

DOCUMENTS = sorted(
    path for path in (ROOT / "knowledge/documents").glob("*.md") if path.name != "SOURCES.md"
)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
SIGN = re.compile(r"^(- |\d+\. )", re.MULTILINE)


def read(assistant: Assistant, path: str, data: bytes | None = None) -> str:
    address = f"http://127.0.0.1:{assistant.port}{path}"
    with urllib.request.urlopen(urllib.request.Request(address, data), timeout=30) as reply:
        return str(reply.read().decode())


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def find_passage(html: str, anchor: str) -> str:
    """Return the words of the place that an address names; "" if there is none."""
    _, _, rest = html.partition(f'<div class="passage" id="{anchor}">')
    return words_of(rest.partition("</div>")[0])


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_what_is_quoted_stands_where_the_citation_leads(assistant: Assistant, path: Path) -> None:
    headings = HEADING.findall(path.read_text(encoding="utf-8"))
    cited = [
        citation
        for n, heading in enumerate(headings)
        for citation in assistant.turn(f"library {path.stem} {n}", heading).get("citations", [])
    ]

    assert path.stem in {citation["document_id"] for citation in cited}
    for citation in cited:
        page, _, anchor = citation["path"].partition("#")
        quoted = " ".join(SIGN.sub("", citation["text"]).split())
        assert quoted in find_passage(read(assistant, page), unquote(anchor)), citation["path"]


def test_all_documents_are_listed_and_open(assistant: Assistant) -> None:
    html = read(assistant, "/library")
    paths = re.findall(r'<h2><a href="(/library/[^"#]+)">', html)

    assert len(paths) == len(DOCUMENTS)
    for path in paths:
        words = words_of(read(assistant, path))
        assert "In our own words, from facts of" in words
        assert "checked against its sources on" in words
        assert "not reviewed by a clinician yet" in words
        assert "Where the facts come from" in words


def test_a_search_leads_to_a_place(assistant: Assistant) -> None:
    html = read(assistant, "/webhooks/web/library", urlencode({"q": "T-score"}).encode())
    first, *_ = re.findall(r'<a href="([^"]+)"', html.partition('<ol class="found">')[2])
    page, _, anchor = first.partition("#")

    assert "T-score" in find_passage(read(assistant, page), unquote(anchor))


def test_there_is_no_page_of_what_is_no_document(assistant: Assistant) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        read(assistant, "/library/SOURCES")

    caught.value.close()
    assert caught.value.code == 404
