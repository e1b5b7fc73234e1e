"""Prove quizzes whose questions only a worker may try. Until then, learners keep the version that was proved last.

The table is the queue: a quiz with an `unproved` version without a proof waits.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from lessons import late_attempts, leases
from lessons.models import Quiz, QuizVersion
from lessons.quizzes import CannotJudgeError, prove_in_worker
from lessons.texts.problem import Problem
from portal.broker import send
from portal.heartbeat import heartbeat_thread

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]  # after the first fault, the second, ...
MAX_TRIES = 10
SOFT_SECONDS, SECONDS = 600, 630
_NOT_TRIED: dict[str, Any] = {"proof": None, "fault": "", "leased_until": None, "tries": 0}


def wake() -> None:
    # Tried once; without a broker, beat does it later.
    send(prove_quizzes)


@transaction.atomic
def settle(quiz: Quiz, version: QuizVersion) -> None:
    """Show learners the version of the saved text, or let it wait for its proof. An earlier failed try is repeated."""
    if version.proved:
        quiz.current, quiz.unproved = version, None
    else:
        quiz.unproved = version
        own = QuizVersion.objects.filter(pk=version.pk)
        # a worker that runs its code goes on: a second one would run it at the same time
        running = own.filter(leased_until__gt=timezone.now(), proof__isnull=True, fault="")
        own.exclude(pk__in=running).update(**_NOT_TRIED)
        transaction.on_commit(wake, robust=True)
    # `update` adds no second history entry
    Quiz.objects.filter(pk=quiz.pk).update(current=quiz.current, unproved=quiz.unproved)
    late_attempts.mark_quiz(quiz)


def waiting() -> QuerySet[QuizVersion]:
    """Return the versions to prove now."""
    saved = Quiz.objects.filter(unproved__isnull=False).order_by().values("unproved")
    rows = QuizVersion.objects.filter(pk__in=saved, proof__isnull=True, proved=False, tries__lt=MAX_TRIES)
    return leases.free(rows).order_by("tries", "pk")


def retry() -> None:
    """End the pauses after faults: at the start of a worker, their cause may be gone."""
    now = timezone.now()
    paused = QuizVersion.objects.filter(proof__isnull=True, leased_until__gt=now + LEASE).exclude(fault="")
    paused.update(leased_until=None, tries=0)
    if waiting().exists():
        wake()


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=SECONDS)
def prove_quizzes() -> None:
    if prove_next() and waiting().exists():
        wake()


def prove_next() -> bool:
    """Prove the next version; return False if none waits. A fault of ours is retried after a pause."""
    version = waiting().first()
    if version is None:
        return False
    if not leases.take(waiting(), pk=version.pk, tries=version.tries, lease=LEASE, fault=""):
        return True
    try:
        with heartbeat_thread(
            f"quiz version {version.pk}", partial(_prolong, version), LEASE.total_seconds()
        ):
            problems, warnings = prove_in_worker(version.source)
    except (CannotJudgeError, SoftTimeLimitExceeded) as error:
        _postpone(version, str(error) or "It took too long.")
    except Exception as error:  # one quiz must not hold up the others
        logger.exception("quiz version %s could not be proved", version.pk)
        _postpone(version, f"{type(error).__name__}: {error}")
    else:
        _store(version, problems, warnings)
    return True


def _prolong(version: QuizVersion) -> bool:
    held = QuizVersion.objects.filter(pk=version.pk, tries=version.tries + 1, proof__isnull=True)
    return bool(held.update(leased_until=timezone.now() + LEASE))


def _postpone(version: QuizVersion, fault: str) -> None:
    logger.error("quiz version %s could not be proved: %s", version.pk, fault)
    pause = PAUSES[min(version.tries, len(PAUSES) - 1)]
    held = QuizVersion.objects.filter(pk=version.pk, tries=version.tries + 1)
    held.update(leased_until=timezone.now() + pause, fault=fault)


@transaction.atomic
def _store(version: QuizVersion, problems: list[Problem], warnings: list[Problem]) -> None:
    quiz = Quiz.objects.select_for_update(of=("self",)).filter(unproved=version.pk).first()
    proof = {"problems": _lines(problems), "warnings": _lines(warnings)}
    QuizVersion.objects.filter(pk=version.pk).update(proof=proof, proved=not problems, fault="")
    if quiz is not None and not problems:  # otherwise the text was changed meanwhile, or the quiz deleted
        Quiz.objects.filter(pk=quiz.pk).update(current=version.pk, unproved=None)
        late_attempts.mark_quiz(quiz)


def _lines(problems: list[Problem]) -> list[tuple[int, str]]:
    return [(problem.line, problem.text) for problem in problems]


# --- what staff see ---------------------------------------------------------------------------------------------------


def proof_lines(version: QuizVersion, now: datetime) -> Iterator[str]:
    """Yield sentences about the proof of a version that waits, failed, or passed."""
    tries = f"{version.tries} time{'' if version.tries == 1 else 's'}"
    if version.proof is not None:
        if version.proved:
            yield "Proved: a worker ran the code. The solutions pass their checks, and the starting texts do not."
        else:
            yield "Not proved, so learners do not see this version."
        for line, text in (*version.proof["problems"], *version.proof["warnings"]):
            yield f"Line {line}: {text}"
    elif version.leased_until and version.leased_until > now and not version.fault:
        yield "A worker is running the code."
    elif version.tries >= MAX_TRIES:
        yield " ".join(
            filter(None, [f"Tried {tries} without a result.", version.fault, "To try again, save the quiz."])
        )
    elif version.fault:
        yield f"Tried {tries}. Fault on our side: {version.fault.rstrip('.')}. The portal keeps trying."
    else:
        yield "A worker will run the code of this version. Learners see it once it is proved."
