"""Evidence for checks: ask GitHub for facts when they are due, and grade again after a changed answer.

A message from GitHub only says that there may be something new (`note_event`). A worker asks the REST API, stores the
answer, and queues the submissions that it concerns again. A limit or an outage moves `ask_at`; grading never waits.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from labs.github import client
from labs.github.access import client_of, name_of
from labs.github.facts import OtherRepositoryError, ask_pull_requests, ask_runs, keep_newer_attempts
from labs.grader.checks import needs_events
from labs.grader.github_facts import PullRequests, RunsOfCommit
from labs.grading.github_facts import (
    facts_graded_with,
    has_passed,
    is_news,
    requeue,
    submissions_to_requeue,
    wake_asker,
)
from labs.models import GitHubAnswer, Submission
from labs.models.github import Connection
from labs.specs import parse_spec

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than the requests of one answer may take
FIRST_PAUSE = timedelta(minutes=2)
FIRST_PAUSE_OF_PULL_REQUESTS = timedelta(minutes=15)  # each answer takes several requests
MAX_PAUSE = timedelta(hours=6)
KEPT = timedelta(days=365)
MAX_REMOVED = 100
MAX_TRIES = 12  # about a day of asking for runs without a message from GitHub
FOR_RUNS = ("workflow_run", "check_suite")
FOR_PULL_REQUESTS = ("pull_request", "pull_request_review", "pull_request_review_comment")
Answer = RunsOfCommit | PullRequests


def note_event(connection: Connection, *, event: str, commit: str = "") -> bool:
    """Mark what a message from GitHub may have changed; return False if no check waits for it.

    `commit` may be anything: only commits that a submission needs have an answer to renew.
    """
    rows = GitHubAnswer.objects.filter(repository=connection.repository_id)
    if event in FOR_RUNS:
        rows = rows.filter(commit=commit).exclude(commit="")
    elif event in FOR_PULL_REQUESTS:
        rows = rows.filter(commit="")
    else:
        return False
    changed = rows.update(ask_at=timezone.now(), tries=0)
    if changed:
        transaction.on_commit(wake_asker, robust=True)
    return bool(changed)


def ask_again(connection: Connection) -> None:
    """Ask GitHub soon for the facts that the newest submission of a repository was graded with."""
    rows = GitHubAnswer.objects.filter(repository=connection.repository_id, submissions__isnull=False)
    newest = rows.aggregate(newest=Max("submissions"))["newest"]
    if newest and rows.filter(submissions=newest).update(ask_at=timezone.now(), tries=0):
        transaction.on_commit(wake_asker, robust=True)


def grade_after_connecting(connection: Connection) -> None:
    """Grade the newest submission again if its lab has checks that were not run without a connection."""
    version = connection.repository.lab.current
    checks = parse_spec(version.source).checks if version else ()
    if needs_events(check.parameters for check in checks) != ("push",):
        repository = connection.repository
        own = Submission.objects.filter(enrollment=repository.enrollment_id, lab=repository.lab_id)
        requeue(own.order_by("-pk")[:1])


def ask_next() -> bool:
    """Ask GitHub for one answer that is due; return False if there is none."""
    row, leased_until = _claim()
    if row is None:
        return False
    connection = (
        Connection.objects.select_related("repository", "installation")
        .filter(repository=row.repository_id)
        .first()
    )
    if connection is None or not connection.is_active:
        _settle(row, leased_until, None)
        return True
    try:
        _store(row, _ask(row, connection, client_of(connection)), leased_until)
    except client.RateLimitedError as error:
        _hold_back(connection, row, error.retry_at, is_own=isinstance(error, client.ShareSpentError))
    except client.UnavailableError as error:
        _postpone(row, leased_until, str(error).rstrip("."))
    except client.RefusedError as error:
        _store(row, _unknown(row, error.reason.rstrip(".")), leased_until)
    except OtherRepositoryError:
        why = "the name now belongs to a different repository: connect the repository again"
        _store(row, _unknown(row, why), leased_until)
    except (KeyError, TypeError, ValueError) as error:
        logger.exception("answer %s could not be read", row.pk)
        _postpone(row, leased_until, f"its answer could not be read ({type(error).__name__})")
    return True


def remove_old() -> None:
    # some at a time, the oldest first; a report keeps the list of the facts that it used
    oldest = GitHubAnswer.objects.order_by("pk").values_list("pk", flat=True)[:MAX_REMOVED]
    GitHubAnswer.objects.filter(pk__in=list(oldest), created_at__lt=timezone.now() - KEPT).delete()


def _claim() -> tuple[GitHubAnswer | None, datetime]:
    now = timezone.now()
    for row in GitHubAnswer.objects.filter(ask_at__lte=now).order_by("ask_at", "pk")[:20]:
        mine = GitHubAnswer.objects.filter(pk=row.pk, ask_at=row.ask_at)
        if mine.update(ask_at=now + LEASE):
            return row, now + LEASE
    return None, now


def _ask(row: GitHubAnswer, connection: Connection, github: client.Client) -> Answer:
    path = client.repository_path(connection.full_name or name_of(connection))
    now = timezone.now()
    if row.commit:
        known = RunsOfCommit.from_json(row.data) if row.data else None
        return keep_newer_attempts(known, ask_runs(github, path, row.commit, connection.github_id, now))
    return ask_pull_requests(github, path, row.heads, connection.github_id, now)


def _unknown(row: GitHubAnswer, why: str) -> Answer:
    # the last good answer stays, and says why it is not a new one
    known = _known(row)
    if isinstance(known, RunsOfCommit):
        return RunsOfCommit(known.commit, known.asked_at, known.runs, why)
    return PullRequests(known.asked_at, known.items, why)


def _known(row: GitHubAnswer) -> Answer:
    if row.commit:
        return RunsOfCommit.from_json(row.data) if row.data else RunsOfCommit(row.commit, None)
    return PullRequests.from_json(row.data) if row.data else PullRequests(None)


def _is_open(row: GitHubAnswer, answer: Answer) -> bool:
    # a message may be lost, and a review or a description comes without a push
    if answer.unknown and answer.asked_at is None:
        return True
    if isinstance(answer, PullRequests):
        return not has_passed(row)
    return not answer.runs or not all(run.is_completed for run in answer.runs)


@transaction.atomic
def _store(row: GitHubAnswer, answer: Answer, leased_until: datetime) -> None:
    before = facts_graded_with(row)
    row.tries += 1
    is_open = _is_open(row, answer)
    ask_at = _next_time(row) if is_open else None
    is_missing = isinstance(answer, RunsOfCommit) or answer.asked_at is None
    answer = replace(answer, is_given_up=is_open and is_missing and ask_at is None)
    row.data, row.asked_at = answer.to_json(), answer.asked_at
    row.save(update_fields=["data", "asked_at", "tries"])
    _settle(row, leased_until, ask_at)
    if is_news(before, facts_graded_with(row)):
        requeue(submissions_to_requeue(row))


def _next_time(row: GitHubAnswer) -> datetime | None:
    if row.tries >= MAX_TRIES:
        return None
    first = FIRST_PAUSE if row.commit else FIRST_PAUSE_OF_PULL_REQUESTS
    pause: timedelta = first * 2 ** max(0, row.tries - 1)
    return timezone.now() + min(pause, MAX_PAUSE)


def _settle(row: GitHubAnswer, leased_until: datetime, ask_at: datetime | None) -> None:
    # a message that arrived meanwhile has set another time, which stays
    GitHubAnswer.objects.filter(pk=row.pk, ask_at=leased_until).update(ask_at=ask_at)


def _postpone(row: GitHubAnswer, leased_until: datetime, why: str) -> None:
    logger.warning("answer %s: %s", row.pk, why)
    _store(row, _unknown(row, why) if row.data is None else _known(row), leased_until)


def _hold_back(connection: Connection, row: GitHubAnswer, retry_at: datetime, *, is_own: bool) -> None:
    # All requests with the same credentials have the same limit, but a share is a connection's own. No try counts:
    # GitHub was not asked.
    logger.info("GitHub asks to wait until %s", retry_at)
    alike = GitHubAnswer.objects.filter(repository__connection__installation=connection.installation_id)
    if is_own:
        alike = alike.filter(repository=connection.repository_id)
    waiting = alike.filter(ask_at__lt=retry_at)
    rows = [*waiting.values_list("pk", flat=True), row.pk]
    GitHubAnswer.objects.filter(pk__in=rows).update(ask_at=retry_at)
