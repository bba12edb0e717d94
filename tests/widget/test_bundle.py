"""The modules that the server joins are those that are written, and others are refused."""

import pytest

from tests.widget.bot_double import bundled, load_bundle, modules

pytestmark = pytest.mark.widget


def test_every_module_is_part_of_what_is_sent():
    sent = bundled("bonafide-chat.js") + bundled("extras.js")
    for name, text in modules().items():
        declared = [line for line in text.splitlines() if line.startswith("export ")]
        assert declared, name
        assert all(line.removeprefix("export ") in sent for line in declared), name


def test_modules_come_after_those_they_import():
    texts = {"a.js": 'import { b } from "./b.js";\nb();\n', "b.js": "export function b() {}\n"}
    assert load_bundle()(texts, "a.js") == "function b() {}\nb();\n"


def test_comments_and_indentation_are_left_out():
    text = "// one\n/**\n * two\n */\nconst a = /** @type {any} */ (1); // three\n  a();\n"
    assert load_bundle()({"a.js": text}, "a.js") == "const a = (1);\na();\n"


def test_text_that_looks_like_a_comment_stays():
    text = 'const a = "http://b.example"; const c = "; // d";\n'
    assert load_bundle()({"a.js": text}, "a.js") == text


@pytest.mark.parametrize(
    "texts",
    [
        {"a.js": 'import { b as c } from "./b.js";\n', "b.js": 'import "./a.js";\n'},
        {"a.js": 'import "./missing.js";\n'},
        {"a.js": 'import b from "./b.js";\n', "b.js": ""},
        {"a.js": "export { a };\n"},
        {"a.js": 'import "./b.js";\nconst x = 1;\n', "b.js": "const x = 2;\n"},
    ],
)
def test_other_forms_are_refused(texts: dict[str, str]):
    with pytest.raises(ValueError, match=r"imports itself|another form|is declared"):
        load_bundle()(texts, "a.js")
