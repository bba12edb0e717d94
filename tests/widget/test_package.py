"""The npm package: what it promises is there, in a type checker, in Node and in an app."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scripts.npm import ENTRY, hash_script, make_package, read_table
from tests.widget.bot_double import BotDouble, modules
from tests.widget.conftest import Chat, leave_out

pytestmark = pytest.mark.widget

APP = """
import { mount, unmount, BonafideChat } from "bonafide-chat";
const chat: BonafideChat = mount({ heading: "Bone line", server: "https://bot.example" });
chat.open = !chat.open;
chat.ask("What is osteoporosis?");
chat.addEventListener("bonafide-feedback", ({ detail }) => detail.rating === "up");
addEventListener("bonafide-message", ({ detail }) => detail.kind.length);
document.querySelector("bonafide-chat")?.ask("And then?");
unmount();
"""
FAULTS = {
    'chat.ask("x", 1)': "Expected 1 arguments",
    "chat.isInline = true": "read-only",
    'chat.addEventListener("bonafide-feedback", ({ detail }) => detail.said)': "'said'",
}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app that has the package installed."""
    package = tmp_path / "node_modules" / "bonafide-chat"
    package.mkdir(parents=True)
    for name, text in make_package("1.2.3").items():
        (package / name).write_text(text, encoding="utf-8")
    return tmp_path


def check_types(app: Path, node_modules: Path, code: str) -> str:
    (app / "app.ts").write_text(code)
    options = ["--noEmit", "--strict", "--module", "nodenext", "--types", ""]
    command = [node_modules / ".bin" / "tsc", *options, "app.ts"]
    done = subprocess.run(
        command, cwd=app, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout


def test_an_app_s_types_agree(app: Path, node_modules: Path):
    assert check_types(app, node_modules, APP) == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_an_app_s_mistake_is_found(app: Path, node_modules: Path, fault: str):
    assert FAULTS[fault] in check_types(app, node_modules, f"{APP}\n{fault};\n")


def test_the_module_can_be_imported_where_there_is_no_browser(app: Path):
    if not (node := shutil.which("node")):
        leave_out("importing the widget on a server", "node")
    code = "import('bonafide-chat').then((all) => console.log(Object.keys(all).join()))"
    done = subprocess.run(
        [node, "-e", code], cwd=app, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert {"BonafideChat", "mount", "unmount"} <= set(done.stdout.strip().split(","))


def test_the_guide_names_each_attribute_and_each_event(page: Page, bot: BotDouble):
    page.goto(bot.url)
    observed = page.evaluate("customElements.get('bonafide-chat').observedAttributes")
    documented = [name for name, _ in read_table("## Attributes")]
    assert set(observed) - set(documented) == set()
    code = "".join(modules().values())
    # Those that are not observed are read when they are wanted.
    unread = [name for name in set(documented) - set(observed) if f'"{name}"' not in code]
    assert unread == []
    events = [name for name, _ in read_table("## From a script")]
    promised = json.loads(make_package("1.2.3")["custom-elements.json"])["modules"][0]
    assert [each["name"] for each in promised["declarations"][0]["events"]] == events
    types = make_package("1.2.3")["bonafide-chat.d.ts"]
    assert [name for name in events if f'"{name}": CustomEvent' not in types] == []
    assert len(events) == 6


def test_the_package_names_its_own_files():
    files = make_package("1.2.3")
    package = json.loads(files["package.json"])
    assert package["version"] == "1.2.3"
    assert set(package["files"]) == set(files) - {"package.json"}
    targets = [each for each in package["exports"].values() if isinstance(each, str)]
    assert all(each.removeprefix("./") in files for each in targets)


def test_a_script_with_its_hash_runs_and_a_changed_one_does_not(page: Page, bot: BotDouble):
    script = page.request.get(f"{bot.url}/widget/{ENTRY}").text()
    tag = '<script type="module" src="/widget/bonafide-chat.js" integrity="{}"></script>'
    page.goto(bot.page("/pinned", head=tag.format(hash_script(script))))
    expect(Chat(page).launcher).to_be_visible()
    page.goto(bot.page("/changed", head=tag.format(hash_script(script + " "))))
    page.wait_for_load_state("networkidle")
    expect(Chat(page).launcher).to_have_count(0)
