"""Formulas become MathML when a page is saved; no formula costs more than a few seconds, or ends the process."""

import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.rendering import render, render_fragment, render_inline, render_option
from lessons.rendering.mathml import MAX_FORMULA, MAX_FORMULAS, convert
from lessons.rendering.policy import sanitise
from lessons.texts.problem import Problem

from .conftest import resolve


def test_a_formula_in_a_line_is_mathml(page):
    assert page("Energy $`E = mc^2`$.").html == (
        "<p>Energy <math><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></math>.</p>\n"
    )


def test_a_fence_is_a_block_that_scrolls_by_keyboard(page):
    html = page("```math\n\\frac{a}{b}\n```\n\n```math\nc\n```").html
    assert html == (
        '<div class="scroll" tabindex="0" role="region" aria-label="Formula"><math display="block">'
        "<mfrac><mi>a</mi><mi>b</mi></mfrac></math></div>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="Formula 2"><math display="block">'
        "<mi>c</mi></math></div>\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        "It costs $5 and $6.",
        "Set $PATH:$HOME and ${x}.",
        "`$a$` and `$`",
        "\\$`x`$",
        "$`x` and `y`$",
        "    $`x`$",
        "```tex\n$`x`$\n```",
        "$``x``$",
    ],
)
def test_plain_dollars_and_code_are_not_formulas(page, source):
    assert "<math" not in page(source).html


def test_long_formulas_in_a_line_scroll_and_short_ones_do_not(page):
    long = page("$`a + b + c + d + e + f + g + h + i + j + k`$").html
    assert '<span class="formula" tabindex="0" role="group" aria-label="Formula"><math>' in long
    assert 'class="formula"' in page(r"$`\hspace{50em} x`$").html
    assert 'class="formula"' not in page(r"$`\sin x + \alpha`$").html


def test_no_style_survives_and_alignment_becomes_classes(page):
    html = page("```math\n\\begin{aligned} a &= b \\\\ c &= d \\end{aligned} \\cfrac12\n```").html
    assert "style" not in html.replace("displaystyle", "")
    assert '<mtd class="right joined-right"><mi>a</mi></mtd><mtd class="left joined-left"><mo>=</mo>' in html


def test_a_line_below_the_last_row_is_not_another_row(page):
    html = page("```math\n\\begin{array}{|r|} \\hline 1 \\\\ \\hline 2 \\\\ \\hline \\end{array}\n```").html
    assert html.count("<mtr>") == 2
    assert '<mtable class="solid-bottom solid-left solid-top"' in html


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("a\nb $`\\foo`$", 2, 'This formula can’t be shown. Unknown command "\\foo".'),
        ("a\n\n```math\nx\ny \\foo\n```", 5, 'This formula can’t be shown, at character 3. Unknown command "\\foo".'),
        ("$`\\color{red} x`$", 1, "Remove \\color."),
        ("$`\\eqref{x}`$", 1, "Remove \\eqref"),
        ("```math\n\n```", 2, "This formula is empty."),
        (f"$`{'x' * (MAX_FORMULA + 1)}`$", 1, "This formula has 1,001 characters. The limit is 1,000."),
    ],
)  # fmt: skip
def test_a_formula_with_a_mistake_is_a_problem_at_its_line_and_shown_as_typed(page, source, line, message):
    rendered = page(source)
    [problem] = rendered.problems
    assert problem.line == line
    assert message in problem.message
    assert "<code>" in rendered.html
    assert "<math" not in rendered.html


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 60,  # takes exponential time
        pytest.param("[(" * 30, marks=pytest.mark.heavy),
        pytest.param(r"\langle x" * 40, marks=pytest.mark.heavy),
        "{" * 500 + "x" + "}" * 499,
        r"\sqrt{" * 160 + "}" * 40,
        r"\def\a{\a\a}\a",
        r"\def\a#1{(#1(#1(#1(#1}\def\b#1{\a{\a{\a{#1}}}}\b{\b{\b{x}}}",
        "x^{" * 330,
        r"\left(" * 160,
        r"\begin{matrix}" * 60,
    ],
)
@pytest.mark.timeout(60)
def test_a_hostile_formula_costs_its_page_nothing_else(page, hostile):
    rendered = page(f"$`a`$\n\n```math\n{hostile}\n```\n\n$`b`$")
    assert [problem.line for problem in rendered.problems] in ([4], [])
    assert "<math><mi>a</mi></math>" in rendered.html
    assert "<math><mi>b</mi></math>" in rendered.html


@pytest.mark.heavy
@pytest.mark.timeout(120)
def test_many_hostile_formulas_are_given_up_together():
    found = convert(tuple(("(" * 60 + str(number), False) for number in range(50)))
    assert [bool(each.error) for each in found] == [True] * 50


@pytest.mark.parametrize("fault", [OSError("no memory"), subprocess.TimeoutExpired("python", 30)])
def test_a_busy_server_is_named_and_tried_again(page, monkeypatch, fault):
    def fail(*_, **__):
        raise fault

    source = f"$`b_{{{len(str(fault))}}}`$"  # not converted yet
    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "run", fail)
        assert "The server is too busy to convert it." in page(source).problems[0].message
    assert page(source).problems == []


def test_a_page_has_a_limit_of_formulas(page):
    rendered = page("$`x`$ " * (MAX_FORMULAS + 5))
    assert rendered.html.count("<math>") == MAX_FORMULAS
    assert rendered.problems == [
        Problem(1, "", "This page has more than 2,000 formulas. Split it into several pages.")
    ]


PIECES = (
    *("x", "2", "{x}", "{", "}", "&", "\\\\", "^", "_", "(", "[", "%", "é", "<b>", '"', "\u202e", "$", " "),
    *(
        r"\frac",
        r"\sqrt",
        r"\left(",
        r"\right)",
        r"\text{a}",
        r"\cancel",
        r"\color{red}",
        r"\eqref{a}",
        r"\label{a}",
    ),
    *(
        r"\begin{aligned}",
        r"\end{aligned}",
        r"\begin{array}{|l|c:r|}",
        r"\end{array}",
        r"\hline ",
        r"\def\a{x}\a",
    ),
)


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join), min_size=1, max_size=20)
)
def test_whatever_is_typed_becomes_a_safe_formula_or_a_problem(typed):
    """Each formula is either shown as MathML, or shown as typed and reported."""
    rendered = render("\n\n".join(f"```math\n{each}\n```" for each in typed), link=resolve)
    assert rendered.html.count("<math") + len(rendered.problems) == len(typed)
    assert sanitise(rendered.html) == rendered.html
    assert not re.search(r" (style|href|id|on\w+)=", rendered.html)


def test_parts_of_a_quiz_have_formulas_too():
    assert "<math><mi>x</mi></math>" in render_inline("$`x`$", link=resolve)
    assert '<math display="block">' in render_fragment("```math\nx\n```", link=resolve)
    option = render_option("a\n\n```math\nx\n```", link=resolve)
    assert '<math display="block"><mi>x</mi></math>' in option
    assert "<div" not in option


def test_headings_and_search_have_the_latex(page):
    rendered = page("## Entropy $`H(p)`$\n\n```math\n\\log p\n```")
    assert rendered.contents == [(2, "entropy-h-p", "Entropy H(p)")]
    assert "\\log p" in rendered.text
