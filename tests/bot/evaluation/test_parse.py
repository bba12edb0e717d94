"""`python -m bot.evaluation.parse`: messages in, a line of JSON each out. No model is loaded."""

import io
import json
import os
import subprocess
import sys

import pytest

import bot.__main__
from bot.evaluation import parse

# Runs main in a fresh process, over a parse that needs no model, and fails when Rasa was loaded.
ALONE = """
import sys
from bot.evaluation import parse

parse.parse = lambda messages: [{"text": message} for message in messages]
parse.main()
tops = "rasa", "tensorflow"
# What is left out has a stand-in, without a file.
files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
loaded = sorted(name for name, file in files.items() if file and name.split(".")[0] in tops)
assert not loaded, loaded
"""


def understood(text):
    """Return what Rasa's agent says of a message, with keys that no benchmark needs."""
    return {
        "text": text,
        "intent": {"name": "ask_men", "confidence": 0.9},
        "intent_ranking": [{"name": "ask_men", "confidence": 0.9}],
        "entities": [{"entity": "condition", "value": "lupus", "start": 0, "end": 5}],
        "response_selector": {"all_retrieval_intents": []},
        "text_tokens": [(0, 5)],
    }


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs main with `lines` as standard input; returns what was asked and what was printed."""

    def command(lines, result=understood):
        asked = []

        def fake(messages):
            asked.extend(messages)
            return [result(message) for message in messages]

        monkeypatch.setattr(bot.__main__, "prepare_environment", lambda: None)
        monkeypatch.setattr(parse, "parse", fake)
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        parse.main()
        printed = [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]
        return asked, printed

    return command


def test_main_prints_what_is_understood_of_each_message_in_order(run):
    asked, printed = run('"can men get it"\n"lupus?"\n')

    assert asked == ["can men get it", "lupus?"]
    assert [line["text"] for line in printed] == asked


def test_main_prints_only_what_a_benchmark_reads(run):
    _, (line,) = run('"lupus"\n')

    whole = understood("lupus")
    assert line == {key: whole[key] for key in ("text", "intent", "intent_ranking", "entities")}


def test_main_prints_null_for_what_is_not_there(run):
    _, (line,) = run('"lupus"\n', result=lambda text: {"text": text})

    assert line == {"text": "lupus", "intent": None, "intent_ranking": None, "entities": None}


@pytest.mark.parametrize("lines", ["", "\n", "\n \n\t\n"])
def test_main_prints_nothing_for_no_message(run, lines):
    assert run(lines) == ([], [])


def test_main_skips_blank_lines_but_not_empty_messages(run):
    asked, printed = run('\n"a"\n\n""\n')

    assert asked == ["a", ""]
    assert len(printed) == 2


@pytest.mark.parametrize(
    "message",
    ["two\nlines", 'a "quoted" word', "hüft 🦴 骨", "\x00", "back\\slash", "\r\n"],
    ids=["newline", "quotes", "letters", "nul", "backslash", "return"],
)
def test_main_keeps_a_message_on_one_line_and_as_it_is(run, message):
    asked, printed = run(json.dumps(message) + "\n")

    assert asked == [message]
    assert [line["text"] for line in printed] == [message]


def test_main_refuses_a_line_that_is_no_json(run):
    with pytest.raises(json.JSONDecodeError):
        run("can men get it\n")


def test_main_sets_the_environment_up_before_the_model_is_loaded(monkeypatch):
    done = []
    monkeypatch.setattr(bot.__main__, "prepare_environment", lambda: done.append("environment"))
    monkeypatch.setattr(parse, "parse", lambda messages: done.append("parse") or [])
    monkeypatch.setattr(sys, "stdin", io.StringIO('"a"\n'))

    parse.main()

    assert done == ["environment", "parse"]


def test_main_itself_loads_no_rasa(root):
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, input='"can men get it"\n',
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["text"] == "can men get it"
