"""Compare the submissions of a lab: ask for it, and do it in a worker. The table is the queue."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import astuple
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from labs.grader.fetching.refusals import FetchRefusedError
from labs.grader.git.processes import TooLargeError
from labs.grader.git.repository import Repository as GitRepository
from labs.grader.git.repository import RepositoryError
from labs.grading.kept_states import read_state
from labs.likeness.comparing import Pair, Work, find_pairs, match_files
from labs.likeness.reading import Given, read_texts, read_work, without
from labs.models import Comparison, Lab, LabVersion, Repository, SimilarPair, Submission
from lessons import leases
from portal.accounts.models import User

logger = logging.getLogger(__name__)
Found = TypeVar("Found")

MAX_WORKS = 2_000  # learners, the newest submissions first
MAX_SECONDS = 300  # of reading; what is left then is counted as not read
MAX_DETAIL_SECONDS = 180  # of matching files; pairs after that have no lines
LEASE = timedelta(minutes=12)
MAX_TRIES = 3
MAX_KEPT = 5  # comparisons of a lab
MAX_NAMED = 20  # commits and files of a pair
NOT_READABLE = (RepositoryError, FetchRefusedError, TooLargeError, OSError)


def begin(*, lab: Lab, by: User, wake: Callable[[], object]) -> Comparison:
    """Ask for a comparison of the submissions that count now, unless one waits already."""
    try:
        with transaction.atomic():
            made = Comparison.objects.create(lab=lab, by=by)
    except IntegrityError:
        return Comparison.objects.get(lab=lab, state=Comparison.State.WAITING)
    transaction.on_commit(wake)
    return made


def run_next() -> bool:
    """Run one comparison that waits, and return False if there is none."""
    comparison = _claim()
    if comparison is None:
        return False
    try:
        compare(comparison)
    except Exception as error:
        logger.exception("comparison %s", comparison.pk)
        is_last = comparison.tries >= MAX_TRIES
        _held(comparison).update(
            state=Comparison.State.FAILED if is_last else Comparison.State.WAITING,
            fault=f"{type(error).__name__}: {error}"[:500],
            leased_until=None,
            ended_at=timezone.now() if is_last else None,
        )
    return True


def _claim() -> Comparison | None:
    waiting = Comparison.objects.filter(state=Comparison.State.WAITING)
    spent = leases.free(waiting).filter(tries__gte=MAX_TRIES)  # its workers died
    spent.update(
        state=Comparison.State.FAILED,
        ended_at=timezone.now(),
        fault="The worker ended before it had finished.",
    )
    if waiting.filter(leased_until__gte=timezone.now()).exists():
        return None  # one at a time: other work of this queue must not wait
    for key, tries in leases.free(waiting).order_by("pk").values_list("pk", "tries")[:10]:
        if leases.take(waiting, pk=key, tries=tries, lease=LEASE):
            return Comparison.objects.select_related("lab").get(pk=key)
    return None


def _held(comparison: Comparison) -> QuerySet[Comparison]:
    return Comparison.objects.filter(pk=comparison.pk, tries=comparison.tries, state=Comparison.State.WAITING)


def compare(comparison: Comparison) -> None:
    """Read each learner's submission that counts, and store the pairs that share something."""
    given = Given()
    works, not_read = _read_works(comparison, given)
    pairs = find_pairs([without(work, given) for work in works])
    details = _find_details(pairs, {work.key: work for work in works}, given, comparison)
    with transaction.atomic():
        ended = {"state": Comparison.State.DONE, "ended_at": timezone.now(), "leased_until": None}
        if not _held(comparison).update(**ended, fault="", compared=len(works), not_read=not_read):
            return  # another worker has it by now
        SimilarPair.objects.bulk_create(
            SimilarPair(
                comparison=comparison,
                first_id=pair.first,
                second_id=pair.second,
                commits=pair.commits,
                files=pair.files,
                percent=round(pair.share * 100),
                details=found,
            )
            for pair, found in zip(pairs, details, strict=True)
        )
        rows = Comparison.objects.filter(lab=comparison.lab).order_by("-pk")
        Comparison.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[MAX_KEPT:])).delete()


def _read_works(comparison: Comparison, given: Given) -> tuple[list[Work], int]:
    # the works, and the number of those that could not be read
    counted = Submission.objects.filter(lab=comparison.lab).best().select_related("receipt__repository")
    works, not_read, starters = [], 0, _starters(comparison.lab)
    until = time.monotonic() + MAX_SECONDS
    for submission in counted.order_by("-pk")[:MAX_WORKS]:
        read = partial(read_work, key=submission.pk, head=submission.head, starters=starters, given=given)
        work = _read(submission, comparison, read) if time.monotonic() < until else None
        if work is None:
            not_read += 1
        else:
            works.append(work)
    return works, not_read


def _find_details(
    pairs: list[Pair], works: Mapping[int, Work], given: Given, comparison: Comparison
) -> list[dict[str, Any]]:
    @lru_cache(maxsize=20)
    def texts_of(key: int) -> dict[str, str]:
        submission = Submission.objects.select_related("receipt__repository").get(pk=key)
        return _read(submission, comparison, partial(read_texts, head=submission.head)) or {}

    found: list[dict[str, Any]] = []
    until = time.monotonic() + MAX_DETAIL_SECONDS
    for pair in pairs:
        if time.monotonic() > until:
            found.append({})
            continue
        one, two = works[pair.first], works[pair.second]
        files = match_files(texts_of(pair.first), texts_of(pair.second), given.prints)
        commits = sorted(one.commits & two.commits)[:MAX_NAMED]
        same = sorted(one.files[blob] for blob in one.files.keys() & two.files.keys() - given.files)
        found.append(
            {"commits": commits, "same": same[:MAX_NAMED], "files": [astuple(each) for each in files]}
        )
    return found


def _read(
    submission: Submission, comparison: Comparison, read: Callable[[GitRepository], Found]
) -> Found | None:
    try:
        return read_state(submission, lambda repository, _: read(repository), rehearsal=-comparison.pk)
    except NOT_READABLE as error:
        logger.warning("submission %s cannot be read for a comparison: %s", submission.pk, error)
        return None


def _starters(lab: Lab) -> set[str]:
    # Every starter that the lab has had, and the updates of it that learners took over.
    given = set(
        Repository.objects.filter(lab=lab).exclude(update_commit="").values_list("update_commit", flat=True)
    )
    for starter in LabVersion.objects.filter(lab=lab).values_list("starter", flat=True):
        given.update(starter.get("commits", ()))
    return given
