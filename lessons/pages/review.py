"""Build the review of a submitted attempt. Before release it shows which answers are correct, but no right answers."""

from dataclasses import dataclass, field
from decimal import Decimal

from lessons.models import Answer, Attempt
from lessons.pages.context import Context
from lessons.pages.quiz import attempt_context, questions
from lessons.queries import OpenCourse
from lessons.quiz_queries import OpenAttempt, OpenQuiz
from lessons.quiz_text import blocks, inline, parse_stored, prompt
from lessons.quiz_text import option as option_html
from lessons.quizzes import (
    QuestionLayout,
    Response,
    explain_reading,
    given_answer,
    mark,
    question_view,
    refusal,
    right_answer,
)
from lessons.quizzes.question import AnyQuestion

FILTERS = {"all": "All", "missed": "Missed", "flagged": "Flagged"}


@dataclass(frozen=True)
class ReviewedOption:
    html: str
    chosen: bool
    right: bool = False
    explanation: str = ""
    wrong: bool = False  # chosen, and known to be wrong


@dataclass
class Reviewed:
    """One question of the review: either its `options`, or the `given` and `right` texts.

    Each of `given` is a text and its glyph, which is "" if its correctness is not shown.
    """

    place: int
    key: str
    title: str
    body: str
    points: Decimal
    max_points: Decimal
    answered: bool
    flagged: bool
    options: list[ReviewedOption] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    explanation: str = ""
    reading: str = ""

    @property
    def missed(self) -> bool:
        return self.points < self.max_points

    @property
    def status(self) -> tuple[str, str]:
        if not self.answered:
            return "skip", "Not answered"
        if not self.missed:
            return "done", "Correct"
        return ("part", "Partly correct") if self.points else ("bad", "Incorrect")


def review_page(found: OpenAttempt, show: str) -> Context:
    # `show` is a key of FILTERS; any other value shows all.
    released = found.of.released
    every = [_review_question(found, place, item, released) for place, item in enumerate(questions(found), 1)]
    shown = {
        "all": every,
        "missed": [item for item in every if item.missed],
        "flagged": [item for item in every if item.flagged],
    }
    show = show if show in FILTERS else "all"
    return {
        **attempt_context(found),
        "found": found.of,
        "after": found.after,
        "items": shown[show],
        "show": show,
        "filters": [(name, words, len(shown[name])) for name, words in FILTERS.items()],
    }


def staff_review(attempt: Attempt) -> Context:
    """Return the context of the review page of an attempt, even an open one, with the correct answers."""
    course = attempt.quiz.course
    version = attempt.quiz.current or attempt.version
    found = OpenAttempt(attempt, OpenQuiz(attempt.quiz, version, OpenCourse(course, is_staff=True)))
    if attempt.submitted_at is None:
        _mark(found)
    every = [
        _review_question(found, place, question, True) for place, question in enumerate(questions(found), 1)
    ]
    return {**attempt_context(found), "items": every, "learner": attempt.enrollment.user}


def _mark(found: OpenAttempt) -> None:
    # Marks the current answers as submitting would, without saving.
    given = {key: answer.response for key, answer in found.answers.items()}
    marked = mark(parse_stored(found.attempt.version.source), given)
    for key, answer in found.answers.items():
        answer.credit = marked.per_question[key].credit


def _review_question(found: OpenAttempt, place: int, question: AnyQuestion, released: bool) -> Reviewed:
    course, layout = found.of.quiz.course.slug, found.attempt.layout[question.key]
    answer = found.answers.get(question.key) or Answer(credit=Decimal(0))
    title, body = prompt(question_view(question, layout), course)
    item = Reviewed(
        place=place,
        key=question.key,
        title=title,
        body=body,
        points=((answer.credit or Decimal(0)) * question.points).quantize(Decimal("0.01")),
        max_points=question.points,
        answered=answer.response is not None,
        flagged=answer.flagged,
        reading=refusal(question, answer.response) or explain_reading(question, answer.response),
    )
    item.options = _options(question, layout, answer.response, course, released)
    if not item.options:
        item.given = _given_entries(question, answer.response, course, released)
    if released:
        item.explanation = blocks(question.explanation, course)
        item.right = [] if item.options else _texts(question, right_answer(question), course)
    return item


def _options(
    question: AnyQuestion, layout: QuestionLayout, response: Response | None, course: str, released: bool
) -> list[ReviewedOption]:
    return [
        ReviewedOption(
            html=option_html(option.text, course),
            chosen=option.chosen,
            right=released and option.right,
            explanation=blocks(option.explanation, course) if released else "",
            wrong=released and option.chosen and not option.right,
        )
        for option in question.judge_options(layout, response)
    ]


def _given_entries(
    question: AnyQuestion, response: Response | None, course: str, released: bool
) -> list[tuple[str, str]]:
    texts = _texts(question, given_answer(question, response), course)
    right = question.entries_right(response) if released and response is not None else []
    glyphs = ["done" if each else "bad" for each in right] or [""] * len(texts)
    return list(zip(texts, glyphs, strict=True))


def _texts(question: AnyQuestion, texts: list[str], course: str) -> list[str]:
    return [inline(text, course) for text in texts] if question.answers_are_markdown else texts
