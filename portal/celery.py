"""The Celery application. Celery only wakes workers; the queue itself is the table of submissions."""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.signals import worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(
    ["labs.grading", "labs.file_questions", "labs.github", "labs.likeness", "labs.peer_review"]
)


class Pulse(bootsteps.StartStopStep):
    """Report that a worker's main process is alive, however long its jobs take."""

    def start(self, consumer: Any) -> None:
        from labs.grading import pulse  # importable only once Django is set up

        queue = consumer.hostname.partition("@")[0]
        pulse.beat(queue)
        consumer.timer.call_repeatedly(pulse.SECONDS, pulse.beat, (queue,))


app.steps["consumer"].add(Pulse)


@worker_ready.connect
def begin(sender: Any = None, **kwargs: object) -> None:  # Any: Celery has no types
    from labs.grading.tasks import wake_later_worker  # importable only once Django is set up
    from lessons.tasks import wake_starter

    if sender.hostname.startswith("later@"):
        wake_later_worker()
        wake_starter()


@worker_init.connect
def test_sandbox(sender: object = None, **kwargs: object) -> None:
    # Before the pool's processes are forked, so that they share the result. Only one worker does this while
    # the portal starts; the other tests its sandbox on first use.
    if str(getattr(sender, "hostname", "")).startswith("later@"):
        return
    from labs.grading.sandbox import run_self_test_and_publish  # importable only once Django is set up

    run_self_test_and_publish()
