"""Learners report problems with questions, and staff answer them."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from lessons.models import Attempt, QuestionReport
from lessons.quizzes.text import clean_lines
from portal.accounts.models import User
from portal.notices.actions import notify

MAX_TEXT = 1000
MAX_A_DAY = 20  # of one learner in one course


class CannotReportError(Exception):
    """The report or its answer was not saved; the message says why."""


def report_question(*, attempt: Attempt, key: str, text: str) -> QuestionReport:
    """Report a problem with a question of a submitted attempt, once for each learner. Raises CannotReportError."""
    text = _clean(text, "Write what is wrong with the question")
    day = timezone.now() - timedelta(days=1)
    own = QuestionReport.objects.filter(enrollment=attempt.enrollment)
    if own.filter(created_at__gt=day).count() >= MAX_A_DAY:
        raise CannotReportError(f"You sent {MAX_A_DAY} reports in a day. Ask your instructors directly.")
    found, is_new = QuestionReport.objects.get_or_create(
        enrollment=attempt.enrollment, quiz=attempt.quiz, key=key, defaults={"attempt": attempt, "text": text}
    )
    if not is_new and found.text != text:
        raise CannotReportError("You reported this question before. Your instructors have that report.")
    return found


@transaction.atomic
def close_report(*, report: QuestionReport, by: User, reply: str) -> None:
    """Answer a report; the learner sees it and gets a notice. Raises CannotReportError."""
    reply = _clean(reply, "Write an answer for the learner")
    now = timezone.now()
    own = QuestionReport.objects.filter(pk=report.pk, closed_at=None)
    if not own.update(reply=reply, closed_by=by, closed_at=now):
        raise CannotReportError("Somebody answered this report in the meantime.")
    attempt = report.attempt
    page = reverse("attempt_review", args=[attempt.quiz.course.slug, attempt.quiz.slug, attempt.number])
    if report.enrollment.is_active:
        text = f"Your report on a question of {attempt.quiz.title} was answered: {reply}"
        notify(user=report.enrollment.user, kind="reply", text=text, link=f"{page}#q-{report.key}")


def _clean(text: str, wanted: str) -> str:
    text = clean_lines(text).strip()
    if not text:
        raise CannotReportError(f"{wanted}.")
    if len(text) > MAX_TEXT:
        raise CannotReportError(f"This text has {len(text):,} characters. The limit is {MAX_TEXT:,}.")
    return text
