"""The page of a learner, queried in raw SQL, has the same content as the page queried through models."""

from datetime import UTC, datetime

import pytest

from lessons import queries
from lessons.models import Lesson, Reading
from tests.factories import make_course, make_learner, make_lesson, make_quiz, make_session

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
    lesson = course.lessons.published().order_by("pk")[3]
    make_quiz(lesson=lesson)
    Lesson.objects.filter(pk=lesson.pk).update(updated_at=datetime(2026, 11, 1, tzinfo=UTC))
    return course


def shown(found: queries.OpenLesson) -> list:
    lesson, quiz = found.lesson, getattr(found.lesson, "quiz", None)
    return [
        *(getattr(lesson, name) for name in SHOWN),
        *(lesson.session.slug, lesson.session.title, quiz and (quiz.slug, quiz.title)),
        *(found.before, found.after, found.enrollment, found.read),
    ]


def test_both_find_the_same(course):
    learner, other = make_learner(course), make_learner(course)
    user = learner.user
    for number, lesson in enumerate(course.lessons.published()):
        read_at = datetime(2026, 11, 2, tzinfo=UTC) if number % 3 else None
        Reading.objects.create(enrollment=learner, lesson=lesson, read_at=read_at)
        Reading.objects.create(enrollment=other, lesson=lesson, read_at=datetime(2026, 11, 2, tzinfo=UTC))
    for lesson in course.lessons.published():
        own = queries.learner_lesson(user, course.slug, lesson.slug)
        assert own
        found = queries.get_lesson(user, course.slug, lesson.slug)
        assert shown(own.open()) == shown(found)
        read = Reading.objects.filter(
            enrollment=learner, lesson__session=lesson.session, read_at__isnull=False
        )
        assert found.read == set(read.values_list("lesson", flat=True)) != set()


def test_a_lesson_without_a_quiz_asks_for_none(course, django_assert_num_queries):
    user = make_learner(course).user
    lesson = course.lessons.published().filter(quiz=None)[0]
    own = queries.learner_lesson(user, course.slug, lesson.slug)
    with django_assert_num_queries(1):
        assert not getattr(own.open().lesson, "quiz", None)
