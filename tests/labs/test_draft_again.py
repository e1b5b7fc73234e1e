"""A lab that staff set back to a draft: pushes are received, and graded when it is published again."""

import pytest
from django.test import Client

from labs.grading import lifecycle
from labs.models import Lab, State, Submission
from tests.factories import make_lab, make_learner, make_staff, make_submission
from tests.servers import wait_for


@pytest.mark.heavy  # the reaper wakes the worker
@pytest.mark.processes
def test_amended_push_to_a_draft_waits_in_words_and_is_graded_once_published(stack, learner, lab, clone):
    clone.commit()
    clone.commit("Describe the proyect", content=b"y\n")
    assert clone.push()[0] == 0
    Lab.objects.filter(pk=lab.pk).update(status="draft")
    clone.git("commit", "--quiet", "--amend", "-m", "Describe the project")
    code, said = clone.push()
    assert code != 0 and "non-fast-forward" in said  # which Git decides itself, without asking the portal
    code, said = clone.push("--force-with-lease", "main")
    assert code == 0, said
    said = " ".join(said.replace("remote:", " ").split())
    assert "Submission 2 received. Staff have set this lab back to a draft" in said
    waiting = Submission.objects.get(enrollment=learner, number=2)
    assert waiting.state == State.QUEUED
    web = Client()
    web.force_login(learner.user)
    Lab.objects.filter(pk=lab.pk).update(status="published")
    assert "If Git rejects a push" in web.get(lab.get_absolute_url()).content.decode()
    wait_for(lambda: Submission.objects.get(pk=waiting.pk).state == State.GRADED, 180)


@pytest.mark.django_db
def test_page_of_a_submission_to_a_draft_says_why_it_waits(client):
    learner = make_learner()
    lab = make_lab(learner.course, status="draft")
    submission = make_submission(learner, lab, state=State.QUEUED)
    client.force_login(learner.user)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "Staff have set this lab back to a draft." in page
    assert "in the queue" not in page


@pytest.mark.django_db
def test_staff_who_try_a_draft_are_graded():
    learner = make_learner()
    lab = make_lab(learner.course, status="draft")
    make_submission(learner, lab, state=State.QUEUED)
    assert lifecycle.claim() is None
    make_staff(learner.course, learner.user)
    assert lifecycle.claim()
