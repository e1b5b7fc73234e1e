"""Blocks for staff are in `staff_html` and nowhere else, however oddly they are written."""

import random
import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin

from lessons.rendering import TooComplexError, render, render_fragment, render_inline, render_option

SECRET = "zebra"
FOR_STAFF = ("staff_html", "plan", "hidden", "problems", "verdict")


def no_link(kind: str, slug: str, fragment: str) -> str | None:
    return None


def seen_by_learners(source: str) -> str:
    rendered = asdict(render(source, link=no_link))
    return repr({name: value for name, value in rendered.items() if name not in FOR_STAFF})


# Each is closed in the way that its author means it; "after" belongs to learners.
WHOLE = {
    "plain": "::: staff\nzebra\n:::",
    "a title": "::: staff zebra\nzebra\n:::",
    "no blank": ":::staff\nzebra\n:::",
    "more colons": ":::: staff\n:::\nzebra\n::::",
    "a note inside": "::: staff\n::: note\nzebra\n:::\nzebra\n:::",
    "two deep": "::: staff\n:::: tip\n::: note\nzebra\n:::\nzebra\n::::\nzebra\n:::",
    "staff inside": "::: staff\n::: staff\nzebra\n:::\nzebra\n:::",
    "inside a note": ":::: note\n::: staff\nzebra\n:::\n::::",
    "colons in code": "::: staff\n```text\n:::\nzebra\n```\nzebra\n:::",
    "colons in tildes": "::: staff\n~~~\n```\n:::\nzebra\n~~~\n:::",
    "colons in a comment": "::: staff\n<!-- a\n:::\nzebra -->\nzebra\n:::",
    "colons indented as code": "::: staff\n\n    :::\n    zebra\n\nzebra\n:::",
    "colons in a quote": "::: staff\n> zebra\n> :::\nzebra\n:::",
    "colons in a list": "::: staff\n- zebra\n  :::\n  zebra\n:::",
    "code that ends later": "::: staff\n```text\n    ```\n:::\nzebra\n```\n:::",
    "in a list": "- one\n  ::: staff\n  zebra\n  :::",
    "as an item": "- ::: staff\n  zebra\n  :::",
    "as a numbered item": "1. ::: staff\n   zebra\n   :::",
    "in a quote": "> ::: staff\n> zebra\n> :::",
    "in code": "```text\n::: staff\nzebra\n:::\n```",
    "below a paragraph": "before\n::: staff\nzebra\n:::",
    "in a folded section": "<details>\n<summary>More</summary>\n\n::: staff\nzebra\n:::\n\n</details>",
    "with a heading": "::: staff\n## zebra {#zebra}\n:::",
    "with a checklist": "::: staff\n::: checklist\n- [ ] zebra {#zebra}\n:::\n:::",
    "with a definition": "::: staff\nzebra\n: zebra\n:::",
    "with a footnote": "::: staff\ntext[^1]\n\n[^1]: zebra\n:::",
    "with a table": "::: staff\n| a |\n|---|\n| zebra |\n:::",
    "with an image": "::: staff\n![zebra](https://example.org/zebra.png)\n:::",
    "with a flow": "::: staff\n::: flow\ntitle: zebra\nzebra -> two\n:::\n:::",
    "returns": "::: staff\r\nzebra\r\n:::",
    "old returns": "::: staff\rzebra\r:::",
    "tabs": "-\t::: staff\n\tzebra\n\t:::",
    "minutes": "::: minutes\n20 zebra\n:::",
    "minutes in the first line": "::: minutes 20 zebra\n:::",
}
# Their end is in doubt, or it is not certain that they are meant as blocks: everything below is hidden and reported.
DOUBTFUL = {
    "not closed": "::: staff\nzebra",
    "only its first line": "zebra\n::: staff".removeprefix("zebra\n"),
    "closed by fewer colons": ":::: staff\nzebra\n:::",
    "a note that is not closed": "::: staff\n::: note\nzebra\n:::",
    "code that is not closed": "::: staff\n```\nzebra\n:::",
    "a comment that is not closed": "::: staff\n<!-- zebra\n:::",
    "closed outside of its quote": "> ::: staff\n> zebra\n:::",
    "closed deeper": "::: staff\nzebra\n      :::",
    "closed with a word": "::: staff\nzebra\n::: end",
    "capitals": "::: Staff\nzebra\n:::",
    "shouted": "::: STAFF\nzebra\n:::",
    "two colons": ":: staff\nzebra\n::",
    "joined": "::: staff-only\nzebra\n:::",
    "attributes": "::: {.staff}\nzebra\n:::",
    "braces": ":::{staff}\nzebra\n:::",
    "bold": "::: **staff**\nzebra\n:::",
    "no-break space": ":::\u00a0staff\nzebra\n:::",
    "zero width": "\u200b::: staff\nzebra\n:::",
    "full width": "：：：staff\nzebra\n:::",
    "line separator": "text\u2028::: staff\nzebra\n:::",
    "form feed": "\f::: staff\nzebra\n:::",
    "MkDocs": "!!! staff\n    zebra",
    "MkDocs, folded": '??? staff "zebra"\n    zebra',
    "GitHub": "> [!STAFF]\n> zebra",
    "in a footnote": "text[^a]\n\n[^a]: ::: staff\n    zebra\n    :::",
    "in a definition": "Term\n: ::: staff\n  zebra\n  :::",
}


@pytest.mark.parametrize("source", WHOLE.values(), ids=WHOLE)
def test_learners_see_nothing_of_a_block_and_everything_else(source):
    source = f"above\n\n{source}\n\nafter\n"
    seen = seen_by_learners(source)
    assert SECRET not in seen
    assert "above" in seen
    assert "after" in seen
    if "```text\n::: staff" not in source:
        assert SECRET in render(source, link=no_link).staff_html
    fragments = [show(source, link=no_link) for show in (render_fragment, render_inline, render_option)]
    assert SECRET not in "".join(fragments)


@pytest.mark.parametrize("source", DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_doubtful_block_hides_the_rest_and_stops_publishing(source):
    rendered = render(f"above\n\n{source}\n\n{SECRET} below\n", link=no_link)
    assert SECRET not in seen_by_learners(f"above\n\n{source}\n\n{SECRET} below\n")
    assert "above" in rendered.html
    first = next(number for number, line in enumerate(source.split("\n"), 3) if re.search("(?i)staff", line))
    assert (first, True) in [
        (each.line, "learners see nothing" in each.message) for each in rendered.verdict.errors
    ]
    assert SECRET in rendered.staff_html


LINES = [
    *("::: staff", ":::: staff x", "> ::: staff", "- ::: staff", "  ::: staff", "::: note", ":::: tip", "::: minutes"),
    *(":::", "::::", "> :::", "  :::", "    :::", "```", "```text", "~~~", "  ```", "> ```", "<!--", "-->", "", "---"),
    *("text", "- item", "  more", "> quote", "> - x", "1. one", "    code", "| a |", "|---|", "Term", ": meaning"),
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_whatever_the_parser_takes_for_a_block_is_hidden(lines):
    """The parser's own idea of where blocks start and end, which `hidden` does not use."""
    source = "\n".join(f"{line} w{number}" if line[-1:].isalpha() and "staff" not in line else line
                       for number, line in enumerate(lines))  # fmt: skip
    parser = MarkdownIt("commonmark")
    colon_fence_plugin(parser)
    inside = {
        word
        for token in parser.parse(source + "\n")  # the plugin reads past a last line without an end
        if token.type == "colon_fence" and token.info.strip().startswith("staff")
        for word in re.findall(r"\bw\d+", token.content)
    }
    assert not inside & set(re.findall(r"\bw\d+", render(source, link=no_link).html))


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_the_lines_for_learners_and_staff_have_the_same_numbers(lines):
    rendered = render("\n".join(lines), link=no_link)
    assert all(1 <= each.line <= max(1, len(lines)) for each in rendered.verdict.errors)


def test_problems_inside_a_block_have_their_lines():
    source = "Text.\n\n::: staff\n[here](https://example.org)\n\n::: minutes\nsoon\n:::\n:::\n"
    assert [each.line for each in render(source, link=no_link).verdict.errors] == [4, 7]


def test_planned_minutes_name_their_parts():
    source = """\
::: minutes 5
:::

## One

::: minutes
20 Live: a `first` commit
- 15 min: Questions
10
:::

::: staff
::: minutes
10 Break
5
:::
:::
"""
    rendered = render(source, link=no_link)
    assert rendered.plan == [
        ("", 5), ("Live: a first commit", 20), ("Questions", 15), ("One", 10), ("Break", 10), ("One", 5),
    ]  # fmt: skip
    assert rendered.verdict.errors == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("::: minutes\n:::", "no minutes"),
        ("::: minutes\nLive\n:::", "does not start with minutes"),
        ("::: minutes\n0 Live\n:::", "1 to 600"),
        ("::: minutes\n601\n:::", "1 to 600"),
        ("::: objectives\nText.\n:::", "as one list"),
        ("::: objectives\n- a\n:::\n\n::: objectives\n- b\n:::", "already has"),
        ("- x\n  ::: key-points\n  - a\n  :::", "Move it out"),
    ],
)
def test_mistakes_are_reported(source, words):
    assert any(words in each.message for each in render(source, link=no_link).verdict.errors)


@pytest.mark.parametrize(
    ("title", "warns"),
    [
        ("note Staff", True),
        ("tip For the trainer", True),
        ("note Only for staff!", True),
        ("note Staffing", False),
    ],
)
def test_a_note_that_is_meant_for_staff_is_pointed_out(title, warns):
    verdict = render(f"Text.\n\n::: {title}\nText.\n:::\n", link=no_link).verdict
    assert [(each.line, "Learners see this note" in each.message) for each in verdict.warnings] == [
        (3, True)
    ] * warns


def test_objectives_come_first_and_key_points_last():
    source = "::: key-points\n- k\n:::\n\nText.\n\n::: objectives\n- o\n:::\n\n## Last[^1]\n\n[^1]: Note.\n"
    rendered = render(source, link=no_link)
    places = [rendered.html.index(part) for part in ("<li>o", "<p>Text", "Last", "<li>k", "footnotes")]
    assert places == sorted(places)
    assert rendered.text.startswith("Objectives\no\nText.")
    assert rendered.staff_html == ""
    assert rendered.verdict.errors == []


@pytest.mark.heavy
def test_many_blocks_are_refused_and_long_ones_take_linear_time():
    with pytest.raises(TooComplexError) as caught:
        render("::: staff\n:::\n" * 300, link=no_link)
    assert caught.value.line == 401
    for hostile in (
        ":" * 199_000,
        "> " * 99_000,
        "- [!" * 4_900,
        "::: staff" + " " * 190_000 + "x",
        "::: staff\n" + ":::: x\n" * 28_000,
    ):
        render(hostile, link=no_link)


def write_blocks(
    rng: random.Random, out: list[str], before: str = "", depth: int = 0, mark: str = "seen"
) -> None:
    """Add nested blocks as an author would write them; each word says who may see it."""
    for _ in range(rng.randint(1, 3)):
        kind = rng.choice(["text", "text", "code", "list", "quote", "note", "staff"]) if depth < 4 else "text"
        word, inner = f"{mark}{len(out)}", list[str]()
        if kind == "text":
            inner = [before + word]
        elif kind == "code":
            sign = rng.choice(["```", "~~~", "````"])
            inner = [
                f"{before}{sign}text",
                before + word,
                before + rng.choice([":::", "::: note", "x"]),
                before + sign,
            ]
        elif kind == "list":
            write_blocks(rng, inner, f"{before}  ", depth + 1, mark)
            inner[0] = f"{before}- {inner[0][len(before) + 2 :]}"
        elif kind == "quote":
            write_blocks(rng, inner, f"{before}> ", depth + 1, mark)
        else:
            write_blocks(rng, inner, before, depth + 1, "hidden" if kind == "staff" else mark)
            longest = max((len(found) for line in inner for found in re.findall(":{3,}", line)), default=2)
            colons = ":::" if kind == "staff" and rng.random() < 0.5 else ":" * (longest + 1)
            inner = [f"{before}{colons} {kind}", *inner, f"{before}{colons}"]
        out += [*inner, before.rstrip()]


@given(st.randoms(use_true_random=False))
def test_blocks_nested_in_any_way_are_hidden_and_nothing_else_is(rng):
    lines: list[str] = []
    write_blocks(rng, lines)
    source = "\n".join(lines)
    rendered = render(source, link=no_link)
    written = {*re.findall(r"(?:seen|hidden)\d+", source)}
    assert {*re.findall(r"(?:seen|hidden)\d+", rendered.html)} == {word for word in written if word[0] == "s"}
    assert {*re.findall(r"(?:seen|hidden)\d+", rendered.staff_html or rendered.html)} == written
    assert not any("learners see nothing" in each.message for each in rendered.verdict.errors)
