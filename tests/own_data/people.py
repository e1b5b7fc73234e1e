"""A person who used everything, under names that are nowhere else."""

from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from labs.models import Comparison, Installation, SimilarPair
from lessons.models import Message, RosterEntry, Thread
from lessons.rendering.comments import render_comment
from portal.accounts.audit import Event, record
from portal.accounts.models import User
from portal.notices.actions import notify
from portal.progress.models import Certificate, ExternalMark, Override, WaitingMark
from portal.progress.own_data import exporting
from tests.certificates.examples import CONTENT
from tests.factories import make_enrollment, make_submission, make_user
from tests.labs.regrading import push_files
from tests.web.world import Place, make_place

NAME, EMAIL, SECOND, GITHUB = "Zéphyrine O'Quark", "zephy@quark.example", "other@quark.example", "quarkzephy"
NAMES = (NAME, "Zéphyrine", "Quark", EMAIL, SECOND, GITHUB)


def make_busy_person(folder: Path) -> Place:
    """A course whose learner has a row of nearly every kind, commits in a practice repository, and a copy of it all."""
    place = make_place("busy")
    user = place.learner.user
    EmailAddress.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(name=NAME, email=EMAIL, github_name=GITHUB)
    user.refresh_from_db()
    place.learner.user = user
    EmailAddress.objects.create(user=user, email=EMAIL, primary=True, verified=True)
    EmailAddress.objects.create(user=user, email=SECOND, verified=True)
    data = {"login": GITHUB, "email": SECOND, "name": NAME}
    SocialAccount.objects.create(user=user, provider="github", uid="4711", extra_data=data)
    _add_grades(place, folder)
    _add_texts(place)
    _add_lists(place)
    exporting.ask_for_export(user=user)
    assert exporting.make_next() and user.exports.get().state == "ready"
    return place


def _add_grades(place: Place, folder: Path) -> None:
    learner = place.learner
    push_files(learner, place.lab, folder, "README.md", f"{GITHUB}.txt")
    Override.objects.create(
        enrollment=learner, quiz=place.quiz, points=2, out_of=4, reason=f"As {NAME} was ill"
    )
    ExternalMark.objects.create(enrollment=learner, title="Exam", points=7, out_of=10)
    Certificate.objects.create(enrollment=learner, name=NAME, content=CONTENT, shows_name=True)


def _add_texts(place: Place) -> None:
    learner, staff = place.learner, place.instructor
    text = f"I am {NAME}, write to {EMAIL}"
    Thread.objects.filter(pk=place.thread.pk).update(is_public=True, shows_name=True)
    Message.objects.create(thread=place.thread, author=learner.user, text=text, html=render_comment(text))
    reply = f"Dear {NAME}: look again."
    Message.objects.create(
        thread=place.thread, author=staff, is_staff=True, text=reply, html=render_comment(reply)
    )
    private = Thread.objects.create(
        enrollment=learner,
        kind="question",
        title=f"Of {NAME}",
        place_kind="lesson",
        place_key=place.lesson.pk,
    )
    Message.objects.create(thread=private, author=learner.user, text=text, html=text)
    notify(user=staff, kind="question", text=f"{NAME} asks about a lesson.", link="/")
    record(Event.JOINING, f"{EMAIL} moved: {NAME} asked", user=staff)
    record(Event.SIGN_IN_FAILED, "wrong email or password", who=EMAIL)
    about = {"object_id": str(learner.user.pk), "object_repr": EMAIL, "action_flag": 2}
    LogEntry.objects.create(user=staff, change_message=f"Name of {EMAIL}", **about)


def _add_lists(place: Place) -> None:
    learner, cohort = place.learner, place.cohort
    RosterEntry.objects.create(cohort=cohort, key="1", name=NAME, email=EMAIL, enrollment=learner)
    RosterEntry.objects.create(cohort=cohort, key="2", name="Z", github_name=GITHUB)
    marks = {"origin_key": "x", "title": "Sums", "points": 1, "out_of": 2}
    WaitingMark.objects.create(cohort=cohort, person_key=GITHUB, github_name=GITHUB, **marks)
    Installation.objects.create(installation_id=4711, account=GITHUB)
    peer = make_submission(make_enrollment(make_user(), cohort), place.lab)
    compared = Comparison.objects.create(lab=place.lab, state="done", ended_at=timezone.now())
    pair = {"first": peer, "second": place.submission, "commits": 1, "files": 0, "percent": 90}
    SimilarPair.objects.create(comparison=compared, **pair)
