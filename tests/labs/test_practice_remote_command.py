"""`manage.py practice_remote EMAIL LAB`."""

from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command

from labs import tokens
from labs.models import Lab
from tests.factories import make_enrollment, make_lab, make_learner, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return make_lab(slug="first-repository")


def test_prints_a_remote_url_with_a_valid_token(lab, capsys):
    learner = make_learner(lab.course, email="learner@example.org")
    call_command("practice_remote", "Learner@example.org", "first-repository")
    address = urlsplit(capsys.readouterr().out.strip())
    assert address.path == f"/git/{lab.course.slug}/first-repository.git"
    assert tokens.use_token(token=address.password) == learner.user


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["nobody@example.org", "first-repository"], "No user has the email nobody@example.org."),
        (
            ["user@example.org", "first-repository"],
            "user@example.org is not enrolled in a course with an open lab",
        ),
        (
            ["learner@example.org", "other"],
            "learner@example.org is not enrolled in a course with an open lab other.",
        ),
    ],
)
def test_says_in_one_line_what_is_wrong(lab, arguments, error):
    make_user("user@example.org")
    make_learner(lab.course, email="learner@example.org")
    with pytest.raises(CommandError, match=f"^{error}"):
        call_command("practice_remote", *arguments)


def test_asks_for_the_course_where_two_have_such_a_lab(lab, capsys):
    learner = make_learner(lab.course)
    other = make_lab(slug="first-repository")
    make_enrollment(learner.user, make_learner(other.course).cohort)
    arguments = [learner.user.email, "first-repository"]
    with pytest.raises(CommandError, match=f"--course {other.course.slug}"):
        call_command("practice_remote", *arguments)
    call_command("practice_remote", *arguments, "--course", other.course.slug)
    assert f"/git/{other.course.slug}/" in capsys.readouterr().out


def test_lab_that_is_a_draft_is_not_open(lab):
    learner = make_learner(lab.course)
    Lab.objects.update(status=Lab.Status.DRAFT)
    with pytest.raises(CommandError, match="is not enrolled in a course with an open lab"):
        call_command("practice_remote", learner.user.email, "first-repository")
