"""Read queries of live quizzes. Every function returns only rows that the given user may see."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from lessons.models import Course, Enrollment, LiveAnswer, LiveQuestion, LiveQuiz, Quiz
from lessons.queries import MAX_KEY, Visitor
from lessons.quizzes import Response
from lessons.rights import staff_of_cohort


@dataclass(frozen=True)
class OpenLive:
    """A live quiz as one visitor may see it: as a learner (`enrollment`, a key), as staff, or both."""

    live: LiveQuiz
    enrollment: int | None
    is_staff: bool

    @property
    def question(self) -> LiveQuestion | None:
        return self.live.current


class LiveState(NamedTuple):
    """The state of a live quiz that a poll needs. `shown` is the state that an up-to-date page shows."""

    pk: int
    state: int
    changes: int
    ended_at: datetime | None
    ends_at: datetime
    mine: int | None
    taught: bool

    @property
    def shown(self) -> str:
        is_running = self.ended_at is None and self.ends_at > timezone.now()
        return f"{self.state if is_running else 'over'}.{self.changes}"


def get_live_state(user: Visitor, course_slug: str, key: int, *, to_run: bool = False) -> LiveState:
    """Return the state of `get_live`, or of `get_live_to_run`. One query, because each page polls. Raises Http404."""
    fields = ("pk", "state", "changes", "ended_at", "ends_at", "mine", "taught")
    row = _open_live_quizzes(user, course_slug, key).values_list(*fields).first()
    found = LiveState(*row) if row else None
    is_staff = found is not None and (found.taught or user.is_superuser)
    if found is None or not (is_staff or (found.mine and not to_run)):
        raise Http404
    return found


def get_live(user: Visitor, course_slug: str, key: int) -> OpenLive:
    """Return a live quiz of the learner's cohort, or of a course that `user` teaches, also after it ended.

    Raises Http404.
    """
    lives = _open_live_quizzes(user, course_slug, key)
    found: Any = lives.select_related("course", "quiz", "current", "cohort").defer("quiz__source").first()
    if found is None or not (found.mine or found.taught or user.is_superuser):
        raise Http404
    return OpenLive(found, found.mine, is_staff=user.is_superuser or found.taught)


# Any: annotated with the enrollment of the visitor (`mine`), and with `taught`
def _open_live_quizzes(user: Visitor, course_slug: str, key: int) -> QuerySet[Any]:
    if not user.is_authenticated or key > MAX_KEY:
        raise Http404
    staff = staff_of_cohort(user)  # one for the whole course: only staff of all cohorts
    lives = LiveQuiz.objects.filter(
        pk=key, course__slug=course_slug, course__deletion=None, quiz__deletion=None
    )
    mine = Subquery(_enrollments(user).values("pk")[:1])
    return lives.order_by().annotate(taught=Exists(staff), mine=mine)


def _enrollments(user: Visitor) -> QuerySet[Enrollment]:
    # Of the live quiz of the outer query: in its cohort, or in its course if it is for the whole course.
    own = Enrollment.objects.active().filter(user=user.pk, course=OuterRef("course"))
    return own.filter(cohort=Coalesce(OuterRef("cohort"), F("cohort")))


def get_live_to_run(user: Visitor, course_slug: str, key: int) -> LiveQuiz:
    """Return a live quiz of a course that `user` teaches. Raises Http404."""
    found = get_live(user, course_slug, key)
    if not found.is_staff:
        raise Http404
    return found.live


def running_live_quizzes(user: Visitor, courses: Iterable[Course]) -> list[LiveQuiz]:
    """Return the live quizzes of these courses that run now and that `user` may answer as a learner."""
    lives = LiveQuiz.objects.running().filter(Exists(_enrollments(user)), course__in=list(courses))
    return list(lives.select_related("course", "quiz").defer("quiz__source"))


def responses_by_question(live: LiveQuiz, only: LiveQuestion | None = None) -> dict[int, list[Response]]:
    """Map the key of each question that was opened, or of one, to its responses."""
    answers = LiveAnswer.objects.filter(question__live=live).order_by("pk")
    if only is not None:
        answers = LiveAnswer.objects.filter(question=only).order_by("pk")
    found: dict[int, list[Response]] = defaultdict(list)
    for question, response in answers.values_list("question", "response"):
        found[question].append(response)
    return found


def own_answer(question: LiveQuestion, enrollment: int | None) -> LiveAnswer | None:
    return LiveAnswer.objects.filter(question=question, enrollment=enrollment).first()


# Any: annotated with `count`
def asked_questions(live: LiveQuiz) -> dict[str, Any]:
    """Map the key of each question that was opened to the question, with `count` of its answers."""
    return {row.key: row for row in live.questions.annotate(count=Count("answers"))}


def live_quizzes_of(quiz: Quiz, user: Visitor) -> QuerySet[LiveQuiz]:
    """Return the live quizzes that `user` may run."""
    lives = LiveQuiz.objects.filter(quiz=quiz)
    if user.is_authenticated and not user.is_superuser:
        lives = lives.filter(Exists(staff_of_cohort(user)))
    lives = lives.select_related("cohort", "course", "started_by")
    return lives.annotate(asked=Count("questions"))
