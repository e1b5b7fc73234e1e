"""Build the context of a quiz's start page, player and summary."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from lessons.attempt_times import GRACE
from lessons.models import Answer
from lessons.pages import quiz_words as words
from lessons.pages.breadcrumb import Crumb, course_crumbs
from lessons.pages.context import Context
from lessons.pages.controls import controls
from lessons.quiz_queries import OpenAttempt, OpenQuiz, typical_minutes
from lessons.quiz_text import prompt, quiz_of
from lessons.quizzes import Response, explain_reading, given_answer, question_view, refusal
from lessons.quizzes.question import AnyQuestion


@dataclass(frozen=True)
class QuestionStep:
    """A question as one step of an attempt."""

    place: int
    title: str
    answered: bool
    flagged: bool
    note: str = ""

    @property
    def glyph(self) -> str:
        return "done" if self.answered else "todo"


def start_page(found: OpenQuiz) -> Context:
    open_attempt = OpenAttempt(found.open_attempt, found) if found.open_attempt else None
    return {
        **_quiz(found),
        "found": found,
        "after": found.after,
        "minutes": typical_minutes(found),
        "time": words.time_words(found),
        "deadline": words.deadline_words(found),
        "cut": words.cut_words(found),
        "release": words.release_words(found),
        "resume_at": first_empty(open_attempt) if open_attempt else None,
        "end": open_attempt.end if open_attempt else None,
    }


def question_page(found: OpenAttempt, place: int, typed: Response | None = None) -> Context:
    # `typed` is a refused response, which stays in its field.
    question = question_at(found, place)
    answer = found.answers.get(question.key)
    course = found.of.quiz.course.slug
    layout = found.attempt.layout[question.key]
    saved = answer.response if answer else None
    asked = controls(question, layout, saved if typed is None else typed, course)
    title, body = prompt(asked.view, course)
    all_steps = steps(found)
    return {
        **attempt_context(found),
        **_time(found),
        "place": place,
        "steps": all_steps,
        "after": place + 1 if place < len(all_steps) else None,
        "title": title,
        "body": body,
        "asked": asked,
        "answer": answer,
        "refused": refusal_words(found, question, saved if typed is None else typed),
        "reading": explain_reading(question, saved),
    }


def refusal_words(found: OpenAttempt, question: AnyQuestion, typed: Response | None) -> str:
    """Say that the typed response is not saved, and which answer counts instead; "" if it is readable."""
    why = refusal(question, typed)
    answer = found.answers.get(question.key)
    kept = answer.response if answer else None
    if not why:
        return ""
    if kept == typed:
        return why
    counts = f" Your saved answer is still {' '.join(given_answer(question, kept))}." if kept else ""
    return f"Not saved. {why}{counts}"


def summary_page(found: OpenAttempt) -> Context:
    all_steps = steps(found)
    return {
        **attempt_context(found),
        **_time(found),
        "steps": all_steps,
        "answered_count": sum(step.answered for step in all_steps),
    }


def time_page(found: OpenAttempt) -> Context:
    return {**_time(found), "attempt": found.attempt}


def _time(found: OpenAttempt) -> Context:
    # The script counts the seconds itself: the clock of its machine may be wrong.
    end, now = found.end, found.of.reader.now
    if end.at is None:
        return {"end": None}
    seconds = max(0, int((end.at - now).total_seconds()))
    return {"end": end, "urgent": words.urgent_words(end, now), "seconds": seconds, "grace": GRACE.seconds}


def questions(found: OpenAttempt) -> tuple[AnyQuestion, ...]:
    return quiz_of(found.attempt).questions


def question_at(found: OpenAttempt, place: int) -> AnyQuestion:
    return question_in(questions(found), place)


def question_in(asked: Sequence[AnyQuestion], place: int) -> AnyQuestion:
    """Return the question at this position in an attempt, from 1. Raises Http404."""
    if not 1 <= place <= len(asked):
        raise Http404
    return asked[place - 1]


def steps(found: OpenAttempt) -> list[QuestionStep]:
    course = found.of.quiz.course.slug
    return [
        _step(place, _title(found, question, course), question, found.answers.get(question.key))
        for place, question in enumerate(questions(found), 1)
    ]


def _title(found: OpenAttempt, question: AnyQuestion, course: str) -> str:
    return prompt(question_view(question, found.attempt.layout[question.key]), course)[0]


def _step(place: int, title: str, question: AnyQuestion, answer: Answer | None) -> QuestionStep:
    if answer is None:
        return QuestionStep(place, title, answered=False, flagged=False)
    note = refusal(question, answer.response) or explain_reading(question, answer.response)
    return QuestionStep(place, title, answered=answer.response is not None, flagged=answer.flagged, note=note)


def first_empty(found: OpenAttempt) -> int | None:
    # None if all are answered.
    return next((step.place for step in steps(found) if not step.answered), None)


def question_address(found: OpenAttempt, place: int | None) -> str:
    """Return the URL of a question; that of the summary for None or a position after the last question."""
    quiz = found.of.quiz
    return address_in(len(questions(found)), place, quiz.course.slug, quiz.slug, found.attempt.number)


def address_in(count: int, place: int | None, *attempt: str | int) -> str:
    """Return the same URL from the number of questions and the attempt's course, quiz and number."""
    if place is None or not 1 <= place <= count:
        return reverse("attempt_summary", args=attempt)
    return reverse("question", args=[*attempt, place])


def _quiz(found: OpenQuiz, *steps: Crumb) -> Context:
    quiz, course, lesson = found.quiz, found.quiz.course, found.quiz.lesson
    lesson_url = reverse("lesson", args=[course.slug, lesson.slug])
    crumbs = course_crumbs(course, (lesson.title, lesson_url), ("Quiz", quiz.get_absolute_url()), *steps)
    return {
        "course": course,
        "quiz": quiz,
        "lesson": lesson,
        "lesson_url": lesson_url,
        "course_url": course.get_absolute_url(),
        "crumbs": crumbs,
        "counting": words.COUNTING[found.counts],
    }


def attempt_context(found: OpenAttempt) -> Context:
    return {**_quiz(found.of, (f"Attempt {found.attempt.number}", "")), "attempt": found.attempt}
