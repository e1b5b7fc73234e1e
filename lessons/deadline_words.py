"""Say deadlines in words."""

from lessons.deadlines import Deadline
from lessons.models import Course
from lessons.templatetags.times import opening_brief
from lessons.texts.due_rules import Rule


def rule_words(rule: Rule | None, meeting: str) -> str:
    """Return “6 days after the meeting of session 3, at 23:59”; `meeting` names the meeting."""
    if rule is None:
        return ""
    of = f"{meeting} of session {rule.session}" if rule.session else meeting
    days = f"{rule.days} day{'' if rule.days == 1 else 's'}"
    if rule.time:
        return f"{days} after {of}, at {rule.time}" if rule.days else f"On the day of {of}, at {rule.time}"
    return f"{days} after {of}" if rule.days else f"At the end of {of}"


def due_note(deadline: Deadline, course: Course, closed: str = "") -> str:
    """Return “Deadline Sat 29 Aug, 20:30 IST” without a full stop, and an extension with its reason; "" without one.

    `closed` says instead that it is over, such as “Locked since Sat 29 Aug, 20:30 IST”.
    """
    if deadline.at is None:
        return ""
    due = closed or f"Deadline {opening_brief(deadline.at, course)}"
    extension = extension_words(deadline, course).removesuffix(".")
    return f"{due}.{extension}" if extension else due


def extension_words(deadline: Deadline, course: Course) -> str:
    """Return “ Extended for you from Sat 29 Aug, 20:30 IST. Reason: illness.”, "" without an extension."""
    if deadline.before is None:
        return ""
    return f" Extended for you from {opening_brief(deadline.before, course)}. Reason: {deadline.reason}"
