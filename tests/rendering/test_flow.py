import re
from itertools import pairwise

import pytest

from lessons.rendering.flow import read_flow
from lessons.rendering.flow_layers import layer
from lessons.rendering.flow_layout import lay_out
from lessons.rendering.flow_svg import NARROW, WIDE
from lessons.texts.problem import Problem

PIPELINE = "title: The pipeline\ncheckout -> build -> test -> deploy\ntest -> fix -> build"


def flow(source):
    found, problems = read_flow(source, 1)
    assert problems == []
    return found


def rows(source):
    found = flow(source)
    return [[found.steps[step] for step in row] for row in layer(found).rows]


def svg(html: str) -> str:
    return html[html.index("<svg") : html.index("</svg>")]


def test_steps_and_arrows_are_read_in_order(page):
    found = flow(PIPELINE)
    assert found.title == "The pipeline"
    assert found.steps == ["checkout", "build", "test", "deploy", "fix"]
    assert found.arrows == [(0, 1), (1, 2), (2, 3), (2, 4), (4, 1)]


def test_arrow_that_is_written_twice_is_drawn_once():
    assert flow("a -> b\na  ->  b").arrows == [(0, 1)]


def test_step_alone_on_its_line_is_a_step():
    assert flow("a\nb -> c").steps == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("", 1, "This flow has no steps. Write lines such as build -> test"),
        ("title: only", 1, "This flow has no steps. Write lines such as build -> test"),
        ("a -> b\na -> -> b", 2, "An arrow has no step on one side. Write build -> test"),
        ("a -> a", 1, "“a” leads to itself. Name the step in between."),
        ("a -> " + "x" * 61, 1, "“xxxxxxxxxxxxxxxxxxxx…” has 61 characters. The limit for a step is 60."),
        ("\n".join(f"s{n}" for n in range(50)), 41, "This flow has more than 40 steps. Split it into two."),
        (" -> ".join("abcdefghij" * 9), 1, "This flow has more than 80 arrows. Split it into two."),
        (
            "\n".join(f"a{n} -> b{m}" for n in range(9) for m in range(10)),
            81,
            "This flow has more than 80 arrows. Split it into two.",
        ),
    ],
)
def test_fault_in_a_flow_names_its_line(source, line, message):
    assert read_flow(source, 1)[1] == [Problem(line, "", message)]


def test_flow_with_a_fault_is_shown_as_written(page):
    rendered = page("a\n\n::: flow\nb -> <i>\n-> c\n:::")
    assert "<code>b -&gt; &lt;i&gt;\n-&gt; c\n</code>" in rendered.html
    assert rendered.problems == [Problem(5, "", "An arrow has no step on one side. Write build -> test")]


def test_step_comes_after_all_steps_that_lead_to_it():
    assert rows("a -> b -> c\na -> c -> d") == [["a"], ["b"], ["c"], ["d"]]


def test_arrow_that_closes_a_cycle_runs_back_and_moves_nothing():
    assert rows(PIPELINE) == [["checkout"], ["build"], ["test"], ["deploy", "fix"]]
    assert layer(flow(PIPELINE)).back == {(4, 1)}


def test_step_that_nothing_leads_to_comes_just_before_its_first_successor():
    assert rows("a -> b -> c -> d\nx -> d") == [["a"], ["b"], ["c", "x"], ["d"]]


def test_layers_are_ordered_so_that_arrows_do_not_cross():
    assert rows("a -> y\nb -> x\na -> z") == [["a", "b"], ["y", "z", "x"]]


@pytest.mark.parametrize("down", [True, False])
def test_boxes_are_inside_the_drawing_and_do_not_overlap(down):
    found = flow("a -> b -> d\na -> c -> d\na -> d -> b\nd -> a\n" + PIPELINE.partition("\n")[2])
    layout = lay_out(found, layer(found), down=down)
    for number, box in enumerate(layout.boxes):
        assert 0 <= box.x <= box.x + box.width <= layout.width
        assert 0 <= box.y <= box.y + box.height <= layout.height
        assert not any(overlap(box, other) for other in layout.boxes[number + 1 :])


@pytest.mark.parametrize("down", [True, False])
def test_no_arrow_passes_through_a_box(down):
    found = flow("a -> b -> c -> d\na -> x -> d\na -> d\na -> c\nd -> a\nc -> b\nd -> b\na -> y")
    layout = lay_out(found, layer(found), down=down)
    for arrow in layout.arrows:
        for x, y in (point for pair in pairwise(arrow.points) for point in along(*pair)):
            for box in layout.boxes:
                inside = box.x < x < box.x + box.width and box.y < y < box.y + box.height
                assert not inside, (arrow, box)


def overlap(one, other) -> bool:
    return (
        abs(one.x + one.width / 2 - other.x - other.width / 2) < (one.width + other.width) / 2
        and abs(one.y + one.height / 2 - other.y - other.height / 2) < (one.height + other.height) / 2
    )


def along(start, end):
    """Return points on the straight line; the curve stays in the same rectangle, and lanes are straight."""
    return [
        (start[0] + (end[0] - start[0]) * n / 20, start[1] + (end[1] - start[1]) * n / 20) for n in range(21)
    ]


def test_chain_that_fits_is_drawn_across_for_wide_columns_and_down_for_phones(page):
    html = page(f"::: flow\n{PIPELINE}\n:::").html
    (narrow, narrow_width), (wide, wide_width) = re.findall(
        r'<div class="([^"]+)"><svg role="img" width="(\d+)', html
    )
    assert (narrow, wide) == ("scroll flow-narrow", "flow-wide")
    assert int(narrow_width) < NARROW < int(wide_width) < WIDE


def test_chain_too_long_for_the_column_is_drawn_down_only(page):
    html = page("::: flow\n" + " -> ".join(f"a long step {n}" for n in range(9)) + "\n:::").html
    assert html.count("<svg") == 1
    assert "flow-narrow" not in html


def test_drawing_wider_than_a_phone_scrolls_and_is_reached_by_keyboard(page):
    source = "\n".join(f"start -> {'wide' * 5} {n} -> end {n}{m}" for n in range(4) for m in range(3))
    assert (
        '<div class="scroll" tabindex="0" role="group" aria-label="Flow that starts at start">'
        in page(f"::: flow\n{source}\n:::").html
    )


def test_drawing_has_a_role_a_title_and_its_arrows_as_text(page):
    html = page(f"::: flow\n{PIPELINE}\n:::").html
    assert html.startswith('<figure class="flow"><figcaption>The pipeline</figcaption>')
    assert '<svg role="img"' in html
    assert "<title>The pipeline</title>" in html
    assert "<details><summary>As text</summary><ul><li>checkout → build</li><li>build → test</li>" in html


def test_drawing_without_a_title_is_named_by_its_first_step(page):
    html = page("::: flow\na -> b\n:::").html
    assert "<title>Flow that starts at a</title>" in html
    assert "figcaption" not in html


def test_back_arrow_has_a_class_of_its_own(page):
    assert svg(page(f"::: flow\n{PIPELINE}\n:::").html).count('class="flow-arrow flow-back"') == 1


def test_long_label_is_written_on_several_lines(page):
    html = svg(page("::: flow\nproduction servers one to five -> b\n:::").html)
    assert re.findall(">([^<>]+)</tspan>", html) == ["production", "servers one to", "five", "b"]


def test_drawing_has_no_style_and_no_colour_but_the_current_one(page):
    html = page(f"::: flow\n{PIPELINE}\n:::").html
    assert "style" not in html
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', html)) == {"none", "currentColor"}


def test_labels_are_escaped_in_the_drawing_and_in_the_text(page):
    html = page('::: flow\ntitle: </title><b>\n<i> -> "x" & y\n:::').html
    assert not re.search("<[ib]>", html)
    assert "&lt;/title&gt;&lt;b&gt;</title>" in html
    assert "<li>&lt;i&gt; → &quot;x&quot; &amp; y</li>" in html


def test_author_cannot_write_the_mark_that_a_drawing_replaces(page):
    mark = '<figure class="flow" data-flow="0"></figure>'
    html = page(f"::: flow\na -> b\n:::\n\n{mark}\n\n`{mark}` [x](lesson:git '{mark}')").html
    assert html.count("<figure") == html.count("<details>") == 1
