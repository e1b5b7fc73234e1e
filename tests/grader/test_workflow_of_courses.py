"""The workflow that authors copy to check their course, judged by the engine's own checks of workflows."""

from pathlib import Path

import pytest

from labs.grader.report import Outcome

FILE = Path(__file__).parents[2] / "docs/check-course.yml"
PATH = ".github/workflows/check-course.yml"


@pytest.mark.parametrize(
    "asked",
    [
        "starts_on: [{event: push, branch: main}, {event: push, branch: x}, {event: pull_request, branch: main}]",
        "order: [checkout, install, check], stages: {check: 'manage.py check_course'}",
        "permissions: {contents: read}",
        "pinned: tag",
        "cache: true",
        "timeout_minutes: 10",
        "no_injection: true",
        "no_secret_echoed: true",
    ],
)
def test_workflow_for_courses_meets_the_requirements_for_learners(repo, asked):
    repo.put(PATH, FILE.read_text())
    repo.commit()
    found = repo.ask(f"workflow: {{path: {PATH}, {asked}}}")
    assert found.outcome is Outcome.PASSED, found
