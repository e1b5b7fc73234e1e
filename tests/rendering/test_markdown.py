import subprocess
import sys

from lessons.rendering import render_fragment, render_inline

from .conftest import resolve


def test_emphasis_code_and_strikethrough_become_elements(page):
    assert page("*a* **b** `c` ~~d~~").html == (
        "<p><em>a</em> <strong>b</strong> <code>c</code> <s>d</s></p>\n"
    )


def test_raw_html_is_shown_as_text(page):
    assert page("<b>x</b>").html == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"


def test_task_list_shows_boxes_that_are_not_controls(page):
    html = page("- [x] done\n- [ ] open\n- plain").html
    assert (
        '<li class="task-list-item"><span class="task-box" role="img" aria-label="Done">☑</span> done</li>'
        in html
    )
    assert '<span class="task-box" role="img" aria-label="To do">☐</span> open</li>' in html
    assert "<li>plain</li>" in html


def test_task_in_a_loose_list_keeps_its_box_beside_its_words(page):
    assert "☐</span> one</p>" in page("- [ ] one\n\n- [ ] two").html


def test_brackets_in_the_middle_of_an_item_are_not_a_task(page):
    assert "task" not in page("- a [ ] b").html


def test_table_scrolls_in_a_named_region(page):
    html = page("|a|b|\n|-|-|\n|1|2|").html
    assert html.startswith('<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>')
    assert html.endswith("</table></div>\n")


def test_second_table_gets_a_name_of_its_own(page):
    table = "|a|\n|-|\n|1|\n"
    assert 'aria-label="Table 2"' in page(f"{table}\n{table}").html


def test_alignment_in_a_table_is_a_class_and_not_a_style(page):
    html = page("|a|b|c|\n|:-|:-:|-:|\n|1|2|3|").html
    assert '<th>a</th>\n<th class="center">b</th>\n<th class="right">c</th>' in html
    assert "style" not in html


def test_first_cell_of_a_row_is_its_header_below_an_empty_corner(page):
    html = page("| | a |\n|-|-:|\n| x | 1 |\n| y | 2 |\n\n|b|c|\n|-|-|\n|z|3|").html
    assert html.count("</th>") == 5
    assert '<td></td>\n<th class="right">a</th>' in html
    assert '<th scope="row">x</th>\n<td class="right">1</td>' in html
    assert '<th scope="row">y</th>\n<td class="right">2</td>' in html
    assert "<td>z</td>\n<td>3</td>" in html


def test_rendering_twice_gives_the_same_page(page):
    source = "# A\n\n::: flow\na -> b -> a\n:::\n\n|t|\n|-|\n\n# A\n\n```python\nx = 1\n```"
    assert page(source) == page(source)


def test_windows_line_endings_change_nothing(page):
    source = "# A\n\n::: note\nb\n:::\n"
    assert page(source.replace("\n", "\r\n")) == page(source)


def test_half_a_surrogate_pair_causes_no_error(page):
    assert page("a \ud800 b").html == "<p>a ? b</p>\n"


def test_inline_markdown_has_no_paragraph_and_no_blocks():
    assert render_inline("# `a` [b](lesson:git)", link=resolve) == (
        '# <code>a</code> <a href="/courses/mlops/git/">b</a>'
    )


def test_fragment_has_blocks_but_no_heading_ids():
    html = render_fragment("# A\n\n> b\n\n::: flow\na -> b\n:::", link=resolve)
    assert html.startswith("<h2>A</h2>\n<blockquote>")
    assert "<svg" in html


def test_fragment_has_no_checklist():
    html = render_fragment("::: checklist\n- [ ] a {#a}\n:::", link=resolve)
    assert "data-key" not in html
    assert "- [ ] a {#a}" in html


def test_rendering_needs_no_django():
    program = "import sys, lessons.rendering; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
