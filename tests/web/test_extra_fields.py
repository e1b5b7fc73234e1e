"""W21, W22, W26: a form changes only its own fields, whatever else is sent, and only the server's clock counts."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from labs.models import State, Submission, new_public_id
from lessons.models import Answer, Attempt, Enrollment, Reading, Tick
from portal.accounts.models import User
from tests.quiz_pages.examples import RIGHT, posted
from tests.web.world import make_world

pytestmark = pytest.mark.django_db

LONG_AGO = "2001-01-01T00:00:00Z"
NOW = datetime(2026, 8, 29, 15, 44, tzinfo=UTC)
PERSON = {
    **dict.fromkeys(("is_staff", "is_superuser", "is_active", "groups", "user_permissions"), "1"),
    **dict.fromkeys(("id", "pk", "user", "user_id", "last_login"), "1"),
    "date_joined": LONG_AGO,
}
WORK = {
    **dict.fromkeys(
        ("enrollment", "enrollment_id", "user", "learner", "attempt", "number", "id", "version"), "1"
    ),
    **dict.fromkeys(("score", "points", "credit", "max_points", "best"), "100"),
    **dict.fromkeys(("passed", "is_current", "released"), "1"),
    **dict.fromkeys(("state", "status"), "graded"),
    **dict.fromkeys(("started_at", "submitted_at", "saved_at", "read_at", "queued_at", "ended_at"), LONG_AGO),
}


@pytest.fixture
def world(time_machine):
    time_machine.move_to(NOW, tick=False)
    return make_world()


@pytest.fixture
def here(world, client):
    """The first course; its learner is signed in."""
    client.force_login(world.here.learner.user)
    return world.here


def address(name: str, here, *more: object) -> str:
    slug = here.quiz.slug if name.startswith(("question", "attempt", "quiz")) else here.lesson.slug
    return reverse(name, args=[here.course.slug, slug, *more])


def test_sign_up_makes_a_learner(client, db):
    """W21."""
    form = {"email": "new@example.org", "password1": "correct horse battery", "email_verified": "1", **PERSON}
    client.post("/accounts/signup/", form)
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert not user.groups.exists()
    assert not user.emailaddress_set.get().verified


def test_account_page_changes_only_the_fields_that_it_shows(client, here):
    """W21."""
    before = (
        User.objects.filter(pk=here.learner.user.pk)
        .values("email", "password", "is_staff", "date_joined")
        .get()
    )
    form = {
        "name": "New",
        "time_zone": "Europe/London",
        "email": "other@example.org",
        "password": "x",
        **PERSON,
    }
    assert client.post("/account/settings/", form).status_code == 302
    after = User.objects.filter(name="New")
    assert after.values("email", "password", "is_staff", "date_joined").get() == before
    assert not after.get().is_superuser


def test_joining_enrolls_whoever_is_signed_in(client, world):
    client.force_login(world.administrator)
    client.post(
        "/join/", {"code": world.here.cohort.invite_code, "course": world.there.course.pk, **WORK, **PERSON}
    )
    joined = Enrollment.objects.get(user=world.administrator)
    assert (joined.cohort, joined.created_at) == (world.here.cohort, NOW)


def test_answer_is_marked_by_the_server(client, here):
    client.post(
        address("question", here, here.attempt.number, 1), {**posted(here.attempt, "approval"), **WORK}
    )
    answer = Answer.objects.get(attempt=here.attempt)
    assert (answer.response, answer.credit, answer.saved_at) == (RIGHT["approval"], None, NOW)


def test_attempt_is_scored_and_timed_by_the_server(client, here):
    """W26."""
    client.post(address("attempt_summary", here, here.attempt.number), WORK)
    here.attempt.refresh_from_db()
    assert (here.attempt.score, here.attempt.passed) == (0, False)
    assert (here.attempt.started_at, here.attempt.submitted_at) == (NOW, NOW)


def test_attempt_is_started_for_whoever_is_signed_in(client, world):
    """W21."""
    client.force_login(world.peer.user)
    client.post(address("quiz", world.here), {**WORK, "enrollment": world.here.learner.pk})
    attempt = Attempt.objects.latest("pk")
    assert (attempt.enrollment, attempt.number, attempt.started_at) == (world.peer, 1, NOW)
    assert (attempt.submitted_at, attempt.score) == (None, None)


def test_reading_progress_is_recorded_for_whoever_is_signed_in(client, world):
    client.force_login(world.peer.user)
    form = {"key": "git", "done": "yes", "heading": "first-heading", **WORK}
    for name in ("lesson_place", "lesson_read", "lesson_tick"):
        client.post(address(name, world.here), form)
    reading, tick = Reading.objects.latest("pk"), Tick.objects.latest("pk")
    assert (reading.enrollment, reading.read_at, reading.heading) == (world.peer, NOW, "first-heading")
    assert (tick.enrollment, tick.created_at) == (world.peer, NOW)


@pytest.mark.parametrize("name", ["submission_grade_again", "submission_cancel"])
def test_submission_keeps_its_verdict(client, here, name):
    """W21."""
    kept = ("state", "number", "enrollment", "reports__points", "reports__passed", "queued_at")
    before = Submission.objects.filter(pk=here.submission.pk).values(*kept).get()
    client.post(
        reverse(name, args=[here.submission.public_id]), {**WORK, "state": State.QUEUED, "points": "100"}
    )
    assert Submission.objects.filter(pk=here.submission.pk).values(*kept).get() == before


def test_token_is_made_for_whoever_is_signed_in(client, world):
    client.force_login(world.peer.user)
    lab = world.here.lab
    client.post(
        reverse("lab_address", args=[lab.course.slug, lab.slug]), {**PERSON, "digest": "0" * 64, "token": "x"}
    )
    token = world.peer.user.access_tokens.get()
    assert (token.created_at, token.revoked_at) == (NOW, None)
    assert token.digest != "0" * 64


# --- W22 ------------------------------------------------------------------------------------------------------------


def test_ids_of_submissions_reveal_nothing_and_never_repeat():
    """W22."""
    ids = {new_public_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert {len(public_id) for public_id in ids} == {16}
    assert all(len({public_id[place] for public_id in ids}) == 32 for place in range(16))


def test_primary_key_opens_no_submission(client, world):
    """W22."""
    client.force_login(world.administrator)
    assert client.get(f"/submissions/{world.here.submission.pk}/").status_code == 404
    assert client.get(world.here.submission.get_absolute_url()).status_code == 200
