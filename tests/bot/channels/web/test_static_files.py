"""The scripts and style sheets that browsers fetch."""

import gzip

import pytest

from bot.channels.web.static_files import (
    CLASSIC,
    ENTRY,
    STYLES,
    StaticFolder,
    accepts_gzip,
    matches_etag,
)
from tests.bot.fakes import make_request


def test_only_scripts_and_style_sheets_are_served(folder):
    served = StaticFolder(folder)
    asked = ["a.js", "b.js", ENTRY, "leaf.js", "types.d.ts", ".hidden.js", "tests.js", "../a.js"]
    assert [name for name in asked if served.find_file(name)] == asked[:4]
    assert StaticFolder(folder / "nowhere").find_file("a.js") is None
    assert StaticFolder(folder / "nowhere", entry=ENTRY).entry is None


def test_the_entry_is_sent_with_all_that_it_imports(folder):
    served = StaticFolder(folder, entry=ENTRY)
    entry = served.entry.body.decode()

    assert "const a=1" in entry
    assert 'from "' not in entry
    assert f"import('./{served.version}/b.js')" in entry
    assert 'const text="./a.js"' in entry
    assert served.modules == []
    assert served.find_file("b.js").body == b"export const b=1;"


def test_what_comes_later_imports_the_entry_from_above_the_version(folder):
    (folder / "b.js").write_text('import { a } from "./a.js";\nexport const b = a;\n')
    served = StaticFolder(folder, entry=ENTRY)

    assert served.find_file("b.js").body.startswith(f'import{{a}}from "../{ENTRY}";'.encode())
    assert served.entry.body.endswith(b"export{a};")


def test_the_whole_widget_is_one_classic_script_and_one_style_sheet(folder):
    (folder / "a.js").write_text('import "./leaf.js";\nconst CSS = `\np {}\n`;\n')
    served = StaticFolder(folder, entry=ENTRY)

    assert served.find_lasting(CLASSIC).body.startswith(b'"use strict";')
    assert b"async function late_b()" in served.find_lasting(CLASSIC).body
    assert served.find_lasting(STYLES).body.strip() == b"p{}"
    assert served.find_lasting(STYLES).type == "text/css; charset=utf-8"
    assert served.find_lasting("a.js") is None
    assert served.find_file(CLASSIC) == served.find_lasting(CLASSIC)


def test_words_of_a_language_have_an_address_without_a_version(folder):
    served = StaticFolder(folder, entry=ENTRY)
    version = served.version
    (folder / "words").mkdir()
    (folder / "words" / "de.json").write_text('{"send": "Senden"}')
    (folder / "words" / "notes.txt").write_text("no words")
    (folder / "package.json").write_text("{}")

    assert served.find_lasting("words/de.json").body == b'{"send": "Senden"}'
    assert served.find_lasting("words/de.json").type == "application/json"
    assert served.find_lasting("words/notes.txt") is None
    assert served.find_lasting("package.json") is None
    assert served.version != version


def test_a_script_that_cannot_be_shortened_is_sent_as_it_is(folder, caplog):
    (folder / "b.js").write_text("export const b = `${`a`} b`;\n")
    served = StaticFolder(folder, entry=ENTRY)

    assert served.find_file("b.js").body == b"export const b = `${`a`} b`;\n"
    assert "b.js, line 1 cannot be read" in caplog.text


def test_modules_that_cannot_be_joined_are_sent_one_by_one(folder, caplog):
    (folder / "a.js").write_text('import "./leaf.js";\nexport default 1;\n')
    served = StaticFolder(folder, entry=ENTRY)
    entry = served.entry.body.decode()

    assert f'from "./{served.version}/a.js"' in entry
    assert f"import('./{served.version}/b.js')" in entry
    assert 'const text = "./a.js"' in entry
    assert served.modules == ["a.js", "leaf.js"]
    assert served.find_file("a.js").body.startswith(b'import "./leaf.js";')
    assert "in pieces: a.js" in caplog.text


def test_a_change_makes_a_new_version(folder):
    served = StaticFolder(folder)
    before = served.version
    assert StaticFolder(folder).version == before
    (folder / "leaf.js").write_text("export const changed = true;\n")

    assert served.version != before
    assert b"changed" in served.find_file("leaf.js").body


def test_a_file_is_compressed_and_asked_for_again_by_its_etag(folder):
    file = StaticFolder(folder).find_file("a.js")
    plain = file.respond(make_request(), cache="no-cache", headers={})
    zipped = file.respond(make_request(accept_encoding="br, gzip"), cache="no-cache", headers={})

    assert gzip.decompress(zipped.body) == plain.body == file.body
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    again = make_request(if_none_match=f'"x", W/{plain.headers["ETag"]}')
    assert file.respond(again, cache="no-cache", headers={}).status == 304


@pytest.mark.parametrize(
    ("header", "expected"),
    [("", False), ("gzip", True), ("br, gzip;q=0.5", True), ("gzip; q=0", False), ("*", True)],
)
def test_encodings_are_read(header, expected):
    assert accepts_gzip(header) is expected


def test_any_etag_is_named_by_a_star():
    assert matches_etag('"a"', "*")
    assert not matches_etag('"a"', '"b"')
