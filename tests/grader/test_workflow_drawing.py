from xml.etree import ElementTree

import pytest

from labs.grader.workflows.drawing import MAX_DRAWN, WIDTH, draw_pipeline
from labs.grader.workflows.graph import Pipeline, expand_jobs
from labs.grader.workflows.reading import read_workflow


def pipeline(jobs):
    """Jobs by id with what they need; each runs pytest."""
    text = "on: push\njobs:\n" + "".join(
        f"  {name}:\n    runs-on: x\n    needs: [{', '.join(needs)}]\n    steps: [{{run: pytest}}]\n"
        for name, needs in jobs.items()
    )
    workflow = read_workflow("ci.yml", text)
    assert not workflow.faults
    return Pipeline(workflow, expand_jobs(workflow, lambda path: None), {})


def svg_of(drawing):
    """The drawing read as XML; it has no style of its own."""
    assert "style=" not in drawing.svg
    return ElementTree.fromstring(drawing.svg)


def test_a_single_line_of_jobs_is_one_line_of_text():
    drawing = draw_pipeline(pipeline({"a": [], "b": ["a"], "c": ["a", "b"]}), wrong={"b"})
    assert drawing.text == ("a (test) -> b (test) ✘ needs work -> c (test)",)
    rects = svg_of(drawing).findall("rect")
    assert [rect.get("class") for rect in rects] == ["flow-box", "flow-box flow-wrong", "flow-box"]


def test_branches_of_jobs_are_a_line_each():
    drawing = draw_pipeline(pipeline({"d": ["b", "c"], "a": [], "b": ["a"], "c": ["a"]}))
    assert drawing.text == ("a (test)", "a -> b (test)", "a -> c (test)", "b, c -> d (test)")
    assert len(svg_of(drawing).findall("path")) == 2 * 4


@pytest.mark.parametrize("number", [1, 24, 200])
def test_many_jobs_stay_in_the_column_and_the_rest_is_counted(number):
    names = [f"job{i}" for i in range(number)]
    drawing = draw_pipeline(pipeline({name: names[max(0, i - 7) : i : 3] for i, name in enumerate(names)}))
    svg = svg_of(drawing)
    assert svg.get("width") == str(WIDTH)
    assert len(svg.findall("rect")) == min(number, MAX_DRAWN)
    assert ("are not shown." in drawing.text[-1]) == (number > MAX_DRAWN)
    for path in svg.findall("path"):
        assert "-" not in path.get("d")


def test_texts_are_escaped():
    text = (
        "on: push\njobs:\n  a:\n    runs-on: x\n    environment: '<script>&\u202e'\n    steps: [{run: x}]\n"
    )
    workflow = read_workflow("<b>.yml", text)
    drawing = draw_pipeline(Pipeline(workflow, workflow.jobs, {}))
    texts = [span.text for span in svg_of(drawing).iter("tspan")]
    assert texts == ["a", "[environment <script>&\\u20…"]
    assert drawing.text == ("a [environment <script>&\\u202e]",)
