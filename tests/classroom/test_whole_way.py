"""Imported labs of each kind of test are proved and published by a real worker, and grade a real push."""

import shutil

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from labs import tokens
from labs.addresses import practice_address
from labs.authoring.saving import save_lab
from labs.classroom.commands import PYTEST
from labs.grader.sandbox import CannotBuildError, SandboxError
from labs.models import Lab, Report
from lessons.models import Cohort
from tests.classroom.conftest import write
from tests.classroom.exported import assignment, autograding, export, workflow
from tests.factories import make_enrollment
from tests.labs.conftest import SHORTENED
from tests.labs.git_client import Clone
from tests.sandbox.conftest import environments, sandbox  # noqa: F401 - fixtures
from tests.servers import Stack, wait_for

pytestmark = [pytest.mark.heavy, pytest.mark.processes, pytest.mark.timeout(900)]
SECONDS = 600  # an environment with pytest is installed from the package index
ADDS = b"def add(a, b):\n    return a + b\n\n\nif __name__ == '__main__':\n    print(add(*map(int, input().split())))\n"
STARTS = b"def add(a, b):\n    return 0\n"
PYTHON = """\
    - id: py
      uses: classroom-resources/autograding-python-grader@v1
      with: {timeout: 1, max-score: 6, setup-command: pip install pytest}
"""
TESTS = b"""\
from sums import add


def test_small():
    assert add(1, 2) == 3


def test_zero():
    assert add(0, 0) == 0
"""
KINDS = {
    "command": {"name": "Adds", "run": "python -c 'import sums; assert sums.add(1, 2) == 3'", "points": 2},
    "output": {
        "name": "Prints",
        "run": "python sums.py",
        "input": "4 5\n",
        "output": "9",
        "comparison": "exact",
    },
}


def class_files() -> dict[str, bytes]:
    names = [*KINDS, "python"]
    items = [assignment(number, name, name.title(), deadline=None) for number, name in enumerate(names, 1)]
    files = export(*items)
    for name in names:
        root = f"{name}-starter"
        files |= {f"{root}/sums.py": STARTS, f"{root}-solution/sums.py": ADDS}
        files |= autograding(KINDS[name], root=root) if name in KINDS else workflow(PYTHON, root=root)
    return files | {"python-starter/sums_test.py": TESTS, "python-starter-solution/sums_test.py": TESTS}


def publish_all() -> None:
    for lab in Lab.objects.all():
        lab.status = Lab.Status.PUBLISHED
        save_lab(lab=lab, wake=False)  # the worker of the portal looks by itself


def push(clone: Clone, content: bytes, lab: Lab) -> Report:
    before = Report.objects.filter(submission__lab=lab).count()
    clone.commit("Work", "sums.py", content)
    status, said = clone.push()
    assert status == 0, said
    reports = Report.objects.filter(submission__lab=lab).order_by("-pk")
    wait_for(lambda: reports.count() > before, SECONDS, f"{lab} is graded")
    return reports[0]


@pytest.fixture
def portal(sandbox, environments, tmp_path, migrated_sqlite, django_db_blocker):  # noqa: F811
    """A running portal whose environments are in a folder that its sandbox can enter, also as root."""
    try:
        environments.build((PYTEST,))
    except (SandboxError, CannotBuildError) as error:
        pytest.skip(f"no package index is reached: {error}")
    stack = Stack(tmp_path / "portal", **SHORTENED, ENVIRONMENTS_ROOT=str(environments.root))
    with django_db_blocker.unblock():
        stack.migrate(migrated_sqlite)
        try:
            stack.revive()
            with stack.orm():
                yield stack
                connections["default"].close()
        finally:
            stack.end()


@pytest.mark.usefixtures("portal")
def test_imported_labs_are_proved_published_pushed_to_and_graded(tmp_path):
    folder = tmp_path / "class"
    write(folder, class_files())
    with pytest.raises(CommandError):  # the report has something to say: shorter limits, stderr
        call_command("import_classroom", *map(str, sorted(folder.iterdir())))
    publish_all()
    labs = list(Lab.objects.order_by("position"))
    wait_for(
        lambda: all(lab.versions.filter(proved=True).exists() for lab in labs),
        SECONDS,
        "the worker proves all imported labs",
    )
    learner = make_enrollment(cohort=Cohort.objects.get(course=labs[0].course))
    token = tokens.new_token(user=learner.user)
    for lab in labs:
        lab.refresh_from_db()
        clone = Clone(tmp_path / lab.slug, practice_address(lab, token))
        clone.git("pull", "--quiet", "portal", "main")
        unsolved = push(clone, STARTS + b"# begun\n", lab)
        assert (unsolved.passed, unsolved.points) == (False, 0), unsolved.data
        solved = push(clone, ADDS, lab)
        assert solved.passed and solved.points == solved.max_points, solved.data
    shutil.rmtree(folder)
