"""The lab page lists what the portal received; staff choose which of it counts, and the learner reads why."""

import pytest
from django.utils import timezone

from labs import actions
from labs.models import Connection, Receipt, Repository, Submission
from portal.accounts.models import AuditEntry
from tests.github.signing import make_connection, push, send
from tests.pages.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr("labs.grading.tasks.wake", lambda: None)


def receive(cast, commit: str, via: str, *, host: str | None = None):
    values = {"enrollment": cast.learner, "lab": cast.lab}
    at = {"host": host, "owner": "octo", "name": "work"} if host else {"host": None}
    repository, _ = Repository.objects.get_or_create(**values, **at)
    return actions.receive(repository=repository, refs={"refs/heads/main": commit}, via=Receipt.Via(via))


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_each_way_leaves_a_receipt_and_one_state_is_one_submission(cast, learner_client):
    receive(cast, "a" * 40, "push")
    receive(cast, "a" * 40, "webhook", host="github.com")
    receive(cast, "b" * 40, "address", host="github.com")
    text = text_of(learner_client.get(cast.lab.get_absolute_url())).partition("Received")[2]
    said = [
        "pasted URL <small><code>bbbbbbb</code> as submission 2: Queued",
        "by push to GitHub <small><code>aaaaaaa</code> as submission 1: Replaced by a newer push, received before",
        "by push <small><code>aaaaaaa</code> as submission 1: Replaced by a newer push<",
    ]
    places = [text.index(sentence) for sentence in said]
    assert places == sorted(places)


def test_poll_shows_a_new_receipt_and_is_silent_without_one(cast, learner_client):
    address = f"{cast.lab.get_absolute_url()}receipts/"
    receive(cast, "a" * 40, "push")
    first = text_of(learner_client.get(f"{address}?v="))
    cursor = first.partition("?v=")[2].partition('"')[0]
    assert learner_client.get(f"{address}?v={cursor}").status_code == 204
    receive(cast, "b" * 40, "push")
    assert "bbbbbbb" in text_of(learner_client.get(f"{address}?v={cursor}"))


@pytest.mark.parametrize(
    ("fields", "asks"),
    [
        ({"owner_proved_by": "file"}, True),
        ({"owner_proved_by": ""}, False),
        ({"owner_proved_by": "app", "disconnected_at": timezone.now()}, False),
    ],
)
def test_page_asks_for_the_first_push_as_long_as_github_reports_it(cast, learner_client, fields, asks):
    at = {"host": "github.com", "owner": "octo", "name": "work"}
    repository = Repository.objects.create(enrollment=cast.learner, lab=cast.lab, **at)
    Connection.objects.create(repository=repository, **fields)
    page = text_of(learner_client.get(cast.lab.get_absolute_url()))
    assert ("Nothing yet. A push to your repository appears here by itself." in page) is asks
    assert ("js/poll" in page) is asks


def test_push_that_github_reports_is_shown_by_the_next_poll_before_a_worker_looks(
    cast, learner_client, monkeypatch
):
    monkeypatch.setattr("labs.github.tasks.wake", lambda connection: None)
    connection = make_connection(cast.learner, lab=cast.lab)
    address = f"{cast.lab.get_absolute_url()}receipts/"
    before = text_of(learner_client.get(f"{address}?v="))
    assert 'hx-trigger="every 1s, wake"' in before  # and shown within a second
    cursor = before.partition("?v=")[2].partition('"')[0]
    assert send(connection, push("a" * 40)).status_code == 202
    shown = text_of(learner_client.get(f"{address}?v={cursor}"))
    at = connection.deliveries.get().received_at
    assert f":{at:%S}</b>, by push to GitHub <small><code>aaaaaaa</code> Received." in shown
    connection.deliveries.update(outcome="submitted")
    assert "Received." not in text_of(learner_client.get(f"{address}?v="))


def test_staff_choose_with_a_reason_that_the_learner_reads_and_undo_it(cast, learner_client):
    worse, better = cast.grade(a="passed", b="needs_work"), cast.grade(a="passed", b="passed")
    staff, address = client_of(cast.instructor), worse.get_absolute_url()
    assert "Make it count" in text_of(staff.get(address)) and "Make it count" not in text_of(
        learner_client.get(address)
    )
    missing = text_of(staff.post(f"{address}choose/", {"reason": " "}, follow=True))
    assert "Enter a reason. The learner reads it." in missing
    assert staff.post(f"{address}choose/", {"reason": "The <later> one was late."}).status_code == 302
    for page in (address, better.get_absolute_url()):
        assert "The &lt;later&gt; one was late." in text_of(learner_client.get(page))
    worse.refresh_from_db()
    assert worse.is_best
    assert '<span class="fig">20</span> of 40' in text_of(learner_client.get(cast.lab.get_absolute_url()))
    assert staff.post(f"{address}withdraw-choice/").status_code == 302
    better.refresh_from_db()
    assert better.is_best and "one was late" not in text_of(learner_client.get(address))
    assert AuditEntry.objects.filter(event="grade").count() == 2


def test_received_list_shows_the_points_that_count_of_a_late_push(cast, learner_client):
    submission = cast.grade(a="passed", b="passed")
    Submission.objects.filter(pk=submission.pk).update(late_points=30, due_at=submission.queued_at)
    text = text_of(learner_client.get(cast.lab.get_absolute_url())).partition("Received")[2]
    assert "as submission 1: 30 points, late" in text
