import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lessons.models import Lesson, Notes
from tests.factories import make_course

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
SEED = ROOT / "tests/notes/mlops-edu.txt"


@pytest.fixture
def course():
    return make_course()


def run(capsys, *arguments):
    call_command("import_notes", *map(str, arguments))
    return capsys.readouterr().out


def test_import_stores_drafts_and_names_them(course, capsys):
    printed = run(capsys, SEED, "--course", course.slug)
    titles = list(course.lessons.order_by("pk").values_list("title", flat=True))
    assert printed.split("\n")[-2] == (
        f"Notes imported: {len(titles)} created, 0 updated, {len(titles)} in all. New lessons are drafts."
    )
    assert all(f"created: {title}\n" in printed for title in titles)
    assert set(course.lessons.values_list("status", flat=True)) == {"draft"}


def test_json_lists_the_lessons_with_what_the_portal_shows(course, capsys):
    lessons = json.loads(run(capsys, SEED, "--course", course.slug, "--json"))
    stored = list(course.lessons.order_by("session__position", "position"))
    assert [(each["title"], each["markdown"], each["html"]) for each in lessons] == [
        (lesson.title, lesson.source, lesson.html) for lesson in stored
    ]
    assert set(lessons[0]) == {"session", "title", "date", "lines", "markdown", "html"}
    assert lessons[0]["date"] == "2025-11-29"
    ends = [0, *(each["lines"][1] for each in lessons)]
    assert [each["lines"][0] for each in lessons] == [end + 1 for end in ends[:-1]]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_dry_run_stores_nothing(course, capsys, more):
    printed = run(capsys, SEED, "--course", course.slug, "--dry-run", *more)
    assert "MLOps lifecycle" in printed
    assert (Notes.objects.count(), Lesson.objects.count()) == (0, 0)


def test_dry_run_needs_no_course(capsys):
    assert "Nothing was stored." in run(capsys, SEED, "--course", "none", "--dry-run")
    with pytest.raises(CommandError, match=r"There is no course none\. Create it first, or add --dry-run\."):
        run(capsys, SEED, "--course", "none")


def test_conflict_is_named_and_keeps_the_version_of_the_portal(course, capsys, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("Tables :::\n\n\t- rows\n\t- columns\n")
    run(capsys, file, "--course", course.slug)
    lesson = course.lessons.get()
    lesson.source = lesson.source.replace("rows", "my rows")
    lesson.save()
    file.write_text("Tables :::\n\n\t- rows of data\n\t- columns\n")
    with pytest.raises(CommandError, match="the portal's version was kept"):
        run(capsys, file, "--course", course.slug)
    assert "CONFLICT, kept as changed in the portal: Tables" in capsys.readouterr().out
    lesson.refresh_from_db()
    assert "my rows" in lesson.source


def test_file_of_unclear_encoding_asks_with_samples(course, capsys, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_bytes("Übersicht über die Größe der Tabellen und Schlüssel\n".encode("cp1252") * 20)
    with pytest.raises(CommandError, match="Choose the one whose sample you can read") as raised:
        run(capsys, file, "--course", course.slug)
    assert "--encoding=cp1252" in str(raised.value)
    run(capsys, file, "--course", course.slug, "--encoding", "cp1252")
    assert "Übersicht" in course.lessons.get().source
    assert "Nothing was stored." in run(capsys, file, "--course", course.slug, "--dry-run")
    assert "0 created, 0 updated" in run(capsys, file, "--course", course.slug)


def test_missing_file_is_an_error_with_its_path(course, capsys):
    with pytest.raises(CommandError, match=r"/none\.txt: No such file or directory"):
        run(capsys, "/none.txt", "--course", course.slug)


@pytest.mark.heavy
def test_dry_run_needs_no_database(tmp_path):
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3"}
    command = [
        sys.executable,
        "manage.py",
        "import_notes",
        str(SEED),
        "--course",
        "mlops",
        "--dry-run",
        "--json",
    ]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert next(each["session"] for each in json.loads(ran.stdout)) == 1
