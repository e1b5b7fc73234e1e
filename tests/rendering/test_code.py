import pytest

from lessons.rendering.code import MAX_COLOURED
from lessons.texts.problem import Problem


def label(html: str) -> str:
    return html.partition("<figcaption><span>")[2].partition("</span>")[0]


def test_code_block_is_a_figure_with_its_language_and_classes(page):
    assert page("```python\nimport os\n```").html == (
        '<figure class="code"><figcaption><span>Python</span></figcaption><pre tabindex="0"><code>'
        '<span class="kn">import</span><span class="w"> </span><span class="nn">os</span>\n'
        "</code></pre></figure>\n"
    )


@pytest.mark.parametrize(
    ("info", "shown"),
    [
        ("", "Text"),
        ("text", "Text"),
        ("yaml", "YAML"),
        ("yaml file=.github/workflows/ci.yml", ".github/workflows/ci.yml"),
        ('console title="In the terminal"', "In the terminal"),
        ('bash title=""', "Bash"),
    ],
)
def test_strip_shows_file_title_or_language(page, info, shown):
    rendered = page(f"```{info}\nx\n```")
    assert label(rendered.html) == shown
    assert rendered.problems == []


def test_indented_code_is_text(page):
    assert label(page("    x < 1").html) == "Text"
    assert "<code>x &lt; 1\n</code>" in page("    x < 1").html


def test_unknown_language_is_shown_plain_and_is_a_problem(page):
    rendered = page("a\n\n```pyhton\nx = '<'\n```")
    assert "<code>x = &#x27;&lt;&#x27;\n</code>".replace("&#x27;", "'") in rendered.html.replace("&#39;", "'")
    assert rendered.problems == [Problem(3, "", "“pyhton” is not a known language. Use text if none fits.")]


def test_unknown_words_after_the_language_are_a_problem(page):
    rendered = page("```python linenos\nx\n```")
    assert label(rendered.html) == "Python"
    assert rendered.problems == [
        Problem(1, "", '“python linenos”: write the language, then file=NAME or title="TITLE".')
    ]


def test_blank_lines_at_the_edges_of_code_stay(page):
    assert "<code>\n\nx\n\n</code>" in page("```text\n\n\nx\n\n```").html


def test_code_past_the_limit_of_a_page_is_complete_but_plain(page):
    line = "import os\n"
    html = page(f"```python\n{line * (MAX_COLOURED // len(line))}```\n\n```python\n{line}```").html
    assert html.count('<span class="nn">os</span>') == MAX_COLOURED // len(line)
    assert html.endswith("<code>import os\n</code></pre></figure>\n")
