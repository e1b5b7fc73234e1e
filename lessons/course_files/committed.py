"""Remember that the files of a course were committed to its repository, so that reading them again changes nothing."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from lessons.course_files.lab_files import lab_files
from lessons.course_files.loaded_files import store_loaded_files
from lessons.course_files.matching import Plan, plan_load
from lessons.course_files.reading import CourseEntry, CourseFiles
from lessons.course_files.source import digest
from lessons.course_files.updating import origin_of, read_files
from lessons.models import Course, CourseRepository


@transaction.atomic
def settle_committed(
    repository: CourseRepository, *, before: str, commit: str, files: Mapping[str, bytes]
) -> None:
    """Treat `files` as loaded at `commit`. Rows that were edited since they were written to files count as edited.

    Does nothing if another commit than `before` was loaded meanwhile, or the course is bound elsewhere.
    """
    loaded = CourseRepository.objects.select_for_update().filter(pk=repository.pk, commit=before)
    if not loaded.exists():
        return
    course = Course.objects.get(pk=repository.course_id)
    read = read_files(course.slug, origin_of(repository), dict(files), [])
    labs = lab_files().read(read)
    plan = plan_load(course, read, labs)
    plan.rows[id(read.course)] = course
    for entry in (read.course, *_with_rows(read, labs, plan)):
        _settle(plan.rows[id(entry)], entry)
    store_loaded_files(read, plan, labs)
    loaded.update(commit=commit, loaded_at=timezone.now())


def _with_rows(files: CourseFiles, labs: list[CourseEntry], plan: Plan) -> list[CourseEntry]:
    # something may have been deleted since it was written to files
    lists = (files.sessions, files.lessons, files.quizzes, files.cohorts, labs)
    for entries in lists:
        entries[:] = [entry for entry in entries if plan.rows.get(id(entry)) is not None]
    return [entry for entries in lists for entry in entries]


# Any: a row of lessons or labs
def _settle(row: Any, entry: CourseEntry) -> None:
    type(row).objects.filter(pk=row.pk).update(loaded_digest=digest(entry.content), loaded_from=entry.origin)
