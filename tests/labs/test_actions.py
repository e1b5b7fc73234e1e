"""Actions that people may request, and the tokens of the practice remote."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from labs import actions, tokens
from labs.grading import tasks
from labs.models import AccessToken, LocalReport, State, snapshot_digest
from labs.reports.local_report import UploadedReport
from labs.tokens import NoNewTokenError, TokenRefusedError
from portal.accounts.models import User
from portal.accounts.unconfirmed import reserve_address
from tests.factories import make_enrollment, make_lab, make_learner, make_staff, make_submission, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    calls = []
    monkeypatch.setattr(tasks, "wake", lambda: calls.append(1))
    return calls


@pytest.mark.parametrize("state", [State.FAULT, State.SUPERSEDED, State.CANCELLED])
def test_learner_may_regrade_a_submission_without_a_verdict(state, woken, django_capture_on_commit_callbacks):
    submission = make_submission(state=state)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.grade_again(submission=submission, by=submission.enrollment.user)
    submission.refresh_from_db()
    assert (submission.state, woken) == (State.QUEUED, [1])


@pytest.mark.parametrize("state", [State.GRADED, State.UNREADABLE, State.CHECKING])
def test_learner_may_not_regrade_a_verdict(state, woken):
    submission = make_submission(state=state)
    assert not actions.grade_again(submission=submission, by=submission.enrollment.user)
    submission.refresh_from_db()
    assert (submission.state, woken) == (state, [])


def test_staff_may_regrade_a_verdict():
    submission = make_submission(state=State.GRADED)
    assert actions.grade_again(submission=submission, by=make_staff(submission.lab.course))


def test_others_may_not_regrade_anything():
    submission = make_submission(state=State.FAULT)
    with pytest.raises(PermissionDenied):
        actions.grade_again(submission=submission, by=make_staff(make_submission().lab.course))


def test_token_works_for_its_user_and_only_its_digest_is_stored():
    user = make_user()
    token = tokens.new_token(user=user)
    assert tokens.use_token(token=token) == user
    assert token not in str(AccessToken.objects.values().get())


def test_revoked_token_is_refused():
    token = tokens.new_token(user=make_user())
    tokens.revoke_token(token=AccessToken.objects.get())
    with pytest.raises(TokenRefusedError, match="was revoked on"):
        tokens.use_token(token=token)


def test_token_of_a_deactivated_user_is_refused():
    user = make_user()
    token = tokens.new_token(user=user)
    User.objects.update(is_active=False)
    with pytest.raises(TokenRefusedError, match="account is closed"):
        tokens.use_token(token=token)
    User.objects.update(is_active=True)
    with pytest.raises(TokenRefusedError, match="because the account was closed"):
        tokens.use_token(token=token)


@pytest.mark.parametrize("token", ["", "wrong", "\x00", "ü"])
def test_unknown_token_is_refused(token):
    with pytest.raises(TokenRefusedError, match="missing or incorrect"):
        tokens.use_token(token=token)


def test_tokens_expire_and_end_with_the_password(time_machine):
    """B13, F17. Rehashing the same password ends no token."""
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    user = make_user(password="correct horse battery")
    token = tokens.new_token(user=user, name="Laptop")
    time_machine.move_to("2027-05-27T09:59Z", tick=False)
    assert tokens.use_token(token=token) == user
    time_machine.move_to("2027-05-27T10:00Z", tick=False)
    with pytest.raises(TokenRefusedError, match="The access token Laptop expired on 27 May 2027"):
        tokens.use_token(token=token)
    token = tokens.new_token(user=user)
    old = PBKDF2PasswordHasher().encode("correct horse battery", "salt", iterations=1000)
    User.objects.update(password=old)
    user.refresh_from_db()
    assert user.check_password("correct horse battery")  # and hashes it anew
    assert user.password != old
    assert tokens.use_token(token=token) == user
    user.set_password("another long phrase")
    user.save()
    with pytest.raises(TokenRefusedError, match="because the password was changed"):
        tokens.use_token(token=token)


def test_nobody_keeps_more_tokens_than_the_page_lists(monkeypatch):
    monkeypatch.setattr("labs.tokens.MAX_TOKENS", 2)
    user = make_user()
    for _ in range(2):
        tokens.new_token(user=user)
    with pytest.raises(NoNewTokenError, match="Revoke one"):
        tokens.new_token(user=user)
    tokens.revoke_token(token=AccessToken.objects.latest("pk"))
    assert tokens.new_token(user=user)


def test_unconfirmed_email_gets_no_token_from_a_lab_page_either(client):
    enrollment = make_enrollment(user=make_user(email=reserve_address("new@example.org")))
    lab = make_lab(enrollment.course)
    client.force_login(enrollment.user)
    page = client.post(reverse("lab_address", args=[enrollment.course.slug, lab.slug]), follow=True)
    assert page.status_code == 403
    assert "Confirm your email first" in page.content.decode()
    assert not AccessToken.objects.exists()


def test_last_use_of_a_token_is_stored_to_the_hour(time_machine):
    token = tokens.new_token(user=make_user())
    used = []
    for moment in ("2026-11-23T10:00Z", "2026-11-23T10:59Z", "2026-11-23T11:30Z"):
        time_machine.move_to(moment)
        tokens.use_token(token=token)
        used.append(f"{AccessToken.objects.get().last_used_at:%H:%M}")
    assert used == ["10:00", "10:00", "11:30"]


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_the_same_refs_have_the_same_digest_in_any_order():
    refs = {f"refs/heads/{name}": oid * 40 for name, oid in (("main", "b"), ("feature", "a"), ("1.0", "c"))}
    assert snapshot_digest(refs) == snapshot_digest(dict(reversed(refs.items())))
    swapped = dict(zip(refs, reversed(refs.values()), strict=True))
    assert len({snapshot_digest(each) for each in (refs, swapped, {}, {"refs/heads/main": "b" * 40})}) == 4


def test_the_newest_hundred_local_reports_of_a_learner_and_lab_are_kept():
    lab = make_lab()
    enrollment, other = make_learner(lab.course), make_learner(lab.course)
    machine = LocalReport.Place.MACHINE

    def keep(head: int, enrollment=enrollment, lab=lab):
        sent = UploadedReport(f"{head:040x}", "3.0", "d" * 64, {})
        actions.store_local_report(enrollment=enrollment, lab=lab, place=machine, sent=sent)

    keep(0, enrollment=other)
    keep(0, lab=make_lab(lab.course))
    LocalReport.objects.bulk_create(
        LocalReport(enrollment=enrollment, lab=lab, place=machine, head=f"{head:040x}", outcomes={})
        for head in range(100)
    )
    keep(0)  # sent again, so the newest now
    keep(100)
    own = LocalReport.objects.filter(enrollment=enrollment, lab=lab).values_list("head", flat=True)
    assert sorted(int(head, 16) for head in own) == [0, *range(2, 101)]
    assert LocalReport.objects.count() == 102
