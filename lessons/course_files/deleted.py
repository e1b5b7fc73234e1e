"""Leave alone what was deleted in the portal while its file stays: loading must not bring it back."""

from collections.abc import Iterable
from typing import Any

from lessons.course_files.reading import CourseEntry, CourseFiles
from lessons.course_files.source import LoadError
from lessons.deletable import KINDS
from lessons.models import Course, LoadedFile
from lessons.texts.problem import Problem

DELETED = "deleted in the portal: restore it there, or delete its file"


def refuse_deleted_course(entry: CourseEntry) -> None:
    """Raise LoadError if the course of a file was deleted, and no other has its slug."""
    slug = entry.content["slug"]
    same = Course.with_deleted().filter(slug=slug)
    if same.filter(deletion__isnull=False).exists() and not same.filter(deletion=None).exists():
        said = f"the course “{slug}” was deleted in the portal. Restore it there, or change the slug"
        raise LoadError([Problem(1, "slug", said, path=str(entry.source.path))])


def leave_out_deleted(files: CourseFiles, labs: list[CourseEntry], course: Course) -> list[str]:
    """Remove the entries of deleted rows, with all that is in them. Return what was left out, in words."""
    sessions = _take_out(files.sessions, _deleted(course, "session"))
    gone = _slugs(sessions)
    inside = [entry for entry in files.lessons if entry.content["session"] in gone]
    lessons = [*_take_out(files.lessons, _deleted(course, "lesson")), *_without(files.lessons, inside)]
    gone_lessons = _slugs(lessons)
    inside = [entry for entry in files.quizzes if entry.content["lesson"] in gone_lessons]
    quizzes = [*_without(files.quizzes, inside), *_take_out(files.quizzes, _deleted(course, "quiz"))]
    out = _take_out(labs, _deleted(course, "lab"))
    for entry in out:
        del files.labs[entry.content["slug"]]
    for entry in files.cohorts:
        meetings = entry.content["meetings"]
        entry.content["meetings"] = [each for each in meetings if each["session"] not in gone]
    return [f"{entry.path} ({DELETED})" for entry in (*sessions, *lessons, *quizzes, *out)]


def _deleted(course: Course, kind: str) -> list[Any]:
    # Rows that came from files. Those whose slug a new row has are no longer meant by it.
    if course.pk is None or kind not in KINDS:
        return []
    # Any: a row of lessons or labs
    every: Any = KINDS[kind].model.with_deleted()
    rows = every.filter(course=course)
    live = set(rows.filter(deletion=None).values_list("slug", flat=True))
    deleted = rows.exclude(deletion=None).exclude(loaded_digest="").only("slug", "loaded_from")
    return [row for row in deleted if row.slug not in live]


def _take_out(entries: list[CourseEntry], deleted: Iterable[Any]) -> list[CourseEntry]:
    slugs, keys = set(), set()
    for row in deleted:
        slugs.add(row.slug)
        keys.add(row.loaded_from)
    return _without(
        entries,
        [
            entry
            for entry in entries
            if entry.content["slug"] in slugs or (entry.has_key and entry.origin in keys)
        ],
    )


def _without(entries: list[CourseEntry], out: list[CourseEntry]) -> list[CourseEntry]:
    ids = {id(entry) for entry in out}
    entries[:] = [entry for entry in entries if id(entry) not in ids]
    return out


def _slugs(entries: Iterable[CourseEntry]) -> set[str]:
    return {entry.content["slug"] for entry in entries}


def deleted_targets(course: Course) -> set[tuple[str, int]]:
    """Return kind and key of the deleted rows of a course: their files are kept until they are removed for good."""
    found: set[tuple[str, int]] = set()
    for name in LoadedFile.Kind.values:
        if name in KINDS and name != "course":
            # Any: as above
            rows: Any = KINDS[name].model.with_deleted()
            keys = rows.filter(course=course).exclude(deletion=None).values_list("pk", flat=True)
            found.update((name, key) for key in keys)
    return found
