import secrets
import zoneinfo
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from lessons.models.course import Course, FileBacked
from lessons.models.shared import SameParent, SharedField
from portal.accounts.models import validate_time_zone


def new_invite_code() -> str:
    # Ten letters and digits that are hard to confuse with each other: about 49 bits.
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(10))


class Cohort(FileBacked):
    """A group of learners with its own dates."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="cohorts")
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="Asia/Kolkata", validators=[validate_time_zone])
    invite_code = models.CharField(
        max_length=32,
        unique=True,
        default=new_invite_code,
        validators=[
            RegexValidator(
                "^[a-z0-9-]{8,}$", "Use at least 8 characters: lowercase letters, digits and hyphens."
            )
        ],
    )
    open = models.BooleanField("open to learners", default=True)
    capacity = models.PositiveIntegerField(
        "places",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="More people go to a waiting list. Leave it empty for no limit.",
    )
    is_over = models.BooleanField(
        "over",
        default=False,
        help_text="Lessons and their own work stay readable for its learners. Nothing new is accepted.",
    )

    class Meta:
        ordering = ["course", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["course", "slug"], name="cohort_slug_unique_in_course"),
            models.UniqueConstraint(fields=["id", "course"], name="cohort_and_course"),
        ]

    def __str__(self) -> str:
        return f"{self.course.title}, {self.title}"

    @property
    def is_joinable(self) -> bool:
        return self.open and not self.is_over

    @property
    def teachers(self) -> list[str]:
        """Return the names of the instructors, those without a name left out."""
        rows = CourseStaff.objects.filter(course=self.course_id, role=CourseStaff.Role.INSTRUCTOR)
        rows = rows.filter(Q(cohort=None) | Q(cohort=self), user__is_active=True).exclude(user__name="")
        return list(dict.fromkeys(rows.order_by("pk").values_list("user__name", flat=True)[:10]))

    @property
    def to_prepare(self) -> list[str]:
        """Return the preparation list of the first session, each item as HTML."""
        first = self.course.sessions.order_by("position", "pk").first()
        return [item["html"] for item in first.prepare_html if "html" in item] if first else []

    @cached_property
    def taken(self) -> int:
        return self.enrollments.filter(is_active=True).count()

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.taken >= self.capacity


def validate_start(starts_at: datetime) -> None:
    # Pages add days and time zones, which overflows at the ends of the calendar.
    if not 2000 <= starts_at.year < 2200:
        raise ValidationError("Enter a date from 2000 to 2199.")


def has_local_time(zone: zoneinfo.ZoneInfo, local: datetime) -> bool:
    """Return False for a time without a zone that the clocks of `zone` skip."""
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def active(self) -> "EnrollmentQuerySet":
        return self.filter(is_active=True)


class Enrollment(models.Model):
    """A learner in a cohort. Readings, attempts and submissions belong to it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrollments")
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrollments")
    course = SharedField(Course, models.PROTECT, related_name="enrollments", of=("cohort",))
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course"],
                condition=Q(is_active=True),
                name="one_active_enrollment_per_course",
            ),
            models.UniqueConstraint(fields=["id", "course"], name="enrollment_and_course"),
            SameParent(field="cohort", parent="course", name="enrollment_in_a_cohort_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.cohort}"


class CourseStaff(models.Model):
    """The role of a person in a course, or in one of its cohorts. Django's groups only open the admin."""

    class Role(models.TextChoices):
        INSTRUCTOR = "instructor", "Instructor"
        ASSISTANT = "assistant", "Assistant"

    course = models.ForeignKey(Course, models.CASCADE, related_name="staff")
    cohort = models.ForeignKey(
        Cohort,
        models.CASCADE,
        related_name="staff",
        null=True,
        blank=True,
        help_text="Their learners are those of this cohort. Leave it empty for all cohorts of the course.",
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="teaches")
    role = models.CharField(max_length=10, choices=Role, default=Role.INSTRUCTOR)

    class Meta:
        verbose_name_plural = "course staff"
        constraints = [
            models.UniqueConstraint(
                fields=["course", "user"], condition=Q(cohort=None), name="one_role_per_course"
            ),
            models.UniqueConstraint(fields=["cohort", "user"], name="one_role_per_cohort"),
            SameParent(field="cohort", parent="course", name="staff_of_a_cohort_of_the_course"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.cohort or self.course}"
