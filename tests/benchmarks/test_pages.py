"""Pages as sites of many makers have them: their text is kept, most of their frame is not."""

import pytest

from benchmarks.retrieval.pages import PAGES, main, measure, read_as_text


def test_the_text_of_pages_is_kept_and_their_frame_is_not():
    measured = measure(PAGES, read_as_text)

    assert measured.n_text > 100
    assert measured.n_frame > 100
    assert measured.recall >= 0.99, measured.lost
    assert measured.frame_share <= 0.12, measured.stays


def test_what_is_lost_and_what_stays_is_counted(tmp_path, capsys):
    page = '<main><h1>A</h1><p data-expect="kept">One.</p><p data-expect="out">Two.</p></main>'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")

    main(["--folder", str(tmp_path), "--each"])
    assert capsys.readouterr().out == (
        "Bonafide: 1.000 of 1 pieces of text kept, 1.000 of 1 pieces of the frame\n"
        "  stays: a.html: two\n"
    )
    assert measure(tmp_path, lambda _: "").lost == ["a.html: one"]


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_each_page_marks_text(page):
    assert 'data-expect="kept"' in page.read_text(encoding="utf-8")
