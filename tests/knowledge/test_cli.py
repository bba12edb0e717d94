"""The command line: what it prints where, and how it exits."""

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from knowledge import cli, embed
from knowledge.embed import Encoder
from knowledge.search import retriever
from knowledge.settings import Settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """Standard error as one line, without a box around it."""
        return " ".join(self.err.replace("│", " ").split())


Run = Callable[..., Result]


@pytest.fixture
def copied(library: Settings, tmp_path: Path) -> Settings:
    """A copy of the library, to be changed; in a folder with an awkward, long name."""
    root = tmp_path / ("a folder with [a] long name " * 4).strip()
    shutil.copytree(library.documents[0].parent, root)
    return Settings(documents=(root / "documents",), index=root / "knowledge.db")


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    copied: Settings,
    encoder: Encoder,
) -> Run:
    """Runs a command over the copied library, in this process, with the encoder of the tests."""
    monkeypatch.setattr(embed, "load_encoder", lambda settings, **options: encoder)
    monkeypatch.setattr(retriever, "load_encoder", lambda settings, **options: encoder)
    monkeypatch.setenv("KNOWLEDGE_DOCUMENTS", str(copied.documents[0]))
    monkeypatch.setenv("KNOWLEDGE_INDEX", str(copied.index))
    monkeypatch.setattr(logging, "basicConfig", lambda **options: None)

    def command(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["knowledge", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Result(int(ended.value.code or 0), *capsys.readouterr())

    return command


def load_json(result: Result) -> Any:
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)


# ---- build


def test_build_writes_the_index_and_says_so(run: Run, copied: Settings) -> None:
    copied.index.unlink()

    result = run("build")

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(
        f"{copied.index}: 10 passages of 5 documents; 5 added; 10 passages embedded ("
    )
    assert copied.index.is_file()


def test_build_prints_its_manifest_for_machines(run: Run, copied: Settings) -> None:
    manifest = load_json(run("build", "--json"))

    assert manifest["index"] == str(copied.index)
    assert (manifest["n_documents"], manifest["n_passages"]) == (5, 10)
    assert manifest["encoder"] == "bag-of-words"


def test_build_says_that_nothing_changed(run: Run, copied: Settings) -> None:
    result = run("build")

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"{copied.index}: 10 passages of 5 documents; nothing changed (")


def test_build_counts_what_changed(run: Run, copied: Settings) -> None:
    (copied.documents[0] / "scan.md").unlink()
    (copied.documents[0] / "new.md").write_text("# Is milk good?\n\nMilk is good.")
    (copied.documents[0] / "falls.md").write_text(
        "# Rugs?\n\nLoose rugs are the first thing to go."
    )

    assert "; 1 added, 1 changed, 1 removed; 2 passages embedded (" in run("build").out


def test_build_prints_what_changed_for_machines(run: Run, copied: Settings) -> None:
    (copied.documents[0] / "scan.md").unlink()

    printed = load_json(run("build", "--json"))

    assert printed.items() >= {"added": 0, "changed": 0, "removed": 1, "embedded": 0}.items()
    assert printed["unreadable"] == []


def test_build_names_an_unreadable_document_and_builds_the_rest(run: Run, copied: Settings) -> None:
    bad = copied.documents[0] / "bad.md"
    bad.write_text("---\nnever: closed\n")
    (copied.documents[0] / "new.md").write_text("# Is milk good?\n\nMilk is good.")

    result = run("build")

    assert result.code == 3
    assert result.err == f"Cannot read {bad}: its front matter has no closing --- line.\n"
    assert f"{copied.index}: 11 passages of 6 documents; 1 added; " in result.out


def test_build_prints_unreadable_documents_for_machines(run: Run, copied: Settings) -> None:
    bad = copied.documents[0] / "bad.md"
    bad.write_text("---\nnever: closed\n")

    result = run("build", "--json")

    reason = "its front matter has no closing --- line."
    assert result.code == 3
    assert json.loads(result.out)["unreadable"] == [{"path": str(bad), "reason": reason}]


def test_build_passes_over_other_kinds_and_ends_well(run: Run, copied: Settings) -> None:
    for name in ("a.png", "b.png", "c.odt"):
        (copied.documents[0] / name).write_text("anything")

    result = run("build")

    assert (result.code, "nothing changed" in result.out) == (0, True)
    assert result.err == (
        f"Passed over: 2 files .png, of a kind that is not read, as {copied.documents[0]}/a.png\n"
        f"Passed over: 1 file .odt, of a kind that is not read: {copied.documents[0]}/c.odt\n"
    )


def test_build_names_a_line_that_is_ignored_and_ends_well(run: Run, copied: Settings) -> None:
    (copied.documents[0] / "a.md").write_text("---\nurl: /falls/\npublisher: NHS\n---\nText.")

    result = run("build")

    assert (result.code, "1 added" in result.out) == (0, True)
    assert result.err.startswith(f"{copied.documents[0]}/a.md: `url: /falls/` in its front matter")


def test_build_names_so_many_and_counts_the_rest(
    run: Run, copied: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "MAX_LINES", 2)
    for name in "abcd":
        (copied.documents[0] / f"{name}.md").write_text("")

    lines = run("build").err.splitlines()

    assert len(lines) == 3
    assert lines[-1] == "And 2 more: python -m knowledge inspect lists all."


def test_build_names_what_is_left_out_each_time(run: Run, copied: Settings) -> None:
    (copied.documents[0] / "bad.md").write_text("")

    first, second, shown = run("build"), run("build"), run("inspect")
    (copied.documents[0] / "bad.md").unlink()
    mended = run("build")

    assert (first.code, second.code, mended.code) == (3, 3, 0)
    assert first.err == second.err == f"Cannot read {copied.documents[0]}/bad.md: it is empty.\n"
    assert f"left out: {copied.documents[0]}/bad.md: it is empty.\n" in shown.out
    assert "left out" not in run("inspect").out


def test_build_says_what_the_owner_should_see_to(run: Run, copied: Settings) -> None:
    (copied.documents[0] / "bare.md").write_text("Text.")
    (copied.documents[0] / "old.md").write_text(
        "---\npublisher: NHS\nreview_due: 2020-01-01\n---\nText."
    )

    result = run("build")
    printed = json.loads(run("build", "--json").out)

    assert result.out.splitlines()[-1].startswith(
        "1 document lacks a publisher, 1 is due for review."
    )
    assert (printed["without_publisher"], printed["due_for_review"]) == (["bare"], ["old"])


def test_build_says_that_the_index_cannot_be_written(run: Run, copied: Settings) -> None:
    copied.index.unlink()
    copied.index.mkdir()

    result = run("build")

    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"Cannot use the index {copied.index}: it is a folder. Name a file in KNOWLEDGE_INDEX.\n"
    )


def test_build_names_a_missing_folder(run: Run, copied: Settings) -> None:
    shutil.rmtree(copied.documents[0])

    result = run("build")

    assert result.code == 1
    assert result.err == f"Cannot read {copied.documents[0]}: there is no such folder.\n"


def test_build_that_watches_names_a_missing_folder(run: Run, copied: Settings) -> None:
    shutil.rmtree(copied.documents[0])

    result = run("build", "--watch")

    assert result.code == 1
    assert result.err == f"Cannot read {copied.documents[0]}: there is no such folder.\n"


def test_build_that_watches_prints_what_went_wrong_and_goes_on(
    run: Run, copied: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_once(*folders: Path, **options: object) -> Iterator[set[str]]:
        yield set()
        shutil.rmtree(copied.documents[0])
        yield {"gone"}

    monkeypatch.setattr(watchfiles, "watch", change_once)

    result = run("build", "--watch")

    assert result.code == 0
    assert "nothing changed" in result.out
    assert result.err == f"Cannot read {copied.documents[0]}: there is no such folder.\n"


# ---- search


def test_search_shows_passages_with_their_figures(run: Run) -> None:
    result = run("search", "Which foods hold calcium?")

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("1. Calcium in food > Which foods hold calcium?\n   answers ")
    assert "Milk, yoghurt and sardines are rich in calcium." in " ".join(result.out.split())


def test_search_prints_hits_for_machines(run: Run, copied: Settings) -> None:
    hits = load_json(run("search", "Which foods hold calcium?", "--json"))

    assert len(hits) == copied.top_k
    assert hits[0].items() >= {
        "rank": 1,
        "passage_id": "calcium#which-foods-hold-calcium",
        "document_id": "calcium",
        "title": "Calcium in food",
        "section": "Which foods hold calcium?",
        "publisher": "The Library",
        "origin": "published by The Library",
        "url": "https://library.example/calcium",
        "checked": "2026-05-01",
    }.items()  # fmt: skip
    assert all(mark in hit["text"] for hit in hits for mark in hit["marks"])
    assert all(0 <= hit["score"] <= 1 for hit in hits)


@pytest.mark.parametrize("top_k", [1, 7])
def test_search_shows_as_many_as_asked(run: Run, top_k: int) -> None:
    assert len(load_json(run("search", "calcium", "--json", "--top-k", str(top_k)))) == top_k


def read_figures(result: Result) -> list[str]:
    return [line for line in result.out.splitlines() if line.startswith("   answers ")]


def test_search_shows_how_likely_each_passage_answers(run: Run) -> None:
    query = "Which foods hold calcium?"
    hits = load_json(run("search", query, "--json"))

    figures = read_figures(run("search", query))

    assert [line.split("(")[0].split() for line in figures] == [
        f"answers with probability {hit['score']:.2f}".split() for hit in hits
    ]


@pytest.mark.parametrize("threshold", ["0", "0.5", "1"])
def test_search_marks_what_is_below_the_threshold(
    run: Run, monkeypatch: pytest.MonkeyPatch, threshold: str
) -> None:
    monkeypatch.setenv("KNOWLEDGE_THRESHOLD", threshold)
    hits = load_json(run("search", "Which foods hold calcium?", "--json"))

    figures = read_figures(run("search", "Which foods hold calcium?"))

    assert ["below the threshold" in line for line in figures] == [
        hit["score"] < float(threshold) for hit in hits
    ]


def test_search_says_that_nothing_was_found(run: Run) -> None:
    result = run("search", "🦴?")

    assert (result.code, result.out, result.err) == (0, "", "Nothing found.\n")


def test_search_prints_no_hits_as_an_empty_list(run: Run) -> None:
    assert load_json(run("search", "🦴?", "--json")) == []


@pytest.mark.parametrize("query", ["", "  ", "\n\t"])
def test_search_refuses_a_blank_question(run: Run, query: str) -> None:
    result = run("search", query)

    assert (result.code, result.out) == (2, "")
    assert "The question is blank." in result.message


# ---- inspect


def test_inspect_lists_documents_and_manifest(run: Run) -> None:
    result = run("inspect")

    assert (result.code, result.err) == (0, "")
    assert "bone_density_scan" in result.out
    assert "n_passages: 10" in result.out


def test_inspect_prints_documents_for_machines(run: Run) -> None:
    printed = load_json(run("inspect", "--json"))

    assert printed["manifest"]["n_passages"] == 10
    assert printed["documents"][0] == {
        "id": "calcium",
        "title": "Calcium in food",
        "topic": "calcium",
        "checked": "2026-05-01",
        "publisher": "The Library",
        "review_due": "",
        "n_passages": 2,
    }


def test_inspect_shows_a_document_word_for_word(run: Run) -> None:
    result = run("inspect", "exercise")

    assert (result.code, result.err) == (0, "")
    assert "Which sports make bones stronger?\n" in result.out
    assert "- Squat with a straight back.\n- Push against a wall." in result.out


def test_inspect_prints_passages_for_machines(run: Run) -> None:
    passages = load_json(run("inspect", "calcium", "--json"))

    assert [passage["position"] for passage in passages] == [0, 1]
    assert passages[1]["questions"] == ["what is my daily allowance", "dairy for pensioners"]


def test_inspect_of_an_unknown_document_names_those_there_are(run: Run) -> None:
    result = run("inspect", "unicorns")

    assert (result.code, result.out) == (2, "")
    assert "No document 'unicorns'. There are: calcium, exercise, falls, scan" in result.message


def test_inspect_shows_names_as_they_are(run: Run, copied: Settings) -> None:
    name = "a-rather-long-name-of-a-document"
    (copied.documents[0] / f"{name}.md").write_text("---\ntitle: '[/b] [men]'\n---\nText.")
    run("build")

    result = run("inspect")

    assert result.code == 0
    assert name in result.out
    assert "[men]" in result.out


def test_inspect_can_be_read_on_a_narrow_screen(
    run: Run, copied: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "living-well-with-osteoporosis-a-guide-for-people-and-their-families-2026-final-v2"
    title = "Living well with osteoporosis, a guide for people and for their families at home"
    (copied.documents[0] / f"{name}.md").write_text(f"---\ntitle: {title}\n---\nText.")
    run("build")
    monkeypatch.setenv("COLUMNS", "80")

    lines = run("inspect").out.splitlines()

    start = lines.index(name)
    assert lines[start + 1].startswith("    Living well with osteoporosis, a guide for people and")
    assert lines[start + 2].strip() == "home · no publisher · 1 passage"
    assert all(len(line) <= 80 for line in lines if not line.startswith(("corpus", name)))


# ---- expected failures


@pytest.mark.parametrize("arguments", [("search", "calcium"), ("inspect",), ("inspect", "falls")])
def test_without_an_index_a_command_says_how_to_make_one(
    run: Run, copied: Settings, arguments: tuple[str, ...]
) -> None:
    copied.index.unlink()

    result = run(*arguments)

    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f'No index at {copied.index} (there is no such file). Run "python -m knowledge build".\n'
    )


def test_search_refuses_the_index_of_another_encoder(
    run: Run, make_encoder: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        retriever, "load_encoder", lambda settings, **options: make_encoder(name="another")
    )

    result = run("search", "calcium")

    assert (result.code, result.out) == (1, "")
    assert "The index has encoder 'bag-of-words', expected 'another'." in result.err
    assert 'Run "python -m knowledge build"' in result.err


@pytest.mark.parametrize("arguments", [("build",), ("search", "calcium"), ("inspect",)])
def test_a_bad_setting_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("KNOWLEDGE_TOP_K", "many")

    result = run(*arguments)

    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "KNOWLEDGE_TOP_K: expected a whole number from 1 to 8, found 'many'. "
        "Correct it in the environment or in .env (docs/setup.md).\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [(), ("unknown",), ("search",), ("search", "a", "b"), ("search", "a", "--top-k", "0"),
     ("search", "a", "--top-k", "x"), ("build", "--unknown"), ("inspect", "a", "b")],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == 2


# ---- as a program


def start(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "KNOWLEDGE_INDEX": str(tmp_path / "none.db"),
        "KNOWLEDGE_ENCODER": str(tmp_path / "none"),
    }
    command = [sys.executable, "-m", "knowledge", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_program_shows_its_commands(tmp_path: Path) -> None:
    done = start(tmp_path, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in ("build", "search", "inspect"))


@pytest.mark.parametrize(
    ("arguments", "what"), [(["inspect"], "none.db"), (["search", "calcium"], "make encoder")]
)
def test_program_ends_with_1_and_one_message(
    tmp_path: Path, arguments: list[str], what: str
) -> None:
    done = start(tmp_path, *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert what in done.stderr
    assert "Traceback" not in done.stderr
