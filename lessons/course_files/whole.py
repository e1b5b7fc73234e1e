"""Check or load a whole course: sessions, lessons, quizzes, cohorts and labs."""

from django.db import transaction

from lessons.course_files.deleted import leave_out_deleted, refuse_deleted_course
from lessons.course_files.lab_files import lab_files
from lessons.course_files.loaded_files import store_loaded_files
from lessons.course_files.loading import (
    Changes,
    check_markdown,
    check_scheduled,
    entries_of,
    open_course,
    write_course,
)
from lessons.course_files.matching import follow_renames, plan_load, settle_removed
from lessons.course_files.reading import CourseEntry, CourseFiles
from lessons.deadline_changes import deadlines_moved
from lessons.models import Course

WORDS = {
    "created": "created",
    "updated": "updated",
    "renamed": "renamed; the old URL redirects",
    "kept": "kept as changed in the portal",
    "conflicts": "CONFLICT, kept as changed in the portal",
}


def check_course(files: CourseFiles, *, stored: bool = True) -> list[CourseEntry]:
    """Add everything that is wrong to `files.problems`, and return the labs.

    Without `stored`, no database is read, and scenarios run even if the portal has proved the same lab.
    """
    labs = lab_files().read(files)
    check_markdown(files)
    lab_files().check_proofs(files, labs, stored=stored)
    return labs


def load_course(files: CourseFiles, removed: str = "", course: Course | None = None) -> Changes:
    """Load all of a course or nothing, by default into the course that course.yaml names.

    `removed` decides about rows whose files are gone: `keep` or `draft`. Raises LoadError with everything that is
    wrong, and FilesGoneError.
    """
    labs = check_course(files)
    files.fail_on_problems()
    changes = Changes()
    with transaction.atomic():
        if course is None:
            refuse_deleted_course(files.course)
        course = open_course(files, changes, course)
        changes.kept += leave_out_deleted(files, labs, course)
        plan = plan_load(course, files, labs)
        check_scheduled(files, plan)
        files.fail_on_problems()
        settle_removed(plan, removed)
        changes.renamed += follow_renames(plan, entries_of(files, labs))
        write_course(files, plan, changes)
        lab_files().write(files, labs, plan, changes)
        store_loaded_files(files, plan, labs)
        deadlines_moved(course.pk)
    return changes


def summary(changes: Changes) -> str:
    found = {word: len(getattr(changes, word)) for word in WORDS}
    words = {"conflicts": "conflict"}
    counts = [f"{n} {words.get(word, word) if n == 1 else word}" for word, n in found.items() if n]
    return f"Course loaded: {', '.join(counts) or 'nothing changed'}."
