"""Beat does what no message or request begins."""

from django.conf import settings

from labs.github import tasks


def test_each_task_that_nobody_calls_is_in_the_schedule():
    """Messages wake the others; beat repeats those whose wake-up was lost."""
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    own = {task.name for task in vars(tasks).values() if hasattr(task, "delay")}
    woken = {
        "labs.github.tasks.look",
        "labs.github.tasks.look_again",
    }  # by look_at_due; by a message or a look
    assert {name for name in own if name.startswith("labs.github.tasks.")} - scheduled == woken
