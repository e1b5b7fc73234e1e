from celery import shared_task

from portal.accounts import audit


@shared_task
def prune_audit_log() -> None:
    audit.prune()
