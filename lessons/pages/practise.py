"""Build the pages on which a learner practises missed questions. Nothing is stored, and nothing counts."""

import secrets
from collections.abc import Sequence
from random import Random

from django.http import Http404
from django.urls import reverse
from django.utils.crypto import salted_hmac

from lessons.missed_queries import Missed
from lessons.models import Answer, Course
from lessons.pages.breadcrumb import Crumb, course_crumbs
from lessons.pages.context import Context
from lessons.pages.controls import controls
from lessons.pages.review import review_answer
from lessons.quiz_text import inline, prompt
from lessons.quizzes import QuestionLayout, Response, credit, question_view

COURSE = "course"


def list_page(course: Course, missed: Sequence[Missed], around: str, above: Crumb) -> Context:
    """Return the list of missed questions; `around` is COURSE, or "" for one quiz."""
    rows = [(each, inline(each.question.heading, course.slug), address(each, around)) for each in missed]
    return {
        "course": course,
        "crumbs": course_crumbs(course, above, ("Practise missed questions", "")),
        "above": above,
        "rows": rows,
    }


def address(missed: Missed, around: str) -> str:
    quiz = missed.quiz
    page = reverse("practise_question", args=[quiz.course.slug, quiz.slug, missed.question.key])
    return f"{page}?of={around}" if around else page


def find(missed: Sequence[Missed], quiz_slug: str, key: str) -> tuple[int, Missed]:
    """Return the position, from 0, and the question. Raises Http404."""
    for place, each in enumerate(missed):
        if each.quiz.slug == quiz_slug and each.question.key == key:
            return place, each
    raise Http404


def new_seed() -> str:
    return secrets.token_hex(8)


def layout_of(missed: Missed, enrollment: int, seed: str) -> QuestionLayout:
    """Return the layout that belongs to a seed of the page, which does not reveal it."""
    told = f"{enrollment}:{missed.version.pk}:{missed.question.key}:{seed}"
    return missed.question.lay_out(Random(salted_hmac("lessons.practise", told).hexdigest()))  # noqa: S311


def question_page(
    missed: Sequence[Missed],
    place: int,
    around: str,
    *,
    above: Crumb,
    layout: QuestionLayout,
    seed: str,
    typed: Response | None = None,
    refused: str = "",
) -> Context:
    this = missed[place]
    course = this.quiz.course
    title, body = prompt(question_view(this.question, layout), course.slug)
    return {
        **_frame(missed, place, around, above),
        "title": title,
        "body": body,
        "seed": seed,
        "asked": controls(this.question, layout, typed, course.slug),
        "refused": refused,
    }


def feedback_page(
    missed: Sequence[Missed],
    place: int,
    around: str,
    *,
    above: Crumb,
    layout: QuestionLayout,
    response: Response,
) -> Context:
    this = missed[place]
    answer = Answer(response=response, credit=credit(this.question, response))
    item = review_answer(
        this.question, layout, answer, place=place + 1, course=this.quiz.course.slug, shown=this.shows
    )
    return {**_frame(missed, place, around, above), "item": item}


def _frame(missed: Sequence[Missed], place: int, around: str, above: Crumb) -> Context:
    this = missed[place]
    after = missed[place + 1] if place + 1 < len(missed) else None
    base = (
        reverse("practise_course", args=[this.quiz.course.slug])
        if around
        else reverse("practise_quiz", args=[this.quiz.course.slug, this.quiz.slug])
    )
    crumbs = course_crumbs(this.quiz.course, above, ("Practise missed questions", base))
    return {
        "course": this.quiz.course,
        "quiz": this.quiz,
        "crumbs": [*crumbs, (f"Question {place + 1}", "")],
        "place": place + 1,
        "count": len(missed),
        "here": address(this, around),
        "next": address(after, around) if after else "",
        "all": base,
    }
