"""From a commit that was shown to a submission; and again, with one click."""

import pytest
from django.db import IntegrityError, transaction

from labs.grader.fetching.refusals import FetchRefusedError
from labs.grading import lifecycle
from labs.models import Receipt, Repository, State, Submission
from tests.factories import make_refs
from tests.submit.conftest import ADDRESS, Page, submitted, text_of

pytestmark = pytest.mark.django_db


def test_commit_that_was_shown_is_submitted(page, github, cast):
    submission = submitted(page.grade(github.commit))
    assert (submission.state, submission.number, submission.enrollment) == (State.QUEUED, 1, cast.learner)
    assert (submission.head, submission.head_ref) == (github.commit, "refs/heads/main")
    receipt = submission.receipt
    assert (receipt.via, receipt.refs) == (Receipt.Via.ADDRESS, github.refs)
    assert str(receipt.repository.address) == "github.com/octocat/billing"


def test_branch_that_was_shown_names_the_submission_although_main_exists(page, github):
    github.refs["refs/heads/feature/tax"] = "7" * 40
    submission = submitted(page.grade("7" * 40, branch="feature/tax"))
    assert (submission.head, submission.branch) == ("7" * 40, "feature/tax")
    assert submission.receipt.refs == github.refs


def test_branch_that_has_moved_is_reported_and_nothing_is_submitted(page, github):
    response = page.grade("7" * 40)
    text = text_of(response)
    assert response.status_code == 422
    assert (
        "The branch has a newer commit</h4> <p>Nothing was submitted. This is now the latest commit.</p>"
        in text
    )
    assert f'name="commit" value="{github.commit}"' in text
    assert not Receipt.objects.exists()


def test_branch_that_is_gone_is_reported_and_nothing_is_submitted(page, github):
    text = text_of(page.grade("7" * 40, branch="gone"))
    assert "has no branch <code>gone</code>" in text
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("fields", [{"commit": "\0"}, {"branch": "\0"}, {"address": "\0"}, {"commit": ""}])
def test_fields_that_no_page_sends_submit_nothing(page, github, fields):
    known = {"address": ADDRESS, "branch": "main", "commit": github.commit}
    assert page.post("submit", **{**known, **fields}).status_code == 422
    assert not Receipt.objects.exists()


def test_same_state_again_creates_no_second_submission_and_says_so(page, github, cast):
    first = submitted(page.grade(github.commit))
    assert submitted(page.grade(github.commit)) == first
    cast.grade(first)
    response = page.grade(github.commit)
    text = text_of(page.client.get(response["Location"]))
    assert submitted(response) == first
    assert f"There are no new commits. This is the result of commit <code>{github.commit[:7]}</code>." in text
    assert Repository.objects.count() == 1


def test_capitals_create_no_second_repository(page, github):
    page.grade(github.commit)
    page.grade(github.commit, address="https://github.com/OctoCat/Billing")
    assert [str(r.address) for r in Repository.objects.all()] == ["github.com/octocat/billing"]


def test_state_that_could_not_be_read_is_graded_when_it_is_submitted_again(page, github):
    first = submitted(page.grade(github.commit))
    assert lifecycle.mark_unreadable(lifecycle.claim(), "The host was slow.")
    again = submitted(page.grade(github.commit))
    assert (again, again.state, again.message) == (first, State.QUEUED, "")


def test_newer_state_supersedes_a_waiting_submission_even_of_a_push(page, github, cast):
    pushed = cast.submit()
    submission = submitted(page.grade(github.commit))
    pushed.refresh_from_db()
    assert (pushed.state, submission.state, submission.number) == (State.SUPERSEDED, State.QUEUED, 2)


# --- the latest commit ----------------------------------------------------------------------------------------------


def test_latest_commit_is_graded_with_one_click_from_both_pages(page, github, cast):
    first = cast.grade(submitted(page.grade(github.commit)))
    github.refs = make_refs()
    for text in (page.text(), text_of(page.client.get(first.get_absolute_url()))):
        assert 'Last submitted from <a href="https://github.com/octocat/billing">' in text
        assert "Grade the latest commit</button>" in text
    second = submitted(page.post("latest"))
    assert (second.number, second.head, second.receipt.repository) == (
        2,
        github.commit,
        first.receipt.repository,
    )


def test_latest_commit_is_of_the_branch_that_was_submitted(page, github):
    github.refs["refs/heads/tax"] = "7" * 40
    page.grade("7" * 40, branch="tax")
    github.refs = {**github.refs, "refs/heads/tax": "8" * 40}
    assert submitted(page.post("latest")).head == "8" * 40


def test_latest_commit_that_is_graded_already_leads_to_its_result(page, github, cast):
    first = cast.grade(submitted(page.grade(github.commit)))
    response = page.post("latest")
    assert submitted(response) == first
    assert "There are no new commits." in text_of(page.client.get(response["Location"]))


def test_host_that_does_not_answer_is_reported_on_the_lab_page(page, github, cast):
    cast.grade(submitted(page.grade(github.commit)))
    github.refusal = FetchRefusedError("dead_host", "`github.com` did not answer.")
    response = page.post("latest")
    assert response["Location"] == cast.lab.get_absolute_url()
    assert '<p class="band bad"><code>github.com</code> did not answer.</p>' in page.text()


def test_host_that_is_not_allowed_any_more_is_not_queried(page, github, cast, settings):
    cast.grade(submitted(page.grade(github.commit)))
    github.asked.clear()
    settings.REPOSITORY_HOSTS = ["git.example.org"]
    page.post("latest")
    assert "Repositories on <code>github.com</code> are no longer supported." in page.text()
    assert github.asked == []


def test_pushed_submission_has_no_latest_commit(page, cast, github):
    pushed = cast.grade()
    assert "Grade the latest commit" not in page.text() + text_of(page.client.get(pushed.get_absolute_url()))
    assert page.post("latest")["Location"] == cast.lab.get_absolute_url()
    assert Submission.objects.count() == 1


def test_instructor_gets_no_button_for_a_learners_repository(page, github, cast):
    submission = cast.grade(submitted(page.grade(github.commit)))
    text = text_of(Page(cast.instructor, cast.lab).client.get(submission.get_absolute_url()))
    assert "</a> on branch <code>main</code> of github.com/octocat/billing, received on" in text
    assert "Grade the latest commit" not in text


# --- what the database holds to -------------------------------------------------------------------------------------

PLACE = {"host": "github.com", "owner": "octocat", "name": "billing"}


@pytest.mark.parametrize(
    "fields",
    [{}, PLACE, {**PLACE, "owner": "OctoCat"}, {**PLACE, "name": None}, {"host": None, "owner": "octocat"}],
)
def test_repository_that_contradicts_another_or_itself_is_refused(cast, fields):
    of = {"enrollment": cast.learner, "lab": cast.lab}
    Repository.objects.create(**of)
    Repository.objects.create(**of, **PLACE)
    Repository.objects.create(**of, **{**PLACE, "name": "other"})
    Repository.objects.create(enrollment=cast.other, lab=cast.lab, **PLACE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Repository.objects.create(**of, **fields)
