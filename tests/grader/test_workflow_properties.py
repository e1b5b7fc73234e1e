"""Rules that hold for every pattern, every graph of jobs and every text, not only for the examples."""

import re

from hypothesis import given
from hypothesis import strategies as st

from labs.grader.dockerfiles.reading import read_dockerfile
from labs.grader.workflows.commands import commands_of
from labs.grader.workflows.drawing import MAX_DRAWN, draw_pipeline
from labs.grader.workflows.expressions import holds
from labs.grader.workflows.filters import matches
from labs.grader.workflows.graph import Pipeline, needs_faults
from labs.grader.workflows.reading import read_workflow

PIECES = {"a": "a", "b": "b", "/": "/", "*": "[^/]*", "**": ".*", "[ab]": "[ab]", "a?": "a?", "b+": "b+"}
PIECES |= {"**/": "(?:.*/)?"}


@given(st.lists(st.sampled_from(sorted(PIECES)), max_size=6), st.text("ab/", max_size=6))
def test_a_pattern_means_what_its_regex_means(pieces, name):
    pattern = "".join(pieces)
    if "***" not in pattern and "****" not in pattern:
        pieces = re.findall(r"(?:^|(?<=/))\*\*/|\*\*|\[ab\]|a\?|b\+|.", pattern)
        assert matches(pattern, name) == bool(re.fullmatch("".join(PIECES[piece] for piece in pieces), name))


@given(st.lists(st.lists(st.integers(0, 7), max_size=3, unique=True), min_size=1, max_size=8))
def test_each_graph_of_jobs_has_a_fault_or_an_order(needs):
    needs = [[other for other in others if other < len(needs)] for others in needs]
    text = "on: push\njobs:\n" + "".join(
        f"  j{i}: {{runs-on: x, needs: [{', '.join(f'j{n}' for n in others)}], steps: [{{run: pytest}}]}}\n"
        for i, others in enumerate(needs)
    )
    workflow = read_workflow("ci.yml", text)
    reachable = {i: set(others) for i, others in enumerate(needs)}
    for _ in needs:
        reachable = {i: found.union(*(reachable[n] for n in found)) for i, found in reachable.items()}
    circle = any(i in found for i, found in reachable.items())
    assert bool(list(needs_faults(workflow))) == circle
    if not circle:
        pipeline = Pipeline(workflow, workflow.jobs, {})
        assert {name: set(found) for name, found in pipeline.before.items()} == {
            f"j{i}": {f"j{n}" for n in found} for i, found in reachable.items()
        }
        assert len(draw_pipeline(pipeline).svg.split("<rect")) - 1 == min(len(needs), MAX_DRAWN)


WORDS = st.lists(
    st.sampled_from(
        [*"\\|&;<>()'\"#$`{}\n ", "<<", "EOF", "${{ x }}", "pytest", "true", "FROM", "RUN", "if"]
    ),
    max_size=30,
).map("".join)


@given(WORDS)
def test_any_text_is_read_as_script_condition_and_dockerfile(text):
    lines = text.count("\n")
    assert all(0 <= command.line <= lines for command in commands_of(text))
    assert holds(text, {}) in (True, False, None)
    file = read_dockerfile("Dockerfile", f"FROM a:1\n{text}")
    assert all(1 <= one.place.line <= lines + 2 for one in file.instructions())
    assert read_workflow("ci.yml", text).faults
