"""Notes put together at random from the lines of all cases: nothing is lost, and nothing is in two lessons."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lessons.rendering import render

from .case_files import NAMES, load
from .importing import import_text
from .marks import source_words, words
from .unmet import mark_unmet

LINES = [line for name in NAMES if load(name).has_lines for line in load(name).lines if len(line) < 200]
CHUNKS = st.integers(0, len(LINES) - 1).flatmap(
    lambda first: st.integers(1, 12).map(lambda size: LINES[first : first + size])
)
INDENTS = st.sampled_from(["", "\t", "  ", "    ", "\t  \t", "> "])
NOTES = (
    st.lists(st.tuples(INDENTS, CHUNKS), min_size=1, max_size=12)
    .map(lambda parts: "\n".join(indent + line for indent, chunk in parts for line in chunk))
    .filter(str.strip)
)


LIMITS = settings(max_examples=25)


@LIMITS
@given(NOTES)
def test_every_word_is_in_the_lesson_of_its_line(text):
    lines = text.split("\n")
    seen = 0
    for lesson in import_text(text):
        first, last = lesson["lines"]
        rest = iter(words(lesson["title"] + "\n" + lesson["markdown"]))

        assert seen < first <= last <= len(lines)
        assert [word for word in source_words(lines[first - 1 : last]) if word not in rest] == []
        seen = last


@LIMITS
@given(text=NOTES)
@example(text="Course\nCourse\n\t2. type\n\t3. key pair\n\t4. group\n\t5. launch")
@pytest.mark.parametrize(("group", "check"), [mark_unmet("anything", "problems")])
def test_the_markdown_renders_without_problems(text, group, check):
    for lesson in import_text(text):
        rendered = render(lesson["markdown"], link=lambda *_: None)

        assert rendered.problems == []
        assert lesson["html"] == rendered.html
