"""The preview next to the editor: the page as readers see it, and the problems by line."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from django.http import JsonResponse
from django.template.loader import render_to_string

from lessons.actions import render_markdown
from lessons.gate import judge_markdown, judge_quiz
from lessons.links import Links, links_within
from lessons.models import Course
from lessons.pages.context import Context
from lessons.pages.controls import controls
from lessons.points import show_points
from lessons.quiz_text import blocks, prompt
from lessons.quiz_text import option as option_html
from lessons.quizzes import QuizSyntaxError, parse, right_answer
from lessons.quizzes.question import AnyQuestion
from lessons.rendering import TooComplexError
from lessons.texts.problem import Problem


@dataclass(frozen=True)
class Preview:
    """`page` is sanitised HTML, None if the text cannot be rendered. `outline` has (level, id, title).

    `warnings` do not block publishing.
    """

    page: str | None
    problems: list[Problem] = field(default_factory=list)
    facts: str = ""
    outline: list[tuple[int, str, str]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def as_response(self) -> JsonResponse:
        return JsonResponse(
            {"page": self.page, "notes": render_to_string("authoring/_notes.html", vars(self))}
        )


def preview_page(course: Course, source: str, title: str) -> Preview:
    return preview_markdown(source, title, links_within(course))


def preview_brief(course: Course, source: str, title: str, links: Links | None = None) -> Preview:
    links = links or links_within(course)
    found = preview_markdown(source, title, links)
    return replace(found, problems=judge_markdown(source, links).errors)


def preview_markdown(source: str, title: str, links: Links) -> Preview:
    # A lesson, or the brief of a lab, which has no title of its own.
    try:
        rendered = render_markdown(source, links)
    except TooComplexError:
        return Preview(None, judge_markdown(source, links).errors)
    words = len(rendered.text.split())
    html = rendered.staff_html or rendered.html
    return Preview(
        page=render_to_string(
            "authoring/_page.html", {"title": title, "html": html, "minutes": rendered.minutes}
        ),
        problems=rendered.verdict.errors,
        warnings=rendered.verdict.warnings,
        facts=f"{words:,} word{'' if words == 1 else 's'}, about {minutes(rendered.minutes)} to read",
        outline=rendered.contents,
    )


def minutes(number: int) -> str:
    return f"{number} minute{'' if number == 1 else 's'}"


def preview_quiz(course: Course, source: str, title: str, links: Links | None = None) -> Preview:
    # With the right answers and explanations, which only the author sees.
    verdict = judge_quiz(source, links or links_within(course))
    try:
        quiz = parse(source)
        asked = [_preview_question(question, course.slug) for question in quiz.questions]
    except (QuizSyntaxError, TooComplexError):
        return Preview(None, verdict.errors)
    points = sum((question.points for question in quiz.questions), Decimal(0))
    return Preview(
        page=render_to_string("authoring/_quiz.html", {"quiz": quiz, "asked": asked}),
        problems=verdict.errors,
        facts=f"{len(asked)} questions, {show_points(points)} points, pass mark {quiz.pass_mark}%",
        warnings=verdict.warnings,
    )


def _preview_question(question: AnyQuestion, course: str) -> Context:
    # Shuffled with a fixed seed, so that the order does not change at each keystroke.
    asked = controls(question, question.lay_out(Random(question.key)), None, course)  # noqa: S311
    title, body = prompt(asked.view, course)
    return {
        "asked": asked,
        "title": title,
        "body": body,
        "right": [_answer_html(question, text, course) for text in right_answer(question)],
        "options": _explained_options(question, course),
        "explanation": blocks(question.explanation, course),
    }


def _answer_html(question: AnyQuestion, text: str, course: str) -> str:
    return option_html(text, course) if question.answers_are_markdown else text


def _explained_options(question: AnyQuestion, course: str) -> list[tuple[str, str]]:
    return [
        (_answer_html(question, text, course), blocks(explanation, course))
        for text, explanation in question.explained_options()
    ]


# The preview for each kind of text; lab.yaml has its own in `labs`.
KINDS = {"lesson": preview_page, "brief": preview_brief, "quiz": preview_quiz}
