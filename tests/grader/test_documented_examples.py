"""Each example of a check in the documentation is parsed, and met by a repository here."""

import re
import sys
import tempfile
from pathlib import Path

import pytest

from labs.grader.checks import KINDS, Learner, wanted_facts
from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.report import Outcome
from labs.grader.spec import load_spec
from tests.grader.conftest import lab

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ME = Learner(("Learner",), ("learner@example.org",))
# Their examples leave out required parts; tests/sandbox shows that such checks can be met.
LEFT_OUT = {"own_tests", "build"}
IN_A_SANDBOX = {"run", "tests"}
OTHER = {("branches", "{exactly: [main, feature/login]}"): "branch"}
EXAMPLE = re.compile(rf"\b({'|'.join(KINDS)}): (\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}})")


def examples() -> list[tuple[str, str]]:
    """Kind and parameters of every example in the docstrings of the kinds and in the documentation."""
    found = []
    for kind, cls in KINDS.items():
        text = re.match(r'"""(.*?)"""', Path(_module(cls).__file__).read_text(), re.DOTALL)[1]
        shown = EXAMPLE.finditer(text.replace("\\\\", "\\"))
        found += [match.groups() for match in shown if match[1] == kind]
    # lines of lab.yaml, not sentences about old ones
    for line in (ROOT / "docs/labs.md").read_text().splitlines():
        found += [match.groups() for match in EXAMPLE.finditer(line) if line.startswith("  ")]
    return list(dict.fromkeys((kind, re.sub(r"\s+", " ", given)) for kind, given in found))


def _module(kind):
    return sys.modules[kind.__module__]


def meeting() -> dict[str, str]:
    """The steps of a repository by kind, as text."""
    text = (HERE / "documented.yaml").read_text()
    parts = re.split(r"^(\w+):(?= |\n)", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def outcome(kind: str, given: str, steps: str, sandbox=None) -> str:
    block = re.sub(r"^", "    ", steps.rstrip(), flags=re.MULTILINE) if steps.startswith("\n") else steps
    scenario = f"scenarios:\n  - name: it\n    expect: {{c1: passed}}\n    steps:{block}\n"
    spec = load_spec(lab(f"{kind}: {given}") + scenario)
    with tempfile.TemporaryDirectory() as folder:
        answers = spec.scenarios[0].build(Path(folder)).answers
        with Repository.open(folder) as repository:
            wanted = wanted_facts([check.parameters for check in spec.checks], repository)
            facts = answers.facts(wanted) if answers else None
            result = grade(spec, repository, learner=ME, sandbox=sandbox, github=facts).results[0]
    return "" if result.outcome is Outcome.PASSED else f"{kind}: {given}: {result.why or result.reason}"


def test_each_documented_example_can_be_met():
    steps = meeting()
    shown = examples()
    assert {kind for kind, _ in shown} >= set(KINDS) - LEFT_OUT
    failed = [
        outcome(kind, given, steps[OTHER.get((kind, given), kind)])
        for kind, given in shown
        if kind not in LEFT_OUT | IN_A_SANDBOX
    ]
    wrong = list(filter(None, failed))
    assert not wrong, "\n".join(wrong)


def test_each_kind_has_a_repository_here():
    assert set(meeting()) == set(KINDS) - LEFT_OUT


@pytest.mark.parametrize("kind", sorted(LEFT_OUT))
def test_what_is_left_out_is_still_documented(kind):
    assert re.match(rf'"""`{kind}: {{', Path(_module(KINDS[kind]).__file__).read_text())
