import pytest


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (1, 1), (200, 1), (201, 2), (1000, 5)])
def test_minutes_are_words_divided_by_200_rounded_up(page, words, minutes):
    assert page("word " * words).minutes == minutes


def test_code_counts_as_words(page):
    assert page("```text\n" + "word " * 201 + "\n```").minutes == 2


def test_search_text_contains_all_words_and_no_markup(page):
    source = """## A *title*

Some **bold** [link](lesson:git) and
![an image](a.png "t").

|head|
|-|
|cell|

::: warning Mind
Inside.
:::

::: checklist
- [ ] item {#key}
:::

::: flow
title: Way
one -> two
:::

```python
x = "<b>"
```
"""
    assert page(source).text == (
        'A title\nSome bold link and an image.\nhead\ncell\nMind\nInside.\nitem\nWay one two\nx = "<b>"'
    )


def test_problems_come_in_order_of_their_lines(page):
    rendered = page("[x](lesson:svn)\n\n```nope\n```\n\n::: checklist\n- [ ] a\n:::")
    assert [problem.line for problem in rendered.problems] == [1, 3, 7]
