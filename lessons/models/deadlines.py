"""Deadlines of quizzes and labs: the rule, what staff set for a cohort, and more time for one learner."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from lessons.models.cohort import Enrollment, validate_start
from lessons.models.course import Session
from lessons.models.meeting import Meeting
from lessons.texts.due_rules import MAX_DAYS, MAX_SESSION, Rule

RULE_FIELDS = ("deadline_session", "deadline_days", "deadline_time")
LATE_FIELDS = ("late", "late_percent", "late_floor", "last_days")  # of a lab


class Late(models.TextChoices):
    """The consequence of a late submission to a lab. A quiz refuses late attempts or marks them."""

    REFUSE = "refuse", "Earns no points"
    MARK = "mark", "Earns all points, and is marked as late"
    REDUCE = "reduce", "Loses a percentage for each day"


class Due(models.Model):
    """A deadline counted from a meeting, as `due_rules.Rule` describes it. `deadline_days` is None without one."""

    deadline_session = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        editable=False,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_SESSION)],
    )
    deadline_days = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False, validators=[MaxValueValidator(MAX_DAYS)]
    )
    deadline_time = models.CharField(
        max_length=5,
        blank=True,
        default="",
        editable=False,
        validators=[RegexValidator("^[0-2][0-9]:[0-5][0-9]$")],
    )

    class Meta:
        abstract = True

    @property
    def rule(self) -> Rule | None:
        return to_rule(self.deadline_session, self.deadline_days, self.deadline_time)

    @rule.setter
    def rule(self, rule: Rule | None) -> None:
        for name, value in rule_values(rule).items():
            setattr(self, name, value)


def to_rule(session: int | None, days: int | None, time: str | None) -> Rule | None:
    return None if days is None else Rule(session, days, time or "")


def rule_values(rule: Rule | None) -> dict[str, int | str | None]:
    """Return the values of the columns of `Due`."""
    return dict(zip(RULE_FIELDS, rule or (None, None, ""), strict=True))


class CohortDeadline(Due):
    """The deadline that staff set for a cohort, as a date or a rule, in place of the one of a quiz or lab."""

    closes_at = models.DateTimeField("date", null=True, blank=True, validators=[validate_start])

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=False, deadline_days=None)
                | Q(closes_at=None, deadline_days__isnull=False, deadline_session__isnull=False),
                name="%(class)s_is_a_date_or_a_rule",
                violation_error_message="Enter either a date or a rule.",
            )
        ]


class Extension(models.Model):
    """More time for one learner, with a reason that they see."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="+")
    until = models.DateTimeField("new deadline", validators=[validate_start])
    reason = models.CharField(max_length=200, help_text="The learner sees it.")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


# Any: expressions
def due_parts(
    *, prefix: str, cohort: Any, set_by_staff: QuerySet[Any], extensions: QuerySet[Any], session: str = ""
) -> dict[str, Any]:
    """Return the annotations that `lessons.deadlines.deadline_of` needs, but for `time_zone` and `late`.

    `prefix` leads to the columns of `Due`, and `session` to the session of a rule that names none.
    """
    own = _meetings(cohort).filter(session=OuterRef(session)) if session else None
    numbered = _meetings(cohort).alias(place=_place()).filter(place=OuterRef("due_session"))
    latest = extensions.order_by("-until")
    return {
        "closes_at": first_of(set_by_staff, "closes_at"),
        **{
            f"due_{part}": Coalesce(first_of(set_by_staff, f"deadline_{part}"), F(f"{prefix}deadline_{part}"))
            for part in ("session", "days", "time")
        },
        "met_at": _met(own, numbered, "starts_at"),
        "met_minutes": _met(own, numbered, "minutes"),
        "extended_to": first_of(latest, "until"),
        "extension_reason": first_of(latest, "reason"),
    }


def _meetings(cohort: Any) -> QuerySet[Meeting]:
    return Meeting.objects.filter(cohort=cohort).order_by()


def _place() -> Subquery:
    # the number of a meeting's session, from 1, in the order of the course
    up_to = Q(position__lt=OuterRef("session__position")) | Q(
        position=OuterRef("session__position"), pk__lte=OuterRef("session")
    )
    sessions = Session.objects.filter(up_to, course=OuterRef("course")).order_by().values("course")
    return Subquery(sessions.annotate(number=Count("pk")).values("number"))


def _met(own: QuerySet[Meeting] | None, numbered: QuerySet[Meeting], field: str) -> Any:
    if own is None:
        return first_of(numbered, field)
    # CASE, so that sessions are counted only if the rule names one
    by_number = When(due_session__isnull=False, then=first_of(numbered, field))
    return Case(by_number, default=first_of(own, field))


# Any: rows of any model
def first_of(rows: QuerySet[Any], field: str) -> Subquery:
    return Subquery(rows.values(field)[:1])
