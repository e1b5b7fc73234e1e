"""An import writes a course with cohort, labs, deadlines and past marks, and a second one changes nothing."""

from datetime import UTC, datetime

import pytest

from labs.models import Lab, LabDeadline
from labs.specs import parse_spec
from lessons.models import Cohort, Course, Lesson
from portal.progress.classroom.past_marks import attach_waiting
from portal.progress.models import ExternalMark, WaitingMark
from tests.classroom.conftest import digest, enroll, run, write
from tests.classroom.exported import assignment, autograding, export, grade, grades, roster
from tests.factories import make_course, make_user

pytestmark = pytest.mark.django_db


def test_import_makes_a_course_with_cohort_labs_and_deadlines(folder):
    status, said = run(folder, "--zone", "Europe/London")
    assert status == 1 and "Imported." in said, said
    course = Course.objects.get()
    assert (course.title, course.slug, course.time_zone) == (
        "Programming 1",
        "programming-1",
        "Europe/London",
    )
    assert Cohort.objects.get().time_zone == "Europe/London"
    sums, loops = Lab.objects.order_by("position")
    assert (sums.slug, sums.status, loops.slug) == ("sums", Lab.Status.DRAFT, "loops")
    spec = parse_spec(sums.source)
    assert [(check.kind, check.points) for check in spec.checks] == [("run", 3), ("run", 1)]
    assert spec.folder["sums.py"] == b"print(0)\n" and sums.brief == "Add two numbers.\n"
    assert LabDeadline.objects.get().closes_at == datetime(2036, 3, 1, 22, 59, tzinfo=UTC)
    assert Lesson.objects.get().lab_slugs == ["sums", "loops"]
    assert "Loops: the lab only asks for a commit" in said


def test_dry_run_writes_nothing_and_prints_the_same_report(folder):
    before = digest()
    status, said = run(folder, "--dry-run")
    assert (status, digest()) == (1, before)
    assert run(folder)[1].replace("Imported.", "") == said.replace(
        "Nothing was written, because of --dry-run.", ""
    )


def test_second_import_changes_nothing(folder):
    run(folder)
    enroll(Cohort.objects.get(), "first@example.org", github_id="501", login="first-l")
    run(folder)
    before = digest()
    status, said = run(folder)
    assert (status, digest()) == (1, before) and "nothing changed" in said


def test_one_changed_file_changes_only_what_it_says(folder):
    run(folder)
    loops = Lab.objects.filter(slug="loops").values().get()
    tests = [{"name": "Adds", "run": "python sums.py", "input": "2 2\n", "output": "4", "points": 5}]
    write(folder, autograding(*tests))
    assert "updated: 1" in run(folder)[1]
    sums = Lab.objects.get(slug="sums")
    assert [check.parameters.matches for check in parse_spec(sums.source).checks] == ["4"]
    assert Lab.objects.filter(slug="loops").values().get() == loops
    before = digest()
    run(folder)
    assert digest() == before


def test_import_of_a_part_leaves_the_rest_as_it_is(folder, tmp_path_factory):
    run(folder)
    before = digest()
    part = tmp_path_factory.mktemp("part")
    write(part, {"grades.csv": grades(grade("First-L", "3", "4"))})  # names the classroom, and the slug
    said = run(part)[1]
    assert digest() == before, said
    write(part, {"grades.csv": grades(grade("First-L", "4", "4", time="2025-10-01 08:00:00 UTC"))})
    run(part)
    assert WaitingMark.objects.get(github_name__iexact="First-L").points == 4
    assert parse_spec(Lab.objects.get(slug="sums").source).checks[0].says == "Adds"


def test_changes_of_staff_stay(folder):
    run(folder)
    lab = Lab.objects.get(slug="sums")
    lab.brief = "Our own words.\n"
    lab.save()
    deadline = LabDeadline.objects.get()
    deadline.closes_at = datetime(2037, 1, 1, tzinfo=UTC)
    deadline.save()
    write(folder, {"sums-starter/README.md": b"Changed.\n"})
    said = run(folder)[1]
    assert "kept as changed in the portal: labs/sums" in said
    assert Lab.objects.get(slug="sums").brief == "Our own words.\n"
    write(folder, export(assignment(deadline="2036-05-01T10:00:00Z"), assignment(82, "loops", "Loops")))
    assert "deadline kept, because it was changed in the portal" in run(folder)[1]
    assert LabDeadline.objects.get(lab__slug="sums").closes_at == datetime(2037, 1, 1, tzinfo=UTC)


def test_later_deadline_in_the_files_moves_one_that_staff_left(folder):
    run(folder)
    write(
        folder,
        export(assignment(deadline="2036-05-01T10:00:00Z"), assignment(82, "loops", "Loops", deadline=None)),
    )
    run(folder)
    assert LabDeadline.objects.get().closes_at == datetime(2036, 5, 1, 10, tzinfo=UTC)


def test_marks_go_to_learners_by_github_id_then_name_then_email(folder):
    run(folder)
    cohort = Cohort.objects.get()
    assert WaitingMark.objects.count() == 3 and not ExternalMark.objects.exists()
    first = enroll(cohort, "x@example.org", github_id="501", login="renamed-on-github", typed="third-c")
    second = enroll(cohort, "second@example.org")
    third = enroll(cohort, "y@example.org", github_id="9", login="Third-C")
    said = run(folder)[1]
    marks = {mark.enrollment: mark for mark in ExternalMark.objects.all()}
    assert {key: int(mark.points) for key, mark in marks.items()} == {first: 3, second: 1, third: 0}
    assert (marks[first].origin, marks[first].origin_key, marks[first].title) == (
        "github-classroom",
        "81",
        "Sums",
    )
    assert marks[third].out_of == 0 and not WaitingMark.objects.exists()
    assert marks[first].recorded_at == datetime(2025, 9, 18, 23, 59, 59, tzinfo=UTC)
    assert "wait:" not in said


def test_mark_of_a_name_that_somebody_only_typed_waits_for_its_owner(folder):
    run(folder)
    enroll(Cohort.objects.get(), "thief@example.org", typed="Third-C")
    assert "marks of third are waiting: Nobody in the cohort has this GitHub account" in run(folder)[1]
    assert not ExternalMark.objects.exists()


def test_marks_that_wait_come_when_their_learner_joins(folder):
    run(folder)
    third = enroll(Cohort.objects.get(), "y@example.org", github_id="9", login="THIRD-C")
    assert (attach_waiting(), attach_waiting()) == (1, 0)
    assert ExternalMark.objects.get().enrollment == third and WaitingMark.objects.count() == 2
    before = digest()
    run(folder)
    assert digest() == before


def test_marks_of_a_file_without_numbers_are_found_again_by_the_export(tmp_path):
    row = ["Sums", "", "", "first-l", "", "", "", "", "3", "4"]
    write(
        tmp_path,
        {"grades.csv": grades(row), "classroom_roster.csv": roster(["a", "first-l", "501", "First"])},
    )
    run(tmp_path, "--title", "Programming 1")
    first = enroll(Cohort.objects.get(), "first@example.org", github_id="501", login="first-l")
    run(tmp_path, "--title", "Programming 1")
    assert ExternalMark.objects.get().origin_key == "sums"
    write(tmp_path, export(assignment()))
    run(tmp_path, "--title", "Programming 1")
    assert Course.objects.count() == Lab.objects.count() == 1
    mark = ExternalMark.objects.get()
    assert (mark.origin_key, mark.enrollment) == ("81", first)


def test_course_of_somebody_else_is_never_changed(folder):
    own = make_course(slug="programming-1", title="Mine")
    first, second = (make_user(f"{name}@example.org", is_staff=True) for name in ("first", "second"))
    run(folder, "--instructor", first.email)
    run(folder, "--instructor", second.email)
    assert Course.objects.get(slug="programming-1") == own and own.title == "Mine"
    assert [
        list(course.staff.values_list("user", flat=True)) for course in Course.objects.exclude(pk=own.pk)
    ] == [
        [first.pk],
        [second.pk],
    ]


def test_exit_status_says_whether_everything_was_imported(tmp_path):
    write(tmp_path, {"notes.txt": b"nothing of a classroom\n"})
    assert run(tmp_path)[0] == 2
    (tmp_path / "notes.txt").unlink()
    write(tmp_path, {"classroom_roster.csv": roster(["a", "first", "1", "First"])})
    assert run(tmp_path, "--zone", "Mars/North")[0] == 2
    assert run(tmp_path, "--instructor", "nobody@example.org")[0] == 2
    status, said = run(tmp_path, "--title", "Only people")
    assert (status, Course.objects.get().title) == (0, "Only people"), said


def test_more_starters_than_a_process_keeps_all_arrive(tmp_path, monkeypatch):
    monkeypatch.setattr("labs.specs._MAX_KEPT", 1)
    items = [assignment(number, f"a{number}", f"A {number}", deadline=None) for number in range(3)]
    starters = {f"a{number}-starter/x.txt": str(number).encode() for number in range(3)}
    write(tmp_path, {**export(*items), **starters})
    run(tmp_path)
    labs = Lab.objects.order_by("position")
    assert [parse_spec(lab.source).folder["x.txt"] for lab in labs] == [b"0", b"1", b"2"]
    assert not labs.filter(current=None).exists()
