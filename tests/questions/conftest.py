from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lessons.models import Course, Enrollment, Lesson, Meeting, Message, Thread
from lessons.threads import actions
from lessons.threads.places import Place, find_place
from portal.accounts.models import User
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lesson,
    make_session,
    make_staff,
    make_user,
)

QUESTION, HELP = Thread.Kind.QUESTION, Thread.Kind.HELP


@dataclass
class Cast:
    """A lesson and a class of a cohort. `peer` learns in the same cohort, `elsewhere` in another one of the course."""

    course: Course
    lesson: Lesson
    meeting: Meeting
    learner: Enrollment
    peer: Enrollment
    elsewhere: Enrollment
    staff: User
    colleague: User

    def place(self, who: Enrollment | None = None, part: str = "first-heading") -> Place:
        user = (who or self.learner).user
        return find_place(user, self.course.slug, "lesson", self.lesson.slug, part)

    def in_class(self) -> Place:
        return find_place(self.learner.user, self.course.slug, "meeting", self.meeting.session.slug)

    def ask(self, kind=QUESTION, who: Enrollment | None = None, **fields) -> Thread:
        fields = {"title": "Why two servers?", "text": "The lesson says **one**.", **fields}
        place = fields.pop("place", None) or self.place(who)
        return actions.ask(enrollment=who or self.learner, place=place, kind=kind, **fields)

    def answer(self, thread: Thread, text="Because of `load`.", by: User | None = None, **fields) -> Message:
        newest = thread.messages.order_by("-pk").values_list("pk", flat=True)[0]
        fields = {"newest": newest, **fields}
        return actions.reply(thread=thread, author=by or self.staff, is_staff=True, text=text, **fields)

    def client(self, who: User | Enrollment) -> Client:
        client = Client()
        client.force_login(who.user if isinstance(who, Enrollment) else who)
        return client


@pytest.fixture
def cast(db) -> Cast:
    course = make_course()
    session = make_session(course)
    lesson = make_lesson(session, title="Containers")
    cohort = make_cohort(course)
    started = timezone.now() - timedelta(minutes=30)
    meeting = Meeting.objects.create(cohort=cohort, session=session, starts_at=started, minutes=180)
    other = make_cohort(course)
    staff = [
        make_staff(course, make_user(is_staff=True, name=name)) for name in ("Instructor A", "Instructor B")
    ]
    return Cast(
        *(course, lesson, meeting),
        make_enrollment(make_user(name="Learner A"), cohort),
        make_enrollment(make_user(name="Learner B"), cohort),
        make_enrollment(make_user(name="Learner C"), other),
        *staff,
    )
