import re
from datetime import timedelta

import pytest
from django.utils import timezone

from labs.models import LabTimes, State, Submission
from tests.factories import make_refs, make_report, make_submission
from tests.pages.conftest import client_of, moments
from tests.reports import make_engine_report, make_result


def page(client, submission: Submission) -> str:
    response = client.get(submission.get_absolute_url())
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


# --- a verdict ------------------------------------------------------------------------------------------------------


def test_verdict_is_one_line(learner_client, cast):
    text = page(learner_client, cast.grade(a="passed", b="passed", c="needs_work", d="not_run", e="passed"))
    assert "<h1>60 of 100 points. You need 70.</h1>" in text
    assert "Needs work</span> 3 of 5 checks passed. Your best submission counts.</p>" in text


def test_verdict_with_another_maximum_is_given_in_points(learner_client, cast):
    text = page(learner_client, cast.grade(a="passed", b="needs_work"))
    assert "<h1>20 of 40 points. You need 28.</h1>" in text


def test_verdict_says_passed(learner_client, cast):
    text = page(learner_client, cast.grade(a="passed"))
    assert "<h1>20 of 20 points. You passed.</h1>" in text
    assert '<span class="chip ok">Passed</span>' in text
    assert "Fix this first" not in text


def test_check_to_fix_first_is_open_and_says_where_it_failed_and_how_to_fix_it(learner_client, cast):
    text = page(learner_client, cast.grade(a="passed", readme="needs_work"))
    assert '<details class="check" id="check-readme" open>' in text
    assert '<details class="check" id="check-a">' in text
    assert (
        "<strong><code>README.md</code> is not there.</strong> Found <code>docs/README.md</code> instead."
        in text
    )
    assert "<code>README.md</code>, line 2, commit <code>9f3c2e1</code>, branch <code>main</code></p>" in text
    assert '<mark class="line"><span class="no">2</span> &lt;&lt;&lt;&lt;&lt;&lt;&lt; HEAD</mark>' in text
    assert "<dt>Expected</dt><dd><code>README.md</code></dd>" in text
    assert "<dt>Found</dt><dd><code>docs/README.md</code></dd>" in text
    assert "<code>git mv docs/README.md README.md git commit" in text


def test_lines_of_a_learner_are_escaped(learner_client, cast):
    """W35; hostile repositories are tested in tests/web/test_learner_text.py."""
    text = page(learner_client, cast.grade())
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "<b>bold" not in text


def test_fix_of_a_skill_check_is_advice_not_a_command(learner_client, cast):
    submission = cast.submit()
    report = make_engine_report(a="needs_work")
    advice = make_result("a", "needs_work", teaches="skill", fix="Look at `train.py` again.")
    data = report.to_json() | {
        "results": type(report)(**vars(report) | {"results": (advice,)}).to_json()["results"]
    }
    make_report(submission, data)
    text = page(learner_client, submission)
    assert "<p>Look at <code>train.py</code> again.</p>" in text
    assert "Run in your lab folder" not in text


def test_difference_names_the_previous_submission(learner_client, cast):
    cast.grade(a="needs_work", b="needs_work")
    text = page(learner_client, cast.grade(a="passed", b="needs_work"))
    assert "Since submission 1: 1 check now passes." in text


def test_history_marks_this_page_and_leads_to_the_others(learner_client, cast):
    first, second = cast.grade(a="needs_work"), cast.grade(a="passed")
    text = page(learner_client, first)
    assert '<li id="submission-1" aria-current="page">' in text
    assert f'<a href="{second.get_absolute_url()}">Submission 2</a> <small>20 points, commit' in text


def test_graded_page_does_not_poll(learner_client, cast):
    assert "hx-get" not in page(learner_client, cast.grade())


def test_page_is_not_cached(learner_client, cast):
    response = learner_client.get(cast.grade().get_absolute_url())
    assert "no-store" in response["Cache-Control"]


# --- the other states -----------------------------------------------------------------------------------------------


def test_queued_page_shows_the_position_and_polls(learner_client, cast):
    make_submission(cast.other, cast.lab, queued_at=timezone.now() - timedelta(seconds=5))
    submission = cast.submit()
    text = page(learner_client, submission)
    assert "Position 2 in the queue." in text
    assert f'hx-get="/submissions/{submission.public_id}/live/?v=1.2.' in text
    assert 'hx-trigger="every 2s, wake"' in text
    assert "main has at least three commits of yours" in text


def test_queued_page_shows_the_typical_time(learner_client, cast):
    LabTimes.objects.create(lab=cast.lab, results=3, half=40, most=60, counted_at=timezone.now())
    assert "Results of this lab usually take about 40 seconds." in page(learner_client, cast.submit())


def test_queued_page_says_so_once_it_takes_longer_than_95_percent_did(learner_client, cast):
    LabTimes.objects.create(lab=cast.lab, results=30, half=40, most=60, counted_at=timezone.now())
    usual = cast.submit(queued_at=timezone.now() - timedelta(seconds=50))
    assert "This one takes longer than usual." not in page(learner_client, usual)
    late = cast.submit(queued_at=timezone.now() - timedelta(seconds=61))
    assert "This one takes longer than usual." in page(learner_client, late)


def test_queue_that_is_late_says_that_grading_starts_as_soon_as_possible(learner_client, cast):
    text = page(learner_client, cast.submit(queued_at=timezone.now() - timedelta(minutes=2)))
    assert "Grading starts as soon as possible." in text
    assert "Grading starts as soon as possible." not in page(learner_client, cast.submit())


@pytest.mark.parametrize(
    ("state", "heading", "sentence"),
    [
        (State.QUEUED, "Next in the queue.", "It is kept until the new one is ready."),
        (State.CHECKING, "The checks are running.", "It is kept until the new one is ready."),
        (State.FAULT, "Fault on our side", "It is kept: nothing has replaced it."),
        (State.UNREADABLE, "Could not read the repository", "It is kept: nothing has replaced it."),
    ],
)
def test_result_from_before_is_shown_while_it_is_graded_again(learner_client, cast, state, heading, sentence):
    submission = cast.grade(readable="passed", readme="needs_work")
    Submission.objects.update(state=state, message="Why.", **moments("queued_at"))
    text = page(learner_client, submission)
    assert f"<h1>{heading}</h1>" in text
    assert "<h2>Previous result: 20 of 40 points. You need 28.</h2>" in text
    assert sentence in text
    assert "1 of 2 checks passed." in text
    assert 'id="check-readme"' in text
    live = learner_client.get(f"{submission.get_absolute_url()}live/").content.decode()
    assert "Done. 1 of 2" not in live
    assert "Previous result" in live


def test_waiting_page_has_a_refresh_link_without_scripts(learner_client, cast):
    submission = cast.submit()
    link = f'<noscript><p><a class="btn" href="{submission.get_absolute_url()}">Refresh</a></p></noscript>'
    assert link in page(learner_client, submission)


def test_submission_queued_again_after_a_fault_says_so(learner_client, cast):
    text = page(learner_client, cast.submit(last_fault="OSError: secret path", tries=1))
    assert "Grading stopped because of a fault on our side." in text
    assert "secret path" not in text


@pytest.mark.parametrize(
    ("state", "sentence"),
    [(State.FETCHING, "The repository is being read."), (State.CHECKING, "The checks are running.")],
)
def test_running_page_says_what_happens(learner_client, cast, state, sentence):
    text = page(learner_client, cast.submit(state=state, **moments("fetching_at", "checking_at")))
    assert sentence in text
    assert 'aria-current="step"' in text


def test_unreadable_page_says_what_to_do(learner_client, cast):
    submission = cast.submit(state=State.UNREADABLE, message="`main` has no commits.", **moments("ended_at"))
    text = page(learner_client, submission)
    assert "<h1>Could not read the repository</h1>" in text
    assert "<p><code>main</code> has no commits.</p> <p>Fix it and push again.</p>" in text
    assert "hx-get" not in text


def test_fault_page_gives_the_reference_and_hides_the_cause(learner_client, cast):
    fields = {"message": "You don’t have to do anything. Reference G-7F2A.", "last_fault": "G-7F2A: OSError"}
    text = page(learner_client, cast.submit(state=State.FAULT, **fields, **moments("ended_at")))
    assert "<h1>Fault on our side</h1>" in text
    assert '<p class="band warn">You don’t have to do anything. Reference G-7F2A.</p>' in text
    assert "OSError" not in text


def test_superseded_page_leads_to_the_newer_one(learner_client, cast):
    old = cast.submit(state=State.SUPERSEDED, **moments("ended_at"))
    newer = cast.submit()
    text = page(learner_client, old)
    assert (
        f'<a href="{newer.get_absolute_url()}">Submission 2</a> arrived before this one was graded.' in text
    )
    assert "Grade this one</button>" in text


def test_cancelled_page_offers_to_grade_it(learner_client, cast):
    text = page(learner_client, cast.submit(state=State.CANCELLED, **moments("ended_at")))
    assert "<h1>Cancelled</h1>" in text
    assert "Grade this one</button>" in text


def test_submission_without_a_branch_has_no_commit_to_name(learner_client, cast):
    text = page(learner_client, cast.submit(refs=make_refs(main="a" * 40), head="", head_ref=""))
    assert '<p class="under">Your first repository, submission 1, received on' in text


# --- who may do what ------------------------------------------------------------------------------------------------

ROUTES = ["", "live/", "grade-again/", "cancel/"]


@pytest.mark.daily(3)
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("who", ["other", "outsider"])
def test_submission_of_somebody_else_is_not_found(cast, who, route):
    """W19."""
    user = cast.other.user if who == "other" else cast.outsider
    address = cast.grade().get_absolute_url() + route
    method = client_of(user).post if route in ("grade-again/", "cancel/") else client_of(user).get
    assert method(address).status_code == 404


@pytest.mark.parametrize("route", ["", "grade-again/", "cancel/"])
def test_submission_asks_visitors_to_sign_in(client, cast, route):
    address = cast.grade().get_absolute_url() + route
    response = client.post(address) if route else client.get(address)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address}")


@pytest.mark.parametrize("route", ["grade-again/", "cancel/"])
def test_changes_refuse_get(learner_client, cast, route):
    assert learner_client.get(cast.grade().get_absolute_url() + route).status_code == 405


def test_instructor_sees_whose_it_is_and_may_grade_it_again(cast):
    submission = cast.grade()
    text = page(client_of(cast.instructor), submission)
    whose = re.search(r'submission 1 by <a href="[^"]*/gradebook/[^"]*">([^<]*)</a>,', text)
    assert whose[1] == cast.learner.user.email
    response = client_of(cast.instructor).post(submission.get_absolute_url() + "grade-again/")
    assert response["Location"] == submission.get_absolute_url()
    submission.refresh_from_db()
    assert submission.state == State.QUEUED


def test_learner_may_not_have_a_graded_one_graded_again(learner_client, cast):
    submission = cast.grade()
    assert "Grade again" not in page(learner_client, submission)
    response = learner_client.post(submission.get_absolute_url() + "grade-again/", follow=True)
    assert "Push a change instead." in response.content.decode()
    submission.refresh_from_db()
    assert submission.state == State.GRADED


def test_learner_withdraws_a_waiting_submission(learner_client, cast):
    submission = cast.submit()
    assert "Cancel this submission" in page(learner_client, submission)
    learner_client.post(submission.get_absolute_url() + "cancel/")
    submission.refresh_from_db()
    assert submission.state == State.CANCELLED


def test_running_submission_cannot_be_withdrawn(learner_client, cast):
    submission = cast.submit(state=State.CHECKING, **moments("fetching_at", "checking_at"))
    assert "Cancel this submission" not in page(learner_client, submission)
    response = learner_client.post(submission.get_absolute_url() + "cancel/", follow=True)
    assert "Grading has already started" in response.content.decode()
