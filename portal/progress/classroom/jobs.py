"""Uploaded files of a classroom: read for a preview, and imported later by a worker. The table is the queue."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import IO, Any

from celery import signature
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from labs.classroom.collecting import Collector, UnreadableError
from labs.classroom.course_files import CoursePlan, plan_course
from labs.classroom.gathering import read_classrooms
from labs.classroom.model import Reading
from lessons import leases
from lessons.course_files.course_repository import pack, unpack
from portal.accounts.models import User
from portal.broker import send
from portal.progress.classroom.importing import CannotImportError, import_course
from portal.progress.classroom.reports import report_of, result_of
from portal.progress.models import ClassroomImport

logger = logging.getLogger(__name__)
State = ClassroomImport.State
TASK = "portal.progress.tasks.work_on_classrooms"
LEASE = timedelta(minutes=6)  # more than the time limit of the task
MAX_TRIES = 2
MAX_KEPT = 5  # of one person: the files name learners
KEPT_FOR = timedelta(days=30)
NOTHING = (
    "None of these files is from GitHub Classroom, Classroom 50 or classmoji. Choose the export as a ZIP, "
    "classroom_roster.csv, a grades CSV, or a ZIP of your starter repositories."
)
GIVEN_UP = "The import took too long, and nothing was written. Import fewer files at a time."


def upload(*, files: Iterable[tuple[str, IO[bytes]]], title: str, zone: str, by: User) -> ClassroomImport:
    """Read uploaded files, and keep them with their preview. Raises UnreadableError."""
    reading = Reading()
    collector = Collector(reading)
    for name, file in files:
        if name.lower().endswith(".zip"):
            collector.add_archive(name, file)
        else:
            collector.add(f"upload/{name.replace('/', '-')}", file.read())
    plans = _plans(collector.files, reading, title, zone)
    if not plans:
        raise UnreadableError(NOTHING)
    _forget_old(by)
    return ClassroomImport.objects.create(
        asked_by=by,
        title=title,
        time_zone=zone,
        files=pack(collector.files),
        report=report_of(reading, plans),
    )


def _plans(files: dict[str, bytes], reading: Reading, title: str, zone: str) -> list[CoursePlan]:
    read_classrooms(files, reading, title)
    return [plan_course(each, zone) for each in reading.classrooms]


def _forget_old(by: User) -> None:
    own = ClassroomImport.objects.filter(asked_by=by).exclude(state__in=(State.WAITING, State.RUNNING))
    own.filter(pk__in=list(own.values_list("pk", flat=True)[MAX_KEPT - 1 :])).delete()
    ClassroomImport.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()


def start(*, row: ClassroomImport) -> bool:
    """Queue an import, also one that ended. Return False if it is under way already."""
    rows = ClassroomImport.objects.filter(pk=row.pk).exclude(state__in=(State.WAITING, State.RUNNING))
    if not rows.update(state=State.WAITING, tries=0, leased_until=None):
        return False
    transaction.on_commit(lambda: send(signature(TASK)), robust=True)
    return True


# --- the worker's side ----------------------------------------------------------------------------------------------


def waiting() -> QuerySet[ClassroomImport]:
    """Return the imports to run: queued, or of a worker that died."""
    rows = ClassroomImport.objects.filter(state__in=(State.WAITING, State.RUNNING))
    return leases.free(rows).order_by("pk")


def run_next() -> bool:
    """Run the oldest import. Return False if none waits."""
    for key, tries in waiting().values_list("pk", "tries"):
        if tries >= MAX_TRIES:
            row = ClassroomImport.objects.get(pk=key)
            _finish(row, State.FAILED, {"problem": GIVEN_UP})
        elif leases.take(waiting(), pk=key, tries=tries, lease=LEASE, state=State.RUNNING):
            _run(ClassroomImport.objects.select_related("asked_by").get(pk=key))
        return True
    return False


def _run(row: ClassroomImport) -> None:
    plans = _plans(unpack(bytes(row.files)), Reading(), row.title, row.time_zone)
    try:
        with transaction.atomic():
            done = [import_course(plan=plan, zone=row.time_zone, by=row.asked_by) for plan in plans]
    except CannotImportError as error:
        _finish(row, State.FAILED, {"problem": str(error)})
        return
    logger.info("classroom import %s of user %s: %s courses", row.pk, row.asked_by_id, len(done))
    _finish(row, State.DONE, {"results": [result_of(each) for each in done], "problem": ""})


# Any: values of JSON
def _finish(row: ClassroomImport, state: str, found: dict[str, Any]) -> None:
    report = {**row.report, **found}
    own = ClassroomImport.objects.filter(pk=row.pk, state__in=(State.WAITING, State.RUNNING), tries=row.tries)
    own.update(state=state, report=report, leased_until=None)
