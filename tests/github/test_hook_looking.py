"""A worker looks at the repository itself after a message: submissions, and the times of receipts. D20."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labs import actions
from labs.deadlines import OUTAGE, RUNNING_OUTAGE, terms_of
from labs.github import asking, confirming, first_seen, intake, look_queue, looking
from labs.github import tasks as github_tasks
from labs.grader.fetching.listing import Listing
from labs.grader.fetching.refusals import FetchError, FetchRefusedError
from labs.grading import lifecycle, tasks
from labs.models import Connection, Delivery, Lab, LabDeadline, Receipt, State, Submission
from labs.repositories import hosts
from tests.factories import make_staff, make_user
from tests.github.signing import A, B, C, make_connection, push, send

MAIN = "refs/heads/main"


class Host:
    """The repository at every address: `refs`, or the `refusal` that is raised instead."""

    def __init__(self) -> None:
        self.refs: dict[str, str] = {MAIN: A}
        self.refusal: Exception | None = None
        self.looks = 0

    def __call__(self, address: object, limits: object, network: object) -> "Host":
        return self

    def listing(self) -> Listing:
        self.looks += 1
        if self.refusal:
            raise self.refusal
        return Listing(self.refs, "main")


@pytest.fixture(autouse=True)
def host(monkeypatch) -> Host:
    played = Host()
    monkeypatch.setattr(hosts, "Server", played)
    monkeypatch.setattr(tasks, "wake", lambda: None)
    monkeypatch.setattr("labs.github.tasks.wake", lambda connection: None)
    return played


@pytest.fixture
def connection(db) -> Connection:
    return make_connection()


def arrive(connection, commit=A, ref=MAIN, *, ago=0.0) -> Delivery:
    """A message that first arrived some seconds ago."""
    assert send(connection, push(commit, ref)).status_code in (202, 204)
    delivery = Delivery.objects.latest("pk")
    Delivery.objects.filter(pk=delivery.pk).update(received_at=timezone.now() - timedelta(seconds=ago))
    delivery.refresh_from_db()
    return delivery


def look() -> None:
    Connection.objects.exclude(look_at=None).update(look_at=timezone.now())
    assert looking.look_at_next()


def again(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def test_state_of_the_repository_is_submitted_with_the_time_of_the_message(connection):
    delivery = arrive(connection, ago=30)
    look()
    submission = Submission.objects.get()
    receipt = submission.receipt
    assert (submission.head, receipt.via, receipt.refs) == (A, Receipt.Via.WEBHOOK, {MAIN: A})
    assert receipt.received_at == delivery.received_at
    assert (again(delivery).outcome, again(delivery).receipt) == ("submitted", receipt)
    assert not looking.look_at_next()


def test_d20_times_in_a_payload_and_redeliveries_never_move_a_receipt(connection):
    early = "2001-01-01T00:00:00Z"
    commits = {"pushed_at": early, "head_commit": {"timestamp": early}, "repository": push()["repository"]}
    guid = "11111111-1111-4111-8111-111111111111"
    before = timezone.now()
    send(connection, push(**commits), guid=guid)
    look()
    received = Receipt.objects.get().received_at
    assert received >= before
    send(connection, push(**commits), guid=guid)
    send(connection, push(**commits))
    assert not looking.look_at_next()
    assert Receipt.objects.get().received_at == received


def test_message_about_a_commit_that_is_pushed_later_gains_no_time(connection, host):
    """A learner knows the secret: the tag that the early message names says nothing about `main`."""
    arrive(connection)
    look()
    host.refs = {MAIN: B, "refs/tags/v1": A}
    early = arrive(connection, A, "refs/tags/v1", ago=3600)
    before = timezone.now()
    look()
    newest = Submission.objects.get(head=B)
    assert newest.receipt.received_at >= before > early.received_at


def test_state_of_two_messages_was_complete_with_the_second(connection, host):
    arrive(connection)
    look()
    host.refs = {MAIN: B, "refs/tags/v1": C}
    arrive(connection, B, ago=20)
    last = arrive(connection, C, "refs/tags/v1", ago=10)
    look()
    assert Submission.objects.get(head=B).receipt.received_at == last.received_at


def test_same_state_by_two_ways_is_one_submission_with_two_receipts(connection):
    """The address was pasted while the message waited: the state was first seen with the message."""
    delivery = arrive(connection, ago=60)
    repository = connection.repository
    actions.submit_address(enrollment=repository.enrollment, lab=repository.lab, address=repository.address)
    look()
    submission = Submission.objects.get()
    assert list(Receipt.objects.order_by("pk").values_list("via", flat=True)) == ["address", "webhook"]
    assert submission.receipt.received_at == delivery.received_at
    assert again(delivery).outcome == "submitted"


def test_newer_push_replaces_one_that_waits_and_says_so(connection, host):
    arrive(connection)
    look()
    host.refs = {MAIN: C}
    overtaken, newest = arrive(connection, B), arrive(connection, C)
    assert (again(overtaken).outcome, C[:7] in again(overtaken).reason) == ("replaced", True)
    look()
    states = dict(Submission.objects.values_list("head", "state"))
    assert states == {A: State.SUPERSEDED, C: State.QUEUED}
    assert again(newest).outcome == "submitted"


def test_running_submission_finishes_when_a_newer_push_comes(connection, host):
    arrive(connection)
    look()
    assert lifecycle.claim()
    host.refs = {MAIN: B}
    arrive(connection, B)
    look()
    states = dict(Submission.objects.values_list("head", "state"))
    assert states == {A: State.FETCHING, B: State.QUEUED}


def test_branch_that_goes_back_counts_as_the_earlier_submission(connection, host):
    for commit in (A, B, A):
        host.refs = {MAIN: commit}
        delivery = arrive(connection, commit)
        look()
    assert Submission.objects.count() == 2
    assert again(delivery).outcome == "known"
    assert Submission.objects.get(head=A).state == State.QUEUED
    assert Submission.objects.get(head=B).state == State.SUPERSEDED


def test_commit_that_github_does_not_show_yet_is_looked_for_again(connection, host):
    arrive(connection)
    look()
    late = arrive(connection, B)
    look()
    assert again(late).outcome == "waiting"
    host.refs = {MAIN: B}
    look()
    assert (again(late).outcome, Submission.objects.count()) == ("submitted", 2)


def test_commit_that_never_appears_ends_with_a_reason(connection, host):
    arrive(connection)
    look()
    forged = arrive(connection, B)
    for _ in range(looking.MAX_LOOKS_FOR_A_COMMIT):
        look()
    assert (again(forged).outcome, A[:7] in again(forged).reason) == ("replaced", True)
    assert (Submission.objects.count(), looking.due_connections().exists()) == (1, False)


def test_refusal_by_a_repository_is_shown_to_the_learner_and_not_retried(connection, host, monkeypatch):
    monkeypatch.setattr(asking, "find_moved", lambda connection: False)
    host.refusal = FetchRefusedError("not_found", "It was not found. Make it public.")
    delivery = arrive(connection)
    look()
    assert (again(delivery).outcome, again(delivery).reason) == (
        "failed",
        "It was not found. Make it public.",
    )
    assert not looking.due_connections().exists()


@pytest.mark.parametrize("fault", [FetchError("our network"), FetchRefusedError("dead_host", "Down.")])
def test_fault_of_ours_or_of_the_host_is_tried_again_and_keeps_the_first_time(connection, host, fault):
    host.refusal = fault
    delivery = arrive(connection, ago=100)
    look()
    connection.refresh_from_db()
    assert again(delivery).outcome == "waiting" and connection.look_at > timezone.now()
    host.refusal = None
    look()
    assert Submission.objects.get().receipt.received_at == delivery.received_at
    connection.refresh_from_db()
    assert (connection.look_at, connection.look_tries) == (None, 0)


def test_look_that_met_a_change_by_another_look_is_repeated_at_once(connection, monkeypatch):
    delivery = arrive(connection)
    Connection.objects.update(asked_at=None)

    def ask(own: Connection) -> None:
        monkeypatch.setattr(asking, "ask", lambda own: None)
        Connection.objects.update(owner_proved_by="sign-in")  # a second look, or the sign-in, was faster
        asking._save(own, [])

    monkeypatch.setattr(asking, "ask", ask)
    look()
    connection.refresh_from_db()
    assert connection.look_at <= timezone.now()
    assert looking.look_at_next()
    assert (again(delivery).outcome, again(delivery).is_prompt) == ("submitted", True)


def test_pause_before_each_further_look_is_twice_as_long(connection, host):
    host.refusal = FetchError("our network")
    arrive(connection)
    pauses = []
    for _ in range(looking.MAX_TRIES - 1):
        before = timezone.now()
        look()
        connection.refresh_from_db()
        pauses.append(round((connection.look_at - before) / timedelta(seconds=15)))
    assert pauses == [1, 2, 4, 8, 16, 32, 64]
    assert not looking.look_at_next()


def test_fault_that_stays_ends_after_eight_tries(connection, host):
    host.refusal = FetchError("our network")
    delivery = arrive(connection)
    for _ in range(looking.MAX_TRIES):
        look()
    assert (again(delivery).outcome, "fault on our side" in again(delivery).reason) == ("failed", True)
    assert host.looks == looking.MAX_TRIES and not looking.due_connections().exists()


def test_fault_that_stays_is_mailed_to_staff_who_can_retry_it(
    connection, host, client, mailoutbox, django_capture_on_commit_callbacks
):
    lab = connection.repository.lab
    staff, learner = make_staff(lab.course, make_user(is_staff=True)), connection.repository.enrollment.user
    host.refusal = FetchError("our network")
    delivery = arrive(connection, ago=100)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(looking.MAX_TRIES):
            look()
    assert (len(mailoutbox), mailoutbox[0].to) == (1, [staff.email])
    assert "FetchError: our network" in mailoutbox[0].body
    client.force_login(learner)
    page = client.get(f"{lab.get_absolute_url()}connection/").content.decode()
    assert "It is a fault on our side. We told the course staff" in page
    client.force_login(staff)
    page = client.get("/queue/").content.decode()
    assert ("1 needs a person" in page, "FetchError: our network" in page) == (True, True)
    host.refusal = None
    retry = f"/queue/look/{connection.pk}/"
    assert client.post(retry).status_code == 302
    look()
    assert Submission.objects.get().receipt.via == Receipt.Via.WEBHOOK
    assert again(delivery).outcome == "submitted"
    assert "a person" not in client.get("/queue/").content.decode()
    assert client.post(retry).status_code == 404


def test_refusal_by_a_repository_says_on_the_page_what_to_do(connection, host, client, mailoutbox):
    host.refusal = FetchRefusedError("empty", "It is empty. Push a commit.")
    arrive(connection)
    look()
    lab = connection.repository.lab
    client.force_login(connection.repository.enrollment.user)
    page = client.get(f"{lab.get_absolute_url()}connection/").content.decode()
    assert "<strong>The last push was not graded.</strong> It is empty. Push a commit. Then choose" in page
    assert not mailoutbox and not Connection.objects.exclude(look_fault="").exists()


def test_worker_that_dies_leaves_the_connection_to_the_next(connection, host, monkeypatch):
    arrive(connection)
    with monkeypatch.context() as dying:
        dying.setattr(looking, "look", lambda connection: None)
        look()
    assert not looking.look_at_next()  # leased
    look()  # the lease is over
    assert Submission.objects.get().head == A


def test_beat_wakes_a_worker_for_what_no_wake_up_arrived(connection, host, monkeypatch):
    """D13 and D18 of messages: the broker was down, or lost what it had."""
    sent: list[str] = []
    monkeypatch.setattr(github_tasks, "send", lambda task, **arguments: sent.append(task.name))
    delivery = arrive(connection)
    github_tasks.look_at_due()
    assert sent == ["labs.github.tasks.look"]
    host.refusal = FetchError("our network")
    github_tasks.look()
    sent.clear()
    github_tasks.look_at_due()
    assert not sent  # it has a pause
    Connection.objects.update(look_at=timezone.now())
    github_tasks.look_at_due()
    assert sent == ["labs.github.tasks.look"]
    host.refusal = None
    github_tasks.look()
    assert again(delivery).outcome == "submitted"

    arrive(connection, B)
    sent.clear()
    github_tasks.look_at_due()
    assert not sent  # its own message makes it take turns with submissions
    Connection.objects.update(looked_at=timezone.now() - look_queue.REST)
    github_tasks.look_at_due()
    assert sent == ["labs.github.tasks.look"]


def test_fault_of_our_code_is_tried_again_and_ends_with_a_reason(connection, host):
    """It holds up no other repository, and is not tried for ever."""
    delivery = arrive(connection)
    host.refusal = KeyError("full_name")
    for _ in range(looking.MAX_TRIES):
        look()
    assert (again(delivery).outcome, "fault on our side" in again(delivery).reason) == ("failed", True)
    assert not looking.due_connections().exists()


def test_repository_that_workers_die_over_is_given_up(connection, host, monkeypatch):
    delivery = arrive(connection)
    monkeypatch.setattr(looking, "look", lambda connection: None)
    for _ in range(looking.MAX_TRIES + 1):
        look()
    connection.refresh_from_db()
    assert (again(delivery).outcome, connection.look_at, connection.look_tries) == ("failed", None, 0)


@pytest.mark.parametrize(("name", "is_asked"), [("octo/renamed", True), ("Octo/Work", False)])
def test_message_with_a_new_name_has_github_asked_first(connection, name, is_asked):
    Connection.objects.update(full_name="octo/work")
    message = push(repository={"id": 42, "full_name": name})
    assert send(Connection.objects.get(), message).status_code == 202
    connection.refresh_from_db()
    assert (connection.asked_at is None) is is_asked


def test_message_that_arrives_during_a_look_is_looked_at_next(connection, host, monkeypatch):
    arrive(connection)
    release = looking._release

    def push_meanwhile(connection, again_in=None):
        monkeypatch.setattr(looking, "_release", release)
        host.refs = {MAIN: B}
        arrive(connection, B)
        release(connection, again_in)

    monkeypatch.setattr(looking, "_release", push_meanwhile)
    look()
    assert looking.look_at_next()
    assert Submission.objects.latest("pk").head == B


def test_learner_whose_account_was_deactivated_gets_no_submission(connection, host):
    before = arrive(connection)
    user = connection.repository.enrollment.user
    user.is_active = False
    user.save()
    look()
    arrive(connection, B)
    assert list(Delivery.objects.values_list("outcome", flat=True)) == ["ignored", "ignored"]
    assert (again(before).reason, host.looks) == ("The lab is not open to you.", 0)


def test_learner_who_may_not_open_the_lab_gets_no_submission(connection, host):
    delivery = arrive(connection)
    lab = connection.repository.lab
    lab.status, lab.publish_at = "scheduled", timezone.now() + timedelta(days=1)
    lab.save()
    look()
    assert (again(delivery).outcome, host.looks) == ("ignored", 0)


def test_push_to_a_lab_that_became_a_draft_waits_until_it_is_published_again(connection):
    arrive(connection)
    lab = connection.repository.lab
    lab.status = "draft"
    lab.save()
    look()
    assert Submission.objects.get().state == State.QUEUED
    assert lifecycle.claim() is None
    lab.status = "published"
    lab.save()
    assert lifecycle.claim()


# --- messages that were signed ahead of the push --------------------------------------------------------------------


@pytest.fixture
def due(connection):
    """The lab's deadline was five minutes ago."""
    due_at = timezone.now() - timedelta(minutes=5)
    repository = connection.repository
    LabDeadline.objects.create(lab=repository.lab, cohort=repository.enrollment.cohort, closes_at=due_at)
    return due_at


def pushed(monkeypatch, *, ago: float | None) -> list[int]:
    """GitHub's answer about the last push: its time, or no answer. The list counts how often it was asked."""
    asked: list[int] = []

    def answer(connection):
        asked.append(connection.pk)
        return None if ago is None else timezone.now() - timedelta(seconds=ago)

    monkeypatch.setattr(first_seen, "when_pushed", answer)
    monkeypatch.setattr(first_seen, "times_of_pushes", lambda connection: {})
    return asked


def miss(connection, host, monkeypatch, how: str) -> Delivery:
    """A message of ten minutes ago whose commit was not there at the first look, or whose host was down."""
    if how == "not there yet":
        host.refs = {MAIN: B}
        arrive(connection, B)
        look()
    host.refusal = FetchRefusedError("dead_host", "Down.") if how == "host down" else None
    delivery = arrive(connection, A, ago=600)
    look()
    assert again(delivery).outcome == "waiting"
    host.refusal, host.refs = None, {MAIN: A}
    return delivery


@pytest.mark.parametrize("how", ["not there yet", "host down"])
def test_message_that_was_signed_ahead_of_the_push_gains_no_time(connection, host, due, monkeypatch, how):
    miss(connection, host, monkeypatch, how)
    pushed(monkeypatch, ago=60)
    look()
    receipt = Submission.objects.get(head=A).receipt
    assert receipt.received_at > due
    assert timedelta(seconds=55) < timezone.now() - receipt.received_at < timedelta(seconds=90)


@pytest.mark.parametrize("how", ["not there yet", "host down"])
def test_push_that_github_confirms_keeps_the_time_of_its_message(connection, host, due, monkeypatch, how):
    delivery = miss(connection, host, monkeypatch, how)
    asked = pushed(monkeypatch, ago=601)
    look()
    assert Submission.objects.get(head=A).receipt.received_at == delivery.received_at < due
    assert len(asked) == 1


def test_message_of_the_app_keeps_its_time_without_a_question(connection, host, due, monkeypatch):
    delivery = miss(connection, host, monkeypatch, "host down")
    Delivery.objects.update(by_app=True)
    asked = pushed(monkeypatch, ago=60)
    look()
    assert Submission.objects.get(head=A).receipt.received_at == delivery.received_at
    assert not asked


def test_push_is_graded_while_github_is_down_and_gets_its_time_later(connection, host, due, monkeypatch):
    delivery = miss(connection, host, monkeypatch, "host down")

    def refuse(connection):
        raise asking.UnconfirmedError("GitHub is down.", may_retry=True)

    monkeypatch.setattr(first_seen, "times_of_pushes", refuse)
    look()
    submission = Submission.objects.get(head=A)
    assert submission.receipt.received_at > due
    assert submission.receipt.claimed_at == delivery.received_at
    assert again(delivery).outcome == "submitted"
    assert confirming.confirm_times() == 0
    monkeypatch.setattr(first_seen, "times_of_pushes", lambda connection: {(MAIN, A): minutes_ago(11)})
    assert confirming.confirm_times() == 1
    receipt = Receipt.objects.get()
    assert (receipt.received_at, receipt.claimed_at) == (delivery.received_at, None)


def test_time_that_github_never_confirms_stays(connection, host, due, monkeypatch):
    miss(connection, host, monkeypatch, "host down")
    pushed(monkeypatch, ago=None)
    look()
    Receipt.objects.update(received_at=timezone.now() - confirming.MAX_AGE)
    before = Receipt.objects.get().received_at
    assert confirming.confirm_times() == 0
    receipt = Receipt.objects.get()
    assert (receipt.received_at, receipt.claimed_at) == (before, None)


def test_prompt_message_gains_no_time_across_the_deadline(connection, host, due, monkeypatch):
    """A message signed just before the deadline, and the push a minute later, before a worker looks."""
    LabDeadline.objects.update(closes_at=timezone.now() - timedelta(seconds=30))
    arrive(connection, A, ago=60)
    pushed(monkeypatch, ago=5)
    look()
    assert Submission.objects.get(head=A).receipt.received_at > LabDeadline.objects.get().closes_at


# --- pushes while workers are down --------------------------------------------------------------------------------


def minutes_ago(number: float):
    return timezone.now() - timedelta(minutes=number)


@pytest.mark.parametrize("by_app", [True, False])
def test_push_in_time_counts_although_a_late_one_came_before_a_worker_looked(
    connection, host, due, monkeypatch, by_app
):
    times = {} if by_app else {(MAIN, A): minutes_ago(10.1), (MAIN, B): minutes_ago(2.1)}
    monkeypatch.setattr(first_seen, "times_of_pushes", lambda connection: times)
    first = arrive(connection, A, ago=600)
    last = arrive(connection, B, ago=120)
    Delivery.objects.update(by_app=by_app)
    assert again(first).outcome == "replaced"
    host.refs = {MAIN: B, "refs/heads/other": C}
    look()
    earlier, late = Submission.objects.order_by("number")
    assert (earlier.head, late.head) == (A, B)
    assert (earlier.state, late.state) == (State.QUEUED, State.QUEUED)
    assert earlier.receipt.refs == {MAIN: A, "refs/heads/other": C}
    assert earlier.receipt.received_at == first.received_at < due < late.receipt.received_at
    assert (again(first).outcome, again(last).outcome) == ("submitted", "submitted")
    assert again(first).receipt == earlier.receipt


@pytest.mark.parametrize("pushed_at", [10.1, 1])
def test_push_before_a_late_one_gets_its_time_once_github_answers(
    connection, host, due, monkeypatch, pushed_at
):
    def refuse(connection):
        raise asking.UnconfirmedError("GitHub asked to wait.", may_retry=True)

    monkeypatch.setattr(first_seen, "times_of_pushes", refuse)
    first = arrive(connection, A, ago=600)
    arrive(connection, B, ago=120)
    host.refs = {MAIN: B}
    look()
    earlier, late = Submission.objects.order_by("number")
    assert (earlier.state, late.state) == (State.QUEUED, State.QUEUED)
    assert earlier.receipt.claimed_at == first.received_at < due < earlier.receipt.received_at
    pushes = {(MAIN, A): minutes_ago(pushed_at), (MAIN, B): minutes_ago(1)}
    monkeypatch.setattr(first_seen, "times_of_pushes", lambda connection: pushes)
    assert confirming.confirm_times() == 1
    earlier.refresh_from_db()
    assert (earlier.receipt.received_at < due) is (pushed_at > 5)


def test_push_of_the_app_between_unconfirmed_ones_keeps_its_time_and_github_is_asked_once(
    connection, host, due, monkeypatch, settings
):
    settings.OUTAGE_MINUTES = 24 * 60 * 3  # else the wait would lengthen the deadline
    LabDeadline.objects.update(closes_at=minutes_ago(60 * 60))
    Lab.objects.update(late=Lab.Late.REDUCE, late_percent=10)
    asked: list[int] = []

    def refuse(connection):
        asked.append(connection.pk)
        raise asking.UnconfirmedError("GitHub is down.", may_retry=True)

    monkeypatch.setattr(first_seen, "times_of_pushes", refuse)
    messages = [arrive(connection, commit, ago=3600 * hours) for commit, hours in ((A, 61), (B, 50), (C, 20))]
    Delivery.objects.filter(pk=messages[1].pk).update(by_app=True)
    host.refs = {MAIN: C}
    look()
    receipts = [each.receipt for each in Submission.objects.order_by("number")]
    assert [each.refs[MAIN] for each in receipts] == [A, B, C]
    claimed = [messages[0].received_at, None, messages[2].received_at]
    assert [each.claimed_at for each in receipts] == claimed
    assert receipts[1].received_at == messages[1].received_at
    assert asked == [connection.pk]


def test_branch_that_changed_without_a_message_is_no_part_of_an_earlier_state(connection, host, due):
    """A learner turns the webhook off for a late push to a second branch."""
    arrive(connection)
    look()
    arrive(connection, B, ago=600)
    arrive(connection, C, ago=120)
    Delivery.objects.update(by_app=True)
    host.refs = {MAIN: C, "refs/heads/other": A}
    look()
    earlier = Submission.objects.get(head=B)
    assert earlier.receipt.refs == {MAIN: B}
    assert earlier.receipt.received_at < due


def test_messages_of_an_unconfirmed_receipt_are_kept(connection, host, due, monkeypatch):
    """Else GitHub would be asked about some of them only."""
    delivery = miss(connection, host, monkeypatch, "host down")
    pushed(monkeypatch, ago=None)
    look()
    monkeypatch.setattr(intake, "MAX_KEPT", 2)
    for commit in (B, C, B):
        last = arrive(connection, commit)
    assert Delivery.objects.filter(pk__in=(delivery.pk, last.pk)).count() == 2
    Receipt.objects.update(claimed_at=None)
    arrive(connection, C)
    assert not Delivery.objects.filter(pk=delivery.pk).exists()


def test_earlier_commit_that_github_never_had_is_not_received(connection, host, due, monkeypatch):
    """A learner signs a message about a commit, and never pushes it in time."""
    monkeypatch.setattr(first_seen, "times_of_pushes", lambda connection: {(MAIN, A): minutes_ago(1)})
    arrive(connection, A, ago=1200)
    arrive(connection, B, ago=120)
    host.refs = {MAIN: B}
    look()
    assert [row.head for row in Submission.objects.all()] == [B]


def test_wait_for_a_look_lengthens_the_deadline_before_and_after_it(connection, host, due):
    repository = connection.repository
    learner, lab = repository.enrollment, repository.lab
    arrive(connection, A, ago=3600)
    Delivery.objects.update(by_app=True)
    running = terms_of(learner, lab)[lab.pk].deadline
    assert running.reason == RUNNING_OUTAGE
    look()
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    ended = terms_of(learner, lab)[lab.pk].deadline
    assert ended.at - due >= timedelta(hours=1)
    assert ended.reason == OUTAGE


def test_wait_begins_with_a_push_that_a_late_one_replaced(connection, host, due, monkeypatch):
    """GitHub does not confirm the push in time, so only the late one is graded."""
    monkeypatch.setattr(first_seen, "times_of_pushes", lambda connection: {})
    repository = connection.repository
    learner, lab = repository.enrollment, repository.lab
    arrive(connection, A, ago=3600)
    arrive(connection, B, ago=60)
    assert terms_of(learner, lab)[lab.pk].deadline.reason == RUNNING_OUTAGE
    host.refs = {MAIN: B}
    look()
    assert terms_of(learner, lab)[lab.pk].deadline.reason == RUNNING_OUTAGE
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    submission = Submission.objects.get()
    assert submission.receipt.received_at > due
    assert not terms_of(learner, lab)[lab.pk].is_late(submission.receipt.received_at)


def test_push_with_a_tag_without_a_message_is_not_late_after_an_outage(connection, host, due):
    """GitHub sends no messages about tags if more than three are pushed at once."""
    arrive(connection)
    look()
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    Connection.objects.update(looked_at=minutes_ago(70))
    host.refs = {MAIN: B, "refs/tags/v1": C}
    arrive(connection, B, ago=3600)
    look()
    lifecycle.mark_unreadable(lifecycle.claim(), "Open the repository.")
    repository = connection.repository
    terms = terms_of(repository.enrollment, repository.lab)[repository.lab_id]
    assert not terms.is_late(Submission.objects.get(head=B).receipt.received_at)


def test_look_that_a_host_refused_makes_no_outage_of_the_messages_before_it(connection, host, due):
    host.refusal = FetchRefusedError("dead_host", "Down.")
    arrive(connection, A, ago=3600)
    arrive(connection, B, ago=60)
    look()
    repository = connection.repository
    assert terms_of(repository.enrollment, repository.lab)[repository.lab_id].deadline.reason == ""


def test_push_in_time_counts_although_many_late_ones_came_before_a_worker_looked(connection, host, due):
    first = arrive(connection, A, ago=600)
    for number in range(22):
        last = arrive(connection, f"{number:040x}".replace("0", "f", 1), ago=120 - number)
    Delivery.objects.update(by_app=True)
    host.refs = {MAIN: last.commit}
    look()
    assert list(Submission.objects.order_by("number").values_list("head", flat=True)) == [A, last.commit]
    assert again(first).outcome == "submitted"


def test_times_are_confirmed_although_one_cannot_be_read(connection, host, due, monkeypatch, caplog):
    for each in (make_connection(), connection):
        receipt = Receipt.objects.create(
            repository=each.repository, via="webhook", refs={}, digest=A, claimed_at=due
        )
        Delivery.objects.create(connection=each, guid=A[:36], event="push", commit=A, receipt=receipt)
    answers = {connection.pk: due}
    monkeypatch.setattr(confirming, "confirmed_time", lambda pushes, messages: answers[pushes.connection.pk])
    assert confirming.confirm_times() == 1
    assert Receipt.objects.get(claimed_at=None).received_at == due
    assert "could not be confirmed" in caplog.text


def test_message_during_a_pause_is_not_prompt(connection, host, due, monkeypatch):
    """A learner makes looks fail, and signs the message shortly before the next one."""
    host.refusal = FetchRefusedError("dead_host", "Down.")
    arrive(connection, B)
    look()
    early = arrive(connection, A, ago=100)
    host.refusal = None
    pushed(monkeypatch, ago=1)
    look()
    receipt = Submission.objects.get(head=A).receipt
    assert receipt.received_at - early.received_at > timedelta(seconds=90)


def test_github_is_asked_only_if_the_time_of_a_push_decides_something(connection, host, monkeypatch):
    delivery = miss(connection, host, monkeypatch, "host down")
    asked = pushed(monkeypatch, ago=60)
    look()
    assert Submission.objects.get(head=A).receipt.received_at == delivery.received_at
    assert not asked


@pytest.mark.heavy
def test_signed_pushes_about_two_commits_in_turn_do_not_keep_workers_busy(connection, host):
    for number in range(intake.MAX_LOOKS_PER_HOUR + 1):
        assert send(connection, push((A, B)[number % 2])).status_code == 202
        look()
    looks = host.looks
    for commit in (A, B):
        send(connection, push(commit))
        assert not looking.look_at_next()  # one look in two minutes, for all of them
    connection.refresh_from_db()
    assert timedelta(0) < connection.look_at - timezone.now() <= intake.PAUSE
    look()
    assert host.looks == looks + 1
