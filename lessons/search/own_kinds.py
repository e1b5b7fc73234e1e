"""The kinds of search results that lessons provide: pages, the terms that they define, and titles of quizzes.

Of a quiz nothing but its title is indexed: a question could be read before the attempt that shows it, and an answer
or an explanation at any time.
"""

from collections.abc import Collection

from django.urls import reverse
from django.utils import timezone

from lessons.models import Lesson, Quiz
from lessons.queries import readable_lessons, waiting_lessons
from lessons.quiz_queries import open_quizzes
from lessons.rendering import Rendered, Section, TooComplexError, render
from lessons.search import index
from lessons.search.kinds import Described, Kind, register


def index_lesson(lesson: Lesson, rendered: Rendered) -> None:
    """Index a lesson and the terms that it defines."""
    start, *rest = rendered.sections
    start = Section(start.id, start.title, "\n".join(filter(None, [lesson.summary, start.text])))
    index.write("lesson", lesson.pk, lesson.title, [start, *rest])
    terms = [Section(found.id, found.term, found.meaning) for found in rendered.definitions]
    index.write("glossary", lesson.pk, "", terms)


def index_quiz(quiz: Quiz) -> None:
    index.write("quiz", quiz.pk, quiz.title, [Section("", "", "")])


def register_own() -> None:
    describe = _describe_lessons
    register(Kind("lesson", "Lessons", Lesson, readable_lessons, describe, _index_again, waiting_lessons))
    register(Kind("quiz", "Quizzes", Quiz, open_quizzes, _describe_quizzes, index=index_quiz))
    register(Kind("glossary", "Glossary", Lesson, readable_lessons, describe))


def _index_again(lesson: Lesson) -> None:
    try:
        rendered = render(lesson.source, link=lambda *_: None)
    except TooComplexError:  # of a draft; its page is empty as well
        rendered = render("", link=lambda *_: None)
    index_lesson(lesson, rendered)


def _describe_lessons(keys: Collection[int]) -> dict[int, Described]:
    now = timezone.now()
    names = (
        "slug",
        "title",
        "summary",
        "session__title",
        "course__slug",
        "course__title",
        "status",
        "publish_at",
    )
    rows = Lesson.objects.filter(pk__in=keys).order_by().values_list("pk", *names)
    return {
        key: Described(
            title,
            reverse("lesson", args=[course_slug, slug]),
            course,
            session,
            summary,
            state=Lesson(status=status, publish_at=publish_at).waiting_word(now),
        )
        for key, slug, title, summary, session, course_slug, course, status, publish_at in rows
    }


def _describe_quizzes(keys: Collection[int]) -> dict[int, Described]:
    now = timezone.now()
    rows = Quiz.objects.filter(pk__in=keys).order_by().select_related("lesson", "course").only(*_OF_QUIZ)
    return {
        quiz.pk: Described(
            quiz.title,
            reverse("quiz", args=[quiz.course.slug, quiz.slug]),
            quiz.course.title,
            quiz.lesson.title,
            state=quiz.waiting_word(now) or quiz.lesson.waiting_word(now),
        )
        for quiz in rows
    }


_OF_QUIZ = (
    *("slug", "title", "status", "publish_at", "course__slug", "course__title"),
    *("lesson__title", "lesson__status", "lesson__publish_at"),
)
