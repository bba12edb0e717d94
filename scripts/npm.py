"""Make the npm package of the widget in build/npm: scripts, types, and a description for editors.

`npm publish build/npm` publishes it; nothing here does.
"""

import argparse
import base64
import hashlib
import json
import re
import shutil
from pathlib import Path

from bot.channels.web.bundle import bundle, bundle_classic, bundle_styles
from bot.channels.web.minify import minify, minify_style

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "npm"
WIDGET = ROOT / "widget"
GUIDE = ROOT / "docs" / "widget.md"
# The names are those that a server sends the same files by.
ENTRY, CLASSIC, STYLES = "bonafide-chat.js", "bonafide-chat.iife.js", "bonafide-chat.css"
TYPES, MANIFEST = "bonafide-chat.d.ts", "custom-elements.json"
TAG, CLASS = "bonafide-chat", "BonafideChat"
# Beside the types of public.d.ts: in the widget's own checks these names are its own classes'.
GLOBALS = """
declare global {
  interface HTMLElementTagNameMap {
    "bonafide-chat": BonafideChat;
  }
  interface HTMLElementEventMap extends BonafideChatEvents {}
  interface DocumentEventMap extends BonafideChatEvents {}
  interface WindowEventMap extends BonafideChatEvents {}
}
"""
_ROW = re.compile(r"^\| (`[^|]*) \| ((?:[^|\\]|\\.)*) \|", re.MULTILINE)
_SETTING = re.compile(r"var\((--bonafide-[a-z-]+)")

Json = dict[str, object]


def main() -> None:
    """Write the package, and say how its scripts are named with their hashes."""
    parser = argparse.ArgumentParser(prog="python -m scripts.npm", description=__doc__)
    parser.add_argument("version", nargs="?", default="0.0.0", help="such as 1.2.0")
    version = parser.parse_args().version
    files = make_package(version)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    for name, text in files.items():
        (OUT / name).write_text(text, encoding="utf-8")
    print(f"{OUT.relative_to(ROOT)}: {', '.join(files)}")
    for name in (CLASSIC, ENTRY):
        kind = ' type="module"' if name == ENTRY else ""
        attributes = (
            f'src="…/{name}" integrity="{hash_script(files[name])}" crossorigin="anonymous"'
        )
        print(f"<script{kind} {attributes}></script>")


def make_package(version: str) -> dict[str, str]:
    """Return the files of the package by name.

    Args:
        version: Of the package.

    Raises:
        ValueError: The modules of the widget cannot be joined or shortened.
    """
    modules = {path.name: path.read_text(encoding="utf-8") for path in WIDGET.glob("*.js")}
    scripts = bundle(modules, ENTRY)
    scripts[CLASSIC] = bundle_classic(modules, ENTRY, name="Bonafide")
    files = {name: minify(text) for name, text in scripts.items()}
    files[STYLES] = minify_style(bundle_styles(modules))
    files[TYPES] = (WIDGET / "public.d.ts").read_text(encoding="utf-8") + GLOBALS
    files[MANIFEST] = format_json(describe_element(modules))
    files["README.md"] = GUIDE.read_text(encoding="utf-8")
    files["LICENSE"] = (ROOT / "LICENSE").read_text(encoding="utf-8")
    files["package.json"] = format_json(describe_package(version, sorted(files)))
    return files


def describe_package(version: str, files: list[str]) -> Json:
    """Return package.json for these files."""
    return {
        "name": TAG,
        "version": version,
        "description": "A chat that answers questions from documents and shows its sources.",
        "license": "Apache-2.0",
        "type": "module",
        "main": f"./{ENTRY}",
        "types": f"./{TYPES}",
        "exports": {
            ".": {"types": f"./{TYPES}", "default": f"./{ENTRY}"},
            **{f"./{name}": f"./{name}" for name in (CLASSIC, STYLES, MANIFEST, "package.json")},
        },
        # An import defines the element.
        "sideEffects": [f"./{ENTRY}", f"./{CLASSIC}"],
        "customElements": MANIFEST,
        "files": files,
    }


def describe_element(modules: dict[str, str]) -> Json:
    """Return the custom elements manifest (schema 1.0.0) of what docs/widget.md says.

    Args:
        modules: Text of each module of the widget by file name.
    """
    settings = sorted({name for text in modules.values() for name in _SETTING.findall(text)})
    declaration = {
        "kind": "class",
        "customElement": True,
        "name": CLASS,
        "tagName": TAG,
        "superclass": {"name": "HTMLElement"},
        "attributes": [
            {"name": name, "type": {"text": "boolean" if name == "open" else "string"}, **about}
            for name, about in read_table("## Attributes")
        ],
        "members": [
            {"kind": "field", "name": "open", "type": {"text": "boolean"}, "attribute": "open"},
            {"kind": "field", "name": "isInline", "type": {"text": "boolean"}, "readonly": True},
            {"kind": "method", "name": "ask", "parameters": [{"name": "text"}]},
        ],
        "events": [
            {"name": name, "type": {"text": "CustomEvent"}, **about}
            for name, about in read_table("## From a script")
        ],
        "cssProperties": [{"name": name} for name in settings],
    }
    exports = [
        {"kind": "js", "name": name, "declaration": {"name": name, "module": ENTRY}}
        for name in (CLASS, "mount", "unmount")
    ]
    element = {"name": CLASS, "module": ENTRY}
    exports.append({"kind": "custom-element-definition", "name": TAG, "declaration": element})
    functions = [{"kind": "function", "name": name} for name in ("mount", "unmount")]
    module = {
        "kind": "javascript-module",
        "path": ENTRY,
        "declarations": [declaration, *functions],
        "exports": exports,
    }
    return {"schemaVersion": "1.0.0", "modules": [module]}


def read_table(heading: str) -> list[tuple[str, Json]]:
    """Return the names in the first table under a heading of docs/widget.md, each described."""
    section = GUIDE.read_text(encoding="utf-8").partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    return [
        (name, {"description": description.replace("\\|", "|")})
        for names, description in _ROW.findall(section)
        for name in re.findall(r"`([^`]+)`", names)
    ]


def hash_script(text: str) -> str:
    """Return the hash of a script for the attribute `integrity`."""
    digest = hashlib.sha384(text.encode("utf-8")).digest()
    return f"sha384-{base64.b64encode(digest).decode('ascii')}"


def format_json(content: Json) -> str:
    """Return JSON as a file has it."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    main()
