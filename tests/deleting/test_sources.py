"""The files or notes that a deleted lesson came from do not bring it back."""

import pytest

from lessons import deleting
from lessons.course_files.dumping import dump_course
from lessons.course_files.reading import read_course
from lessons.course_files.source import LoadError
from lessons.course_files.whole import load_course
from lessons.models import Cohort, Course, Lesson, Notes
from lessons.notes import NotesError
from lessons.notes_import.applying import apply_notes
from lessons.notes_import.incoming import begin_fetch, bring_file
from lessons.notes_import.storing import store_notes
from tests.courses.conftest import folder
from tests.deleting.conftest import every_row
from tests.factories import make_course, make_user

__all__ = ["folder"]

pytestmark = pytest.mark.django_db
NOTES = b"Day 1: 29th Nov. 2025\n\nGit :::\n\t- A version control system.\n\t- Each clone is whole.\n"


def load(folder):
    return load_course(read_course(folder))


@pytest.fixture
def course(folder) -> Course:
    load(folder)
    return Course.objects.get()


def row_of(course: Course, kind: str):
    rows = {"session": course.sessions, "lesson": course.lessons, "quiz": course.quizzes, "lab": course.labs}
    return rows[kind].get()


@pytest.mark.parametrize(
    "kind", [*(pytest.param(kind, marks=pytest.mark.heavy) for kind in ("session", "quiz", "lab")), "lesson"]
)
def test_loading_leaves_it_deleted_and_says_so_and_restoring_finds_its_file_again(folder, course, kind):
    whole = dump_course(course).files
    deletion = deleting.delete(row=row_of(course, kind), by=make_user())
    rows = every_row()
    changes = load(folder)
    assert (changes.created, changes.updated, changes.conflicts) == ([], [], [])
    assert any("deleted in the portal" in line for line in changes.kept)
    after = every_row()
    after["lessons.Cohort"] = rows["lessons.Cohort"]  # which has the digest of fewer meetings
    assert after == rows
    assert dump_course(course).files != whole
    deleting.restore(deletion=deletion, by=make_user())
    assert dump_course(course).files == whole
    assert load(folder).kept == []
    assert Cohort.objects.get().meetings.count() == 1
    assert dump_course(course).files == whole


def test_a_new_lesson_with_the_slug_takes_the_place_of_the_file(folder, course):
    old = row_of(course, "lesson")
    deleting.delete(row=old, by=make_user())
    new = Lesson(
        course=course, session=old.session, slug=old.slug, title="New", source="x", updated_at=old.updated_at
    )
    new.save()
    load(folder)
    assert [lesson.pk for lesson in course.lessons.all()] == [new.pk]


def test_the_files_of_a_deleted_course_are_refused(folder, course):
    deletion = deleting.delete(row=course, by=make_user())
    with pytest.raises(LoadError, match="was deleted in the portal"):
        load(folder)
    deleting.restore(deletion=deletion, by=make_user())
    assert load(folder).created == []


def test_notes_do_not_bring_back_a_deleted_lesson(db):
    course = make_course()
    notes, _ = store_notes(course=course, name="a.txt", data=NOTES)
    (lesson,) = apply_notes(notes=notes).created
    deletion = deleting.delete(row=lesson, by=make_user())
    store_notes(
        course=course, name="a.txt", data=NOTES + b"\nBranches :::\n\t- Cheap.\n" + b"\t- more words\n" * 200
    )
    done = apply_notes(notes=notes)
    assert done.deleted == [lesson]
    assert lesson not in [*done.updated, *done.kept, *done.gone]
    assert not course.lessons.filter(pk=lesson.pk).exists()
    deleting.restore(deletion=deletion, by=make_user())
    assert apply_notes(notes=notes).created == []
    assert course.lessons.filter(pk=lesson.pk).exists()


def test_notes_of_a_deleted_session_get_a_new_one(db):
    course = make_course()
    notes, _ = store_notes(course=course, name="a.txt", data=NOTES)
    (lesson,) = apply_notes(notes=notes).created
    deleting.delete(row=lesson.session, by=make_user())
    store_notes(
        course=course,
        name="a.txt",
        data=NOTES.replace(b"Git :::", b"Branches :::") + b"\t- Other words.\n" * 99,
    )
    Notes.objects.get().lessons.all().delete()
    (new,) = apply_notes(notes=notes).created
    assert list(course.sessions.all()) == [new.session]


@pytest.mark.parametrize(
    "bring",
    [
        lambda course, into: store_notes(course=course, name="a.txt", data=NOTES, into=into),
        lambda course, into: bring_file(
            course=course, name="a.txt", data="Größe Übung".encode("cp1250"), into=into
        ),
        lambda course, into: begin_fetch(course=course, address="https://github.com/a/b", into=into),
    ],
)
def test_notes_that_were_deleted_meanwhile_are_not_updated(db, bring):
    course = make_course()
    notes, _ = store_notes(course=course, name="a.txt", data=NOTES)
    Notes.objects.filter(pk=notes.pk).delete()
    with pytest.raises(NotesError, match="deleted in the meantime"):
        bring(course, notes)
