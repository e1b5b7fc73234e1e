"""The publish gate: each rule with a text that breaks it at a line, and its neighbour that passes."""

import pytest

from lessons.rendering.gate import MAX_MINUTES
from lessons.rendering.page import WORDS_A_MINUTE
from lessons.rendering.policy import sanitise
from lessons.texts.problem import Problem
from lessons.texts.verdict import Verdict

# name: (text that is stopped, line, words of the message, text that passes)
ERRORS = {
    "an image without text": ("a\n\n![](x.png)", 3, "say what the image shows", None),
    "a skipped level": ("## A\n\n#### B", 3, "Write ###.", "## A\n\n### B"),
    "a first heading too deep": ("Text.\n\n### A", 3, "level 3 follows level 1. Write ##.", "Text.\n\n## A"),
    "a skipped level in a quote": ("## A\n\n> #### B", 3, "Write ###.", "## A\n\n> ### B"),
    "a level that goes back up": ("## A\n### B\n## C\n#### D", 4, "Write ###.", "## A\n### B\n## C\n### D"),
    "two headings of level 1": ("# A\n\n# B", 3, "more than one heading of level 1", "# A\n\n## B"),
    "two underlined headings": ("A\n===\n\nB\n===", 4, "more than one heading of level 1", "A\n===\n\nB\n---"),
    "an empty heading": ("##\n\na", 1, "This heading is empty", "## A\n\na"),
    "a link named here": ("a\nb [here](https://x.y).", 2, "does not say where the link leads", "[the map](https://x.y)"),
    "a link named click here": ("[**Click here!**](https://x.y)", 1, "does not say", "[where to click](https://x.y)"),
    "a link around nothing": ("[<!-- x -->](https://x.y)", 1, "This link has no text", "[x <!-- x -->](https://x.y)"),
    "a table without headers": ("a\n\n| | |\n|-|-|\n| a | b |", 3, "no headers", "| a | b |\n|-|-|\n| a | b |"),
    "a link to no lesson": ("a\n\n[b](lesson:gone)", 3, "lesson:gone leads nowhere", "[b](lesson:git)"),
    "a missing image": ("![A map](map.png)", 1, "there is no such image", "![A map](https://x.y/map.png)"),
    "a formula with a mistake": ("a\n\n$`\\foo`$", 3, "Unknown command", "$`\\phi`$"),
}  # fmt: skip
WARNINGS = {
    "a bare address": ("a\nhttps://x.y/z", 2, "is its address", "[the docs](https://x.y/z)"),
    "an address in brackets": ("<https://x.y>", 1, "is its address", "<someone@x.org>"),
    "a vague link": ("[read more](https://x.y)", 1, "does not say", "[more about Git](https://x.y)"),
    "an image named like a file": ("![map.PNG](https://x.y/z)", 1, "does not say what", "![A map](https://x.y/z)"),
    "an image named image": ("a\n![Image.](https://x.y/z)", 2, "does not say what", "![Image of x](https://x.y/z)"),
    "a column without header": ("| a | |\n|-|-|\n| a | b |", 1, "Column 2", "| | a |\n|-|-|\n| a | b |"),
    "code without language": ("a\n\n```\nx\n```", 3, "no language", "```text\nx\n```"),
    "code without language in a list": ("- a\n\n  ```\n  x\n  ```", 3, "no language", "    indented"),
    "a flow without title": ("a\n\n::: flow\na -> b\n:::", 3, "no title", "::: flow\ntitle: A\na -> b\n:::"),
    "a long page": ("word " * (MAX_MINUTES * WORDS_A_MINUTE + 1), 1, "about 26 minutes", "word " * 5_000),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "says", "passes"), ERRORS.values(), ids=ERRORS)
def test_an_error_is_at_its_line_and_its_neighbour_passes(page, text, line, says, passes):
    verdict = page(text).verdict
    assert [(item.line, says in item.message) for item in verdict.errors] == [(line, True)]
    assert passes is None or page(passes).verdict == Verdict()


@pytest.mark.parametrize(("text", "line", "says", "passes"), WARNINGS.values(), ids=WARNINGS)
def test_a_warning_is_at_its_line_and_its_neighbour_passes(page, text, line, says, passes):
    verdict = page(text).verdict
    assert verdict.errors == []
    assert [(item.line, says in item.message) for item in verdict.warnings] == [(line, True)]
    assert page(passes).verdict == Verdict()


def test_all_findings_come_together_by_line(page):
    verdict = page("#### A\n\n[here](https://x.y)\n\n```\nx\n```\n\n[gone](lesson:gone)").verdict
    assert [item.line for item in verdict.errors] == [1, 3, 9]
    assert [item.line for item in verdict.warnings] == [5]
    assert isinstance(verdict.errors[0], Problem)


@pytest.mark.parametrize(
    "html",
    [
        '<p style="color:#eee">a</p>',
        '<font color="#eee">a</font>',
        '<table bgcolor="#eee"><tbody><tr><td bgcolor="#eee">a</td></tr></tbody></table>',
        '<span class="low-contrast" style="color:red">a</span>',
        '<math mathcolor="#eee"><mi mathcolor="#eee" mathbackground="#eee" style="color:#eee">a</mi></math>',
        '<mark color="#eee" class="x">a</mark>',
        "<style>p { color: #eee }</style>",
        '<svg fill="#eee"><text fill="#eee">a</text></svg>',
    ],
)
def test_no_colour_of_an_author_gets_through(html):
    """The gate has no rule for the contrast of inline colour, because there is none."""
    clean = sanitise(html)
    assert "#eee" not in clean
    assert not any(name in clean for name in ("style", "color", "background", "low-contrast"))


@pytest.mark.heavy
def test_many_findings_take_linear_time_and_are_cut(page):
    verdict = page("#### A\n## B\n" * 5_000).verdict
    assert len(verdict.errors) == 100
