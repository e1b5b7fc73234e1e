from celery import shared_task

from portal.progress import reminders
from portal.progress.classroom import jobs, past_marks
from portal.progress.gradebook.notices import send_due_notices
from portal.progress.own_data import exporting, leaving
from portal.progress.privacy import kept


@shared_task
def send_grade_notices() -> None:
    send_due_notices()


@shared_task
def remind_of_deadlines() -> None:
    reminders.remind()


@shared_task(soft_time_limit=300, time_limit=330)
def work_on_classrooms() -> None:
    while jobs.run_next():
        pass


@shared_task(soft_time_limit=300, time_limit=330)
def attach_past_marks() -> None:
    past_marks.attach_waiting()


@shared_task(soft_time_limit=1800, time_limit=1860)
def remove_expired() -> None:
    kept.remove_expired()


@shared_task(soft_time_limit=300, time_limit=330)
def make_exports() -> None:
    exporting.remove_old_exports()
    while exporting.make_next():
        pass


@shared_task(soft_time_limit=300, time_limit=330)
def delete_accounts() -> None:
    leaving.remind_leavers()
    leaving.delete_due()
