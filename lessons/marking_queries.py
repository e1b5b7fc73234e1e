"""Read queries of answers that staff mark. Every function returns only rows that the given user may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import Count, Min, QuerySet
from django.http import Http404

from lessons.models import Answer, Course, Quiz
from lessons.presence import held_by_others
from lessons.queries import MAX_KEY, Visitor
from lessons.quizzes.question import MarkedBy
from lessons.rights import of_own_learners, teaches_cohort
from portal.accounts.models import User


@dataclass(frozen=True)
class WaitingQuestion:
    """A question with answers that wait for staff; `since` is when the first of them was submitted."""

    quiz: Quiz
    key: str
    count: int
    since: datetime


def waiting_answers(courses: Collection[Course | int], user: User) -> QuerySet[Answer]:
    """Return the answers of some courses that wait for `user`, by the learners of their cohorts."""
    found = Answer.objects.filter(
        waits_for=MarkedBy.STAFF, attempt__course__in=courses, attempt__quiz__deletion=None
    )
    return found.filter(of_own_learners(user, "attempt__enrollment__cohort"))


def waiting_questions(course: Course, user: User) -> list[WaitingQuestion]:
    """Return the questions of a course whose answers wait for `user`, in the order of the course."""
    counted = waiting_answers([course], user).order_by().values("attempt__quiz", "key")
    rows = list(counted.annotate(count=Count("pk"), since=Min("attempt__submitted_at")))
    quizzes = Quiz.objects.filter(pk__in={row["attempt__quiz"] for row in rows}).select_related("current")
    found = []
    for quiz in quizzes.defer("source"):
        of_quiz = [row for row in rows if row["attempt__quiz"] == quiz.pk]
        found += [WaitingQuestion(quiz, row["key"], row["count"], row["since"]) for row in of_quiz]
    return found


def get_answer_to_mark(user: Visitor, course: Course, key: int) -> Answer:
    """Return an answer of a submitted attempt in this course that staff may mark. Raises Http404."""
    if key > MAX_KEY:
        raise Http404
    related = (
        "attempt__version",
        "attempt__quiz__course",
        "attempt__quiz__lesson",
        "attempt__enrollment__user",
    )
    answers = Answer.objects.filter(
        pk=key, attempt__course=course, attempt__quiz__deletion=None, attempt__submitted_at__isnull=False
    )
    answer = answers.exclude(response=None).select_related(*related).first()
    if answer is None or not teaches_cohort(user, answer.attempt.enrollment.cohort_id, course):
        raise Http404
    return answer


def queue_of(course: Course, quiz: int, key: str, user: User) -> list[int]:
    """Return the answers to a question that wait for `user`, in an order that says nothing about learners.

    The order is shuffled, and stays the same while answers come and go.
    """
    waiting = waiting_answers([course], user).filter(attempt__quiz=quiz, key=key).order_by()
    return sorted(waiting.values_list("pk", flat=True), key=_place)


def _place(pk: int) -> bytes:
    return sha256(f"place of answer {pk}".encode()).digest()


def next_in_queue(answer: Answer, user: User) -> tuple[int | None, int]:
    """Return the answer to the same question that comes next, and how many wait besides this one.

    Answers that others have open come last. None if there is no other.
    """
    attempt = answer.attempt
    queue = [pk for pk in queue_of(attempt.course, attempt.quiz_id, answer.key, user) if pk != answer.pk]
    place = _place(answer.pk)
    queue.sort(key=lambda pk: (_place(pk) <= place, _place(pk)))  # those behind this one, then from the start
    held = held_by_others(user=user, model=Answer, keys=queue)
    queue.sort(key=lambda pk: pk in held)
    return (queue[0] if queue else None), len(queue)
