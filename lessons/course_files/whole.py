"""Check or load a whole course: sessions, lessons, quizzes, cohorts and labs."""

from collections.abc import Container

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


def load_course(
    files: CourseFiles,
    removed: str = "",
    course: Course | None = None,
    untouched_labs: Container[str] = (),
) -> Changes:
    """Load all of a course or nothing, by default into the course that course.yaml names.

    `removed` decides about rows whose files are gone: `keep` or `draft`. The labs of the slugs `untouched_labs` are
    read, because lessons may name them, and stay as they are. Raises LoadError with everything that is wrong, and
    FilesGoneError.
    """
    labs = [entry for entry in check_course(files) if entry.content["slug"] not in untouched_labs]
    files.fail_on_problems()
    changes = Changes()
    with transaction.atomic():
        if course is None:
            refuse_deleted_course(files.course)
        course = open_course(files, changes, course)
        changes.kept += leave_out_deleted(files, labs, course)
        plan = plan_load(course, files, labs)
        untouched = [pair for pair in plan.removed if pair[0] == "lab" and pair[1].slug in untouched_labs]
        plan.removed = [pair for pair in plan.removed if pair not in untouched]
        check_scheduled(files, plan)
        files.fail_on_problems()
        settle_removed(plan, removed)
        changes.renamed += follow_renames(plan, entries_of(files, labs))
        write_course(files, plan, changes)
        lab_files().write(files, labs, plan, changes)
        store_loaded_files(files, plan, labs, kept={(kind, row.pk) for kind, row in untouched})
        deadlines_moved(course.pk)
    return changes


def summary(changes: Changes) -> str:
    found = {word: len(getattr(changes, word)) for word in WORDS}
    words = {"conflicts": "conflict"}
    counts = [f"{n} {words.get(word, word) if n == 1 else word}" for word, n in found.items() if n]
    return f"Course loaded: {', '.join(counts) or 'nothing changed'}."
