"""Build the pages on which staff mark answers in free text."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString

from lessons.marking import MAX_COMMENT, question_of
from lessons.marking_queries import next_in_queue, queue_of, waiting_questions
from lessons.models import Answer, Course, Presence, Quiz
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.context import Context
from lessons.points import show_exactly
from lessons.presence import name_others
from lessons.quiz_text import blocks, inline, parse_stored, prompt
from lessons.quizzes import question_view
from lessons.quizzes.question import AnyQuestion
from portal.accounts.models import User


@dataclass(frozen=True)
class QueueRow:
    quiz: Quiz
    title: SafeString | str
    count: int
    since: datetime
    url: str


def queue_page(course: Course, user: User) -> Context:
    rows = [
        QueueRow(
            waiting.quiz,
            _title(waiting.quiz, waiting.key),
            waiting.count,
            waiting.since,
            reverse("marking_question", args=[course.slug, waiting.quiz.slug, waiting.key]),
        )
        for waiting in waiting_questions(course, user)
    ]
    return {
        "course": course,
        "rows": rows,
        "count": sum(row.count for row in rows),
        "crumbs": staff_crumbs(course, ("Marking", "")),
    }


def _title(quiz: Quiz, key: str) -> SafeString | str:
    # The question may be gone from the current version.
    found = parse_stored(quiz.current.source).find(key) if quiz.current else None
    return inline(found.heading, quiz.course.slug) if found else f"#{key}"


def first_to_mark(course: Course, quiz: int, key: str, user: User) -> int | None:
    return next(iter(queue_of(course, quiz, key, user)), None)


def mark_page(course: Course, answer: Answer, user: User, others: list[Presence]) -> Context:
    question = question_of(answer)
    attempt = answer.attempt
    title, body = prompt(question_view(question, attempt.layout[answer.key]), course.slug)
    markings = list(answer.markings.select_related("by"))
    following, left = next_in_queue(answer, user)
    return {
        "course": course,
        "quiz": attempt.quiz,
        "attempt": attempt,
        "answer": answer,
        "learner": attempt.enrollment.user,
        "question": question,
        "title": title,
        "body": body,
        "notes": blocks(question.notes_for_staff, course.slug) if question.notes_for_staff else "",
        "explanation": blocks(question.explanation, course.slug),
        "text": "\n".join(question.given_answer(answer.response)),
        "words": _count_words(question, answer),
        "markings": markings,
        "latest": markings[-1] if markings else None,
        "max_points": show_exactly(question.points),
        "max_comment": MAX_COMMENT,
        "following": following,
        "left": left,
        "others": presence_words(others),
        "crumbs": staff_crumbs(
            course, ("Marking", reverse("marking", args=[course.slug])), (attempt.quiz.title, "")
        ),
    }


def _count_words(question: AnyQuestion, answer: Answer) -> str:
    if not question.max_words:
        return ""
    count = len(str(answer.response).split())
    words = f"{count:,} word{'' if count == 1 else 's'} of at most {question.max_words:,}"
    return f"{words}: {count - question.max_words:,} too many" if count > question.max_words else words


def presence_words(others: list[Presence]) -> str:
    """Return “This answer is being marked by Instructor, since 21:14. …”, "" for nobody."""
    if not others:
        return ""
    return (
        f"This answer is being marked by {name_others(others)}."
        " Whoever saves second is told, and nothing is overwritten."
    )
