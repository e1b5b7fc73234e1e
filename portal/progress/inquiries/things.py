"""The things that a learner may ask about: a submission, the answer to a quiz question, a score changed by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.urls import reverse

from labs.models import Submission
from labs.queries import current_report
from labs.team_queries import own_enrollment_in
from lessons.models import Answer, Attempt, Enrollment
from lessons.pages.numbers import read_number
from lessons.points import CENT
from lessons.quiz_text import quiz_of
from portal.accounts.models import User
from portal.progress.models import Inquiry, Override


@dataclass(frozen=True)
class Thing:
    """`points` are None if there is no result to ask about. `page` is where its learner sees it.

    `rows` are the fields of an Inquiry that name it.
    """

    key: str
    enrollment: Enrollment
    title: str
    page: str
    points: Decimal | None
    rows: dict[str, Any] = field(default_factory=dict)  # Any: rows of three models


def find_thing(key: str) -> Thing | None:
    """Return the thing with this key, of whichever learner; None if there is none."""
    kind, _, rest = key.partition(":")
    find = _FINDERS.get(kind)
    return find(rest) if find and len(key) <= 120 else None


def find_own_thing(key: str, user: User) -> Thing | None:
    """Return a thing of this person, also a submission of their team; None if it is somebody else's."""
    thing = find_thing(key)
    submission = thing.rows.get("submission") if thing else None
    if thing and submission and (own := own_enrollment_in(submission, user)):
        thing = replace(thing, enrollment=own)
    return thing if thing and thing.enrollment.user_id == user.pk else None


def thing_of(inquiry: Inquiry) -> Thing | None:
    """Return the thing of an inquiry as it is now. A score that staff changed again is the newest of its item."""
    return find_thing(inquiry.thing)


def _find_submission(text: str) -> Thing | None:
    related = ("lab__course", "enrollment__user", "enrollment__course")
    found = (
        Submission.objects.select_related(*related).filter(pk=read_number(text), lab__deletion=None).first()
    )
    if found is None:
        return None
    report = current_report(found)
    return Thing(
        f"submission:{found.pk}",
        found.enrollment,
        f"{found.lab.title}, submission {found.number}",
        found.get_absolute_url(),
        found.points_of(report.points) if report else None,
        {"submission": found},
    )


def _find_answer(text: str) -> Thing | None:
    number, _, key = text.partition(":")
    related = ("quiz__course", "version", "key", "enrollment__user", "enrollment__course")
    attempts = Attempt.objects.select_related(*related)
    found = attempts.filter(pk=read_number(number), quiz__deletion=None, submitted_at__isnull=False).first()
    question = quiz_of(found).find(key) if found else None
    if found is None or question is None:
        return None
    points = _points_of(Answer.objects.filter(attempt=found, key=key).first(), question.points)
    page = reverse("attempt_review", args=[found.quiz.course.slug, found.quiz.slug, found.number])
    return Thing(
        f"answer:{found.pk}:{key}",
        found.enrollment,
        f"{found.quiz.title}, attempt {found.number}, question {key}",
        f"{page}#q-{key}",
        points,
        {"attempt": found},
    )


def _points_of(answer: Answer | None, worth: Decimal) -> Decimal | None:
    if answer is None:
        return Decimal(0)  # the learner left it empty
    return None if answer.credit is None else (answer.credit * worth).quantize(CENT, ROUND_HALF_UP)


def _find_score(text: str) -> Thing | None:
    # of the learner whose key is at the end: "lab:12:34"
    item, _, learner = text.rpartition(":")
    kind, _, key = item.partition(":")
    if kind not in ("lab", "quiz"):
        return None
    own = Override.objects.filter(
        enrollment=read_number(learner), is_public=True, **{f"{kind}_id": read_number(key)}
    )
    found = own.select_related("lab", "quiz", "enrollment__user", "enrollment__course").first()
    return _score(found) if found else None


def score_key(item: str, enrollment: int) -> str:
    """Return the key of a score that staff changed, by the key of its item, such as "lab:12"."""
    return f"score:{item}:{enrollment}"


def _score(found: Override) -> Thing:
    of = found.lab or found.quiz
    page = reverse("progress", args=[found.enrollment.course.slug])
    return Thing(
        score_key(found.item, found.enrollment_id),
        found.enrollment,
        f"{of.title if of else ''}, score changed by staff",
        page,
        found.points if found.points is not None else Decimal(-1),  # the graded score counts again
        {"override": found},
    )


def changed_scores(enrollment: Enrollment) -> list[Thing]:
    """Return the scores of a learner that staff changed and the learner sees, one for each item."""
    rows = Override.objects.filter(enrollment=enrollment, is_public=True, points__isnull=False)
    rows = rows.select_related("lab", "quiz", "enrollment__course").order_by("-pk")
    newest: dict[str, Thing] = {}
    for row in rows:
        newest.setdefault(row.item, _score(row))
    return list(newest.values())


_FINDERS: dict[str, Callable[[str], Thing | None]] = {
    "submission": _find_submission,
    "answer": _find_answer,
    "score": _find_score,
}
