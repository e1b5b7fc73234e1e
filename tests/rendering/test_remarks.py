"""Short texts of learners: what they may format, and what stays text."""

import time

import pytest

from lessons.rendering import render_remark


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a **b** *c* `d`", "<p>a <strong>b</strong> <em>c</em> <code>d</code></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("- a", "<ul>\n<li>a</li>\n</ul>"),
        ("# no heading", "<p># no heading</p>"),
        ("<b onclick=x>", "<p>&lt;b onclick=x&gt;</p>"),
        ("![x](https://evil.example/a.png)", None),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("&#x202e;", "<p>&amp;#x202e;</p>"),
        ("::: staff\nx\n:::", "<p>::: staff<br>\nx<br>\n:::</p>"),
    ],
)
def test_remark_has_a_small_part_of_markdown(source, html):
    found = render_remark(source)
    assert "<img" not in found
    assert html is None or found == html


def test_remark_links_elsewhere_without_a_reference():
    assert 'rel="noopener noreferrer nofollow"' in render_remark("[x](https://example.org)")
    assert "href" not in render_remark("[x](//evil.example)")


def test_code_of_a_remark_is_text_in_a_figure():
    assert "<code>&lt;script&gt;\n</code></pre></figure>" in render_remark("```\n<script>\n```")


@pytest.mark.parametrize("bad", ["[", "![", "*a ", "> ", "`"])
def test_hostile_remark_takes_little_time(bad):
    start = time.process_time()
    render_remark((bad * 20_000)[:20_000])
    assert time.process_time() - start < 2


def test_longer_text_is_refused():
    with pytest.raises(ValueError, match="20001"):
        render_remark("x" * 20_001)
