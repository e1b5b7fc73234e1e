"""Output is limited before it is built, to 50 times the text and to 5 MB."""

import tracemalloc

import pytest

from lessons.quizzes import QuizSyntaxError, parse
from lessons.rendering import TooComplexError, render_fragment, render_inline
from lessons.texts.problem import Problem

from .conftest import resolve

LONG = "y" * 100_000
NEAR = "https://x/" + "y" * 1_900


def fill(unit: str) -> str:
    return unit * (50_000 // len(unit.encode()))


REFUSED = {
    "an address used often": f"[a]: <{NEAR}>\n\n" + "[a]\n" * 4_900,
    "an image used often": f"[a]: <{NEAR}>\n\n" + "![a]\n" * 4_900,
    "a long title": f'[a]: x "{LONG}"\n\n' + "[a] " * 4_900,
    "the title of an image": f'[a]: <https://x> "{LONG}"\n\n' + "![a] " * 4_900,
    "in each cell": f'[a]: x "{LONG[:1_500]}"\n\n|a|\n|-|\n' + "|[a]|\n" * 4_900,
    "empty headings": fill("#\n"),
    "empty flows": fill("::: flow\na\n:::\n"),
    "a wide table of short rows": "|" + "a|" * 2_000 + "\n|" + ":-:|" * 2_000 + "\n" + "|x|\n" * 5_000,
    "crowded flows": fill("::: flow\n" + "a -> b -> c -> d -> a\n" * 2 + "a -> c\nb -> d\n:::\n"),
}
BOUNDED = {
    "an address too long": f"[a]: <{LONG}>\n\n" + "[a]\n" * 4_900,
    "one of no scheme of ours": f"[a]: <foo:{LONG}>\n\n" + "[a]\n" * 4_900,
    "an image too long": f"[a]: <https://{LONG}>\n\n" + "![a]\n" * 4_900,
    "code": fill("```\n```\n"),
    "unknown languages": fill("```zz\n```\n"),
    "addresses": fill("<a:b>"),
    "a long address": f"<https://{LONG}>",
    "signs that are escaped": fill("&"),
    "many tables": fill("|a|b|\n|-|-|\n|x|\n\n"),
}
SLOWLY_BOUNDED = {
    "an address of a lesson": f"[a]: <lesson:git#commit{'%20' * 600}>\n\n" + "[a]\n" * 4_900,
    "quotes in quotes": fill(">" * 19 + "\n\n"),
    "lists in lists": fill("- " * 8 + "a\n"),
    "paragraphs": fill("a\n\n"),
}


@pytest.mark.heavy
@pytest.mark.timeout(60)
@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_a_text_that_would_become_far_longer_is_refused_at_a_line(page, source):
    with pytest.raises(TooComplexError, match="50 times as long as its text, or more than 5 MB") as refused:
        page(source)
    assert 3 <= refused.value.line <= source.count("\n") + 1


@pytest.mark.heavy
def test_what_is_refused_was_never_built(page):
    """It would have been 490 MB."""
    tracemalloc.start()
    with pytest.raises(TooComplexError):
        page(REFUSED["a long title"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


@pytest.mark.daily(2)
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "source",
    [
        *(pytest.param(source, id=name) for name, source in BOUNDED.items()),
        *(pytest.param(source, id=name, marks=pytest.mark.heavy) for name, source in SLOWLY_BOUNDED.items()),
    ],
)
def test_rendered_output_and_its_problems_are_bounded(page, source):
    rendered = page(source)
    assert len(rendered.html.encode()) <= min(50 * len(source.encode()), 5_000_000)
    assert sum(len(problem.message) for problem in rendered.problems) <= 10 * len(source)


def test_a_url_that_is_too_long_is_reported_and_stays_as_text(page):
    rendered = page(f"First.\n\n[a](https://x/{LONG})")
    assert rendered.problems == [
        Problem(3, "", f"https://x/{'y' * 30}…: this address has 100,010 characters. The limit is 2,000.")
    ]
    assert "<p>a</p>" in rendered.html


@pytest.mark.parametrize("function", [render_inline, render_fragment])
def test_parts_of_a_quiz_are_bounded_too(function):
    if function is render_inline:
        source = f'[a](x "{LONG[:50_000]}")' * 3
        assert len(function(source, link=resolve)) <= 50 * len(source)
    else:
        with pytest.raises(TooComplexError):
            function(f'[a]: x "{LONG[:20_000]}"\n\n' + "[a] " * 4_900, link=resolve)


def test_a_checklist_and_the_table_of_contents_have_a_maximum_length(page):
    items = "".join(f"- [ ] a {{#k{number}}}\n" for number in range(300))
    rendered = page(f"::: checklist\n{items}:::\n")
    assert len(rendered.checklists) == 200
    assert rendered.problems[0] == Problem(
        202, "", "This page has more than 200 checklist items. Split it into several pages."
    )
    assert page("# a\n" * 300).problems == [
        Problem(201, "", "“On this page” lists only the first 200 headings.")
    ]


def test_a_question_whose_page_would_grow_quadratically_is_refused():
    rows = "".join(f"| left {number} | right {number} |\n" for number in range(51))
    source = f"---\ntitle: T\n---\n\n## Match {{#m}}\n| A | B |\n|---|---|\n{rows}> So.\n"
    with pytest.raises(QuizSyntaxError) as refused:
        parse(source)
    assert "This question has 51 pairs. The limit is 50. Split it." in str(refused.value.problems)
