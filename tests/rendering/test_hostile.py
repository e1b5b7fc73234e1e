import pytest
from markdown_it import MarkdownIt

from lessons.rendering import render, render_fragment, render_inline
from lessons.rendering.policy import sanitise

from .judge import judge
from .payloads import PAYLOADS

pytestmark = pytest.mark.browser
EVERY = [payload for place in PAYLOADS.values() for payload in place]


def believe(kind: str, slug: str, fragment: str) -> str:
    """Resolve links with no care at all: every target exists at the URL that the author wrote."""
    return f"{slug}#{fragment}"


def batch(pieces: list[str]) -> str:
    return "".join(f"<section>{piece}</section>" for piece in pieces)


def unsafe(source: str) -> str:
    """Render with a parser without any of our rules."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.validateLink = lambda url: True
    return parser.render(source)


def test_there_are_at_least_forty_payloads_all_different():
    assert len(set(EVERY)) == len(EVERY) >= 40


def test_page_with_hostile_text_does_nothing(browser):
    """W30."""
    pieces = [
        piece
        for payload in EVERY
        for piece in (
            render(payload, link=believe).html,
            render_fragment(payload, link=believe),
            render_inline(payload, link=believe),
        )
    ]
    assert judge(browser, batch(pieces)) == []


def test_page_of_all_payloads_in_one_source_does_nothing(browser):
    assert judge(browser, render("\n\n".join(EVERY), link=believe).html) == []


def test_sanitiser_is_enough_if_all_our_rules_fail(browser):
    assert judge(browser, batch([sanitise(unsafe(payload)) for payload in EVERY])) == []


@pytest.mark.parametrize(
    "place",
    ["raw HTML", *(pytest.param(place, marks=pytest.mark.heavy) for place in ("links", "images", "tables"))],
)
def test_judge_finds_an_unsanitised_page(browser, place):
    assert judge(browser, batch([unsafe(payload) for payload in PAYLOADS[place]])) != []


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<script>alert(1)</script>", "ran: dialog"),
        ("<script>console.log(1)</script>", "ran: console"),
        ("<script>throw 1</script>", "ran: script with an error"),
        ('<img src="x" alt="" onerror="alert(1)">', "ran: dialog"),
        ('<p onmouseover="alert(1)">x</p>', "ran: dialog"),
        ('<a href="javascript:alert(1)">x</a>', "ran: dialog"),
        ('<a href="javascript:alert(1)">x</a>', "address: javascript: in href"),
        ('<a href="data:text/html,x">x</a>', "address: data: in href"),
        ('<a href="//evil.example/">x</a>', "address: evil.example without scheme"),
        ('<img src="http://evil.example/x.png" alt="x">', "request: image"),
        ('<p style="color: red">x</p>', "attribute: style"),
        ('<iframe src="/x"></iframe>', "element: iframe"),
        (
            '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
            "request: document https://evil.example/",
        ),
        ('<form action="/x"></form>', "element: form"),
        ('<h2 id="main">x</h2>', "id: main is not unique"),
    ],
)
def test_judge_finds_a_planted_fault(browser, html, fault):
    assert any(found.startswith(fault) for found in judge(browser, html))
