from celery import shared_task

from portal.progress import reminders
from portal.progress.gradebook.notices import send_due_notices


@shared_task
def send_grade_notices() -> None:
    send_due_notices()


@shared_task
def remind_of_deadlines() -> None:
    reminders.remind()
