"""`/metrics`: the numbers of the queue page for Prometheus, for whoever sends METRICS_TOKEN. Absent without one."""

import hmac
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from labs import queue_queries
from labs.models import CommitStatus, Submission


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format. Raises Http404 without the token, as if there were no such page."""
    sent = request.headers.get("Authorization", "").encode(errors="replace")
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(sent, wanted):
        raise Http404
    registry = CollectorRegistry()
    registry.register(QueueCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class QueueCollector:
    """Read the numbers when Prometheus asks. A number that is not known is left out."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        numbers = queue_queries.count_queue(Submission.objects.filter(lab__deletion=None), now)
        waiting = gauge("submissions_waiting", "Submissions that wait, by queue", "queue")
        waiting.add_metric(["live"], numbers.waiting)
        waiting.add_metric(["later"], numbers.later)
        yield waiting
        yield gauge("submissions_running", "Submissions that are being graded", value=numbers.running)
        yield gauge("submissions_need_person", "Submissions that ended in a fault", value=numbers.need_person)
        yield gauge("submission_faults_day", "Submissions that met a fault in 24 hours", value=numbers.faults)
        yield gauge(
            "submission_oldest_wait_seconds",
            "Wait of the oldest in the live queue",
            value=numbers.oldest or 0,
        )
        if numbers.half is not None and numbers.most is not None:
            took = gauge("submission_result_seconds", "From receipt to result, in the last hour", "quantile")
            took.add_metric(["0.5"], numbers.half)
            took.add_metric(["0.95"], numbers.most)
            yield took
        silence = gauge("worker_silence_seconds", "Seconds since this kind of worker was heard of", "worker")
        for name, seconds in queue_queries.silences().items():
            silence.add_metric([name], seconds)
        yield silence
        yield from github_gauges(now)
        running = gauge("worker_submissions", "Submissions that a worker process is grading", "worker")
        results = gauge("worker_results_hour", "First results of a worker process in the last hour", "worker")
        for worker in queue_queries.workers(now):
            running.add_metric([worker.name], worker.running)
            results.add_metric([worker.name], worker.results)
        yield from (running, results)
        yield gauge(
            "sandbox_ok", "1 if the self-test passed", value=int(queue_queries.sandbox_state() == "ok")
        )


def github_gauges(now: datetime) -> Iterator[GaugeMetricFamily]:
    backlog = queue_queries.count_statuses(CommitStatus.objects.order_by(), now)
    oldest = (now - backlog.oldest_at).total_seconds() if backlog.oldest_at else 0
    yield gauge("github_results_waiting", "Results to send to GitHub", value=backlog.waiting)
    yield gauge("github_results_oldest_seconds", "Wait of the oldest result to send to GitHub", value=oldest)
    yield gauge(
        "github_results_refused_day", "Results that GitHub refused in 24 hours", value=backlog.refused
    )
    heard, silence = queue_queries.last_messages(now)
    yield gauge("github_repositories_heard", "Connected repositories that sent a message", value=heard)
    if silence is not None:
        yield gauge("github_silence_seconds", "Seconds since the last message from GitHub", value=silence)
    each = gauge("github_last_message_timestamp_seconds", "Last message from GitHub", "repository")
    for repository, newest in queue_queries.last_message_of_each().items():
        each.add_metric([repository], newest.timestamp())
    yield each


def gauge(name: str, about: str, *labels: str, value: float | None = None) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"portal_{name}", about, labels=labels or None, value=value)
