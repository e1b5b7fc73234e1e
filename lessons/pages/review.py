"""Build the review of a submitted attempt. Before release it shows which answers are correct, but no right answers."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.urls import reverse

from lessons.marking import latest_markings, mark_answers
from lessons.models import Answer, Attempt, Marking, QuestionReport, RegradedAttempt
from lessons.models.regrade import Move
from lessons.pages.context import Context
from lessons.pages.quiz import attempt_context, questions
from lessons.pages.quiz_words import end_words, release_words
from lessons.queries import OpenCourse
from lessons.quiz_queries import OpenAttempt, OpenQuiz
from lessons.quiz_text import blocks, inline, prompt, quiz_of, rekeyed_quiz_of
from lessons.quiz_text import option as option_html
from lessons.quizzes import (
    QuestionLayout,
    Response,
    explain_reading,
    given_answer,
    question_view,
    refusal,
    right_answer,
)
from lessons.quizzes.front_matter import SHOW_ANSWERS, SHOW_EXPLANATIONS
from lessons.quizzes.question import AnyQuestion, MarkedBy
from lessons.threads.here import by_part, note_context
from lessons.threads.queries import threads_at

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
    of_response: str = ""
    reading: str = ""
    kind: str = ""
    waits: bool = False
    is_checking: bool = False
    is_long: bool = False
    marking: Marking | None = None
    mark_url: str = ""
    report_template: str = ""
    report: Context = field(default_factory=dict)
    may_report: bool = False
    reported: QuestionReport | None = None
    may_ask: bool = False
    threads: list[Context] = field(default_factory=list)

    @property
    def missed(self) -> bool:
        return self.points < self.max_points and not self.waits

    @property
    def status(self) -> tuple[str, str]:
        if not self.answered:
            return "skip", "Not answered"
        if self.waits:
            return ("run", "Being checked") if self.is_checking else ("wait", "Waiting for marking")
        if not self.missed:
            return "done", "Correct"
        return ("part", "Partly correct") if self.points else ("bad", "Incorrect")


def review_page(found: OpenAttempt, show: str) -> Context:
    # `show` is a key of FILTERS; any other value shows all.
    shown = found.of.version.shows if found.of.released else ""
    every = _review_all(found, shown)
    _add_reports(every, found)
    _add_threads(every, found, with_public=shown in SHOW_ANSWERS)
    filtered = {
        "all": every,
        "missed": [item for item in every if item.missed],
        "flagged": [item for item in every if item.flagged],
    }
    show = show if show in FILTERS else "all"
    return {
        **attempt_context(found),
        "found": found.of,
        "ended": end_words(found.attempt),
        **_regraded(found.attempt),
        "may_practise": shown in SHOW_ANSWERS,
        "release": "" if shown == "all" else release_words(found.of),
        "after": found.after,
        "items": filtered[show],
        "styles": _styles(found),
        "is_checking": any(item.is_checking for item in every),
        "show": show,
        "filters": [(name, words, len(filtered[name])) for name, words in FILTERS.items()],
    }


def _add_reports(items: list[Reviewed], found: OpenAttempt) -> None:
    if not found.attempt.pk:
        return  # a view as a learner
    own = QuestionReport.objects.filter(enrollment=found.attempt.enrollment_id, quiz=found.of.quiz)
    by_key = {report.key: report for report in own}
    for item in items:
        item.reported = by_key.get(item.key)
        item.may_report = item.reported is None


def _add_threads(items: list[Reviewed], found: OpenAttempt, *, with_public: bool) -> None:
    # What others asked may give the answer away, so it comes with the answers.
    if not found.attempt.pk:
        return  # a view as a learner
    rows = threads_at(found.attempt.enrollment, "quiz", [found.of.quiz.pk])
    shown = by_part(each for each in rows if each.is_own or with_public)
    for item in items:
        item.may_ask = True
        item.threads = [note_context(each) for each in shown.get(item.key, [])]


def _regraded(attempt: Attempt) -> Context:
    # What the last regrade of this attempt changed; nothing is asked of the database for most attempts.
    if attempt.key_id is None:
        return {}
    applied = RegradedAttempt.objects.filter(attempt=attempt, fate=Move.Fate.APPLIED)
    moves = applied.select_related("regrade").defer("before").order_by("-pk")
    course = attempt.quiz.course.slug
    dropped = [inline(question.heading, course) for question in rekeyed_quiz_of(attempt).dropped]
    return {"regraded": moves.first(), "dropped": dropped}


def staff_review(attempt: Attempt) -> Context:
    """Return the context of the review page of an attempt, even an open one, with the correct answers."""
    course = attempt.quiz.course
    version = attempt.quiz.current or attempt.version
    found = OpenAttempt(attempt, OpenQuiz(attempt.quiz, version, OpenCourse(course, is_staff=True)))
    if attempt.submitted_at is None:
        mark_answers(quiz_of(attempt), found.answers.values())  # as submitting would
    every = _review_all(found, "all")
    if attempt.submitted_at:
        _link_to_marking(every, found)
    ended = end_words(attempt)
    return {
        **attempt_context(found),
        "styles": _styles(found),
        **_regraded(attempt),
        "items": every,
        "learner": attempt.enrollment.user,
        "ended": ended,
    }


def _styles(found: OpenAttempt) -> list[str]:
    # also while a report is still to come: then only a part of the page is replaced
    return sorted({question.report_style for question in questions(found)} - {""})


def _link_to_marking(items: list[Reviewed], found: OpenAttempt) -> None:
    kinds = {question.key: question.marked_by for question in questions(found)}
    for item in items:
        if item.answered and kinds[item.key] is not MarkedBy.PORTAL:
            answer = found.answers[item.key]
            item.mark_url = reverse("mark_answer", args=[found.of.quiz.course.slug, answer.pk])


def _review_all(found: OpenAttempt, shown: str) -> list[Reviewed]:
    # `shown` is what the quiz shows of its answers: a key of `quiz_words.SHOWN`, or "" before release.
    asked = questions(found)
    has_markings = any(question.marked_by is not MarkedBy.PORTAL for question in asked)
    markings = latest_markings(found.attempt) if has_markings else {}
    items = []
    for place, question in enumerate(asked, 1):
        item = _review_question(found, place, question, shown)
        answer = found.answers.get(question.key)
        item.is_long, item.kind = question.answers_are_long, question.kind
        item.waits = answer is not None and answer.response is not None and answer.credit is None
        item.is_checking = item.waits and answer is not None and answer.waits_for == MarkedBy.WORKER
        if item.waits and question.marked_by is MarkedBy.STAFF and not found.of.reader.is_staff:
            item.explanation = ""  # often a model answer: it comes with the marks
        if item.answered and (marking := markings.get(question.key)):
            _add_marking(item, question, marking, found, shown in SHOW_ANSWERS)
        items.append(item)
    return items


def _add_marking(
    item: Reviewed, question: AnyQuestion, marking: Marking, found: OpenAttempt, released: bool
) -> None:
    # The points and the comment of staff belong to the learner at once, and so does what a worker's checks found.
    item.points = marking.points
    item.marking = None if marking.report else marking
    if marking.report and question.report_template:
        item.report_template = question.report_template
        course = found.of.quiz.course
        item.report = question.review_report(marking.report, course=course, released=released)


def _review_question(found: OpenAttempt, place: int, question: AnyQuestion, shown: str) -> Reviewed:
    course, layout = found.of.quiz.course.slug, found.attempt.layout[question.key]
    answer = found.answers.get(question.key) or Answer(credit=Decimal(0))
    return review_answer(question, layout, answer, place=place, course=course, shown=shown)


def review_answer(
    question: AnyQuestion, layout: QuestionLayout, answer: Answer, *, place: int, course: str, shown: str
) -> Reviewed:
    """Review one answer with its credit; `course` is the slug of the course that its links lead to."""
    released, explained = shown in SHOW_ANSWERS, shown in SHOW_EXPLANATIONS
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
    item.options = _options(question, layout, answer.response, course, released=released, explained=explained)
    if not item.options:
        item.given = _given_entries(question, answer.response, course, released)
    if explained and answer.response is not None:
        item.of_response = blocks(question.explain_response(answer.response), course)
    if explained:
        item.explanation = blocks(question.explanation, course)
    if released:
        item.right = [] if item.options else _texts(question, right_answer(question), course)
    return item


def _options(
    question: AnyQuestion,
    layout: QuestionLayout,
    response: Response | None,
    course: str,
    *,
    released: bool,
    explained: bool,
) -> list[ReviewedOption]:
    # Without the right answers, only the chosen options are explained: the words of the others would tell.
    return [
        ReviewedOption(
            html=option_html(option.text, course),
            chosen=option.chosen,
            right=released and option.right,
            explanation=blocks(option.explanation, course)
            if explained and (released or option.chosen)
            else "",
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
