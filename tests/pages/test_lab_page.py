import re
from decimal import Decimal

import pytest

from labs.models import AccessToken, Lab, State
from labs.tokens import use_token
from tests.factories import make_report, make_submission
from tests.pages.conftest import client_of


def page(client, lab: Lab) -> str:
    response = client.get(lab.get_absolute_url())
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def address(cast) -> str:
    return f"{cast.lab.get_absolute_url()}address/"


def test_lab_page_has_the_brief_and_the_checks_before_anything_is_pushed(learner_client, cast):
    text = page(learner_client, cast.lab)
    assert '<div class="prose"><p>Make a repository.</p></div>' in text
    for says, points in [("main holds at least three commits of yours", 40), ("README.md exists", 40)]:
        assert f'<span class="says">{says}</span> <span class="num">{points}<' in text
    assert "100 points. The pass mark is 70%. The best submission counts." in text
    assert "Nothing graded yet. The first submission appears here." in text
    assert "git push origin main" in text


def test_lab_page_shows_no_address_before_it_is_asked_for(learner_client, cast):
    text = page(learner_client, cast.lab)
    assert "git remote add" not in text
    assert "Make an address with a new access token</button>" in text


def test_address_with_a_token_is_shown_once_and_works(learner_client, cast, address, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    response = learner_client.post(address)
    text = response.content.decode()
    token = re.search(
        r"git remote add origin https://learner:([\w-]+)@portal\.example\.org/git/\S+\.git", text
    )[1]
    assert use_token(token=token) == cast.learner.user
    assert "This address is shown once." in text
    assert f"git remote set-url origin https://learner:{token}@" in text
    assert "no-store" in response["Cache-Control"]
    assert token not in page(learner_client, cast.lab)
    assert AccessToken.objects.get().digest not in text


def test_address_that_is_opened_by_hand_leads_to_the_lab(learner_client, cast, address):
    assert learner_client.get(address)["Location"] == cast.lab.get_absolute_url()
    assert not AccessToken.objects.exists()


def test_address_needs_a_token_against_forgery(cast, address):
    client = client_of(cast.learner.user)
    client.handler.enforce_csrf_checks = True
    assert client.post(address).status_code == 403
    assert not AccessToken.objects.exists()


def test_instructor_who_does_not_learn_gets_no_address(cast, address):
    client = client_of(cast.instructor)
    assert "To push, join a cohort" in page(client, cast.lab)
    assert client.post(address)["Location"] == cast.lab.get_absolute_url()
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_lab_of_another_course_is_not_found(cast, address, method):
    client = client_of(cast.outsider)
    assert client.get(cast.lab.get_absolute_url()).status_code == 404
    assert getattr(client, method)(address).status_code == 404


def test_lab_asks_visitors_to_sign_in(client, cast):
    response = client.get(cast.lab.get_absolute_url())
    assert response["Location"] == f"/accounts/login/?next={cast.lab.get_absolute_url()}"


def test_draft_is_for_staff(learner_client, cast):
    Lab.objects.update(status=Lab.Status.DRAFT)
    assert learner_client.get(cast.lab.get_absolute_url()).status_code == 404
    assert "Draft: staff only" in page(client_of(cast.instructor), cast.lab)


def test_history_lists_the_newest_first_with_the_best(learner_client, cast):
    cast.grade(a="passed", b="needs_work", c="needs_work")
    best = cast.grade(a="passed", b="passed", c="needs_work")
    cast.grade(a="needs_work", b="needs_work", c="needs_work")
    text = page(learner_client, cast.lab)
    assert "Best so far: 40 of 60 points." in text
    assert re.findall(r">(Submission \d)</a>", text) == ["Submission 3", "Submission 2", "Submission 1"]
    assert f'<a href="{best.get_absolute_url()}">Submission 2</a> <small>40 points, commit' in text


def test_history_of_another_learner_is_not_shown(cast):
    cast.grade()
    assert "Nothing graded yet." in page(client_of(cast.other.user), cast.lab)


def test_submission_that_is_graded_is_linked_at_the_top(learner_client, cast):
    submission = cast.submit(state=State.CHECKING)
    text = page(learner_client, cast.lab)
    assert f'<a href="{submission.get_absolute_url()}">Submission 1</a> is being graded.' in text


def test_many_submissions_are_shown_by_tens_and_the_best_of_all_is_named(learner_client, cast):
    make_report(make_submission(cast.learner, cast.lab), {}, points=Decimal(90), passed=True)
    for _ in range(14):
        make_report(make_submission(cast.learner, cast.lab), {}, points=Decimal(10))
    newest, address = page(learner_client, cast.lab), cast.lab.get_absolute_url()
    assert [f"Submission {number}<" in newest for number in (15, 6, 5)] == [True, True, False]
    assert "Best so far: 90 of 100 points." in newest
    assert 'href="?before=6">Older submissions' in newest
    older = learner_client.get(f"{address}?before=6").content.decode()
    assert [f"Submission {number}<" in older for number in (6, 5, 1)] == [False, True, True]
    assert "Best so far: 90 of 100 points." in older and "Newest submissions" in older
    assert "Older submissions" not in older
    assert learner_client.get(f"{address}?before=nonsense").status_code == 200
