"""Notices about threads: to staff of the cohort about what a learner wrote, to the asker about a reply."""

from lessons.models import Thread
from lessons.rights import roles_in
from portal.notices.actions import notify, notify_all


def notify_staff(thread: Thread, what: str) -> None:
    """Send a notice to the staff of the cohort. `what` is a sentence with the name of the asker."""
    people = roles_in(thread.cohort_id, thread.course_id).filter(user__is_active=True)
    keys = people.exclude(user=thread.enrollment.user_id).values_list("user", flat=True)
    text = f"{what} {thread.where}: {thread.title}"
    kind = "help" if thread.is_help else "question"
    notify_all(texts=dict.fromkeys(keys, text), kind=kind, link=thread.get_absolute_url())


def notify_asker(thread: Thread, what: str) -> None:
    enrollment = thread.enrollment
    if enrollment.is_active and enrollment.user.is_active:
        text = f"{what} {thread.title}"
        notify(user=enrollment.user, kind="reply", text=text, link=thread.get_absolute_url())
