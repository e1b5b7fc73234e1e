"""Ask for a commit's status on GitHub. The row is written with the report; a worker sends it (`sending.py`)."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from labs.github import client
from labs.github.queries import sendable
from labs.github.tasks import wake_sender
from labs.models import CommitStatus, Connection, Report, Submission


def ask_for_status(report: Report) -> None:
    """Queue the result of a commit for GitHub, where the App is installed on its repository. Else do nothing."""
    if not client.has_app():
        return
    with transaction.atomic():
        submission = Submission.objects.select_related("receipt__repository").get(pk=report.submission_id)
        connections = answered_connections(submission) if submission.head else []
        asked = [_ask(connection, submission.head, report) for connection in connections]
        if any(asked):
            transaction.on_commit(wake_sender, robust=True)


def answered_connections(submission: Submission) -> QuerySet[Connection]:
    # the same state may have come by a push elsewhere first, and is one submission all the same
    own = {"repository__enrollment": submission.enrollment_id, "repository__lab": submission.lab_id}
    received = Connection.objects.filter(**own, repository__receipts__digest=submission.digest)
    return sendable(received).distinct()


def _ask(connection: Connection, commit: str, report: Report) -> bool:
    # False if GitHub shows the same already
    status, is_new = CommitStatus.objects.select_related("report").get_or_create(
        connection=connection, commit=commit, defaults={"report": report}
    )
    if is_new:
        return True
    if status.state == CommitStatus.State.SENT and _outcomes(status.report) == _outcomes(report):
        return False
    now = timezone.now()
    fields = {
        "state": CommitStatus.State.WAITING,
        "not_before": now,
        "asked_at": now,
        "tries": 0,
        "reason": "",
    }
    CommitStatus.objects.filter(pk=status.pk).update(report=report, **fields)
    return True


def _outcomes(report: Report) -> list[tuple[str, str]]:
    return [(result["id"], result["outcome"]) for result in report.data["results"]]
