"""The pages have the subject, the logo and the colours of the profile."""

import asyncio
import base64
import json
import re

import pytest

from bot.channels.settings import ChannelSettings
from bot.channels.web.about import AboutPage
from bot.channels.web.brand import GROUND, make_brand_files, make_rules, measure_contrast
from bot.channels.web.facts import Facts
from bot.channels.web.pages import SITE, TEMPLATES, Pages
from bot.channels.web.static_files import ENTRY, StaticFolder
from bot.emergency_numbers import Numbers
from profiles import Assistant, Colours


def page_of(folder, path, assistant):
    pages = Pages(
        ChannelSettings(),
        Facts(),
        assistant=assistant,
        widget=StaticFolder(folder, entry=ENTRY),
        style=StaticFolder(SITE),
    )
    page = pages.find_page(path, host="bot.example", scheme="https")
    return re.sub(r"<[^>]+>", "", page.body.decode()) + page.body.decode()


def test_the_first_page_names_the_subject(folder):
    page = page_of(folder, "/", Assistant(subject="asthma & inhalers"))

    assert "Answers about asthma &amp; inhalers, each with its source" in page
    assert "Ask about asthma &amp; inhalers in your own words." in page


def test_a_page_without_a_subject_has_general_words(folder):
    page = page_of(folder, "/", Assistant())

    assert "Answers to your questions, each with its source" in page
    assert "Ask in your own words. Every answer is quoted" in page


@pytest.mark.parametrize("path", sorted(TEMPLATES))
def test_no_page_has_words_of_the_shipped_assistant(folder, path):
    page = page_of(folder, path, Assistant())

    assert not re.search(r"osteopor|\bbones?\b", page, re.IGNORECASE)


def test_no_file_of_the_pages_has_words_of_the_shipped_assistant():
    for path in SITE.iterdir():
        assert not re.search(r"osteopor|\bbones?\b", path.read_text("utf-8"), re.IGNORECASE), path


def test_the_lines_to_embed_begin_with_the_colours_of_the_profile(folder):
    page = page_of(folder, "/embed", Assistant(colours=Colours(accent="#aa0033")))

    assert 'name="accent" value="#aa0033"' in page
    assert 'name="header" value="#aa0033"' in page


def test_nothing_is_replaced_without_logo_and_colours():
    assert make_brand_files(Assistant(), SITE) == {}


def test_a_logo_takes_the_place_of_ours(tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg/>")

    assert make_brand_files(Assistant(logo=logo), SITE) == {"mark.svg": "<svg/>"}
    assert StaticFolder(SITE, replaced={"mark.svg": "<svg/>"}).find_file("mark.svg").body == (
        b"<svg/>"
    )


def test_a_picture_is_framed(tmp_path):
    logo = tmp_path / "logo.PNG"
    logo.write_bytes(b"\x89PNG")

    mark = make_brand_files(Assistant(logo=logo), SITE)["mark.svg"]
    assert base64.b64encode(b"\x89PNG").decode() in mark


def test_colours_are_those_of_page_and_chat():
    style = make_brand_files(Assistant(colours=Colours("#aa0033", "#220011")), SITE)["site.css"]

    assert "--accent: #aa0033; --on-accent: #ffffff;" in style
    assert "bonafide-chat { --bonafide-accent: #aa0033; --bonafide-header: #220011; }" in style


@pytest.mark.parametrize("accent", ["#ffff00", "#ffffff", "#8fd3ff", "#000000"])
def test_links_can_be_read_in_any_colour(accent):
    used, on_accent = re.search(
        r"--accent: (#\w+); --on-accent: (#\w+)", make_rules(accent, None)
    ).groups()

    assert measure_contrast(used, GROUND) >= 4.5
    assert measure_contrast(used, on_accent) >= 4.5


def test_contrast_is_that_of_the_standard():
    assert measure_contrast("#ffffff", "#000000") == pytest.approx(21)
    assert measure_contrast("#0a5a6b", "#ffffff") == pytest.approx(7.8, abs=0.05)


def test_a_client_is_told_the_languages_of_the_documents(folder):
    async def greet(place, agent):
        return [{"kind": "chat", "text": "Hello.", "suggestions": []}]

    def languages_of(languages):
        page = AboutPage(
            Facts(),
            ChannelSettings(),
            contact=None,
            numbers=Numbers.from_env({}),
            widget=StaticFolder(folder, entry=ENTRY),
            languages=languages,
        )
        page.greet = greet
        return json.loads(asyncio.run(page.describe({}, None)).body)["languages"]

    assert languages_of(None) == ["en"]
    assert languages_of(("en-GB", "cy")) == ["en-GB", "cy"]
