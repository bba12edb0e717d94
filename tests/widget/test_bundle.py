"""The modules that the server joins are those that are written, and others are refused."""

import pytest

from tests.widget.bot_double import load_bundle, load_module, modules

pytestmark = pytest.mark.widget


def test_every_module_is_part_of_what_is_sent():
    sent = "".join(load_bundle()(modules(), "bonafide-chat.js").values())
    for name, text in modules().items():
        exports = [line for line in text.splitlines() if line.startswith("export ")]
        declared = [line for line in exports if not line.startswith("export {")]
        assert declared, name
        assert all(line.removeprefix("export ") in sent for line in declared), name


def test_modules_come_after_those_they_import():
    texts = {"a.js": 'import { b } from "./b.js";\nb();\n', "b.js": "export function b() {}\n"}
    assert load_bundle()(texts, "a.js") == {"a.js": "function b() {}\nb();\n"}


def test_what_comes_later_imports_from_the_entry_what_that_has():
    texts = {
        "a.js": 'import { b } from "./b.js";\nimport("./c.js");\n',
        "b.js": "export function b() {}\n",
        "c.js": 'import { b } from "./b.js";\nimport { d } from "./d.js";\nb(d);\n',
        "d.js": "export const d = 1;\n",
    }
    assert load_bundle()(texts, "a.js") == {
        "a.js": 'function b() {}\nimport("./c.js");\nexport { b };\n',
        "c.js": 'import { b } from "./a.js";\nconst d = 1;\nb(d);\n',
    }


def test_what_the_entry_forwards_is_exported():
    texts = {
        "a.js": 'import { c } from "./b.js";\nexport { b } from "./b.js";\nc();\n',
        "b.js": "export function b() {}\nexport const c = b;\n",
    }
    assert load_bundle()(texts, "a.js") == {
        "a.js": "function b() {}\nconst c = b;\nc();\nexport { b };\n"
    }


def test_a_classic_script_has_all_in_it():
    texts = {
        "a.js": 'import { x } from "./b.js";\nexport { x } from "./b.js";\n'
        'export const a = import("./c.js");\nx(import.meta.url);\n',
        "b.js": "export function x() {}\nconst WORDS = 1;\n",
        "c.js": 'import { x } from "./b.js";\n'
        "export const WORDS = 2;\nexport async function c() {}\n",
    }
    assert load_module("bundle").bundle_classic(texts, "a.js", name="App").splitlines() == [
        '"use strict";',
        "(() => {",
        'const SCRIPT_ADDRESS = document.currentScript?.src ?? "";',
        "function x() {}",
        "const WORDS = 1;",
        "const a = late_c();",
        "x(SCRIPT_ADDRESS);",
        "async function late_c() {",
        "const WORDS = 2;",
        "async function c() {}",
        "return { WORDS, c };",
        "}",
        "globalThis.App = { a, x };",
        "})();",
    ]


def test_the_styles_of_all_modules_are_one_file():
    texts = {
        "a.js": "const CSS = `\n.later {}\n`;\n",
        "style.js": "const CSS = `\n.first {}\n`;\n",
        "b.js": "const b = 1;\n",
    }
    assert load_module("bundle").bundle_styles(texts) == "\n.first {}\n\n.later {}\n"


def test_comments_and_indentation_are_left_out():
    text = "// one\n/**\n * two\n */\nconst a = /** @type {any} */ (1); // three\n  a();\n"
    assert load_bundle()({"a.js": text}, "a.js") == {"a.js": "const a = (1);\na();\n"}


def test_text_that_looks_like_a_comment_stays():
    text = 'const a = "http://b.example"; const c = "; // d";\n'
    assert load_bundle()({"a.js": text}, "a.js") == {"a.js": text}


CASES = {
    "const a = { b: 1, c: [2] };\n": "const a={b:1,c:[2]};",
    'say("a = b", `c + ${ d }`, x => x / 2 / y);\n': 'say("a = b",`c + ${ d }`,x=>x/2/y);',
    "a = b + +c - -d;\ne();\n": "a=b + +c - -d;e();",
    "const a = /[/\"] = '/g.test(b) ? .5 : 1;\n": "const a=/[/\"] = '/g.test(b)?.5:1;",
    "return /a b/;\n": "return /a b/;",
    "const a = () => {}\nb();\n": "const a=()=>{}\nb();",
    "a\n.b\n.c();\n": "a.b.c();",
    "class A {\n#long = 1;\nget #other() {\nreturn `${this.#long} #long`;\n}\n}\n": (
        "class A{#a=1;get #b(){return `${this.#a} #long`;}\n}\n"
    ),
    "const CSS = `\n.a > b, [c] :is(d) { e: calc(1px + 2px); }\n`;\n": (
        "const $a=` .a>b,[c] :is(d){e:calc(1px + 2px)}`;"
    ),
    'const CSS = `a::before { content: "; } "; color: #fff; }`;\n': (
        'const $a=`a::before{content:"; } ";color:#fff}`;'
    ),
}


@pytest.mark.parametrize("script", CASES)
def test_what_means_nothing_is_left_out(script: str):
    assert load_module("minify").minify(script) == CASES[script]


@pytest.mark.parametrize("script", ["a = `${`b`}`;\n", "a = 'b;\n", "a = /b\nc/;\n"])
def test_what_cannot_be_read_for_certain_is_refused(script: str):
    with pytest.raises(ValueError, match="line 1 cannot be read"):
        load_module("minify").minify(script)


@pytest.mark.parametrize(
    "texts",
    [
        {"a.js": 'import { b as c } from "./b.js";\n', "b.js": 'import "./a.js";\n'},
        {"a.js": 'import "./missing.js";\n'},
        {"a.js": 'import b from "./b.js";\n', "b.js": ""},
        {"a.js": "export { a };\n"},
        {"a.js": 'import("./b.js");\n', "b.js": 'import { a } from "./a.js";\n'},
        {"a.js": 'import "./b.js";\nconst x = 1;\n', "b.js": "const x = 2;\n"},
    ],
)
def test_other_forms_are_refused(texts: dict[str, str]):
    with pytest.raises(ValueError, match=r"imports itself|is missing|another form|is declared"):
        load_bundle()(texts, "a.js")
