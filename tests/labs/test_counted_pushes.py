"""A lab that grades only pushes of certain tags, with a real push: anything else leaves a receipt and advice."""

import html
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from labs import actions
from labs.counted_pushes import submit_commands
from labs.grader.spec import SpecError, load_spec
from labs.grading import worker
from labs.models import Receipt, Submission
from labs.repositories import hosts
from labs.repositories.hosts import LookUpFailedError
from tests.factories import make_lab, make_staff
from tests.labs.conftest import PASSABLE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("practice")]
SOURCE = PASSABLE.replace("checks:", "counts: {tags: [phase-1, submit/*]}\nchecks:")


@pytest.fixture
def lab():
    return make_lab(source=SOURCE)


def test_only_a_push_of_a_counted_tag_is_graded_and_the_terminal_says_what_to_type(join, lab, client):
    clone = join("work")
    first = clone.commit("One")
    status, said = clone.push()
    assert (status, Submission.objects.count(), Receipt.objects.count()) == (0, 0, 1)
    assert (
        "it is not graded: this lab grades only pushes of the\ntags phase-1 or submit/*. To submit, type:"
        in said
    )
    assert "    git tag phase-1\n    git push origin phase-1\n" in said
    client.force_login(clone.enrollment.user)
    page = html.unescape(client.get(lab.get_absolute_url()).content.decode())
    assert "Only a push of the tags <code>phase-1</code> or <code>submit/*</code> is graded." in page
    assert "git tag phase-1\ngit push origin main phase-1" in page
    assert "arrived, but it is not graded" in page

    clone.git("tag", "phase-1")
    clone.git("tag", "v1.0")
    said = clone.push("phase-1")[1]
    assert "This push counts: it has the tag phase-1.\nSubmission 1 received" in said
    submission = Submission.objects.get()
    assert (submission.head, submission.head_ref) == (first, "refs/heads/main")
    assert "arrived, but it is not graded" not in client.get(lab.get_absolute_url()).content.decode()
    clone.commit("Two")
    assert "    git tag submit/1\n" in clone.push("main", "v1.0")[1]
    assert Submission.objects.count() == 1
    clone.git("tag", "submit/1")
    assert "Submission 2 received" in clone.push("submit/1")[1]
    clone.commit("Three")
    clone.git("tag", "--force", "phase-1")
    assert "Submission 3 received" in clone.push("--force", "main", "phase-1")[1]
    assert clone.push("--delete", "v1.0")[0] == 0
    assert (Submission.objects.count(), Receipt.objects.count()) == (3, 6)


def test_a_deleted_counted_tag_keeps_its_submission_and_the_terminal_says_how_to_use_it_again(join):
    clone = join("work")
    clone.commit("One")
    clone.git("tag", "phase-1")
    clone.push("main", "phase-1")
    said = clone.push("--delete", "phase-1")[1]
    assert "The tag phase-1 is deleted. The submissions that it brought stay." in said
    assert "    git tag --force phase-1\n" in said  # the clone has it still
    assert Submission.objects.count() == 1
    assert "Submission 1 received" in clone.push("phase-1")[1]  # the state of before
    clone.commit("Two")
    clone.git("tag", "--force", "phase-1")
    assert "rejected" in clone.push("phase-1")[1]  # by git, without --force
    said = clone.push("--force", "main", "phase-1")[1]
    assert "This push counts: it has the tag phase-1." in said
    assert Submission.objects.count() == 2


def test_an_address_without_a_new_tag_is_not_graded_either(join, lab, monkeypatch):
    refs = {"refs/heads/main": "a" * 40}
    monkeypatch.setattr(hosts, "snapshot", lambda address, of=None: (refs, "refs/heads/main"))
    address = hosts.read("https://github.com/learner/work")
    submit = {"enrollment": join("work").enrollment, "lab": lab, "address": address}
    with pytest.raises(
        LookUpFailedError, match="`git tag phase-1`, then `git push origin phase-1`, and submit again"
    ):
        actions.submit_address(**submit)
    refs["refs/tags/phase-1"] = "a" * 40
    assert actions.submit_address(**submit).number == 1
    assert actions.submit_address(**submit).number == 1


def test_names_of_counted_tags_are_names_of_tags():
    tags = load_spec(SOURCE).counted_tags
    assert tags == ("phase-1", "submit/*")
    assert load_spec(SOURCE.replace("[phase-1, submit/*]", "phase-1")).counted_tags == ("phase-1",)
    for wrong in ('["a b"]', '["-x"]', '["a..b"]', "[]", '["**"]'):
        with pytest.raises(SpecError):
            load_spec(SOURCE.replace("[phase-1, submit/*]", wrong))
    moved = load_spec(SOURCE.replace(", submit/*", ""))
    assert submit_commands(moved, {"refs/tags/phase-1": "a" * 40})[0] == "git tag --force phase-1"


def test_staff_let_a_push_count_that_was_not_graded_and_the_learner_sees_why(join, lab, client):
    clone = join("work")
    early = clone.commit("In time")
    clone.push()
    clone.commit("Late")
    clone.git("tag", "phase-1")
    clone.push("main", "phase-1")
    Submission.objects.update(state="graded")
    waiting = Submission.objects.get()
    receipt = Receipt.objects.order_by("pk").first()
    address = reverse("lab_repositories", args=[lab.course.slug, lab.slug])
    instructor = make_staff(lab.course)
    client.force_login(instructor)
    page = client.get(address).content.decode()
    assert early[:7] in page and "Grade it, and let it count" in page
    assert "Enter a reason" in client.post(address, {"receipt": receipt.pk}, follow=True).content.decode()
    data = {"receipt": receipt.pk, "reason": "The tag was forgotten."}
    page = client.post(address, data, follow=True).content.decode()
    assert "Submission 2 is graded now" in page
    chosen = Submission.objects.get(number=2)
    assert (chosen.head, chosen.receipt, chosen.state) == (early, receipt, "queued")
    assert client.post(address, data).status_code == 404  # it has a submission now
    clone.commit("Later")
    clone.git("tag", "submit/1")
    clone.push("main", "submit/1")
    chosen.refresh_from_db()
    assert chosen.state == "queued"  # a newer push does not replace what staff chose
    while worker.grade_next():
        pass
    assert Submission.objects.get(is_best=True) == chosen
    assert waiting.pk != chosen.pk
    client.force_login(clone.enrollment.user)
    assert "The tag was forgotten." in client.get(chosen.get_absolute_url()).content.decode()


def test_state_that_was_received_twice_counts_from_the_first_time(join, lab):
    clone = join("work")
    clone.commit("One")
    clone.push()
    first = Receipt.objects.get()
    again = Receipt.objects.create(
        repository=first.repository, via=Receipt.Via.REPAIR, refs=first.refs, digest=first.digest
    )
    Receipt.objects.update(received_at=timezone.now() - timedelta(days=3))
    choice = actions.choose_received(receipt=again, reason="Agreed.", by=make_staff(lab.course))
    assert choice.submission.receipt == first
    assert timezone.now() - choice.submission.queued_at < timedelta(hours=1)  # nobody waited for us
    for nobody in (clone.enrollment.user, make_staff(make_lab().course)):
        with pytest.raises(PermissionDenied):
            actions.choose_received(receipt=again, reason="Mine.", by=nobody)


def test_chosen_push_is_named_by_a_branch_that_it_brought(join, lab):
    clone = join("work")
    clone.commit("One")
    clone.push("main:a-first", "main:trunk")
    head = clone.commit("Two")
    clone.push("main:trunk")
    receipt = Receipt.objects.latest("pk")
    choice = actions.choose_received(receipt=receipt, reason="Agreed.", by=make_staff(lab.course))
    assert (choice.submission.head_ref, choice.submission.head) == ("refs/heads/trunk", head)
