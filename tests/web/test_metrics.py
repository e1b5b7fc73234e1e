"""`/metrics` answers only to its token, with the numbers of the queue page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from labs.models import Queue, State
from tests.factories import make_learner, make_submission
from tests.github.signing import make_connection

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "header", ["", "Bearer ", "Bearer wrong", "Bearer geheim\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
def test_metrics_without_their_token_do_not_exist(client, settings, header):
    settings.METRICS_TOKEN = "token-of-the-test"
    assert client.get("/metrics", headers={"authorization": header}).status_code == 404


def test_metrics_do_not_exist_if_no_token_is_set(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_metrics_have_the_numbers_of_the_queue(client, settings):
    settings.METRICS_TOKEN = "token-of-the-test"
    make_submission()
    make_submission(queue=Queue.LATER)
    make_submission(state=State.FAULT, last_fault="OSError: disk")
    make_submission(state=State.CHECKING, worker="host 1")
    heard = make_connection(make_learner(), last_heard_at=timezone.now() - timedelta(seconds=90))
    make_connection(last_heard_at=timezone.now() - timedelta(days=1))  # the same repository of somebody else
    answer = client.get("/metrics", headers={"authorization": "Bearer token-of-the-test"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    found = {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}
    assert found["portal_submissions_waiting", "live"] == 1
    assert found["portal_submissions_waiting", "later"] == 1
    assert found["portal_submissions_need_person",] == 1
    assert found["portal_submission_faults_day",] == 1
    assert found["portal_worker_submissions", "host 1"] == 1
    assert (found["portal_github_results_waiting",], found["portal_github_repositories_heard",]) == (0, 2)
    assert 90 <= found["portal_github_silence_seconds",] < 150
    last = found["portal_github_last_message_timestamp_seconds", "octo/work"]
    assert last == pytest.approx(heard.last_heard_at.timestamp())
    assert found["portal_worker_results_hour", "host 1"] == 0
    assert ("portal_submission_result_seconds", "0.5") not in found
