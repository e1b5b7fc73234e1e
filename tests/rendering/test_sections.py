"""The text of a page by heading, and the terms that it defines."""

from hypothesis import given
from hypothesis import strategies as st

from lessons.rendering import Definition, Section, render

SOURCE = """\
Before any heading.<!-- not for readers -->

# One

Para with `code`.

#### Small

```bash
git status
```

## Two

### One

::: note
Inside.
:::
"""


def sections(source):
    return render(source, link=lambda *_: None).sections


def test_each_section_has_the_id_and_the_text_of_its_heading():
    assert sections(SOURCE) == [
        Section("", "", "Before any heading."),
        Section("one", "One", "Para with code.\nSmall\ngit status"),
        Section("two", "Two", ""),
        Section("one-2", "One", "Note\nInside."),
    ]


def test_page_without_text_has_an_empty_first_section():
    assert sections("") == [Section("", "", "")]
    assert sections("## Only")[0] == Section("", "", "")


@given(
    st.lists(
        st.sampled_from(
            ["# a", "## b", "text", "- item", "> ## quoted", "```\n## code\n```", "| a |\n|-|\n| b |"]
        )
    )
)
def test_no_word_is_lost_or_said_twice(lines):
    page = render("\n\n".join(lines), link=lambda *_: None)
    again = [words for section in page.sections for words in (section.title, section.text) if words]
    assert "\n".join(again) == page.text


def test_definitions_have_their_meanings_and_the_heading_above():
    source = """\
Pod
: The smallest unit.

## Words

Image *layer*
: One step of a build.

  - It is cached.
: A second meaning.

Without a meaning
"""
    assert render(source, link=lambda *_: None).definitions == [
        Definition("", "Pod", "The smallest unit."),
        Definition("words", "Image layer", "One step of a build.\nIt is cached.\nA second meaning."),
    ]
