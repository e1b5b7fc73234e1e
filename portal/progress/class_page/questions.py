"""The quiz questions that the fewest learners of a cohort answer correctly, with figures of the item analysis."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.db.models import Count, Exists, F, FloatField, OuterRef, Q
from django.db.models.functions import Cast, NullIf
from django.urls import reverse

from lessons.analysis_queries import sittings
from lessons.models import Answer, Attempt, Cohort, Quiz
from lessons.pages.item_analysis import cut, signed
from lessons.quiz_text import parse_stored, plain
from lessons.quizzes.analysis import MIN_SITTINGS, Estimate, ItemAnalysis, analyse
from lessons.quizzes.question import AnyQuestion
from lessons.quizzes.tally import Tally

LOW = 0.7  # a question that more learners answer correctly is not listed
MAX_SHOWN = 5
MAX_READ = 300  # attempts at a quiz, the latest ones, whose answers are read for the figures
CACHE_SECONDS = 60


@dataclass(frozen=True)
class WeakQuestion:
    """A question in words. `right` of `marked` first attempts were correct; other figures are "" if not known."""

    title: str
    quiz: str
    url: str
    right: int
    marked: int
    wrong: str
    times: int
    discrimination: str
    flags: tuple[str, ...]


def weak_questions(cohort: Cohort) -> list[WeakQuestion]:
    """Return the questions to look at, those with a flag first; kept for a minute."""
    key = f"class-questions:{cohort.pk}"
    found: list[WeakQuestion] | None = caches["pages"].get(key)
    if found is None:
        found = sorted(_read(cohort), key=lambda each: (not each.flags, each.right / each.marked))
        caches["pages"].set(key, found, timeout=CACHE_SECONDS)
    return found


def _read(cohort: Cohort) -> Iterator[WeakQuestion]:
    weakest = _weakest(cohort)
    quizzes = Quiz.objects.filter(pk__in={quiz for quiz, _ in weakest}).select_related("current", "course")
    for quiz in quizzes.order_by("pk"):
        version: Any = quiz.current  # Any: one of them, as its attempts have it
        questions = parse_stored(version.source).questions
        read = sittings(quiz, [version], questions, cohort=cohort.pk, limit=MAX_READ)
        found = analyse(questions, read)
        for question, item in zip(questions, found.items, strict=True):
            if (quiz.pk, item.key) in weakest and item.marked:
                yield _describe(quiz, question, item)


def _weakest(cohort: Cohort) -> set[tuple[int, str]]:
    # Of the current version, so that figures of a question that was changed are not mixed.
    first = Attempt.objects.submitted().filter(
        enrollment__cohort=cohort,
        enrollment__is_active=True,
        quiz__course=cohort.course_id,
        quiz__deletion=None,
        quiz__lesson__deletion=None,
        version=F("quiz__current"),
    )
    submitted = Attempt.objects.submitted().filter(enrollment=OuterRef("enrollment"), quiz=OuterRef("quiz"))
    first = first.exclude(Exists(submitted.filter(number__lt=OuterRef("number"))))
    answers = Answer.objects.filter(attempt__in=first.order_by().values("pk")).order_by()
    counted = answers.values("attempt__quiz", "key").annotate(
        marked=Count("credit"), right=Count("pk", filter=Q(credit=1))
    )
    # PostgreSQL may divide before it leaves out the questions without a mark.
    share = Cast("right", FloatField()) / NullIf(Cast("marked", FloatField()), 0.0)
    weak = counted.filter(marked__gte=MIN_SITTINGS).annotate(share=share).filter(share__lt=LOW)
    rows = weak.order_by("share", "attempt__quiz", "key").values_list("attempt__quiz", "key")
    return set(rows[:MAX_SHOWN])


def _describe(quiz: Quiz, question: AnyQuestion, item: ItemAnalysis) -> WeakQuestion:
    wrong, times = _most_chosen(quiz, item.tally) if item.tally else ("", 0)
    return WeakQuestion(
        title=plain(question.heading, quiz.course.slug),
        quiz=str(quiz),
        url=f"{reverse('item_analysis', args=[quiz.course.slug, quiz.slug])}#q-{item.key}",
        right=item.right,
        marked=item.marked,
        wrong=wrong,
        times=times,
        discrimination=_words(item.discrimination),
        flags=item.flags,
    )


def _most_chosen(quiz: Quiz, tally: Tally) -> tuple[str, int]:
    wrong = [row for row in tally.rows if not row.right and any(row.counts)]
    if not wrong:
        return "", 0
    row = max(wrong, key=lambda each: sum(each.counts))
    text = plain(row.text, quiz.course.slug) if tally.are_options else row.text
    return cut(text), sum(row.counts)


def _words(found: Estimate | None) -> str:
    return f"{signed(found.value)}, {signed(found.low)} to {signed(found.high)}" if found else ""
