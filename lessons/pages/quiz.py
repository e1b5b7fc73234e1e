"""Build the context of a quiz's start page, player and summary."""

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from lessons.models import Answer
from lessons.pages.breadcrumb import Crumb, course_crumbs
from lessons.pages.context import Context
from lessons.pages.controls import controls
from lessons.quiz_queries import OpenAttempt, OpenQuiz, typical_minutes
from lessons.quiz_text import parse_stored, prompt
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
    attempt = found.open_attempt
    return {
        **_quiz(found),
        "found": found,
        "after": found.after,
        "minutes": typical_minutes(found),
        "resume_at": first_empty(OpenAttempt(attempt, found)) if attempt else None,
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
        "steps": all_steps,
        "answered_count": sum(step.answered for step in all_steps),
    }


def questions(found: OpenAttempt) -> tuple[AnyQuestion, ...]:
    return parse_stored(found.attempt.version.source).questions


def question_at(found: OpenAttempt, place: int) -> AnyQuestion:
    return question_in(found.attempt.version.source, place)


def question_in(source: str, place: int) -> AnyQuestion:
    """Return the question at this position in a quiz, from 1. Raises Http404."""
    asked = parse_stored(source).questions
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
    return address_in(found.attempt.version.source, place, quiz.course.slug, quiz.slug, found.attempt.number)


def address_in(source: str, place: int | None, *attempt: str | int) -> str:
    """Return the same URL from the quiz source and the attempt's course, quiz and number."""
    if place is None or not 1 <= place <= len(parse_stored(source).questions):
        return reverse("attempt_summary", args=attempt)
    return reverse("question", args=[*attempt, place])


def _quiz(found: OpenQuiz, *steps: Crumb) -> Context:
    quiz, course, lesson = found.quiz, found.quiz.course, found.quiz.lesson
    above = (lesson.title, reverse("lesson", args=[course.slug, lesson.slug]))
    crumbs = course_crumbs(course, above, ("Quiz", quiz.get_absolute_url()), *steps)
    return {"course": course, "quiz": quiz, "lesson": lesson, "crumbs": crumbs}


def attempt_context(found: OpenAttempt) -> Context:
    return {**_quiz(found.of, (f"Attempt {found.attempt.number}", "")), "attempt": found.attempt}
