"""Build the pages of a live quiz: for staff who run it, for learners who answer, and its results."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from lessons import live_queries
from lessons.live_queries import OpenLive
from lessons.models import Answer, LiveAnswer, LiveQuestion, LiveQuiz, Quiz
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from lessons.pages.controls import controls
from lessons.pages.item_analysis import cut, staff_quiz_context
from lessons.pages.review import review_answer
from lessons.presence import count_present
from lessons.quiz_text import inline, option, parse_stored, prompt
from lessons.quizzes import Response, credit, explain_reading, question_view, refusal
from lessons.quizzes.question import AnyQuestion
from lessons.quizzes.tally import can_tally, tally
from lessons.rights import cohorts_taught, teaches_whole
from portal.accounts.models import User

MAX_BARS = 30


@dataclass(frozen=True)
class Bar:
    """An option or a typed answer, with the number of learners who gave it. `right` is None until revealed."""

    html: str
    count: int
    right: bool | None


@dataclass(frozen=True)
class Chart:
    bars: list[Bar]
    others: int
    answered: int


@dataclass(frozen=True)
class ListedQuestion:
    """A question in the list of staff; `asked` is its row once it was opened."""

    place: int
    key: str
    title: str
    can_ask: bool
    hint: str
    asked: Any  # Any: annotated with `count`
    is_current: bool


def setup_page(quiz: Quiz, user: User) -> Context:
    assert quiz.current is not None  # noqa: S101 - `get_taught_quiz` returns only quizzes with questions
    listed = _listed(quiz.course.slug, parse_stored(quiz.current.source).questions, {}, None)
    lives = list(live_queries.live_quizzes_of(quiz, user)[:50])
    return {
        **staff_quiz_context(quiz, "Live in class"),
        "listed": listed,
        "can_start": any(each.can_ask for each in listed),
        "cohorts": list(cohorts_taught(user).filter(course=quiz.course).order_by("title")),
        "is_for_all": teaches_whole(user, quiz.course_id),
        "running": [live for live in lives if live.is_running],
        "past": [live for live in lives if not live.is_running],
    }


def run_page(live: LiveQuiz, shown: str = "") -> Context:
    """Return the context of the page of staff, also of its polled part."""
    asked = live_queries.asked_questions(live)
    questions = parse_stored(live.version.source).questions
    listed = _listed(live.course.slug, questions, asked, live.current if live.is_running else None)
    current = next((each for each in listed if each.is_current), None)
    places = [each.place for each in listed if each.can_ask and not each.asked]
    after = [place for place in places if current is None or place > current.place] or places
    context = {
        **_base(live),
        **staff_quiz_context(live.quiz, "Live in class"),
        "listed": listed,
        "current": current,
        "next": next((each for each in listed if after and each.place == after[0]), None),
    }
    if not live.is_running:
        return {**context, "results": _results(live, questions, asked)}
    return {**context, **_shown(live), **tally_part(live, staff=True, shown=shown)}


def tally_part(live: LiveQuiz, *, staff: bool, shown: str = "") -> Context:
    """Return the count of answers, and the chart if it is shown: the same for all learners, or for all staff.

    `shown` is the state from which the next poll goes on. If `live` was read later, the page must not claim to show
    what is new in it.
    """
    row = live.current
    base = {"live": live, "staff": staff, "shown": shown or f"{live.state}.{live.changes}"}
    if row is None or not live.is_running:
        return {**base, "chart": None, "answered": 0}
    question = question_of(live, row)
    given = live_queries.responses_by_question(live, row)[row.pk]
    chart = chart_of(live.course.slug, question, row, given) if staff or row.shows_chart else None
    return {
        **base,
        "row": row,
        "chart": chart,
        "answered": len(given),
        "connected": max(count_present(live), len(given)) if staff else None,
    }


def answer_page(found: OpenLive, typed: Response | None = None) -> Context:
    """Return the context of the page of a learner; `typed` is a refused response, which stays in its field."""
    live = found.live
    context = {
        **_base(live),
        "crumbs": course_crumbs(live.course, (f"Live: {live.quiz.title}", "")),
        "may_answer": found.enrollment is not None,
        **tally_part(live, staff=False),
    }
    row = live.current
    if row is None or not live.is_running:
        return context
    question, course = question_of(live, row), live.course.slug
    answer = live_queries.own_answer(row, found.enrollment)
    saved = answer.response if answer else None
    context |= _shown(live)
    if row.closed_at is None:
        refused = refusal(question, typed)
        return {
            **context,
            "asked": controls(question, row.layout, saved if typed is None else typed, course),
            "saved": saved_words(question, answer),
            "refused": f"Not saved. {refused}" if refused else "",
            "at_once": question.tallied == "options",
        }
    own = Answer(response=saved, credit=credit(question, saved))
    reviewed = review_answer(
        question, row.layout, own, place=1, course=course, shown="all" if row.is_revealed else ""
    )
    return {**context, "item": reviewed}


def saved_words(question: AnyQuestion, answer: LiveAnswer | None) -> str:
    if answer is None:
        return "Not answered yet"
    at = date_format(localtime(answer.saved_at), "H:i")
    reading = explain_reading(question, answer.response)
    return " ".join(
        filter(None, [f"Saved at {at}.", reading, "You can change it until the question closes."])
    )


def announcement(live: LiveQuiz) -> str:
    """Return what changed, in one sentence for screen readers."""
    row = live.current
    if not live.is_running:
        return "The live quiz has ended."
    if row is None:
        return ""
    if row.is_revealed:
        return "The correct answer is shown."
    return "The question is closed." if row.closed_at else "A question is open."


def question_of(live: LiveQuiz, row: LiveQuestion) -> AnyQuestion:
    questions = parse_stored(live.version.source).questions
    return next(each for each in questions if each.key == row.key)


def chart_of(course: str, question: AnyQuestion, row: LiveQuestion, responses: Sequence[Response]) -> Chart:
    """Return the bars, options in the order in which learners see them."""
    counts = tally(question, responses, limit=MAX_BARS)
    bars = [
        Bar(
            option(each.text, course) if counts.are_options else cut(each.text),
            each.counts[0],
            each.right if row.is_revealed else None,
        )
        for each in counts.rows
    ]
    if counts.are_options:
        by_token = dict(zip(row.layout["options"], bars, strict=True))
        bars = [by_token[shown.token] for shown in question_view(question, row.layout).options]
    return Chart(bars, counts.others[0], len(responses))


def _base(live: LiveQuiz) -> Context:
    return {"course": live.course, "quiz": live.quiz, "live": live, "running": live.is_running}


def _shown(live: LiveQuiz) -> Context:
    row = live.current
    if row is None:
        return {}
    question = question_of(live, row)
    title, body = prompt(question_view(question, row.layout), live.course.slug)
    return {"row": row, "title": title, "body": body, "hint": question.hint}


def _listed(
    course: str, questions: Sequence[AnyQuestion], asked: dict[str, Any], current: LiveQuestion | None
) -> list[ListedQuestion]:
    return [
        ListedQuestion(
            place=place,
            key=question.key,
            title=inline(question.heading, course),
            can_ask=can_tally(question),
            hint="" if can_tally(question) else "Cannot be asked live: its answers don’t fit in a chart.",
            asked=asked.get(question.key),
            is_current=current is not None and current.key == question.key,
        )
        for place, question in enumerate(questions, 1)
    ]


def _results(
    live: LiveQuiz, questions: Sequence[AnyQuestion], asked: dict[str, Any]
) -> list[tuple[ListedQuestion, Chart]]:
    results = []
    given = live_queries.responses_by_question(live)
    for listed, question in zip(_listed(live.course.slug, questions, asked, None), questions, strict=True):
        if listed.asked:
            listed.asked.is_revealed = True  # after class, staff see what is correct
            chart = chart_of(live.course.slug, question, listed.asked, given[listed.asked.pk])
            results.append((listed, chart))
    return results
