"""Requests to read the repository of a course: who asks, whose turn it is, and how it ended. Nothing else writes them.

The table is the queue. A worker claims a row with a lease; when the lease of a worker that died ends, the row is free.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lessons import leases
from lessons.models import Course, CourseFetch, CourseRepository
from portal.accounts.models import User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=6)  # more than the time limit of the task
MAX_TRIES = 2
MAX_KEPT = 20  # of one repository, and of these MAX_PREVIEWS with their files
MAX_PREVIEWS = 5
State, Kind = CourseFetch.State, CourseFetch.Kind
GIVEN_UP = (
    "Reading the repository did not end in time. Try again. If it happens again, make the course smaller."
)


@transaction.atomic
def bind(*, course: Course, address: str, branch: str, folder: str, by: User) -> CourseRepository:
    """Bind a course to a repository. A different one starts without a loaded commit."""
    found = CourseRepository.objects.select_for_update().filter(course=course).first()
    before = found and (found.address, found.branch, found.folder)
    if found is None or before != (address, branch, folder):
        if found:
            found.delete()
        found = CourseRepository.objects.create(course=course, address=address, branch=branch, folder=folder)
        logger.info("course %s bound to %s by user %s", course.pk, address, by.pk)
    return found


def unbind(*, repository: CourseRepository, by: User) -> None:
    """Forget the repository. The course stays as it is."""
    logger.info("course %s unbound from %s by user %s", repository.course_id, repository.address, by.pk)
    repository.delete()


def ask(
    *,
    repository: CourseRepository,
    kind: str,
    by: User | None,
    revision: str = "",
    removed: str = "",
    wake: Callable[[], None],
) -> CourseFetch:
    """Queue an update or a preview, or return the one that waits already; `wake` is called after the commit."""
    try:
        with transaction.atomic():
            fetch = CourseFetch.objects.create(
                repository=repository, kind=kind, revision=revision, removed=removed, asked_by=by
            )
            transaction.on_commit(wake, robust=True)
    except IntegrityError:
        waiting = repository.fetches.filter(kind=kind, state__in=(State.QUEUED, State.RUNNING)).first()
        if waiting is None:  # it ended in the meantime
            return ask(repository=repository, kind=kind, by=by, revision=revision, removed=removed, wake=wake)
        return waiting
    return fetch


# --- a worker's side ------------------------------------------------------------------------------------------------


def waiting() -> QuerySet[CourseFetch]:
    """Return the fetches to run: queued, or of a worker that died."""
    rows = CourseFetch.objects.filter(state__in=(State.QUEUED, State.RUNNING))
    return leases.free(rows).order_by("pk")


def claim() -> CourseFetch | None:
    """Claim the oldest one, None if none waits."""
    for key, tries in waiting().values_list("pk", "tries"):
        if tries >= MAX_TRIES:
            mine = waiting().order_by().filter(pk=key, tries=tries)
            mine.update(state=State.FAILED, ended_at=timezone.now(), outcome={"message": GIVEN_UP})
        elif leases.take(waiting(), pk=key, tries=tries, lease=LEASE, state=State.RUNNING):
            return CourseFetch.objects.select_related("repository__course", "asked_by").get(pk=key)
    return None


# Any: values of JSON and of fields
def finish(fetch: CourseFetch, state: str, outcome: Mapping[str, Any], **values: Any) -> None:
    """Store the result, unless the lease was lost or the repository unbound; keep the newest results only."""
    own = CourseFetch.objects.filter(pk=fetch.pk, state=State.RUNNING, tries=fetch.tries)
    own.update(state=state, outcome=dict(outcome), ended_at=timezone.now(), leased_until=None, **values)
    _read_later_push(fetch)
    of_repository = CourseFetch.objects.filter(repository=fetch.repository_id).order_by("-pk")
    previews = of_repository.filter(kind=Kind.PREVIEW, files__isnull=False)
    stale = list(previews.values_list("pk", flat=True)[MAX_PREVIEWS:])
    stale += of_repository.values_list("pk", flat=True)[MAX_KEPT:]
    CourseFetch.objects.filter(pk__in=stale).exclude(state__in=(State.QUEUED, State.RUNNING)).delete()


def _read_later_push(fetch: CourseFetch) -> None:
    # A push while the repository was read may not be in what was read.
    pushed = CourseRepository.objects.filter(pk=fetch.repository_id, pushed_at__gt=fetch.asked_at).first()
    if fetch.kind == Kind.UPDATE and pushed is not None:
        ask(
            repository=pushed, kind=Kind.UPDATE, by=None, wake=lambda: None
        )  # the worker looks for more by itself
