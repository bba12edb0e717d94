"""benchmarks/markdown.py: sections are put between their markers, and nothing else changes."""

import pytest

from benchmarks.markdown import render_table, replace_section

BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    return path


def test_a_section_is_replaced_and_the_rest_stays(path):
    replace_section(path, "speed", r"new \1")

    assert path.read_text(encoding="utf-8") == f"before\n{BEGIN}\nnew \\1\n{END}\nafter\n"


@pytest.mark.parametrize("text", ["nothing", f"{END} {BEGIN}", f"{BEGIN} {END} {BEGIN} {END}"])
def test_a_document_without_its_markers_is_refused_as_it_is(path, text):
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match="speed: begin"):
        replace_section(path, "speed", "x")

    assert path.read_text(encoding="utf-8") == text


def test_columns_of_a_table_are_left_then_right():
    assert render_table(["a", "b"], [["1", "2"]]).splitlines()[1] == "| --- | ---: |"
