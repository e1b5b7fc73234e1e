"""Send waiting results to GitHub, within the limits that GitHub sets for each installation of the App.

A result is a commit status and a check run. When more results wait than a check run for each would leave room for,
only statuses are sent, the newest first. An outage or a limit costs a result time, never a learner their grading.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from labs.addresses import submission_address
from labs.github import answer_content, client
from labs.github.queries import sendable
from labs.grader.report import Report
from labs.models import CommitStatus, Connection, Installation

logger = logging.getLogger(__name__)

State = CommitStatus.State
MAX_WRITES_PER_MINUTE, MAX_WRITES_PER_HOUR = 80, 500  # GitHub's, for content of one installation
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SECONDS_IN_ALL = 60
LEASE = timedelta(minutes=3)
FIRST_WAIT, MAX_WAIT = timedelta(seconds=30), timedelta(minutes=15)
MAX_AGE = timedelta(days=3)
MAX_REFUSALS = 3  # a commit that GitHub has just got may not be found at once


def send_waiting() -> bool:
    """Send what the limits allow now. Return True if more could be sent at once."""
    _drop_unsendable()
    deadline = time.monotonic() + SECONDS_IN_ALL
    for installation in _installations_with_work():
        if _claim(installation):
            try:
                _send_for(installation, deadline)
            finally:
                Installation.objects.filter(pk=installation.pk).update(sending_until=None)
    return any(room(installation).now > 0 for installation in _installations_with_work())


def _waiting() -> QuerySet[CommitStatus]:
    return CommitStatus.objects.filter(state=State.WAITING)


def _drop_unsendable() -> None:
    gone = _waiting().exclude(connection__in=sendable(Connection.objects.all()))
    gone.update(state=State.DROPPED, reason="The repository is no longer connected by the App.")
    old = _waiting().filter(asked_at__lt=timezone.now() - MAX_AGE)
    old.update(state=State.DROPPED, reason="GitHub could not be reached for three days.")


def _installations_with_work() -> list[Installation]:
    now = timezone.now()
    due = _waiting().filter(not_before__lte=now)
    free = Q(limited_until=None) | Q(limited_until__lte=now)
    return list(Installation.objects.filter(free, connections__statuses__in=due).distinct().order_by("pk"))


def _claim(installation: Installation) -> bool:
    now = timezone.now()
    free = Q(sending_until=None) | Q(sending_until__lte=now)
    return bool(Installation.objects.filter(free, pk=installation.pk).update(sending_until=now + LEASE))


@dataclass(frozen=True)
class Room:
    """The number of writes that GitHub's limits leave for now, and in this hour."""

    now: int
    hour: int


def room(installation: Installation) -> Room:
    now = timezone.now()
    writes = CommitStatus.objects.filter(connection__installation=installation, written_at__gt=now - HOUR)
    counts = writes.aggregate(
        hour=Sum("writes", default=0), minute=Sum("writes", default=0, filter=Q(written_at__gt=now - MINUTE))
    )
    hour = MAX_WRITES_PER_HOUR - counts["hour"]
    return Room(min(hour, MAX_WRITES_PER_MINUTE - counts["minute"]), hour)


def _send_for(installation: Installation, deadline: float) -> None:
    try:
        github = client.as_installation(installation.installation_id)
    except client.RefusedError as refusal:
        _mark_gone(installation, refusal)
        return
    except client.GitHubError as error:
        _pause(installation, error, tries=1)
        return
    while time.monotonic() < deadline and (left := room(installation)).now > 0:
        due = _waiting().filter(connection__installation=installation, not_before__lte=timezone.now())
        status = (
            due.select_related("report__submission__lab", "connection__repository")
            .order_by("-report_id")
            .first()
        )
        if status is None:
            return
        try:
            is_busy = due.count() * 2 > left.hour
            _send(github, status, 1 if is_busy else left.now)
        except client.RefusedError as refusal:
            _refuse(status, refusal)
        except client.GitHubError as error:
            status.tries += 1
            CommitStatus.objects.filter(pk=status.pk).update(tries=status.tries)
            _pause(installation, error, tries=status.tries)
            return
        except Exception:  # a fault of ours with one result must not keep the others waiting
            logger.exception("the status of %s could not be sent", status)
            _end(status, State.DROPPED, reason="It could not be sent because of a fault on our side.")


def _send(github: client.Client, status: CommitStatus, writes: int) -> None:
    at = f"/repositories/{status.connection.github_id}"
    report = Report.from_json(status.report.data)
    name = f"{settings.SITE_NAME}/{status.report.submission.lab.slug}{_number_of(status.connection)}"
    page = submission_address(status.report.submission)
    _count_write(status)
    github.post(f"{at}/statuses/{status.commit}", answer_content.status_of(report, context=name, page=page))
    further = answer_content.further_outputs(report, commit=status.commit, page=page)
    if writes >= 2 + len(further):
        run = {"name": name, "commit": status.commit, "page": page, "number": str(status.report_id)}
        _count_write(status)
        made = github.post(f"{at}/check-runs", answer_content.check_run_of(report, **run))
        for body in further:
            _count_write(status)
            github.patch(f"{at}/check-runs/{made['id']}", body)
    _end(status, State.SENT, reason="")


def _number_of(connection: Connection) -> str:
    # Each learner who connected the same repository keeps a status of their own: the second one ends with (2).
    lab = connection.repository.lab_id
    alike = Connection.objects.filter(github_id=connection.github_id, repository__lab=lab)
    before = alike.exclude(owner_proved_by="").filter(pk__lt=connection.pk).count()
    return f" ({before + 1})" if before else ""


def _end(status: CommitStatus, state: CommitStatus.State, **fields: object) -> None:
    # a newer report that came meanwhile keeps it waiting
    CommitStatus.objects.filter(pk=status.pk, report=status.report_id).update(state=state, **fields)


def _count_write(status: CommitStatus) -> None:
    # before the request: GitHub counts it even if its answer is lost
    now, rows = timezone.now(), CommitStatus.objects.filter(pk=status.pk)
    if not rows.filter(written_at__gt=now - HOUR).update(writes=F("writes") + 1, written_at=now):
        rows.update(writes=1, written_at=now)


def _refuse(status: CommitStatus, refusal: client.RefusedError) -> None:
    tries = status.tries + 1
    if tries < MAX_REFUSALS:
        again = timezone.now() + _wait(tries)
        _end(status, State.WAITING, tries=tries, reason=refusal.reason, not_before=again)
    else:
        logger.warning("GitHub refused the status of %s: %s", status, refusal)
        _end(status, State.REFUSED, tries=tries, reason=refusal.reason)


def _pause(installation: Installation, error: client.GitHubError, *, tries: int) -> None:
    until = error.retry_at if isinstance(error, client.RateLimitedError) else timezone.now() + _wait(tries)
    logger.warning("no results are sent to %s until %s: %s", installation, until, error)
    Installation.objects.filter(pk=installation.pk).update(limited_until=until)


def _wait(tries: int) -> timedelta:
    return min(FIRST_WAIT * (1 << min(tries - 1, 10)), MAX_WAIT)


def _mark_gone(installation: Installation, refusal: client.RefusedError) -> None:
    # the message about it was lost
    logger.warning("the App can no longer be used by %s: %s", installation, refusal)
    now: datetime = timezone.now()
    gone = {"deleted_at": now} if refusal.status == 404 else {"suspended_at": now}
    Installation.objects.filter(pk=installation.pk).update(**gone)
