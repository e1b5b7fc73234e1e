"""Read queries that the pages share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from labs.models import (
    CohortSize,
    Lab,
    LabTimes,
    LocalReport,
    MetCheck,
    MetTally,
    Report,
    Submission,
    Team,
)
from labs.models.submission import counted_columns
from labs.release import lab_opening
from labs.team_queries import is_own_submission, team_of
from lessons.models import Enrollment
from lessons.queries import (
    OpenCourse,
    Visitor,
    active_enrollment,
    cohort_of,
    courses_learned,
    courses_taught,
    teaches,
)
from lessons.release import ANY_COHORT, NotOpenYetError, is_open
from lessons.rights import teaches_cohort

HISTORY_PAGE = 10
# Columns of a list of submissions, and the origin of the newest.
SHOWN = (
    *(
        "public_id",
        "number",
        "state",
        "head",
        "head_ref",
        "due_at",
        "late_points",
        "rubric_waiting",
        "reviews_owed",
    ),
    *(f"receipt__repository__{name}" for name in ("host", "owner", "name")),
)


@dataclass(frozen=True)
class LabLink:
    title: str
    url: str


@dataclass(frozen=True)
class OpenLab:
    """A lab that its reader may open; `enrollment` is None for staff who are not enrolled in the course.

    Work is read and written under `enrollment`: the learner's own, or that of the holder of their `team`. It is None
    for a `learner` who has no team for a lab that is done in teams.
    """

    lab: Lab
    enrollment: Enrollment | None
    previous: LabLink | None = None
    next: LabLink | None = None
    is_staff: bool = False
    learner: Enrollment | None = None
    team: Team | None = None


def get_open_lab(user: Visitor, course_slug: str, lab_slug: str) -> OpenLab:
    """Return an open lab of a course that `user` takes, or any lab of one that `user` teaches.

    Raises Http404, or NotOpenYetError for a learner if it opens later.
    """
    lab = _get_lab(Lab.objects.annotate(opens_at=lab_opening(cohort_of(user))), course_slug, lab_slug)
    learner, is_staff = _reader_of(user, lab)
    return _open(lab, learner, is_staff=is_staff)


def _open(lab: Lab, learner: Enrollment | None, **more: Any) -> OpenLab:  # Any: values of fields
    if learner is None or learner.pk is None or not lab.is_for_teams:
        return OpenLab(lab, learner, learner=learner, **more)
    team = team_of(learner, lab)
    return OpenLab(lab, team.holder if team else None, learner=learner, team=team, **more)


def get_lab_and_neighbours(user: Visitor, course_slug: str, lab_slug: str) -> OpenLab:
    """Do the same as `get_open_lab`, and find the open labs before and after it in the same query."""
    lab = _get_lab(_with_neighbours(cohort_of(user), timezone.now()), course_slug, lab_slug)
    enrollment, is_staff = _reader_of(user, lab)
    return _with_links(lab, enrollment, is_staff=is_staff)


def get_lab_for(reader: OpenCourse, lab_slug: str) -> OpenLab:
    """Return a lab that this reader, a learner, may open. Raises Http404, or NotOpenYetError."""
    lab: Any = _get_lab(_with_neighbours(reader.cohort, reader.now), reader.course.slug, lab_slug)
    is_draft = lab.is_draft or not lab.is_proved
    if not reader.may_open(f"Lab: {lab.title}", lab.opens_at, is_draft=is_draft) or is_draft:
        raise Http404
    return _with_links(lab, reader.enrollment)


# Any: an expression or a key for the cohort
def _with_neighbours(cohort: Any, now: datetime) -> QuerySet[Any]:
    near = _open_to(cohort, now).filter(course=OuterRef("course"))
    return Lab.objects.annotate(
        opens_at=lab_opening(cohort),
        named_before=Subquery(_named(_labs_before(near, OuterRef("position"), OuterRef("slug")))[:1]),
        named_after=Subquery(_named(_labs_after(near, OuterRef("position"), OuterRef("slug")))[:1]),
    )


# Any: annotated with its neighbours
def _with_links(lab: Any, learner: Enrollment | None, *, is_staff: bool = False) -> OpenLab:
    links = {"previous": _link(lab, lab.named_before), "next": _link(lab, lab.named_after)}
    return _open(lab, learner, is_staff=is_staff, **links)


def open_labs(user: Visitor) -> QuerySet[Lab]:
    """Return the labs of all courses that `user` may open, by the rule of `get_open_lab`."""
    if not user.is_authenticated:
        return Lab.objects.none()
    if user.is_superuser:
        return Lab.objects.order_by()
    opened = Q(pk__in=_open_to(cohort_of(user)).filter(course__in=courses_learned(user)).values("pk"))
    return Lab.objects.filter(opened | Q(course__in=courses_taught(user))).order_by()


def shows_file(user: Visitor, token: str) -> bool:
    """Return True if the brief of a lab that `user` may open has this file or image."""
    return open_labs(user).filter(brief_html__contains=token).exists()


def _open_to(cohort: Any, now: datetime | None = None) -> QuerySet[Lab]:
    opened = Lab.objects.proved().alias(opens_at=lab_opening(cohort))
    return opened.filter(opens_at__lte=now or timezone.now())


# Any: annotated with `opens_at`
def _get_lab(labs: QuerySet[Any], course_slug: str, lab_slug: str) -> Lab:
    lab = (
        labs.select_related("course", "current", "times")
        .filter(course__slug=course_slug, slug=lab_slug)
        .first()
    )
    if lab is None:
        raise Http404
    found: Lab = lab
    return found


def _reader_of(user: Visitor, lab: Any) -> tuple[Enrollment | None, bool]:
    # the enrollment of this reader, and if they teach the course
    enrollment = active_enrollment(user, lab.course)
    learns = enrollment is not None and lab.is_proved and not lab.is_draft
    may_open = learns and is_open(lab.opens_at, timezone.now())
    # One query less for most learners: only staff may open what is not open.
    is_staff = (user.is_staff or not may_open) and teaches(user, lab.course)
    if may_open or is_staff:
        return enrollment, is_staff
    if learns:
        raise NotOpenYetError(lab.course, f"Lab: {lab.title}", lab.opens_at)
    raise Http404


def _labs_before(labs: QuerySet[Lab], position: Any, slug: Any) -> QuerySet[Lab]:
    before = Q(position__lt=position) | Q(position=position, slug__lt=slug)
    return labs.filter(before).order_by("-position", "-slug")


def _labs_after(labs: QuerySet[Lab], position: Any, slug: Any) -> QuerySet[Lab]:
    after = Q(position__gt=position) | Q(position=position, slug__gt=slug)
    return labs.filter(after).order_by("position", "slug")


def _named(labs: QuerySet[Lab]) -> Any:
    # the slug, which has no spaces, then a space and the title
    return labs.values_list(Concat("slug", Value(" "), "title"), flat=True)


def _link(lab: Lab, named: str | None) -> LabLink | None:
    if not named:
        return None
    slug, _, title = named.partition(" ")
    return LabLink(title, reverse("lab", args=[lab.course.slug, slug]))


def reviews_address(lab: Lab, rest: str = "") -> str:
    return f"{reverse('lab_reviews', args=[lab.course.slug, lab.slug])}{rest}"


def lab_after(lab: Lab, cohort: int) -> LabLink | None:
    labs = _labs_after(_open_to(cohort).filter(course=lab.course_id), lab.position, lab.slug)
    return _link(lab, _named(labs).first())


def get_published_lab(course_slug: str, lab_slug: str) -> Lab:
    """Return a lab that is open to a cohort, for any user: its checks are not secret. Raises Http404."""
    found = _open_to(ANY_COHORT).select_related("course", "current")
    lab = found.filter(course__slug=course_slug, slug=lab_slug).first()
    if lab is None:
        raise Http404
    return lab


def get_submission(user: Visitor, public_id: str) -> Submission:
    """Return a submission of the user's own or of their team, or of a course that `user` teaches. Raises Http404."""
    people = ("enrollment__user", "enrollment__cohort")
    related = (
        "lab__course",
        "lab__current",
        "lab__times",
        *people,
        "receipt__repository",
        "receipt__by",
        "team",
    )
    found = Submission.objects.select_related(*related).filter(public_id=public_id, lab__deletion=None)
    submission = found.first()
    if submission is None or not (
        is_own_submission(submission, user) or teaches_learner_of(submission, user)
    ):
        raise Http404
    return submission


def teaches_learner_of(submission: Submission, user: Visitor) -> bool:
    """Return True for staff of the learner's cohort."""
    return teaches_cohort(user, submission.enrollment.cohort_id, submission.lab.course_id)


def history(enrollment: Enrollment, lab: Lab) -> QuerySet[Submission]:
    """Return all submissions of a learner for a lab, newest first, with their repositories.

    Each has the `points` that count and `passed`; both are None without a report.
    """
    found = Submission.objects.filter(enrollment=enrollment, lab=lab).order_by("-number")
    found = found.select_related("receipt__repository").only(*SHOWN)
    current = FilteredRelation("reports", condition=Q(reports__is_current=True))
    return found.annotate(
        current=current,
        **counted_columns("current"),
        max_points=F("current__max_points"),
    )


def history_page(enrollment: Enrollment, lab: Lab, before: int | None = None) -> list[Submission]:
    """Return the newest HISTORY_PAGE of `history` before a number, and one more if there are more."""
    found = history(enrollment, lab)
    return list((found.filter(number__lt=before) if before else found)[: HISTORY_PAGE + 1])


def best_submission(enrollment: Enrollment, lab: Lab) -> Submission | None:
    """Return the submission that counts, with `points`, `max_points`, `passed` and `data` of its current report."""
    best = (
        Submission.objects.filter(enrollment=enrollment, lab=lab)
        .best()
        .only("number", "public_id", "reviews_owed")
    )
    best = best.annotate(data=F("reports__data"), pass_mark=F("reports__lab_version__pass_mark"))
    # At most one. `first` would add ORDER BY, and PostgreSQL would scan all submissions of the lab.
    return next(iter(best), None)


def current_report(submission: Submission) -> Report | None:
    return submission.reports.select_related("lab_version").filter(is_current=True).first()


def previous_report(submission: Submission) -> Report | None:
    earlier = Report.objects.filter(
        is_current=True,
        submission__enrollment=submission.enrollment_id,
        submission__lab=submission.lab_id,
        submission__number__lt=submission.number,
    )
    return earlier.order_by("-submission__number").first()


@dataclass(frozen=True)
class Tally:
    """Earlier failures of a check: `earlier` is the learner's own, `people` counts those in a `cohort` of this size."""

    earlier: bool
    people: int = 0
    cohort: int = 0


def met_earlier(submission: Submission, name: str) -> bool:
    return _met(submission, [name]).filter(first__lt=submission.number).exists()


def _met(submission: Submission, names: Iterable[str]) -> QuerySet[MetCheck]:
    return MetCheck.objects.filter(
        enrollment=submission.enrollment_id, lab=submission.lab_id, name__in=list(names)
    )


def tallies(submission: Submission, names: Iterable[str]) -> dict[str, Tally]:
    """Return a tally of each of these checks, in one query. People who left the cohort are not counted."""
    cohort = submission.enrollment.cohort_id
    people = MetTally.objects.filter(cohort=cohort, lab=submission.lab_id, name=OuterRef("name"))
    size = CohortSize.objects.filter(cohort=cohort)
    rows = _met(submission, names).annotate(
        people=Coalesce(Subquery(people.values("people")), 0),
        cohort=Coalesce(Subquery(size.values("people")), 0),
    )
    return {
        name: Tally(first < submission.number, people, size)
        for name, first, people, size in rows.values_list("name", "first", "people", "cohort")
    }


def local_reports(submission: Submission, head: str) -> QuerySet[LocalReport]:
    # Without a `main`, a submission shows the pushed commit, so its report may have a different head.
    return LocalReport.objects.filter(enrollment=submission.enrollment_id, lab=submission.lab_id, head=head)


def times_of(lab: Lab) -> LabTimes | None:
    # None before there are results; fetched with the lab by the queries above
    return getattr(lab, "times", None)
