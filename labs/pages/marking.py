"""Prepare the pages on which staff mark submissions by the rubric of their lab, and the rubric that learners see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from labs import feedback_queries as queries
from labs.grader.rubric import Criterion, Rubric
from labs.models import Lab, Report, Submission
from labs.queries import current_report
from labs.specs import parse_spec
from lessons.models import Presence
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.context import Context
from lessons.points import count_points, show_exactly, show_points
from lessons.presence import held_by_others, name_others
from lessons.pseudonyms import name_to_mark
from portal.accounts.models import User

KEYS = "1234567890"  # of the first ten items


@dataclass(frozen=True)
class Item:
    """Something to choose: a level, or all points of a criterion without levels. `key` is its key on the keyboard."""

    says: str
    points: str
    key: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class CriterionRow:
    """A criterion of a form or of a result; `given` are its points as text, "" without a mark."""

    id: str
    says: str
    out_of: str
    given: str
    items: list[Item]
    has_levels: bool
    theirs: str = ""  # what somebody else saved meanwhile, if it differs

    @property
    def score(self) -> str:
        return f"{show_points(Decimal(self.given))} of {self.out_of}" if self.given else "waiting for marking"

    @property
    def level(self) -> str:
        return next((item.says for item in self.items if self.has_levels and item.is_chosen), "")


def criterion_rows(
    rubric: Rubric, marks: Mapping[str, str], theirs: Mapping[str, str] | None = None
) -> list[CriterionRow]:
    keys, rows = iter(KEYS), []
    for criterion in rubric:
        given = marks.get(criterion.id, "")
        other = theirs.get(criterion.id, "") if theirs is not None else given
        items = _items(criterion, given, keys)
        rows.append(
            CriterionRow(
                criterion.id,
                criterion.says,
                show_points(criterion.points),
                given,
                items,
                has_levels=bool(criterion.levels),
                theirs="" if other == given else other or "no mark",
            )
        )
    return rows


def _items(criterion: Criterion, given: str, keys: Iterator[str]) -> list[Item]:
    found = [(level.says, show_exactly(level.points)) for level in criterion.levels]
    found = found or [("All points", show_exactly(criterion.points))]
    return [Item(says, points, next(keys, ""), points == given) for says, points in found]


def rubric_of(submission: Submission) -> Rubric:
    """Return the rubric that counts: that of the checks which gave the current result."""
    return _rubric_by(current_report(submission))


def _rubric_by(report: Report | None) -> Rubric:
    return parse_spec(report.lab_version.source).rubric if report else ()


# --- the page of one submission -------------------------------------------------------------------------------------


def mark_page(
    submission: Submission, user: User, others: list[Presence], typed: Mapping[str, str] | None = None
) -> Context:
    """Show the form with the stored marks, or with those that were `typed` beside the stored ones."""
    lab, feedback, report = submission.lab, queries.feedback_of(submission), current_report(submission)
    stored = feedback.marks if feedback else {}
    following, left = queries.next_to_mark(lab, user, submission)
    earlier = queries.marked_earlier(submission)
    return {
        "lab": lab,
        "course": lab.course,
        "submission": submission,
        "learner_name": name_to_mark(submission.enrollment),
        "feedback": feedback,
        "seen": feedback.version if feedback else 0,
        "rows": criterion_rows(_rubric_by(report), stored if typed is None else typed, stored),
        "report": report,
        "replaced": [
            (row, criterion_rows(parse_spec(row.lab_version.source).rubric, row.marks))
            for row in queries.list_replaced_marks(feedback)
        ],
        "threads": queries.threads_of(submission, is_staff=True),
        "saved": queries.saved_comments(lab.course),
        "earlier": earlier,
        "earlier_rows": criterion_rows(parse_spec(earlier.lab_version.source).rubric, earlier.released)
        if earlier
        else [],
        "following": following,
        "left": left,
        "others": presence_words(others),
        "crumbs": staff_crumbs(
            lab.course,
            (lab.title, lab.get_absolute_url()),
            ("Marking", reverse("lab_marking", args=[lab.course.slug, lab.slug])),
            (f"Submission {submission.number}", ""),
        ),
    }


def presence_words(others: list[Presence]) -> str:
    """Return “Being graded by Instructor, since 21:14. …”, "" for nobody."""
    if not others:
        return ""
    return f"Being graded by {name_others(others)}. Whoever saves second sees both marks, and nothing is overwritten."


# --- the queue of a lab ---------------------------------------------------------------------------------------------


def queue_page(lab: Lab, user: User) -> Context:
    keys = queries.queue_of(lab, user)
    shown = keys[: queries.MAX_ROWS]
    found = queries.submissions_with_people(shown)
    marked = list(queries.marked_rows(lab, user)[: queries.MAX_ROWS])
    for row in (*found.values(), *marked):
        row.enrollment.course = lab.course  # without a query for each
    held = held_by_others(user=user, model=Submission, keys=shown)
    return {
        "lab": lab,
        "course": lab.course,
        "has_rubric": bool(lab.current and parse_spec(lab.current.source).rubric),
        "count": len(keys),
        "more": len(keys) - len(shown),
        "rows": [
            (found[key], name_to_mark(found[key].enrollment), key in held) for key in shown if key in found
        ],
        "marked": [(row, name_to_mark(row.enrollment)) for row in marked],
        "following": queries.next_to_mark(lab, user)[0],
        "crumbs": staff_crumbs(lab.course, (lab.title, lab.get_absolute_url()), ("Marking", "")),
    }


# --- what learners see ----------------------------------------------------------------------------------------------


def feedback_context(submission: Submission, report: Report | None, *, is_staff: bool) -> Context:
    """Return the released marks and comments of a submission with this result, for its own page."""
    rubric = _rubric_by(report)
    feedback = queries.feedback_of(submission) if rubric else None
    released = feedback.released if feedback and feedback.released_at else None
    elsewhere = queries.marked_earlier(submission) if rubric and not released else None
    return {
        "feedback": feedback if feedback and feedback.released_at else None,
        "rubric_rows": criterion_rows(rubric, released or {}),
        "rubric_waits": count_points(submission.marking_waiting) if submission.marking_waiting else "",
        "marked_elsewhere": elsewhere,
        "threads": queries.threads_of(submission, is_staff=is_staff),
        "may_mark": is_staff,
    }
