"""A class on disk: an export, a roster and a starter repository with tests."""

import hashlib
import json
from io import StringIO

import pytest
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.classroom.exported import assignment, autograding, export, grade, grades, packed, roster
from tests.factories import make_enrollment, make_user

TESTS = [
    {"name": "Adds", "run": "python sums.py", "input": "1 2\n", "output": "3", "timeout": 1, "points": 3},
    {"name": "Compiles", "run": "python -m py_compile sums.py", "timeout": 1, "points": 1},
]


def class_files() -> dict[str, bytes]:
    folder = "classroom-export-20260521-101010/classroom-4711/assignment-81"
    accepted = [
        {"grade": "3/4", "students": [{"id": 501, "login": "first-l"}]},
        {"grade": "1/4", "students": [{"id": 502, "login": "second-b"}]},
    ]
    rows = [
        ["first", "First-L", "501", "First"],
        ["second@example.org", "", "", "Second"],
        ["third", "third-c", "503", "Third"],
    ]
    return {
        **export(assignment(), assignment(82, "loops", "Loops", deadline=None)),
        f"{folder}/accepted-assignments.json": packed(accepted),
        f"{folder}/grades.csv": grades(
            grade("First-L", "3", "4"),
            grade("second-b", "1", "4", identifier="second@example.org"),
            grade("third-c", "0", "0"),
        ),
        "classroom_roster.csv": roster(*rows),
        **autograding(*TESTS),
        "sums-starter/sums.py": b"print(0)\n",
        "sums-starter/README.md": b"Add two numbers.\n",
    }


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, class_files())
    return tmp_path


def write(folder, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def run(folder, *options: str) -> tuple[int, str]:
    """The exit status of the command and its output."""
    out = StringIO()
    paths = [str(path) for path in sorted(folder.iterdir())]
    try:
        call_command("import_classroom", *paths, *options, stdout=out, stderr=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def digest() -> dict[str, str]:
    """Digests of all rows of the apps that an import writes to, by model."""
    models = [
        model for app in ("lessons", "labs", "progress") for model in apps.get_app_config(app).get_models()
    ]
    return {model.__name__: _digest_of(model._base_manager.order_by("pk").values_list()) for model in models}


def _digest_of(rows) -> str:
    return hashlib.sha256(json.dumps(list(rows), default=_plain).encode()).hexdigest()[:12]


def _plain(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def enroll(cohort, email: str, *, github_id: str = "", login: str = "", typed: str = ""):
    user = make_user(email, github_name=typed)
    if github_id:
        SocialAccount.objects.create(user=user, provider="github", uid=github_id, extra_data={"login": login})
    return make_enrollment(user, cohort)
