"""Run a fetch: read the repository of a course, then load it or keep it for a preview."""

import logging
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from lessons.course_files import fetches
from lessons.course_files.course_repository import CommitFiles, pack, read_commit, unpack
from lessons.course_files.lab_files import CannotCheckError
from lessons.course_files.matching import FilesGoneError
from lessons.course_files.reading import CourseFiles, read_course
from lessons.course_files.source import LoadError, in_memory
from lessons.course_files.whole import check_course, load_course, summary
from lessons.models import CourseFetch, CourseRepository
from lessons.repositories import RepositoryUnavailableError, fetched
from lessons.texts.problem import Problem

logger = logging.getLogger(__name__)

State, Kind = CourseFetch.State, CourseFetch.Kind
MAX_PROBLEMS = 200
OUR_FAULT = "The course could not be loaded because of a fault on our side. The portal’s course is unchanged."
Outcome = dict[str, Any]


class _RefusedError(Exception):
    """The course in the repository cannot be loaded."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome["message"])
        self.outcome = outcome


def run_next() -> bool:
    """Run the fetch that waits longest. Return False if none waits."""
    fetch = fetches.claim()
    if fetch is not None:
        _run(fetch)
    return fetch is not None


def _run(fetch: CourseFetch) -> None:
    values: dict[str, Any] = {}
    try:
        found = _fetch(fetch)
        values |= {"commit": found.commit, "subject": found.subject}
        if fetch.kind == Kind.PREVIEW:
            values["files"] = pack(found.files)
            outcome = _check(fetch.repository, found)
        else:
            outcome = _load(fetch, found)
        fetches.finish(fetch, State.DONE, outcome, **values)
    except _RefusedError as refused:
        fetches.finish(fetch, State.FAILED, refused.outcome, **values)
    except (RepositoryUnavailableError, CannotCheckError) as error:
        fetches.finish(fetch, State.FAILED, {"message": str(error)}, **values)
    except SoftTimeLimitExceeded:
        fetches.finish(fetch, State.FAILED, {"message": fetches.GIVEN_UP}, **values)
    except Exception:
        logger.exception("cannot load a course from %s", fetch.repository)
        fetches.finish(fetch, State.FAILED, {"message": OUR_FAULT}, **values)


def _fetch(fetch: CourseFetch) -> CommitFiles:
    repository = fetch.repository
    branch = repository.branch if fetch.kind == Kind.UPDATE else ""
    with fetched(repository.address, branch) as found:
        return read_commit(found, fetch.revision or repository.branch, repository.folder)


def read_files(slug: str, origin: str, files: dict[str, bytes], unread: list[Problem]) -> CourseFiles:
    """Read the files of a course that keeps its own address. Raises LoadError if course.yaml is unusable."""
    found = read_course(in_memory(files), origin=origin)
    missing = {problem.path for problem in unread}
    problems = [problem for problem in found.problems if problem.path not in missing]
    found.problems[:] = [*unread, *problems]
    named = found.course.content["slug"]
    if named != slug:
        message = f"is “{named}”, but the address of this course stays “{slug}”"
        found.warnings.append(Problem(1, "slug", message, path="course.yaml"))
        found.course.content["slug"] = slug
    # A key in somebody's repository must not make this row match the folder of a different course.
    return replace(found, course=replace(found.course, key=""))


def origin_of(repository: CourseRepository) -> str:
    return f"git:{repository.address}#{repository.folder}"


@lru_cache(maxsize=4)
def read_packed(slug: str, data: bytes) -> CourseFiles | None:
    """Return the files of a preview, None if its course.yaml is unusable. They are shared: do not change them.

    Cached, because somebody who reads a preview opens one page of it after another.
    """
    try:
        return read_files(slug, "preview", unpack(data), [])
    except LoadError:
        return None


def _read(repository: CourseRepository, found: CommitFiles) -> CourseFiles:
    try:
        return read_files(repository.course.slug, origin_of(repository), found.files, found.problems)
    except LoadError as error:
        raise _RefusedError(_with_problems(error.problems, [])) from error


def _with_problems(
    problems: list[Problem], warnings: list[Problem], then: str = "Nothing was loaded."
) -> Outcome:
    count = len(problems)
    message = f"The course has {count} problem{'' if count == 1 else 's'}. {then}"
    return {"message": message, "problems": _rows(problems), "warnings": _rows(warnings)}


def _rows(problems: list[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in sorted(problems)[:MAX_PROBLEMS]]


def _check(repository: CourseRepository, found: CommitFiles) -> Outcome:
    try:
        files = _read(repository, found)
    except _RefusedError as refused:
        return {**refused.outcome, "unusable": True}
    check_course(files)
    if files.problems:
        return _with_problems(files.problems, files.warnings, then="An update would not load it.")
    return {"message": "No problems were found.", "warnings": _rows(files.warnings)}


def _load(fetch: CourseFetch, found: CommitFiles) -> Outcome:
    repository = fetch.repository
    if repository.course.is_deleted:
        raise _RefusedError({"message": "The course was deleted. Restore it, then update it."})
    files = _read(repository, found)
    try:
        changes = load_course(files, fetch.removed, course=repository.course)
    except LoadError as error:
        raise _RefusedError(_with_problems(error.problems, files.warnings)) from error
    except FilesGoneError as error:
        message = "The files of some items are gone. Nothing was loaded. Choose what becomes of the items."
        raise _RefusedError({"message": message, "removed": str(error).splitlines()}) from error
    loaded = CourseRepository.objects.filter(pk=repository.pk)
    loaded.update(commit=found.commit, loaded_at=timezone.now())
    return {"message": summary(changes), "warnings": _rows(files.warnings), **asdict(changes)}
