"""`/healthz`: this process responds. `/readyz`: it can do its work. `python -m portal.health` checks for a response."""

import sys
from datetime import timedelta
from functools import cache

from celery import current_app
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.services import web_answers

# Before the imports that need Django's apps, because a container runs this every 30 s.
if __name__ == "__main__":
    sys.exit(not web_answers(settings.PORT))

from labs.grader.git.version import git_version_is_safe
from labs.grading import pulse, queues, sandbox
from labs.repositories import disk
from portal.broker import ONCE

OK = "ok"
LONG_WAIT = timedelta(minutes=2)
MAX_SILENCE = 60.0  # seconds, for a worker; for the reaper, plus four of its intervals


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    return _json({"status": OK})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Report ready, degraded (both 200) or not ready (503) as `status`; each part is "ok" or a sentence."""
    needed = {"database": _database(), "git": _git()}
    bearable = {"broker": _broker(), "sandbox": sandbox.state(), "disk": " ".join(disk.warnings()) or OK}
    if needed["database"] == OK:
        bearable |= {"grading": _grading_status(), "later": _later_status(), "beat": _beat_status()}
    if any(said != OK for said in needed.values()):
        return _json({"status": "not ready", **needed, **bearable}, status=503)
    lost = any(said != OK for said in bearable.values())
    return _json({"status": "degraded" if lost else "ready", **needed, **bearable})


def _json(said: dict[str, str], status: int = 200) -> JsonResponse:
    return JsonResponse(said, status=status, content_type="application/json; charset=utf-8")


def _database() -> str:
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except Error:
        return "The database does not respond."
    return OK if _newest_migrations() <= applied.keys() else "The database has unapplied migrations."


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


@cache
def _git() -> str:
    return OK if git_version_is_safe() else "The installed Git lacks the security fixes of July 2025."


def _broker() -> str:
    # The portal can do without it: the queue is a table, and the reaper wakes the workers.
    try:
        with current_app.connection_for_write(transport_options=ONCE) as broker:
            _ = broker.default_channel
    except Exception:  # a broker client may raise anything
        return "The broker does not respond. Pages and quizzes work. Submissions wait for it."
    return OK


def _grading_status() -> str:
    if _is_silent("live"):
        return "The worker that grades pushes does not respond. Restart it. Pushes are kept and wait for it."
    waited = queues.longest_wait()
    if waited > LONG_WAIT:
        minutes = waited // timedelta(minutes=1)
        return (
            f"A push has been waiting for {minutes} minutes. Start more workers, or check why they are busy."
        )
    return OK


def _later_status() -> str:
    if _is_silent("later"):
        return "The later-worker does not respond. Restart it. Until then, no lab is proved and nothing is regraded."
    return OK


def _beat_status() -> str:
    if _is_silent("reaper", 4 * settings.GRADING_REAP_SECONDS):
        return "The reaper has not run recently. Beat or the worker does not respond, or all worker processes are busy."
    return OK


def _is_silent(name: str, more: float = 0) -> bool:
    return pulse.seconds_since(name) > MAX_SILENCE + more
