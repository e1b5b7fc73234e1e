"""The labs of the course that run code prove every check, in their own environment."""

from pathlib import Path

import pytest

from labs.grader.proof import prove
from labs.grader.sandbox import CannotBuildError, SandboxError
from labs.grader.spec import load_spec

LABS = Path(__file__).parents[2] / "courses/mlops/labs"


@pytest.mark.heavy
def test_the_packaged_review_model_proves_each_check(sandbox):
    spec = load_spec((LABS / "package-the-review-model/lab.yaml").read_text())
    try:
        sandbox.environment(spec.python.requirements)
    except (SandboxError, CannotBuildError) as error:
        pytest.skip(f"no package index is reached: {error}")
    proof = prove(spec, sandbox)
    assert (proof.differing, proof.unproved, proof.not_provable_here) == ((), (), ())
