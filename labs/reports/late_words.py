"""Say the deadline of a lab, what happens after it, what a push now would cost, and what a late one earned."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum

from labs.grader.words import count
from labs.late_points import Terms, days_to_spend
from labs.models import Lab, Report, Submission
from lessons.deadline_words import due_note, extension_words, rule_words
from lessons.models import Course, Enrollment
from lessons.models.deadlines import Late
from lessons.points import show_points
from lessons.templatetags.times import opening_brief, opening_time
from lessons.texts.due_rules import Rule

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Bank:
    """The late days of a learner: `given` by the course, `left`, and `spent` on one lab."""

    given: int = 0
    left: int = 0
    spent: int = 0


def read_bank(enrollment: Enrollment, course: Course, lab: Lab) -> Bank:
    """Return the bank of late days. No query if the course gives none, or none for this lab, as one for teams."""
    if not course.late_days or lab.is_for_teams:
        return Bank()
    own = Submission.objects.filter(enrollment=enrollment, late_days__gt=0)
    spent = own.aggregate(all=Sum("late_days"), here=Sum("late_days", filter=Q(lab=lab)))
    return Bank(course.late_days, max(0, course.late_days - (spent["all"] or 0)), spent["here"] or 0)


def due_words(terms: Terms, course: Course) -> str:
    """Return the deadline with its zones, and the extension if there is one."""
    deadline = terms.deadline
    if deadline.at is None:
        return f"{rule_words(deadline.rule, 'the meeting')}, which has no date yet."
    return f"{opening_time(deadline.at, course)}.{extension_words(deadline, course)}"


def extension_of_push(terms: Terms | None, received_at: datetime, course: Course) -> str:
    """Say the extension to a push after the deadline of its cohort; "" for others."""
    before = terms.deadline.before if terms else None
    if terms is None or before is None or received_at <= before:
        return ""
    return f"{due_note(terms.deadline, course)}."


def rule_of_lab(lab: Lab) -> str:
    """Say the rule of a lab for staff, who are in no cohort; "" without one."""
    rule: Rule | None = lab.rule
    return f"{rule_words(rule, 'each cohort’s meeting')}, unless staff set another time." if rule else ""


def policy_words(terms: Terms, course: Course, bank: Bank) -> str:
    """Say what happens after the deadline."""
    if terms.late == Late.REFUSE:
        words = "A later push is graded, but earns no points."
    elif terms.late == Late.MARK:
        words = "A later push earns all its points, and is marked as late."
    else:
        floor = f", down to {terms.floor}%" if terms.floor else ""
        words = f"After that, each started day takes {terms.percent}% of the points{floor}."
    if terms.last_at:
        words += f" After {opening_brief(terms.last_at, course)}, a push is graded, but earns no points."
    if bank.given:
        words += f" You have {bank.left} of {count_days(bank.given)} left."
    return words


def explain_lock(terms: Terms, now: datetime, course: Course, late_days: int) -> str:
    """Return “Locked since Sat 29 Aug, 20:30 IST” once no push counts any more, "" before."""
    at = terms.locks_at(late_days)
    return f"Locked since {opening_brief(at, course)}" if at and now > at else ""


def push_now_words(terms: Terms, now: datetime, course: Course, bank: Bank) -> str:
    """Say what a push now would cost; "" before the deadline."""
    if not terms.is_late(now):
        return ""
    locked = explain_lock(terms, now, course, bank.left + bank.spent)
    if locked:
        return f"{locked}. A push is still received and graded, but it does not count."
    days = max(0, terms.days_late(now) - bank.spent)
    if not days:
        return f"You spent {count_days(bank.spent)} on this lab, so a push now earns all its points."
    spends = days_to_spend(terms, days, bank.left)
    left = _left_words(terms, days - spends)
    if spends:
        return f"This push will spend {spends} of your {count_days(bank.left)}, if it improves your result. {left}"
    return left


def _left_words(terms: Terms, days: int) -> str:
    rate = terms.rate(days)
    if not days:
        return "All its points then count."
    if terms.late == Late.MARK:
        return "The deadline has passed. A push earns all its points, and is marked as late."
    if not rate:
        return "The deadline has passed. A push is still graded, but earns no points."
    return f"A push now earns {show_points(rate)}% of its points."


def count_days(number: int) -> str:
    return count(number, "late day")


# --- results ---------------------------------------------------------------------------------------------------------


def late_words(submission: Submission, report: Report) -> str:
    """Return “2 hours late: 80 of 100 points count as 72.”; "" for a submission that was in time."""
    if submission.due_at is None:
        return ""
    late = f"{lateness_words(submission.receipt.received_at - submission.due_at)} late"
    spent = (
        f"{count_days(submission.late_days)} {'was' if submission.late_days == 1 else 'were'} spent. "
        if submission.late_days
        else ""
    )
    if submission.late_points is None:
        return f"{late}{': ' if spent else '. '}{spent}All points count."
    before = report.points + submission.rubric_points
    earned = f"{show_points(before)} of {show_points(report.max_points)} points"
    return f"{late}: {spent}{earned} count as {show_points(submission.late_points)}."


def lateness_words(span: timedelta) -> str:
    """Return the minutes, hours or days of a span, rounded down to at least a minute."""
    if span < HOUR:
        return count(max(1, span // timedelta(minutes=1)), "minute")
    return count(span // HOUR, "hour") if span < 2 * DAY else count(span // DAY, "day")
