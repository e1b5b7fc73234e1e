"""Files as teachers have them on disk, in the forms of the exports. All names and texts are made up here."""

import csv
import io
import json

from labs.classroom.gathering import read_classrooms
from labs.classroom.model import Reading

GRADES = [
    "assignment_name", "assignment_url", "starter_code_url", "github_username", "roster_identifier",
    "student_repository_name", "student_repository_url", "submission_timestamp", "points_awarded", "points_available",
]  # fmt: skip
ADDRESS = "https://classroom.github.com/classrooms/4711-programming-1/assignments/"


def packed(value: object) -> bytes:
    return json.dumps(value).encode()


def table(header: list[str], *rows: list[str], quoted: bool = True) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([header, *rows])
    return out.getvalue().encode()


def roster(*rows: list[str]) -> bytes:
    return table(["identifier", "github_username", "github_id", "name"], *rows)


def grade(
    login: str, points: str, of: str = "10", *, identifier: str = "", time: str = "2025-09-18 23:59:59 UTC"
):
    name = f"sums-{login}"
    return ["Sums", f"{ADDRESS}sums", "", login, identifier, name, "", time, points, of]


def grades(*rows: list[str], quoted: bool = True) -> bytes:
    return table(GRADES, *rows, quoted=quoted)


def assignment(key: int = 81, slug: str = "sums", title: str = "Sums", **more: object) -> dict[str, object]:
    starter = {"id": 5, "full_name": f"my-school/{slug}-starter", "html_url": "", "default_branch": "main"}
    values = {
        "id": key, "public_repo": False, "title": title, "type": "individual", "slug": slug, "invite_link": "https://x",
        "accepted": 2, "submitted": 2, "passing": 1, "language": "python", "deadline": "2036-03-01T22:59:00Z",
        "starter_code_repository": starter, "classroom": {"id": 4711, "name": "Programming 1"},
    }  # fmt: skip
    return {**values, **more}


def export(
    *assignments: dict[str, object], top: str = "classroom-export-20260521-101010"
) -> dict[str, bytes]:
    """An export folder with one classroom."""
    room = {
        "id": 4711,
        "name": "Programming 1",
        "archived": False,
        "url": "https://x",
        "organization": {"id": 3},
    }
    files = {f"{top}/classrooms.json": packed([room]), f"{top}/classroom-4711/classroom.json": packed(room)}
    files[f"{top}/classroom-4711/assignments.json"] = packed(list(assignments))
    for item in assignments:
        files[f"{top}/classroom-4711/assignment-{item['id']}/assignment.json"] = packed(item)
    return files


def autograding(*tests: dict[str, object], root: str = "sums-starter") -> dict[str, bytes]:
    return {f"{root}/.github/classroom/autograding.json": packed({"tests": list(tests)})}


def workflow(steps: str, root: str = "sums-starter") -> dict[str, bytes]:
    head = (
        "name: Autograding Tests\n'on':\n- push\n- repository_dispatch\npermissions:\n  checks: write\n"
        "jobs:\n  run-autograding-tests:\n    runs-on: ubuntu-latest\n"
        "    if: github.actor != 'github-classroom[bot]'\n    steps:\n    - name: Checkout code\n"
        "      uses: actions/checkout@v4\n"
    )
    return {f"{root}/.github/workflows/classroom.yml": (head + steps).encode()}


def read(files: dict[str, bytes], title: str = "") -> Reading:
    return read_classrooms(files, title=title)


def found_in(reading: Reading) -> str:
    return "\n".join(map(str, reading.findings))
