"""Requests to commit a course to its repository: who asks, whose turn it is, and how it ended.

The table is the queue, as for reading (`lessons.course_files.fetches`). Nothing else writes the state of a request.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from labs.models import CourseCommit
from lessons import leases
from lessons.models import Course, CourseRepository
from portal.accounts.audit import Event, record
from portal.accounts.models import User

logger = logging.getLogger(__name__)

State = CourseCommit.State
LEASE = timedelta(minutes=6)
FIRST_WAIT, MAX_WAIT = timedelta(seconds=30), timedelta(minutes=15)
MAX_AGE = timedelta(days=1)
MAX_TRIES_TO_COMPARE = 2
MAX_KEPT = 20  # of one repository
GIVEN_UP = "GitHub could not be reached for a day. Nothing was committed. Try again later."
MAY_HAVE_ARRIVED = (
    "GitHub could not be reached for a day. The commit may have been made nevertheless: "
    "check the branch on GitHub before you commit again."
)
NO_RESULT = "Comparing did not end in time. Try again. If it happens again, make the course smaller."


def newest_of(course: Course) -> list[CourseCommit]:
    """Return the requests of the repository that a course is bound to, the newest first."""
    rows = CourseCommit.objects.filter(repository__course=course).defer("files")
    return list(rows.select_related("asked_by")[:MAX_KEPT])


@transaction.atomic
def ask_to_compare(repository: CourseRepository, *, by: User) -> bool:
    """Queue a comparison. Return False if one is being made, or a commit waits."""
    try:
        with transaction.atomic():
            CourseCommit.objects.create(repository=repository, asked_by=by)
    except IntegrityError:
        return False
    CourseCommit.objects.filter(repository=repository, state=State.READY).update(
        state=State.FAILED, files=None, note="Compared again."
    )
    return True


@transaction.atomic
def ask_to_commit(course: Course, *, key: int, message: str, in_pull: bool, by: User) -> bool:
    """Queue what was compared. Return False if it is no longer there, or another commit waits."""
    ready = CourseCommit.objects.filter(pk=key, repository__course=course, state=State.READY)
    now = timezone.now()
    branch = branch_for_pull(course, key) if in_pull else ""
    asked = {"asked_by": by, "asked_at": now, "not_before": now, "tries": 0}
    try:
        with transaction.atomic():
            is_asked = ready.update(state=State.WAITING, message=message, new_branch=branch, **asked)
    except IntegrityError:
        return False
    if is_asked:
        record(Event.CONTENT, f"commits the course {course.slug} to its repository", user=by)
    return bool(is_asked)


def branch_for_pull(course: Course, key: int) -> str:
    """Return the name of the new branch on which a request is committed for a pull request."""
    return f"portal/{course.slug}-{key}"


def other_branch_for_pull(row: CourseCommit) -> str:
    """Return another name: a branch `portal` excludes every `portal/…`, and a copy of the database repeats keys."""
    return f"portal-{row.repository.course.slug}-{row.pk}-{row.commit[:7]}"


# --- a worker's side ------------------------------------------------------------------------------------------------


def due_commits() -> QuerySet[CourseCommit]:
    rows = CourseCommit.objects.filter(
        state__in=(State.COMPARING, State.WAITING), not_before__lte=timezone.now()
    )
    return leases.free(rows).order_by("pk")


def claim() -> CourseCommit | None:
    columns = ("pk", "tries", "state", "asked_at", "commit")
    for key, tries, state, asked_at, commit in due_commits().values_list(*columns):
        if state == State.COMPARING and tries >= MAX_TRIES_TO_COMPARE:
            _give_up(key, tries, NO_RESULT)
        elif asked_at < timezone.now() - MAX_AGE:
            _give_up(key, tries, MAY_HAVE_ARRIVED if commit else GIVEN_UP)
        elif leases.take(due_commits(), pk=key, tries=tries, lease=LEASE):
            related = ("repository__course", "asked_by")
            return CourseCommit.objects.select_related(*related).get(pk=key)
    return None


def _give_up(key: int, tries: int, note: str) -> None:
    mine = due_commits().order_by().filter(pk=key, tries=tries)
    mine.update(state=State.FAILED, note=note, ended_at=timezone.now(), files=None)


def _claimed_row(row: CourseCommit) -> QuerySet[CourseCommit]:
    return CourseCommit.objects.filter(pk=row.pk, state=row.state, tries=row.tries)


# Any: values of fields
def store(row: CourseCommit, **values: Any) -> bool:
    """Store values of a request that is worked on. Return False if the lease was lost."""
    for name, value in values.items():
        setattr(row, name, value)
    return bool(_claimed_row(row).update(**values))


def finish(row: CourseCommit, state: str, note: str = "", **values: Any) -> None:
    ended = {"state": state, "note": note, "leased_until": None, "ended_at": timezone.now(), **values}
    if state != State.READY:
        ended["files"] = None
    _claimed_row(row).update(**ended)
    old = CourseCommit.objects.filter(repository=row.repository_id).values_list("pk", flat=True)[MAX_KEPT:]
    CourseCommit.objects.filter(pk__in=list(old)).delete()


def postpone(row: CourseCommit, note: str, until: datetime | None = None) -> None:
    """Try again later: GitHub was down, or asked to wait until then."""
    wait = min(FIRST_WAIT * (1 << min(row.tries - 1, 10)), MAX_WAIT)
    logger.warning("the commit of %s waits: %s", row.repository, note)
    _claimed_row(row).update(not_before=until or timezone.now() + wait, note=note, leased_until=None)
