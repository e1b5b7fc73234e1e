"""Imported labs of each kind of test prove their checks in the sandbox: by a solution, or by a stand-in for it."""

import pytest

from labs.classroom.commands import PYTEST
from labs.classroom.course_files import plan_course
from labs.grader.proof import prove
from labs.grader.sandbox import CannotBuildError, SandboxError
from labs.grader.spec import load_spec
from tests.classroom.exported import assignment, autograding, export, read, workflow
from tests.sandbox.conftest import environments, sandbox  # noqa: F401 - fixtures

pytestmark = pytest.mark.heavy
ADDS = b"def add(a, b):\n    return a + b\n\n\nif __name__ == '__main__':\n    print(add(*map(int, input().split())))\n"
STARTS = b"def add(a, b):\n    return 0\n"
GRADER = """\
    - id: py
      uses: classroom-resources/autograding-python-grader@v1
      with: {timeout: 1, max-score: 6, setup-command: pip install pytest}
"""
TESTS = b"""\
from sums import add


def test_small():
    assert add(1, 2) == 3


class TestMore:
    def test_negative(self):
        assert add(-2, 1) == -1
"""
COMMAND = {"name": "Adds", "run": "python -c 'import sums; assert sums.add(1, 2) == 3'", "points": 2}
BUILT = {"name": "Built", "setup": "cp sums.py built.py", "run": "python built.py | cat", "points": 1}
EXACT = {
    "name": "Prints",
    "run": "python sums.py",
    "input": "4 5\n",
    "output": "9",
    "comparison": "exact",
    "points": 3,
}
REGEX = {
    "name": "Matches",
    "run": "python sums.py",
    "input": "4 5\n",
    "output": r"^\d$",
    "comparison": "regex",
}


def proof_of(tests: dict[str, bytes], confined, *, solution: bool = True, more: bytes = b""):
    files = {**export(assignment()), **tests, "sums-starter/sums.py": STARTS}
    if solution:
        files["sums-starter-solution/sums.py"] = ADDS
    if more:
        files |= {"sums-starter/sums_test.py": more, "sums-starter-solution/sums_test.py": more}
    plan = plan_course(read(files).classrooms[0], "UTC")
    own = plan.labs[0].assignment.files
    return prove(load_spec(plan.files["labs/sums/lab.yaml"].decode(), own), confined)


def outcome(proof):
    return proof.differing, proof.unproved, proof.not_provable_here, proof.starter_passes


def test_commands_and_outputs_are_proved_by_the_solution(sandbox):  # noqa: F811
    proof = proof_of(autograding(COMMAND, EXACT, REGEX), sandbox)
    assert outcome(proof) == ((), (), (), False)


def test_outputs_are_proved_by_a_stand_in(sandbox):  # noqa: F811
    proof = proof_of(autograding(EXACT), sandbox, solution=False)
    assert outcome(proof) == ((), (), (), False)


def test_check_that_passes_on_the_starter_is_not_proved(sandbox):  # noqa: F811
    proof = proof_of(autograding(COMMAND, BUILT), sandbox)
    assert [check.id for check in proof.unproved] == ["built"] or "built" in str(proof.unproved)


def test_python_tests_are_proved_by_the_solution(sandbox, environments):  # noqa: F811
    try:
        environments.build((PYTEST,))
    except (SandboxError, CannotBuildError) as error:
        pytest.skip(f"no package index is reached: {error}")
    proof = proof_of(workflow(GRADER), sandbox, more=TESTS)
    assert outcome(proof) == ((), (), (), False)
