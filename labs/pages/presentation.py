"""Prepare what the pages of labs and submissions show; templates only arrange it."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.utils import timezone

from labs import queries, queue_queries, repository_queries
from labs.deadlines import RUNNING_OUTAGE, terms_of
from labs.grader.report import Outcome
from labs.grader.report import Report as EngineReport
from labs.grading.queues import WAITS_FOR_PUBLICATION, waits_for_publication
from labs.models import LEARNER_MAY_REPEAT, LabTimes, RegradedSubmission, Report, State, Submission
from labs.pages.marking import feedback_context
from labs.pages.steps import CountedResult, ReportSummary, duration, status, steps, waits_for_person
from labs.receipt_queries import choice_of
from labs.reports.late_words import extension_of_push, late_words
from labs.reports.local_report import comparison
from labs.reports.standing import Standing, check_rows
from labs.reports.verdict import commit_address, difference, groups
from labs.specs import parse_spec
from labs.team_queries import is_own_submission, own_enrollment_in
from labs.waits import promise
from lessons.deadline_words import due_note
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from lessons.points import count_points
from portal.accounts.models import User

MIN_RESULTS = 20  # for a share of 95%
LONG_WAIT = 10  # seconds in the queue after which the page says that nobody has to watch it
ENVIRONMENT_MISSING = (
    "Grading starts when the Python environment of this lab is ready. You don’t have to do anything."
)
SECONDS_BETWEEN_ANNOUNCEMENTS = 30  # of a place in the queue


# --- polling --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PollCursor:
    """State that the page last rendered, sent with each poll so that the server stores nothing."""

    version: int = 0
    position: int = 0
    announced_at: int = 0
    delay: int = 0

    def __str__(self) -> str:
        return f"{self.version}.{self.position}.{self.announced_at}.{self.delay}"

    @classmethod
    def parse(cls, text: str) -> "PollCursor":
        found = re.fullmatch(r"(\d{1,12})\.(\d{1,12})\.(\d{1,12})\.(\d)", text, re.ASCII)
        return cls(*map(int, found.groups())) if found else cls()

    def shows(self, submission: Submission, position: int) -> bool:
        shown = (self.version, self.position, self.delay)
        return shown == (submission.version, position, delay_of(submission))


class Delay(IntEnum):
    """The wait of a submission, as far as its page mentions it."""

    NONE = 0
    LONG = 1  # in the queue for longer than anybody wants to watch
    LATE = 2  # longer than 95% of the results of this lab took
    OUTAGE = 3  # so long that it moves a deadline


def delay_of(submission: Submission) -> Delay:
    if submission.has_ended:
        return Delay.NONE
    waited = (timezone.now() - submission.queued_at).total_seconds()
    if waited >= promise().total_seconds():
        return Delay.OUTAGE
    times = queries.times_of(submission.lab)
    if times is not None and waited > max(times.most, LONG_WAIT):
        return Delay.LATE
    return Delay.LONG if submission.state == State.QUEUED and waited > LONG_WAIT else Delay.NONE


def position_of(submission: Submission) -> int:
    return queue_queries.queue_position(submission) or 0


def live_page(submission: Submission, cursor: PollCursor, position: int, *, staff: bool) -> Context:
    now = int(timezone.now().timestamp())
    is_news = (
        cursor.version != submission.version
        or (delay_of(submission) >= Delay.LATE and cursor.delay != delay_of(submission))
        or now - cursor.announced_at >= SECONDS_BETWEEN_ANNOUNCEMENTS
    )
    context = run_context(
        submission, position, staff=staff, announced_at=now if is_news else cursor.announced_at
    )
    report = context.get("report_row")
    return {
        **context,
        "item": history_item(submission, report and counted_result(submission, report), submission),
        "say": is_news and announcement(context),
    }


def announcement(context: Context) -> str:
    if context["submission"].state == State.GRADED:
        report = context["report"]
        first = f" First to fix: {report.first_to_fix.says}." if report.first_to_fix else ""
        return f"Done. {report.passed_count} of {len(report.results)} checks passed.{first}"
    late = "This one takes longer than usual." if context.get("is_late") else ""
    return " ".join(filter(None, (f"{context['state_word']}.", context.get("place", ""), late)))


# --- a submission ---------------------------------------------------------------------------------------------------


def submission_page(submission: Submission, user: User) -> Context:
    staff = queries.teaches_learner_of(submission, user)
    past = list(queries.history(submission.enrollment, submission.lab)[: queries.HISTORY_PAGE])
    now = int(timezone.now().timestamp())
    run = run_context(submission, position_of(submission), staff=staff, announced_at=now)
    return {
        **run,
        "history": [history_item(row, verdict_of(row), submission) for row in past],
        "is_staff_here": staff,
        **feedback_context(submission, run.get("report_row"), is_staff=staff),
        "also_by": repository_queries.also_submitted_by(submission) if staff else [],
        "own_enrollment": own_enrollment_in(submission, user),
        "latest_from": past[0].origin if is_own_submission(submission, user) else None,
        "crumbs": course_crumbs(
            submission.lab.course,
            (submission.lab.title, submission.lab.get_absolute_url()),
            (f"Submission {submission.number}", ""),
        ),
    }


def run_context(submission: Submission, position: int, *, staff: bool, announced_at: int) -> Context:
    repeatable = submission.has_ended if staff else submission.state in LEARNER_MAY_REPEAT
    choice = choice_of(submission)
    # the address of a repository names its owner
    pages = "" if staff and submission.lab.course.marks_blindly else origin_page(submission)
    context = {
        "submission": submission,
        "lab": submission.lab,
        "course": submission.lab.course,
        "steps": steps(submission),
        "commit_address": commit_address(pages, submission.head),
        "state_word": status(submission, None)[1],
        "may_grade_again": repeatable,
        "choice": choice,
        "cursor": PollCursor(submission.version, position, announced_at, delay_of(submission)),
    }
    row = queries.current_report(submission)
    if row:
        context |= report_context(submission, row, pages)
    if submission.state == State.GRADED:
        return context | {"took": duration(submission.queued_at, submission.ended_at)}
    if not submission.has_ended:
        is_chosen = choice is not None and choice.submission_id == submission.pk
        return context | waiting_context(
            submission, position, has_report=row is not None, is_chosen=is_chosen
        )
    newest = queries.history(submission.enrollment, submission.lab).first()
    return context | {"newest": newest}


def report_context(submission: Submission, row: Report, pages: str) -> Context:
    report = EngineReport.from_json(row.data)
    before = queries.previous_report(submission)
    elsewhere = queries.local_reports(submission, report.head or submission.head)
    terms = terms_of(submission.enrollment, submission.lab).get(submission.lab_id)
    needs_work = [result.id for result in report.results if result.outcome is Outcome.NEEDS_WORK]
    tallies = queries.tallies(submission, needs_work)
    return {
        "report_row": row,
        "regraded": regraded_move(row),
        "report": report,
        "standing": Standing.of(report).counting(
            submission.points_of(report.points), passed=submission.is_passed(by_checks=report.passed)
        ),
        "late": late_words(submission, row),
        "extension": extension_of_push(terms, submission.receipt.received_at, submission.lab.course),
        "groups": groups(report, submission.lab.course, pages, tallies),
        "elsewhere": [comparison(local, report) for local in elsewhere],
        "waits_for_person": waits_for_person(submission, counted_result(submission, row)),
        "onward": _onward(submission, counted_result(submission, row)),
        "difference": before
        and difference(report, EngineReport.from_json(before.data), before.submission.number),
    }


def counted_result(submission: Submission, row: Report) -> CountedResult:
    points = submission.points_of(row.points)
    return CountedResult(points, row.max_points, submission.is_passed(by_checks=row.passed))


def _onward(submission: Submission, report: ReportSummary) -> queries.LabLink | None:
    return queries.lab_after(submission.lab, submission.enrollment.cohort_id) if report.passed else None


def regraded_move(row: Report) -> RegradedSubmission | None:
    """Return what a regrade changed in this result, None if none stored it; then without a query."""
    if row.regrade_id is None:
        return None
    moves = RegradedSubmission.objects.filter(regrade=row.regrade_id, submission=row.submission_id)
    return moves.select_related("regrade").defer("shadow").first()


def origin_page(submission: Submission) -> str:
    # "" if unknown
    origin = submission.origin
    return origin.page if origin and origin.host == "github.com" else ""


def waiting_context(submission: Submission, position: int, *, has_report: bool, is_chosen: bool) -> Context:
    delay, version = delay_of(submission), submission.lab.current
    is_draft = waits_for_publication(submission)
    is_blocked = is_draft or (version is not None and version.environment_missing)
    why = WAITS_FOR_PUBLICATION if is_draft else ENVIRONMENT_MISSING
    return {
        "heading": waiting_heading(submission, 0 if is_blocked else position),
        "place": why if is_blocked else place_in_queue(position),
        "is_blocked": is_blocked,
        "times": times_in_words(queries.times_of(submission.lab)),
        "is_long": delay is Delay.LONG and not is_draft,
        "is_late": delay >= Delay.LATE and not is_draft,
        "outage": outage_words(submission) if delay is Delay.OUTAGE else "",
        "checks": check_rows(parse_spec(version.source).checks if version else (), {}),
        "may_cancel": submission.state == State.QUEUED and not has_report and not is_chosen,
    }


def outage_words(submission: Submission) -> str:
    """Say that the deadline moves while the learner waits; "" if it does not."""
    terms = terms_of(submission.enrollment, submission.lab).get(submission.lab_id)
    is_running = terms is not None and RUNNING_OUTAGE in terms.deadline.reason
    return f"{due_note(terms.deadline, submission.lab.course)}." if terms and is_running else ""


def waiting_heading(submission: Submission, position: int) -> str:
    if submission.state == State.QUEUED:
        return place_in_queue(position) or "Queued"
    return (
        "The repository is being read." if submission.state == State.FETCHING else "The checks are running."
    )


def place_in_queue(position: int) -> str:
    if not position:
        return ""
    return "Next in the queue." if position == 1 else f"Position {position} in the queue."


def times_in_words(times: LabTimes | None) -> str:
    """Return what learners may expect of this lab, from its results of the last 30 days."""
    if times is None:
        return ""
    half, most = duration_in_words(times.half), duration_in_words(times.most)
    if times.results < MIN_RESULTS or half == most:
        return f"Results of this lab usually take {half}."
    return f"In the last 30 days, half of the results of this lab took {half} or less, and 95% took {most} or less."


def duration_in_words(seconds: float) -> str:
    # a duration, rounded for people
    if seconds >= 90:
        return f"about {seconds / 60:.0f} minutes"
    return f"about {seconds:.0f} seconds" if seconds >= 1.5 else "about a second"


# --- history --------------------------------------------------------------------------------------------------------


# Any: a submission that queries.history annotated
def verdict_of(row: Any) -> ReportSummary | None:
    return row if row.points is not None else None


def points_or(word: str, row: Submission, report: ReportSummary | None) -> str:
    """Return the points that count, and if they were late; `word` for a submission that is not graded."""
    if report is None or row.state != State.GRADED:
        return word
    points = count_points(report.points)
    return f"{points}, late" if row.due_at else points


def history_item(row: Submission, report: ReportSummary | None, shown: Submission | None = None) -> Context:
    # `shown` is the submission whose page it is on
    glyph, word = status(row, report)
    points = points_or(word, row, report)
    return {
        "id": f"submission-{row.number}" if shown else f"page--submission-{row.number}",  # beside a brief
        "glyph": glyph,
        "word": word,
        "text": f"Submission {row.number}",
        "url": row.get_absolute_url(),
        "note": f"{points}, commit {row.head[:7]}" if row.head else points,
        "current": shown is not None and row.pk == shown.pk,
    }
