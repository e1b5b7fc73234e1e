import pytest

from lessons.rendering import TooComplexError, render_fragment, render_inline
from lessons.rendering.page import MAX_BRACKETS

from .conftest import resolve


@pytest.mark.parametrize("brackets", ["[" * 40_000, "![" * 40_000])
def test_forty_thousand_brackets_are_refused_with_instructions(page, brackets):
    """W31."""
    with pytest.raises(
        TooComplexError, match=r"40,000 opening brackets \(\[\)\. The limit is 5,000\. Split it"
    ):
        page(brackets)


@pytest.mark.daily(3)
@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", ["[", "![", "[a](", "[a][", "[!["])
def test_as_many_brackets_as_are_allowed_are_rendered(page, unit):
    assert "[" in page(unit * (MAX_BRACKETS // unit.count("["))).text


# each of these took minutes before its code was made linear or bounded
@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("unit", "start", "end"),
    [
        ("# a\n", "", ""),
        ('"\\', "```js\n", "\n```"),
        ("$ ", "```console\n", "\n```"),
        (" ", "::: checklist\n- [ ] a", "{#a\n:::"),
        ("s -> ", "::: flow\n", "t\n:::"),
        ("s -> t\n", "::: flow\n", ":::"),
        ("|a", "", ""),
        (" ", "a|b\n", "x-|"),
        (" ", "a|b\n-", "x|"),
    ],
)
@pytest.mark.heavy
def test_long_text_of_a_shape_that_was_slow_is_rendered(page, unit, start, end):
    assert page(start + unit * (150_000 // len(unit)) + end).html


@pytest.mark.parametrize("function", [render_inline, render_fragment])
def test_inline_and_fragment_have_the_same_limits(function):
    with pytest.raises(TooComplexError):
        function("[" * 40_000, link=resolve)
