import pytest

from lessons.texts.problem import Problem


@pytest.mark.parametrize(
    ("name", "classes"), [("note", "note"), ("tip", "note tip"), ("warning", "note warning")]
)
def test_admonition_is_an_aside_with_its_keyword_as_title(page, name, classes):
    assert page(f"::: {name}\nText.\n:::").html == (
        f'<aside role="note" class="{classes}">\n<p class="note-title">{name.title()}</p><p>Text.</p>\n</aside>\n'
    )


def test_admonition_may_have_a_title_of_inline_markdown(page):
    assert '<p class="note-title">Try <code>it</code> now</p>' in page("::: tip Try `it` now\na\n:::").html


def test_admonition_contains_blocks_and_other_admonitions(page):
    html = page(":::: note\n- a\n\n::: tip\nb\n:::\n\nc\n::::\n\nd").html
    assert (
        html.index("<li>")
        < html.index('<aside role="note" class="note tip">')
        < html.index("</aside>")
        < html.index("<p>c</p>")
    )
    assert html.endswith("</aside>\n<p>d</p>\n")


@pytest.mark.parametrize(
    "source", ["::: note\nb", "::: checklist\n- [ ] a {#a}", "::: flow\na -> b", "::: note"]
)
def test_block_that_is_not_closed_is_a_problem_at_its_first_line(page, source):
    assert page(f"a\n\n{source}").problems == [
        Problem(3, "", "The block is not closed. End it with the line :::")
    ]


@pytest.mark.parametrize(
    "source", ["> ::: note\n> b\n> :::", "- a\n\n  ::: flow\n  a -> b\n  :::\n", "::: note\n:::"]
)
def test_closed_block_that_is_nested_or_empty_is_not_a_problem(page, source):
    assert page(source).problems == []


def test_unknown_block_is_shown_as_written_and_is_a_problem(page):
    rendered = page("a\n\n::: hint Look\n*b*\n:::\n\nc")
    assert "<span>::: hint Look</span>" in rendered.html
    assert "<code>*b*\n</code>" in rendered.html
    assert rendered.html.endswith("<p>c</p>\n")
    message = "“::: hint Look” does not open a block. After the colons, write note, tip, warning, checklist or flow."
    assert rendered.problems == [Problem(3, "", message)]
