from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

from labs.grader import check_specs, reference
from labs.grader.checks import KINDS
from labs.grader.parameters import RefName, Regex, Revision, keys_of
from labs.grader.scenarios import reading
from labs.grader.schema_1.upgrade import upgrade
from labs.grader.spec import load_spec
from tests.grader.conftest import lab

DOCS = Path(__file__).parents[2] / "docs"
LABS = (DOCS / "labs.md").read_text()
REGENERATE = "run `python -m labs.grader.reference docs`"


def test_the_reference_says_what_the_code_does():
    assert (DOCS / "checks.md").read_text() == reference.checks_page(), REGENERATE
    assert reference.with_tables(LABS) == LABS, REGENERATE
    assert all(f"\n- `{key}`:" in reference.checks_page() for key in reference.VOCABULARY)
    assert list(reference.CHECK_KEYS) == check_specs.COMMON_KEYS
    assert list(reference.SCENARIO_KEYS) == keys_of(reading._Scenario)


def test_parameters_of_one_type_have_one_of_few_names():
    """Types: a ref, a commit or a regular expression."""
    words = {
        RefName: {"name", "on", "into", "exactly"},
        Revision: {"at", "since", "from", "onto", "parent", "commits"},
        Regex: {"matches", "message_matches", "lacks", "forbids", "stages"},
    }
    others = [
        f"{name}.{key}"
        for name, kind in KINDS.items()
        for key, hint in zip(keys_of(kind), _fields(kind), strict=True)
        for sort, allowed in words.items()
        if _holds(hint, sort) and key not in allowed
    ]
    exceptions = {"start.from", "ahead_behind.from"}  # the other end of a comparison may be a branch
    assert set(others) == exceptions


def _fields(kind):
    hints = get_type_hints(kind)
    return [hints[field.name] for field in fields(kind)]


def _holds(hint, sort):
    return hint is sort or any(_holds(part, sort) for part in get_args(hint))


def test_the_examples_of_schema_2_are_what_those_of_schema_1_become():
    rows = [
        line.strip("| ").split(" | ") for line in LABS.splitlines() if line.startswith("| `") and "{" in line
    ]
    table = {old.strip("`"): new.strip("`").split("` or `") for old, new in rows}
    assert len(table) >= 5
    for old, news in table.items():
        made = upgrade(lab(old).replace("schema: 2", "schema: 1").replace("starter: null\n", "")).text
        assert any(
            load_spec(made).checks[0].parameters == load_spec(lab(new)).checks[0].parameters for new in news
        )
