"""Web pages as their makers write them: what is text stays, under its heading; what is not, goes.

Each is the smallest page of its kind. How much is kept and left out of whole pages is measured in
tests/benchmarks/test_pages.py.
"""

from pathlib import Path

import pytest

from knowledge.indexing.formats import html
from knowledge.indexing.ingest import read_file
from knowledge.types import Section

CASES = Path(__file__).parents[4] / "shared" / "cases" / "formats"
Flat = list[tuple[str, list[str]]]


def read(body: str, head: str = "<title>Hip fracture</title>") -> Flat:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return flat(html.read(page.encode()).sections)


def flat(sections: tuple[Section, ...]) -> Flat:
    return [(" > ".join(part.headings), list(part.blocks)) for part in sections]


# ---- Names of elements

TEXT = "Half of people over 80 fall once a year, at home for the most part."


@pytest.mark.parametrize(
    "part",
    [
        '<h2 id="social-care">Social care</h2><p>The council pays for a rail.</p>',
        '<h2 class="ad-free share">Sharing a room</h2><p>Ask for a bed by the door.</p>',
        '<section id="skipping-a-dose"><h2>Skipping a dose</h2><p>Take it when you notice.</p>'
        "</section>",
        '<div class="sharing-tips"><p>Share a towel with nobody who has a rash.</p></div>',
        '<div class="social-services"><p>Social services can fit a rail.</p></div>',
        '<ul class="menu-ideas"><li>Porridge with milk</li><li>Sardines on toast</li></ul>',
        '<p class="advert-free">Read this twice.</p>',
        '<p id="1c9ad3e0-77b1-4f1a">Take no calcium on that day.</p>',
        '<h2 id="orgd7109ad">How long?</h2><div id="9ad77nav21">Ten minutes.</div>',
        '<h2 class="anchor anchorWithStickyNavbar_LWe7">Is it safe?</h2><p>Yes.</p>',
        '<section id="consent"><h2>Consent</h2><p>We ask you to sign a form first.</p></section>',
        '<div class="alert-banner"><p>Call 999 if you cannot stand up.</p></div>',
        '<aside><p>Phone 111 or use <a href="/111">the online service</a> now.</p></aside>',
        '<blockquote class="share-your-story"><p>I walk again.</p></blockquote>',
        '<div class="has-sidebar comments-open post"><p>The ward calls you.</p></div>',
    ],
)
def test_no_part_goes_for_a_word_in_its_name(part: str) -> None:
    kept = read(f"<main><h1>Hip fracture</h1><p>{TEXT}</p><p>{TEXT}</p>{part}</main>")
    named = read(f"<main><h1>Hip fracture</h1><p>{TEXT}</p><p>{TEXT}</p>{strip_names(part)}</main>")

    assert kept == named
    assert len(kept) > 1 or len(kept[0][1]) > 2


def strip_names(part: str) -> str:
    tree = html.parse(part)
    for node in tree.css("[class], [id]"):
        for name in ("class", "id"):
            if name in node.attributes:
                del node.attrs[name]
    assert tree.body is not None
    return tree.body.inner_html or ""


def test_a_name_that_stands_for_much_of_the_page_says_nothing() -> None:
    section = (
        '<section class="s s--ads"><h2>Part {0}</h2><p>The dose is {0} a day, so yes.</p></section>'
    )

    assert len(read("<main>" + "".join(map(section.format, range(1, 5))) + "</main>")) == 4


@pytest.mark.parametrize(
    "frame",
    [
        '<div class="comments"><h2>2 comments</h2><article class="comment"><p>Garlic healed me. '
        "Stop your tablets now, all of them, as I did and never looked back at all!</p>"
        "</article></div>" * 3,
        '<div class="forum"><h3>From the community</h3><p>Hi there, I am new to this.</p></div>',
        '<div class="rating"><h3>Ratings</h3><p>How helpful is this page?</p></div>',
        '<div id="PageFooter">© Example Charity</div>',
        '<div class="byline">By Jo Example, staff writer</div>',
        "<footer><p>Posted in Bones by Jo.</p></footer>",
        '<div class="share-bar"><span>Share this page with friends</span><a href="//f">F</a></div>',
        '<aside><h3>More</h3><a href="/a">Hip replacement surgery</a></aside>',
        "<p>Page last reviewed: 30/08/2024</p>",
        "<div>Last updated on <b>Mar 3, 2025</b></div>",
        '<p><a href="#top">Back to the top of the page</a></p>',
        '<h2>See also</h2><ul><li><a href="/1">Wrist</a><li><a href="/2">Spine</a><li>'
        '<a href="/3">Rib</a></ul>',
        '<div data-nosnippet><p>We use some cookies to make it work.</p></div>',
        '<form><p>Get our newsletter every month.</p><input type="email"></form>',
        '<div aria-hidden="true"><p>Press the button to close this.</p></div>',
        '<div><div><h3><a href="/1">Our run</a></h3><p>It rained a lot.</p></div><div><h3>'
        '<a href="/2">Our walk</a></h3><p>It was dry for once.</p></div></div>',
        "<button>Print this page for later</button>",
    ],
)  # fmt: skip
def test_what_is_no_text_goes(frame: str) -> None:
    page = f"<main><h1>Hip fracture</h1><p>{TEXT}</p><p>{TEXT}</p>{frame}</main>"

    assert read(page) == [("", [TEXT, TEXT])]


def test_a_list_of_links_that_a_text_leads_in_is_text() -> None:
    links = "".join(f'<li><a href="/{name}">{name}</a>' for name in ("asthma", "gout", "flu"))

    assert read(f"<p>It can come from:</p><ul>{links}</ul>") == [
        ("", ["It can come from:", "- asthma\n- gout\n- flu"])
    ]


def test_a_form_around_the_whole_page_is_none() -> None:
    assert read(f'<form><input type="search"><p>{TEXT}</p></form>') == [("", [TEXT])]


def test_a_date_in_a_sentence_and_a_link_in_a_text_stay() -> None:
    text = (
        "<p>Reviewed in May 2024 by a nurse of ours.</p><p>May 2024</p>"
        '<p>See <a href="#b">b</a>.</p>'
    )

    assert read(text) == [("", ["Reviewed in May 2024 by a nurse of ours.", "May 2024", "See b."])]


def test_a_page_of_links_alone_is_read_as_it_is() -> None:
    links = "".join(f'<li><a href="/{name}">{name}</a>' for name in ("asthma", "gout", "flu"))

    assert read(f"<ul>{links}</ul>") == [("", ["- asthma\n- gout\n- flu"])]


# ---- Where the text is


@pytest.mark.parametrize(
    ("body", "sections"),
    [
        (f'<div><h1>Falls</h1><p>{TEXT}</p></div><article class="card"><h3>News</h3><p>We ran.</p>'
         "</article>", [("", [TEXT])]),
        (f'<main id="portal"></main><div><h1>Falls</h1><p>{TEXT}</p></div>', [("", [TEXT])]),
        (f"<header><h1>Falls</h1><p>{TEXT}</p></header><div><p>Exercise helps.</p></div>",
         [("", [TEXT, "Exercise helps."])]),
        (f"<div><h1>Falls</h1><p>Most falls can be prevented.</p></div><main><p>{TEXT}</p></main>"
         "<div>© Us</div>", [("", ["Most falls can be prevented.", TEXT])]),
        (f"<div>Home</div><main><p>Wait.</p></main><main><h1>Falls</h1><p>{TEXT}</p></main>",
         [("", [TEXT])]),
        (f"<div>Home</div><article><p>{TEXT}</p></article><article><p>We ran.</p></article>",
         [("", [TEXT])]),
    ],
    ids=["card", "empty main", "header", "hero above main", "two mains", "two articles"],
)  # fmt: skip
def test_the_text_is_where_most_is_said(body: str, sections: Flat) -> None:
    assert read(body) == sections


# ---- Folded parts


@pytest.mark.parametrize(
    ("body", "sections"),
    [
        ('<h3><button aria-expanded="false">Who should ask first?</button></h3>'
         '<div aria-hidden="true"><p>Ask after a stroke.</p></div>',
         [("Who should ask first?", ["Ask after a stroke."])]),
        ('<button aria-expanded="false" aria-controls="a">Is it safe?</button>'
         '<div id="a"><p>It is.</p></div><p>Ask us.</p>',
         [("Is it safe?", ["It is."]), ("", ["Ask us."])]),
        ('<div><div role="button" aria-expanded="false"><b>Will it hurt?</b> <i>+</i></div></div>'
         '<div aria-hidden="true">A little.</div><p>Ask us.</p>',
         [("Will it hurt?", ["A little."]), ("", ["Ask us."])]),
        ('<h4><a data-toggle="collapse" href="#c">Driving</a></h4><div id="c">Not for a day.</div>',
         [("Driving", ["Not for a day."])]),
        ('<button aria-expanded="false">Show all sections</button><div><p>Drink a lot.</p></div>',
         [("", ["Drink a lot."])]),
        ('<ul><li role="tab">Adults</li><li role="tab">Children</li></ul>'
         '<div role="tabpanel">Two tablets.</div><div role="tabpanel" hidden>One tablet.</div>',
         [("Adults", ["Two tablets."]), ("Children", ["One tablet."])]),
        ('<dl><dt><button aria-expanded="false">Cost</button></dt><dd><p>It is free.</p></dd></dl>'
         "<p>Ask us.</p>", [("Cost", ["It is free."]), ("", ["Ask us."])]),
    ],
    ids=["hidden", "named", "sign", "link in a heading", "all", "tabs", "dl"],
)  # fmt: skip
def test_what_opens_a_part_is_its_heading(body: str, sections: Flat) -> None:
    assert read(f"<main><h1>Tai chi</h1>{body}</main>") == sections


def test_a_button_of_a_closed_heading_says_no_more_than_its_words() -> None:
    body = "<h2><button>Babies<span data-nosnippet>Show this section</span></button></h2>"

    assert read(f"<main>{body}<p>{TEXT}</p></main>") == [("Babies", [TEXT])]


# ---- Lines


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("<p>Take <del>70 mg every day</del> <ins>70 mg once a week</ins>. <s>At the ward.</s></p>",
         ["Take 70 mg once a week."]),
        ("<p>Bring:</p><p>&bull; your letter</p><p>&bull; your glasses</p>"
         "<table><tr><td>&bull;</td><td>your tablets</td></tr></table>",
         ["Bring:", "- your letter\n- your glasses\n- your tablets"]),
        ("Bring:<br>&bull; your letter<br>&bull; your glasses",
         ["Bring:", "- your letter\n- your glasses"]),
        ("<p>Act at once.</p><h3>Call 999 if a face droops now</h3><h3>Do not drive to hospital "
         "yourself</h3>", ["Act at once.", "Call 999 if a face droops now",
                           "Do not drive to hospital yourself"]),
    ],
)  # fmt: skip
def test_lines_mean_what_they_look_like(body: str, blocks: list[str]) -> None:
    assert read(f"<main><h1>Scan</h1>{body}</main>") == [("", blocks)]


# ---- Title and address

OG = "<meta property='og:title' content='Radon in the soil'>"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (OG, "<h1>Navigation and service</h1><h2>Radon in the soil</h2><p>It is a gas.</p>",
         "Radon in the soil"),
        (OG, "<h1>Menu</h1><p>It is a gas.</p>", "Radon in the soil"),
        ("<title>Radon - Soil Agency</title>", "<h1>Soil Agency</h1><h2>Radon</h2><p>It is a gas.",
         "Radon"),
        ("<title>Radon - Soil Agency</title>", "<h1>Soil Agency</h1><h1>What is radon?</h1>A gas.",
         "What is radon?"),
        ("<title>Asthma - Overview</title>", "<h1>Asthma</h1><h2>Overview</h2><p>It is common.</p>",
         "Asthma"),
        (OG, "<h1>Bone Charity</h1><h1>Radon</h1><p>It is a gas.</p>", "Radon"),
        ("<title>Charity</title>", "<h1>Menu</h1><h1>Falls</h1><p>Text.</p>", "Falls"),
        ("<title>Falls - Bone Charity</title><meta property='og:site_name' content='Bone Charity'>",
         "<p>Text.</p>", "Falls"),
    ],
)  # fmt: skip
def test_the_title_is_the_headline_of_the_text(head: str, body: str, title: str) -> None:
    found = html.read(f"<html><head>{head}</head><body>{body}</body></html>".encode())

    assert found.metadata.get("title") == title
    assert not {title, "Menu"} & {name for part in found.sections for name in part.headings}


def test_a_headline_of_the_site_is_no_heading() -> None:
    assert read("<h1>Service</h1><h2>Radon in the soil</h2><p>It is a gas.</p>", OG) == [
        ("", ["It is a gas."])
    ]


def test_the_address_may_stand_in_og_url() -> None:
    head = "<meta property='og:url' content='https://charity.example/falls'>"
    found = html.read(f"<html><head>{head}</head><body><p>Text.</p></body></html>".encode())

    assert found.metadata.get("url") == "https://charity.example/falls"


# ---- Files that owners had trouble with


@pytest.mark.skipif(not CASES.is_dir(), reason=f"The cases are not here ({CASES}).")
@pytest.mark.parametrize(
    ("name", "title", "n_headings", "n_blocks"),
    [
        ("h01-ids-from-headings.html", "Hip fracture", 4, 6),
        ("h02-random-ids.html", "Bone scan", 2, 3),
        ("h03-article-is-a-card.html", "Falls", 1, 2),
        ("h04-empty-main.html", "Falls", 0, 1),
        ("h05-every-section-has-the-word.html", "DXA scan", 4, 4),
        ("h06-text-in-header.html", "Falls at home", 0, 2),
        ("h07-utf16.html", "Falls", 0, 1),
        ("h08-closed-answer.html", "Tai chi", 2, 2),
        ("h09-short-question-button.html", "Tai chi", 1, 1),
        ("h10-struck-out.html", "Tablets", 0, 1),
        ("h11-comments.html", "Calcium", 0, 1),
        ("h12-wrong-h1.html", "Radon in the soil", 0, 1),
        ("h13-address-in-og.html", "Falls", 0, 1),
        ("h14-heading-is-the-text.html", "Stroke", 1, 4),
        ("h15-typed-bullets.html", "Scan", 0, 2),
        ("h16-rating-widget.html", "Aneurysm", 0, 1),
    ],
)
def test_a_case_comes_out_as_its_readme_says(
    name: str, title: str, n_headings: int, n_blocks: int
) -> None:
    (document,), faults = read_file(CASES / name, CASES)

    assert document.title == title
    assert len({part.headings for part in document.sections if part.headings}) == n_headings
    assert sum(len(part.blocks) for part in document.sections) == n_blocks
    assert faults == []
