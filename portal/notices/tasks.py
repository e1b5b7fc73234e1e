from celery import shared_task

from portal.notices import actions


@shared_task
def remove_old_notices() -> None:
    actions.remove_old()
