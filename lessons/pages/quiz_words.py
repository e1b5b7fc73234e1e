"""Say the rules of a quiz to its learners: which attempt counts, its time, its deadline, and what it shows when."""

from datetime import datetime, timedelta

from lessons.attempt_times import End, end_of
from lessons.deadline_words import extension_words, rule_words
from lessons.models import Attempt
from lessons.quiz_queries import OpenQuiz
from lessons.templatetags.times import clock_time, opening_time

COUNTING = {
    "best": "Your best attempt counts",
    "last": "Your last attempt counts",
    "first": "Your first attempt counts",
}
SHOWN = {
    "all": "the correct answers and explanations",
    "answers": "the correct answers",
    "explanations": "the explanations",
}
URGENT = timedelta(minutes=5)


def release_words(found: OpenQuiz) -> str:
    release, shown = found.version.release, SHOWN[found.version.shows]
    if release == "now":
        return f"You see {shown} as soon as you submit."
    if release == "passed":
        last = ", or after you submit your last attempt" if found.version.attempts_allowed else ""
        return f"You see {shown} once you have passed{last}."
    if release == "deadline" and found.deadline.at:
        if found.deadline.has_passed(found.reader.now):
            return f"You see {shown} as soon as you have submitted every attempt."
        return f"You see {shown} after the deadline: {opening_time(found.deadline.at, found.quiz.course)}."
    if release == "deadline" and found.deadline.waits:
        return f"You see {shown} after the deadline."
    if release == "deadline" and found.version.attempts_allowed:
        return f"You see {shown} after you submit your last attempt."
    return "This quiz doesn’t show correct answers or explanations."


def deadline_words(found: OpenQuiz) -> str:
    """Return "" for a quiz without a deadline."""
    deadline, rule = found.deadline, found.version.rule
    if found.enrollment is None and rule is not None:  # staff, who are in no cohort
        return f"{rule_words(rule, 'each cohort’s meeting')}, unless staff set another time."
    if deadline.waits:
        return f"{rule_words(deadline.rule, 'the meeting')}, which has no date yet."
    if deadline.at is None:
        return ""
    return f"{_deadline_words(found, deadline.at)}{extension_words(deadline, found.quiz.course)}"


def _deadline_words(found: OpenQuiz, at: datetime) -> str:
    deadline = found.deadline
    when = opening_time(at, found.quiz.course)
    if deadline.has_passed(found.reader.now):
        return f"It was {when}." if deadline.refuses else f"It was {when}. Attempts are now marked as late."
    if deadline.refuses:
        return f"{when}. After that, you can’t start, and an open attempt is submitted as it stands."
    return f"{when}. Attempts that you submit later are marked as late."


def time_words(found: OpenQuiz) -> str:
    limit, base = found.time_allowed, timedelta(minutes=found.version.time_limit)
    if limit is None:
        return "No limit."
    extra = ", including your extra time" if limit > base else ""
    return f"{span_words(limit)}{extra}. The time keeps running if you close the page."


def span_words(span: timedelta) -> str:
    """Return “1 hour 30 minutes”, rounded up to whole minutes."""
    hours, minutes = divmod(-(-int(span.total_seconds()) // 60), 60)
    parts = [_count(hours, "hour")] if hours else []
    return " ".join([*parts, _count(minutes, "minute")] if minutes or not hours else parts)


def cut_words(found: OpenQuiz) -> str:
    """Say that the deadline comes before the time limit would end an attempt that starts now; "" if not."""
    limit, deadline = found.time_allowed, found.deadline
    if not (limit and deadline.at and deadline.refuses) or found.reader.now + limit <= deadline.at:
        return ""
    return (
        f"The quiz closes before your {span_words(limit)} are over: you have until {clock_time(deadline.at)}."
    )


def end_words(attempt: Attempt) -> str:
    """Say what ended a submitted attempt; "" if its learner did."""
    if not (attempt.ended_by and attempt.submitted_at):
        return ""
    why = "The time was up" if attempt.ended_by == Attempt.Ending.LIMIT else "The quiz closed"
    return f"{why} at {clock_time(attempt.submitted_at)}. The attempt was submitted as it stood then."


def late_words(attempt: Attempt) -> str:
    """Say why a submitted attempt takes no answer."""
    when = clock_time(attempt.submitted_at) if attempt.submitted_at else ""
    return end_words(attempt) or f"You submitted this attempt at {when}, perhaps in another tab."


def end_in_words(attempt: Attempt) -> str:
    """Say for staff when an open attempt, which is `timed`, ends; "" if it does not end by itself."""
    end = end_of(attempt)
    return f"it now ends at {clock_time(end.at)}." if end.at else ""


def urgent_words(end: End, now: datetime) -> str:
    """Return a warning shortly before the end of an attempt, "" before that."""
    if end.at is None or end.at - now > URGENT:
        return ""
    if end.at <= now:
        return "Time is up. Submit your answers now."
    return f"Less than {_count(end.minutes_left(now) or 0, 'minute')} left."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
