"""Notify learners of a result that arrives while they are elsewhere.

A notice that they see on the result page or in the terminal within a minute is never emailed. A result that took long
is emailed at once.
"""

import logging
from datetime import timedelta

from django.db import DatabaseError, transaction

from labs.models import Queue, Report, Submission
from labs.team_queries import people_of
from lessons.points import show_points
from portal.notices.actions import mark_seen, notify

logger = logging.getLogger(__name__)
LONG = timedelta(minutes=2)
KIND = "lab_result"


def notify_of_report(report: Report) -> None:
    """Send a notice about a new report, but for one of a regrade, which sends its own."""
    submission = _read(report.submission_id)
    is_newest = not submission.reports.filter(pk__gt=report.pk).exists()  # else a regrade was undone
    if report.regrade_id is None and is_newest:
        points = f"{show_points(report.points)} of {show_points(report.max_points)} points"
        _notify(
            submission, f"passed, {points}." if report.passed else f"{points}. There is something to fix."
        )


def notify_of_unreadable(submission_id: int) -> None:
    """Send a notice about a repository that could not be read. A failure is logged: grading goes on."""
    try:
        with transaction.atomic():
            _notify(_read(submission_id), "the repository could not be read. The page says what to do.")
    except DatabaseError:
        logger.exception("submission %s could not be read, and its learner got no notice", submission_id)


def mark_result_seen(submission: Submission) -> None:
    """Mark the notice about a result as read. The learner has just seen it."""
    pusher = submission.receipt.by if submission.team_id else None
    mark_seen(pusher or submission.enrollment.user, submission.get_absolute_url())


def _read(submission_id: int) -> Submission:
    return Submission.objects.select_related("lab", "enrollment__user", "receipt__by").get(pk=submission_id)


def _notify(submission: Submission, words: str) -> None:
    if submission.queue != Queue.LIVE or not submission.enrollment.is_active or not submission.ended_at:
        return
    took = submission.ended_at - submission.queued_at
    text = f"{submission.lab.title}, submission {submission.number}: {words}"
    link = submission.get_absolute_url()
    for learner in people_of(submission):
        # In a team, only the person who pushed is waiting at a page or a terminal for this.
        kind = KIND if submission.receipt.by_id in (None, learner.user_id) else "team"
        notify(user=learner.user, kind=kind, text=text, link=link, at_once=took > LONG)
