import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grader.checks.notebook import read_cells
from labs.grader.report import Outcome


def code(source="", outputs=0, count=None):
    output = {"output_type": "stream", "name": "stdout", "text": ["x\n"]}
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [output] * outputs}
    return cell | {"execution_count": count}


def notebook(*cells):
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


TEXT = {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]}


@pytest.mark.parametrize(
    ("cells", "rest", "found"),
    [
        ([TEXT, code("a = 1")], "", ""),
        (
            [TEXT, code(["import x\n", "x.y()"], 2, 7)],
            "",
            "cell 2 (`import x`) has 2 outputs and has the execution count 7",
        ),
        (
            [code("a", 0, 1), code("", 1)],
            "",
            "cell 1 (`a`) has the execution count 1 and cell 2 has 1 output",
        ),
        ([code("a", 1, 1)], ", outputs: any, executed: null", ""),
        ([code("a", 1, 1)], ", outputs: any, executed: true", ""),
        ([code("a", 0, 1), code(""), code("b")], ", executed: true", "cell 3 (`b`) has not been run"),
    ],
)
def test_cells_are_checked(repo, cells, rest, found):
    repo.put("train.ipynb", notebook(*cells))
    repo.commit()
    result = repo.ask(f"notebook: {{path: train.ipynb{rest}}}")
    assert (result.outcome is Outcome.PASSED, result.found) == (not found, found)


def test_a_pattern_checks_each_notebook(repo):
    repo.put("a.ipynb", notebook(code("a")))
    repo.put("b/b.ipynb", notebook(code("b", 1)))
    repo.commit()
    result = repo.ask("notebook: {path: '*.ipynb'}")
    assert result.why == "In `b/b.ipynb` on `main`, cell 1 (`b`) has 1 output."
    assert "jupyter nbconvert --clear-output --inplace b/b.ipynb" in result.fix


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "(line 1)."),
        ("[]", "it has no list of cells."),
        ('{"cells": 3}', "no list"),
    ],
)
def test_a_file_that_is_not_a_notebook_is_reported(repo, text, words):
    repo.put("train.ipynb", text)
    repo.commit()
    result = repo.ask("notebook: {path: train.ipynb}")
    assert result.outcome is Outcome.NEEDS_WORK and words in result.why


def test_a_notebook_that_is_nested_too_deeply_is_not_judged(repo):
    repo.put("train.ipynb", "[" * 9000)
    repo.commit()
    result = repo.ask("notebook: {path: train.ipynb}")
    assert result.outcome is Outcome.NOT_RUN
    assert result.reason.startswith(
        "Cannot tell what `train.ipynb` on `main` contains, because lists or mappings"
    )


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3)
)
_KEYS = st.sampled_from(["cell_type", "source", "outputs", "execution_count", "x"])
_CELL = st.dictionaries(_KEYS, _JSON | st.just("code"), max_size=5) | _JSON


@given(st.lists(_CELL, max_size=4))
def test_cells_of_any_shape_are_read(cells):
    codes = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    found = read_cells(json.dumps({"cells": cells}))
    assert [cell.outputs for cell in found] == [
        len(cell["outputs"]) if isinstance(cell.get("outputs"), list) else 0 for cell in codes
    ]
