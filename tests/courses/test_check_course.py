"""The check of a course folder for laptops and CI: by exit status, without a database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from labs.file_questions.question import FileQuestion
from tests.courses.conftest import COURSE, LAB, LESSON

ROOT = Path(__file__).parents[2]

# No test here has a database: pytest-django refuses every query.


def check(capsys, folder: Path, *options: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        call_command("check_course", str(folder), *options)
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def test_a_course_without_problems_ends_with_0(folder, capsys):
    status, out, _ = check(capsys, folder)
    assert (status, out) == (0, f"{folder} can be loaded. Problems: 0, warnings: 0.\n")


def test_each_problem_is_printed_with_file_line_and_key_and_it_ends_with_1(folder, capsys):
    (folder / "course.yaml").write_text(COURSE.replace("title: Tiny", "titel: Tiny"))
    (folder / "one/01-start.md").write_text(LESSON.replace("lesson:start#begin", "lesson:nowhere"))
    (folder / "labs/first/lab.yaml").write_text(LAB.replace("passed", "needs work"))
    status, out, _ = check(capsys, folder)
    assert status == 1
    assert f"{folder}/course.yaml:1: title: is missing. Write text.\n" in out
    assert f"{folder}/one/01-start.md:10: " in out
    assert f"{folder}/labs/first/lab.yaml:11: a commit: readable: expected needs work, found passed." in out
    assert out.endswith(f"{folder} cannot be loaded. Problems: 4, warnings: 0.\n")


def test_json_has_the_same_rows(folder, capsys):
    (folder / "one/01-start.md").write_text(LESSON.replace("status: published", "status: open"))
    status, out, _ = check(capsys, folder, "--json")
    message = "must be one of draft, published"
    row = {"path": f"{folder}/one/01-start.md", "line": 4, "key": "status", "message": message, "column": 0}
    assert (status, json.loads(out)) == (1, {"course": str(folder), "problems": [row], "warnings": []})


def test_problems_of_a_draft_are_warnings(folder, capsys):
    text = LESSON.replace("lesson:start#begin", "lesson:nowhere").replace(
        "status: published", "status: draft"
    )
    (folder / "one/01-start.md").write_text(text)
    status, out, _ = check(capsys, folder)
    assert status == 0 and f"warning: {folder}/one/01-start.md:10: " in out


def test_a_quiz_that_runs_code_is_not_tried_and_a_warning_says_so(folder, capsys):
    [example] = FileQuestion.more_examples.values()
    front = (folder / "one/01-start.quiz.md").read_text().partition("\n## ")[0]
    (folder / "one/01-start.quiz.md").write_text(f"{front}\n{example}")
    status, out, _ = check(capsys, folder)
    assert status == 0
    assert "01-start.quiz.md:8: This question runs code: a worker tries it" in out


def test_a_folder_without_a_course_ends_with_2(tmp_path, capsys):
    status, _, err = check(capsys, tmp_path)
    assert (status, err) == (2, f"{tmp_path}/course.yaml is missing. Give the folder of a course.\n")


def test_a_course_that_is_not_yaml_is_a_problem_with_its_line(folder, capsys):
    (folder / "course.yaml").write_text("schema: 1\ntitle: [\n")
    status, out, _ = check(capsys, folder)
    assert status == 1 and f"{folder}/course.yaml:3: cannot be read as YAML" in out
    assert check(capsys, folder / "course.yaml")[0] == 2


def test_images_of_the_portal_are_no_problem_elsewhere_but_other_images_are(folder, capsys):
    path = folder / "one/01-start.md"
    path.write_text(LESSON + f"\n![A](/media/images/{'0' * 32}.png)\n")
    assert check(capsys, folder)[0] == 0
    path.write_text(LESSON + "\n![A](pictures/a.png)\n")
    assert check(capsys, folder)[0] == 1


@pytest.mark.parametrize(
    ("sessions", "message"),
    [
        ("[one, ../elsewhere]", "sessions: “../elsewhere” is not the name of a folder next to course.yaml"),
        ("[one, /etc]", "sessions: “/etc” is not the name of a folder next to course.yaml"),
        ("[one, .]", "sessions: “.” is not the name of a folder"),
        ("[one, one]", "sessions: lists the folder “one” twice. Remove one."),
    ],
)
def test_sessions_are_folders_of_the_course(folder, capsys, sessions, message):
    (folder / "course.yaml").write_text(COURSE.replace("[one]", sessions))
    assert f"course.yaml:4: {message}" in check(capsys, folder)[1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("labs: [first]", "labs: [first, ../first]", "labs: Enter a valid “slug”"),
        ("labs: [first]", "labs: [first, {slug: first}]", "labs: lists the lab “first” twice. Remove one."),
        ("title: Tiny", f"title: {'x' * 201}", "title: has more than 200 characters. Shorten it."),
        ("slug: tiny", f"slug: {'x' * 51}", "slug: has more than 50 characters. Shorten it."),
        (
            'starts: "2026-03-07 20:30"}',
            'starts: "2026-03-07 20:30"}, {session: first-evening, starts: "2026-03-08 20:30"}',
            "cohorts.meetings: has two meetings for the session “first-evening”. Remove one.",
        ),
        (
            'title: Spring\n    meetings: [{session: first-evening, starts: "2026-03-07 20:30"}]',
            "title: Spring\n    time_zone: Europe/London\n"
            '    meetings: [{session: first-evening, starts: "2026-03-29 01:30"}]',
            "cohorts.meetings.starts: Europe/London skips this time, because clocks go forward then",
        ),
    ],
)
def test_what_the_database_would_refuse_or_change_is_a_problem(folder, capsys, old, new, message):
    assert old in COURSE
    (folder / "course.yaml").write_text(COURSE.replace(old, new))
    assert message in check(capsys, folder)[1]


def test_nul_and_long_files_are_named(folder, capsys):
    (folder / "one/01-start.md").write_text(LESSON + "\0")
    assert "01-start.md:11: the file contains a NUL character. Remove it." in check(capsys, folder)[1]
    (folder / "one/01-start.md").write_text(LESSON + "é" * 131_072)
    assert "bytes. The limit is 262,144. Split it." in check(capsys, folder)[1]


@pytest.mark.heavy
def test_the_course_of_the_portal_is_checked_without_a_database_server():
    command = [sys.executable, "manage.py", "check_course", "courses/mlops", "--json"]
    environment = {"PATH": "/usr/bin:/bin", "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["problems"] == []
    assert [row["path"] for row in found["warnings"]] == [
        "courses/mlops/labs/package-the-review-model/lab.yaml"
    ]
