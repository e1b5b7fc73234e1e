"""A lesson page queried in raw SQL has the same content as one built from models."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from lessons import lesson_queries
from lessons.models import Lesson, Reading
from tests.factories import make_course, make_learner, make_lesson, make_quiz, make_session, make_staff

pytestmark = pytest.mark.django_db

SHOWN = (
    *("course", "session", "slug", "title", "status", "public", "lab_slugs"),
    *("html", "contents", "checklist", "minutes", "updated_at"),
)


@pytest.fixture
def course():
    """Make two sessions and several lessons at equal positions, created out of order, and one draft."""
    course = make_course()
    sessions = [make_session(course, position=place) for place in (2, 1, 2)]
    make_lesson(make_session(), position=1)  # of another course
    for session in sessions:
        for place in (3, 1, 1):
            make_lesson(session, position=place, checklist=["git"], lab_slugs=["first"])
    draft = Lesson.objects.filter(session=sessions[0]).order_by("-position")[0]
    Lesson.objects.filter(pk=draft.pk).update(status=Lesson.Status.DRAFT)
    lesson = course.lessons.listed().order_by("pk")[3]
    make_quiz(lesson=lesson)
    Lesson.objects.filter(pk=lesson.pk).update(updated_at=datetime(2026, 11, 1, tzinfo=UTC))
    return course


def shown(lesson: Lesson) -> list:
    quiz = getattr(lesson, "quiz", None)
    columns = [getattr(lesson, name) for name in SHOWN]
    return [*columns, lesson.session.slug, lesson.session.title, quiz and (quiz.slug, quiz.title)]


def around(found: lesson_queries.OpenLesson) -> list:
    near = [near and (near.title, near.url) for near in (found.before, found.after)]
    return [*near, found.sessions]


def by_models(lesson: Lesson, readable: QuerySet, listed: QuerySet) -> list:
    """Return what `around` must return for one who may open `readable` and sees `listed` in the sidebar."""
    place = lesson.session.position, lesson.position, lesson.pk
    places = {(each.session.position, each.position, each.pk): each for each in readable}
    before = max((each for each in places if each < place), default=None)
    after = min((each for each in places if each > place), default=None)
    near = [
        (places[each].title, places[each].get_absolute_url()) if each else None for each in (before, after)
    ]
    own = [
        lesson_queries.ListedLesson(
            each.pk,
            each.title,
            each.get_absolute_url() if each in readable else "",
            is_draft=each.status == Lesson.Status.DRAFT,
        )
        for each in listed.filter(session=lesson.session).order_by("position", "pk")
    ]
    sessions = [
        lesson_queries.ListedSession(
            each.title,
            f"{lesson.course.get_absolute_url()}#session-{each.slug}",
            is_current=each == lesson.session,
            lessons=own if each == lesson.session else [],
        )
        for each in lesson.course.sessions.order_by("position", "pk")
    ]
    return [*near, sessions]


def test_both_queries_return_the_same_as_models(course):
    learner, other = make_learner(course), make_learner(course)
    user = learner.user
    for number, lesson in enumerate(course.lessons.listed()):
        read_at = datetime(2026, 11, 2, tzinfo=UTC) if number % 3 else None
        Reading.objects.create(enrollment=learner, lesson=lesson, read_at=read_at)
        Reading.objects.create(enrollment=other, lesson=lesson, read_at=datetime(2026, 11, 2, tzinfo=UTC))
    published = course.lessons.filter(status="published")
    for lesson in published:
        own = lesson_queries.learner_lesson(user, course.slug, lesson.slug)
        assert own
        read = Reading.objects.filter(
            enrollment=learner, lesson__session=lesson.session, read_at__isnull=False
        )
        for found in (own.open(), lesson_queries.get_lesson(user, course.slug, lesson.slug)):
            assert shown(found.lesson) == shown(lesson)
            assert around(found) == by_models(lesson, published, published)
            assert found.enrollment == learner
            assert found.read == set(read.values_list("lesson", flat=True)) != set()


def test_each_role_is_linked_to_lessons_it_may_open(course):
    published = course.lessons.filter(status="published")
    for lesson in published[::2]:
        Lesson.objects.filter(pk=lesson.pk).update(public=True)
    public, staff = published.filter(public=True), make_staff(course)
    for user, readable, listed in (
        (AnonymousUser(), public, published),
        (staff, course.lessons.all(), course.lessons.all()),
    ):
        for lesson in readable:
            found = lesson_queries.get_lesson(user, course.slug, lesson.slug)
            assert shown(found.lesson) == shown(lesson)
            assert around(found) == by_models(lesson, readable, listed)
    for lesson in course.lessons.all():
        found = lesson_queries.get_lesson_as_learner(staff, course.slug, lesson.slug)
        assert around(found) == by_models(lesson, published, published)


def test_a_lesson_without_a_quiz_does_not_query_one(course, django_assert_num_queries):
    user = make_learner(course).user
    lesson = course.lessons.listed().filter(quiz=None)[0]
    own = lesson_queries.learner_lesson(user, course.slug, lesson.slug)
    with django_assert_num_queries(1):
        assert not getattr(own.open().lesson, "quiz", None)
