"""Read queries of certificates. The number of queries is fixed."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import Http404

from labs.models import Lab, Submission
from lessons.models import Attempt, Attendance, Course, Enrollment, Meeting, Reading, Session
from lessons.points import show_points
from lessons.queries import OpenCourse
from portal.accounts.models import RESERVED, User
from portal.progress.certificates.route import Stretch, store
from portal.progress.certificates.rules import Facts, describe_rule, list_missing
from portal.progress.models import Certificate, CertificateRule
from portal.progress.score_queries import read_outcomes, score_outcomes

MAX_LISTED = 2_000  # certificates of a cohort


@dataclass(frozen=True)
class Standing:
    """The rule for a learner without a certificate, and the requirements still missing."""

    rule: CertificateRule
    facts: Facts
    missing: list[str]


def get_rule(course: Course) -> CertificateRule:
    """Return the rule of the course. Raises Http404 if it gives no certificates."""
    rule = CertificateRule.objects.filter(course=course).first()
    if rule is None:
        raise Http404("This course gives no certificates.")
    rule.course = course
    return rule


def get_standing(reader: OpenCourse) -> Standing:
    """Return the standing of this learner. Raises Http404 if the course gives no certificates, or for staff."""
    if reader.enrollment is None:
        raise Http404("Only learners get certificates.")
    rule = get_rule(reader.course)
    facts = _facts(reader, reader.enrollment)
    return Standing(rule, facts, list_missing(rule, facts))


def _facts(reader: OpenCourse, enrollment: Enrollment) -> Facts:
    outcomes = read_outcomes(reader.course, [enrollment])
    scores = score_outcomes(reader.course, [enrollment], outcomes)[enrollment.pk]
    passed = {key for key, outcome in outcomes[enrollment.pk].items() if outcome.is_passed}
    labs = _labs_of(reader, _homes_of(reader))
    over = _meetings_over(enrollment, reader)
    attended = Attendance.objects.filter(enrollment=enrollment, meeting__in=over, is_present=True).count()
    return Facts(
        points=scores.points,
        pass_mark=Decimal(reader.course.pass_mark),
        is_passed=scores.is_passed,
        labs_to_pass=tuple(lab.title for lab in labs if f"lab:{lab.pk}" not in passed),
        attended=attended,
        meetings=len(over),
        has_confirmed_email=not User.objects.filter(pk=enrollment.user_id, email__endswith=RESERVED).exists(),
    )


def _homes_of(reader: OpenCourse) -> dict[str, int]:
    # the labs that lessons name, in the order of the lessons, each with the session of the first one
    homes: dict[str, int] = {}
    for session, slugs in reader.lessons().exclude(lab_slugs=[]).values_list("session", "lab_slugs"):
        for slug in slugs:
            homes.setdefault(slug, session)
    return homes


def _labs_of(reader: OpenCourse, slugs: Iterable[str]) -> list[Lab]:
    counted = {lab.slug: lab for lab in Lab.objects.filter(course=reader.course).counted()}
    return [counted[slug] for slug in slugs if slug in counted]


def _meetings_over(enrollment: Enrollment, reader: OpenCourse) -> list[Meeting]:
    held = Meeting.objects.planned().filter(cohort=enrollment.cohort_id, starts_at__lt=reader.now)
    return [meeting for meeting in held.order_by("starts_at") if meeting.ends_at <= reader.now]


# --- what a certificate says ----------------------------------------------------------------------------------------


# Any: JSON
def collect_content(reader: OpenCourse, enrollment: Enrollment, standing: Standing) -> dict[str, Any]:
    """Return the content of a certificate that is issued now, as JSON."""
    cohort, course = enrollment.cohort, reader.course
    meetings = _meetings_over(enrollment, reader)
    days = [meeting.starts_at.astimezone(meeting.zone).date() for meeting in meetings]
    zone = meetings[0].zone if meetings else reader.now.tzinfo
    homes = _homes_of(reader)
    labs = _labs_of(reader, homes)
    tries = _tries_of(enrollment)
    passed = [lab for lab in labs if tries.get(lab.pk, (False,))[-1]]
    lessons = Reading.objects.filter(enrollment=enrollment, read_at__isnull=False).count()
    return {
        "slug": course.slug,
        "course": course.title,
        "cohort": cohort.title,
        "issuer": settings.SITE_NAME,
        "signed_by": standing.rule.signed_by,
        "criteria": describe_rule(standing.rule, standing.facts.pass_mark),
        "issued_on": reader.now.astimezone(zone).date().isoformat(),
        "starts_on": days[0].isoformat() if days else "",
        "ends_on": days[-1].isoformat() if days else "",
        "sessions": len(days),
        "hours": round(sum(meeting.minutes for meeting in meetings) / 60),
        "lessons": lessons,
        "labs": len(passed),
        "points": show_points(standing.facts.points),
        "work": _work_of(enrollment, passed),
        "route": store(_stretches(reader, enrollment, {lab: homes[lab.slug] for lab in labs}, tries)),
    }


def _tries_of(enrollment: Enrollment) -> dict[int, tuple[bool, ...]]:
    # For each lab, whether its graded submissions passed, in order up to the first one that did.
    own = Submission.objects.of_learners([enrollment.pk])
    graded = own.filter(reports__is_current=True).order_by("lab", "number")
    tries: dict[int, tuple[bool, ...]] = {}
    for lab, passed in graded.values_list("lab", "reports__passed"):
        before = tries.get(lab, ())
        if not (before and before[-1]):
            tries[lab] = (*before, passed)
    return tries


def _stretches(
    reader: OpenCourse, enrollment: Enrollment, labs: dict[Lab, int], tries: dict[int, tuple[bool, ...]]
) -> list[Stretch]:
    read = Reading.objects.filter(enrollment=enrollment, read_at__isnull=False, lesson__course=reader.course)
    dots = dict(read.order_by().values_list("lesson__session").annotate(Count("pk")))
    best = Attempt.objects.filter(enrollment=enrollment).order_by().best().filter(passed=True)
    for key in best.values_list("quiz__lesson__session", flat=True):
        dots[key] = dots.get(key, 0) + 1
    found = []
    for session in Session.objects.filter(course=reader.course).order_by("position", "pk"):
        if dots.get(session.pk):
            found.append(Stretch(session.title, dots=dots[session.pk]))
        own = (lab for lab, home in labs.items() if home == session.pk and lab.pk in tries)
        found += [Stretch(lab.title, tries=tries[lab.pk]) for lab in own]
    return found


def _work_of(enrollment: Enrollment, labs: list[Lab]) -> list[dict[str, str]]:
    best = Submission.objects.of_learners([enrollment.pk]).best().select_related("receipt__repository")
    addresses = {each.lab_id: str(each.receipt.repository.address or "") for each in best}
    return [{"title": lab.title, "address": _public(addresses.get(lab.pk, ""))} for lab in labs]


def _public(address: str) -> str:
    return address if address.startswith("https://") else ""


# --- certificates ---------------------------------------------------------------------------------------------------


def get_certificate_by_key(key: str) -> Certificate:
    """Return the certificate with this public key. Raises Http404."""
    found = Certificate.objects.filter(key=key).select_related("replaced_by").first()
    if found is None:
        raise Http404("No certificate has this address.")
    return found


def find_own_certificate(user: User, course: str) -> Certificate | None:
    """Return the newest certificate of a person for a course, also a withdrawn one.

    It is theirs also if they left the course, or if the course gives no more certificates.
    """
    own = Certificate.objects.filter(enrollment__user=user, enrollment__course__slug=course, replaced_by=None)
    return own.select_related("enrollment__course", "enrollment__user").first()


def get_own_certificate(user: User, course: str) -> Certificate:
    """Return the valid certificate of a person for a course. Raises Http404."""
    found = find_own_certificate(user, course)
    if found is None or found.state != "valid":
        raise Http404("You have no valid certificate for this course.")
    return found


def get_certificate_of(course: Course, key: str) -> Certificate:
    """Return a certificate of this course, for its staff. Raises Http404."""
    of_course = Certificate.objects.filter(enrollment__course=course).select_related("enrollment__user")
    found = of_course.filter(key=key).first()
    if found is None:
        raise Http404("This course has no such certificate.")
    found.enrollment.course = course
    return found


def list_certificates(course: Course) -> list[Certificate]:
    """Return the certificates of a course, those that wait for a correction first."""
    own = Certificate.objects.filter(enrollment__course=course).select_related(
        "enrollment__cohort", "enrollment__user"
    )
    return sorted(
        own.order_by("-pk")[:MAX_LISTED], key=lambda each: not (each.wanted_name and each.state == "valid")
    )
