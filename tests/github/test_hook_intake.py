"""D4, D5, D7, D8, D10 of the security cases: each message is written once, and a worker has one look for all."""

import pytest
from django.utils import timezone

from labs.github import intake
from labs.models import Connection, Delivery
from tests.github.signing import A, B, make_connection, push, send

GUID = "abcdef11-1111-4111-8111-111111111111"


@pytest.fixture(autouse=True)
def woken(monkeypatch) -> list[int]:
    calls: list[int] = []
    monkeypatch.setattr("labs.github.tasks.wake", lambda connection: calls.append(1))
    return calls


@pytest.fixture
def connection(db) -> Connection:
    return make_connection()


def outcomes() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("outcome", flat=True))


def test_push_waits_for_a_worker(connection, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert send(connection).status_code == 202
    delivery = Delivery.objects.get()
    assert (delivery.ref, delivery.commit, delivery.outcome) == ("refs/heads/main", A, "waiting")
    connection.refresh_from_db()
    assert connection.look_at <= timezone.now() and connection.last_heard_at == delivery.received_at
    assert woken == [1]


def test_d4_same_delivery_twice_is_one_job(connection, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert [send(connection, guid=GUID).status_code for _ in range(2)] == [202, 204]
    first = Delivery.objects.get().received_at
    send(connection, guid=GUID.upper())
    assert (Delivery.objects.get().received_at, woken) == (first, [1])


def test_d5_replay_under_a_new_id_makes_no_second_job(connection):
    assert [send(connection).status_code for _ in range(2)] == [202, 204]
    assert outcomes() == ["waiting", "known"]


@pytest.mark.parametrize("kept", [0, 1, intake.MAX_KEPT])
def test_queries_of_a_push_do_not_grow_with_the_messages_before_it(
    connection, django_assert_num_queries, kept
):
    Delivery.objects.bulk_create(
        Delivery(connection=connection, guid=f"{number:036}", event="push", commit=A)
        for number in range(kept)
    )
    # with the two of a savepoint; the last case removes the oldest message
    with django_assert_num_queries(8 if kept == intake.MAX_KEPT else 7):
        assert send(connection, push(B)).status_code == 202


def test_workers_are_woken_once_for_a_flood(connection, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(1, 6):
            assert send(connection, push(f"{number:040x}")).status_code == 202
    assert woken == [1]


def test_branch_that_goes_back_to_an_earlier_commit_is_looked_at_again(connection):
    assert [send(connection, push(commit)).status_code for commit in (A, B, A)] == [202] * 3
    assert send(connection, push(A, "refs/tags/v1")).status_code == 202


def test_d7_crash_before_the_commit_lets_the_redelivery_through(connection, monkeypatch):
    def crash(*args):
        raise RuntimeError("died")

    with monkeypatch.context() as dying:
        dying.setattr(intake, "_replace_older", crash)
        with pytest.raises(RuntimeError):
            send(connection, guid=GUID)
    assert not Delivery.objects.exists()
    assert send(connection, guid=GUID).status_code == 202
    connection.refresh_from_db()
    assert connection.look_at is not None


@pytest.mark.parametrize(
    ("event", "payload", "outcome", "reason"),
    [
        ("push", push("0" * 40, deleted=True), "ignored", "was deleted"),
        ("push", push("0" * 40), "ignored", "was deleted"),
        ("push", push("--upload-pack=x"), "ignored", "names no branch"),
        ("push", push(ref="refs/notes/commits"), "ignored", "names no branch"),
        ("push", push(ref="refs/heads/a\nb"), "ignored", "names no branch"),
        ("push", push(ref=["refs/heads/main"]), "ignored", "names no branch"),
        ("issues", push(), "ignored", "does not use “issues”"),
        ("ping", push(), "noted", ""),
        ("ping", {"zen": "Organisations ping without a repository."}, "noted", ""),
    ],
)
def test_d8_deletes_unlisted_events_and_pings_are_recorded_and_cause_no_work(
    connection, event, payload, outcome, reason
):
    assert send(connection, payload, event=event).status_code == 204
    delivery = Delivery.objects.get()
    assert (delivery.outcome, reason in delivery.reason) == (outcome, True)
    connection.refresh_from_db()
    assert connection.look_at is None and connection.last_heard_at


@pytest.mark.parametrize("event", ["workflow_run", "check_suite", "pull_request", "pull_request_review"])
def test_message_about_a_run_or_a_pull_request_is_noted_with_its_commit(connection, event):
    about = {"head_sha": B, "head": {"sha": B}}
    payload = {"action": "completed", "repository": {"id": 42}, event: about, "pull_request": about}
    assert send(connection, payload, event=event).status_code == 202
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.action, delivery.commit) == ("noted", "completed", B)


@pytest.mark.parametrize(
    "ref",
    ["refs/heads/ünïcode/✓", "refs/heads/feature/a-b_c.d", "refs/tags/v1.0", "refs/heads/" + "x" * 240],
)
def test_odd_names_of_refs_wait_like_any(connection, ref):
    assert send(connection, push(ref=ref, forced=True, created=True)).status_code == 202
    assert Delivery.objects.get().ref == ref


def test_text_that_no_database_can_store_causes_no_fault(connection):
    body = (
        b'{"repository": {"id": 42, "full_name": "\\ud800"}, "action": "\\u0000", "ref": "refs/heads/\\udfff"'
    )
    assert send(connection, body=body + b', "after": "%s"}' % A.encode()).status_code == 202
    assert Delivery.objects.get().ref == "refs/heads/?"


def test_d10_of_a_flood_one_push_waits_for_one_look_and_the_newest_messages_are_kept(connection, monkeypatch):
    monkeypatch.setattr(intake, "MAX_KEPT", 5)
    for number in range(1, 21):
        assert send(connection, push(f"{number:040x}")).status_code == 202
    assert Connection.objects.filter(look_at__isnull=False).count() == 1
    waiting = Delivery.objects.filter(outcome="waiting")
    assert list(waiting.values_list("commit", flat=True)) == [f"{20:040x}"]
    assert Delivery.objects.count() == 5


@pytest.mark.parametrize("change", ["disconnected", "left", "unproved", "deleted"])
def test_message_that_may_not_count_queues_nothing_and_says_why(connection, change, django_user_model):
    from lessons.models import Deletion

    repository = connection.repository
    if change == "disconnected":
        Connection.objects.update(disconnected_at=timezone.now())
    elif change == "unproved":
        Connection.objects.update(owner_proved_by="")
    elif change == "left":
        repository.enrollment.is_active = False
        repository.enrollment.save()
    else:
        lab = repository.lab
        lab.deletion = Deletion.objects.create(course=lab.course, kind="lab", target=lab.pk, title="x")
        lab.save(update_fields=["deletion"])
    assert send(connection).status_code == 204
    delivery = Delivery.objects.get()
    assert delivery.outcome == "ignored" and delivery.reason.endswith(".")
    connection.refresh_from_db()
    assert connection.look_at is None
