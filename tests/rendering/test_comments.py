import pytest

from lessons.rendering.comments import render_comment


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Say *why*,\nand `git log`.", "<p>Say <em>why</em>,<br>\nand <code>git log</code>.</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("# Not a heading", "<p># Not a heading</p>\n"),
        (
            "![x](https://example.org/x.png)",
            '<p>!<a href="https://example.org/x.png" rel="noopener noreferrer nofollow">x</a></p>\n',
        ),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](//example.org)", '<p><a rel="noopener noreferrer nofollow">x</a></p>\n'),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
        ("```\n<b>\n```", '<pre tabindex="0"><code>&lt;b&gt;\n</code></pre>\n'),
        ("\ud800", "<p>?</p>\n"),
    ],
)
def test_comment_is_a_small_safe_part_of_markdown(text, html):
    assert render_comment(text) == html
