"""The places of this app: a lesson, a question of a quiz, and a class."""

from collections.abc import Iterable

from django.http import Http404
from django.urls import reverse

from lessons.lesson_queries import get_lesson
from lessons.meeting_queries import get_meeting
from lessons.models import Attempt, Enrollment, Lesson, Meeting, Quiz
from lessons.queries import Visitor, active_enrollment, get_member_course
from lessons.quiz_queries import get_attempt, get_quiz
from lessons.quiz_text import asked_by, plain
from lessons.quizzes.front_matter import SHOW_ANSWERS
from lessons.threads.places import Place, register

MAX_ATTEMPTS = 50  # that are searched for a question


class LessonPlace:
    """A lesson, or one of its headings."""

    name, word, may_help = "lesson", "Lesson", True

    def find(self, user: Visitor, course: str, slug: str, part: str, at: str) -> Place:
        lesson = get_lesson(user, course, slug).lesson
        parts = [(each[1], each[2]) for each in lesson.contents]
        title = dict(parts).get(part, "")
        return Place(
            *(self.name, lesson.pk, lesson.title, lesson.get_absolute_url()),
            part=part if title else "",
            part_title=title,
            parts=parts,
        )

    def locate(self, keys: Iterable[int]) -> dict[int, tuple[str, str]]:
        rows = Lesson.objects.filter(pk__in=set(keys), session__deletion=None).select_related("course")
        only = rows.only("slug", "title", "course__slug")
        return {row.pk: (row.title, row.get_absolute_url()) for row in only}

    def anchor(self, part: str) -> str:
        return part

    def may_see(self, user: Visitor, enrollment: Enrollment, key: int, part: str) -> bool:
        lesson = Lesson.objects.filter(pk=key, session__deletion=None).values_list("slug", flat=True).first()
        return lesson is not None and bool(get_lesson(user, enrollment.course.slug, lesson))


class QuestionPlace:
    """A question of a quiz. Only learners who got it see it; questions of others come with the answers."""

    name, word, may_help = "quiz", "Quiz", False

    def find(self, user: Visitor, course: str, slug: str, part: str, at: str) -> Place:
        if not at.isdecimal() or len(at) > 5:
            raise Http404
        found = get_attempt(user, course, slug, int(at))
        attempt, quiz = found.attempt, found.of.quiz
        question = asked_by(attempt).find(part)
        if question is None:
            raise Http404
        words = plain(question.heading, course)[:200]
        page = "attempt" if attempt.submitted_at is None else "attempt_review"
        evidence = f"Attempt {attempt.number}"
        of_staff = reverse("attempt_of", args=[course, slug, attempt.number, attempt.enrollment_id])
        return Place(
            *(
                self.name,
                quiz.pk,
                f"Quiz: {quiz.title}"[:200],
                reverse(page, args=[course, slug, attempt.number]),
            ),
            part=part,
            part_title=words,
            evidence=evidence,
            evidence_url=f"{of_staff}#q-{part}",
        )

    def locate(self, keys: Iterable[int]) -> dict[int, tuple[str, str]]:
        rows = Quiz.objects.filter(pk__in=set(keys)).select_related("course")
        only = rows.only("slug", "title", "course__slug")
        return {row.pk: (f"Quiz: {row.title}", row.get_absolute_url()) for row in only}

    def anchor(self, part: str) -> str:
        return f"q-{part}"

    def may_see(self, user: Visitor, enrollment: Enrollment, key: int, part: str) -> bool:
        quiz = Quiz.objects.filter(pk=key).values_list("slug", flat=True).first()
        if quiz is None:
            return False
        found = get_quiz(user, enrollment.course.slug, quiz)
        if not found.released or found.version.shows not in SHOW_ANSWERS:
            return False
        own = Attempt.objects.filter(enrollment=enrollment, quiz=key, submitted_at__isnull=False)
        rows = own.select_related("version").order_by("-pk")[:MAX_ATTEMPTS]
        return any(asked_by(attempt).find(part) for attempt in rows)


class ClassPlace:
    """A class, as its learner: a request from the class page."""

    name, word, may_help = "meeting", "Class", True

    def find(self, user: Visitor, course: str, slug: str, part: str, at: str) -> Place:
        reader = get_member_course(user, course)
        if reader.enrollment is None:
            raise Http404
        meeting = get_meeting(user, course, reader.enrollment.cohort.slug, slug).meeting
        return Place(self.name, meeting.pk, meeting.session.title, meeting.get_absolute_url())

    def locate(self, keys: Iterable[int]) -> dict[int, tuple[str, str]]:
        rows = Meeting.objects.filter(pk__in=set(keys)).select_related("cohort__course", "session")
        return {row.pk: (row.session.title, row.get_absolute_url()) for row in rows}

    def anchor(self, part: str) -> str:
        return ""

    def may_see(self, user: Visitor, enrollment: Enrollment, key: int, part: str) -> bool:
        meeting = Meeting.objects.filter(pk=key, cohort=enrollment.cohort_id)
        return active_enrollment(user, enrollment.course) == enrollment and meeting.exists()


def register_own() -> None:
    for kind in (LessonPlace(), QuestionPlace(), ClassPlace()):
        register(kind)
