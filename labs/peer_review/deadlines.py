"""The deadlines of peer reviews, computed when they are needed, as those of labs are."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from labs.deadlines import terms_of
from labs.grader.review import Review
from labs.models import Lab, PeerReview, ReviewedWork, ReviewRound
from labs.peer_review.owners import made_by
from labs.specs import parse_spec
from lessons.models import Cohort, Enrollment, Meeting, Session
from lessons.texts.due_rules import Rule, due_at, parse_rule


class ReviewDue(NamedTuple):
    """The deadline of the reviews of a lab; `at` is None while a meeting or the lab has no date."""

    at: datetime | None
    rule: Rule
    round: ReviewRound | None = None

    @property
    def is_open(self) -> bool:
        return self.at is not None and (self.round is None or self.round.closed_at is None)


def review_of(lab: Lab) -> Review | None:
    """Return the peer review of the version that learners have. Only labs with one are parsed."""
    if lab.current is None or not lab.current.review_works:
        return None
    return parse_spec(lab.current.source).review


def reviewed_labs(course: int) -> list[Lab]:
    """Return the labs of a course that have a peer review, with their current version."""
    found = Lab.objects.filter(course=course, current__review_works__gt=0).counted().order_by("pk")
    return list(found.select_related("current"))


def dues_for(learner: Enrollment) -> dict[int, ReviewDue]:
    """Return the deadlines of a learner's reviews by lab: of the round with their work, or of the one to come.

    One query for courses without a peer review.
    """
    labs = reviewed_labs(learner.course_id)
    if not labs:
        return {}
    rounds = ReviewRound.objects.filter(cohort=learner.cohort_id, lab__in=labs)
    own = ReviewedWork.objects.filter(made_by(learner), lab__in=labs).select_related("round__cohort")
    mine = {each.lab_id: each.round for each in own}
    drawn = {each.lab_id for each in rounds} - mine.keys()
    found = dues_of(learner.cohort, [lab for lab in labs if lab.pk not in drawn])
    for key, round in mine.items():
        due = found[key] if round.cohort_id == learner.cohort_id else dues_of(round.cohort, labs)[key]
        found[key] = due._replace(at=round.closes_at or due.at, round=round)
    return found


def labs_to_review(learner: Enrollment) -> set[int]:
    """Return the labs in which a learner has reviews to write."""
    rows = PeerReview.objects.filter(reviewer=learner, submitted_at=None, work__enrollment__is_active=True)
    return set(rows.order_by().values_list("work__lab", flat=True))


def due_of_round(round: ReviewRound) -> datetime | None:
    """Return the deadline of a round: that of staff, else by the rule of the lab."""
    return round.closes_at or rule_due(round.lab, round.cohort)


def rule_due(lab: Lab, cohort: Cohort) -> datetime | None:
    due = dues_of(cohort, [lab]).get(lab.pk)
    return due.at if due else None


def lab_dues(cohort: Cohort) -> dict[int, datetime | None]:
    """Return the deadlines of labs for a cohort, without extensions."""
    nobody = Enrollment(pk=0, cohort=cohort, course_id=cohort.course_id)
    return {lab: terms.deadline.at for lab, terms in terms_of(nobody).items()}


def dues_of(cohort: Cohort, labs: Iterable[Lab]) -> dict[int, ReviewDue]:
    """Return the deadlines of reviews by the rules of labs."""
    rules = {lab.pk: parse_rule(review.deadline) for lab in labs if (review := review_of(lab))}
    if not rules:
        return {}
    numbered = _meetings(cohort, {rule.session for rule in rules.values() if rule.session})
    dues = lab_dues(cohort) if any(not rule.session for rule in rules.values()) else {}
    return {
        key: ReviewDue(_find_due_time(rule, dues.get(key), numbered, cohort), rule)
        for key, rule in rules.items()
    }


def _meetings(cohort: Cohort, numbers: Collection[int]) -> dict[int, Meeting]:
    if not numbers:
        return {}
    sessions = Session.objects.filter(course=cohort.course_id).order_by("position", "pk")
    places = {pk: number for number, pk in enumerate(sessions.values_list("pk", flat=True), 1)}
    return {places[each.session_id]: each for each in Meeting.objects.filter(cohort=cohort)}


def _find_due_time(
    rule: Rule, lab_due: datetime | None, meetings: Mapping[int, Meeting], cohort: Cohort
) -> datetime | None:
    if rule.session is None:
        return due_at(rule, lab_due, 0, cohort.time_zone) if lab_due else None
    met = meetings.get(rule.session)
    return due_at(rule, met.starts_at, met.minutes, cohort.time_zone) if met else None
