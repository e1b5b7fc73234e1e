from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from lessons.models import Course
from lessons.models.course import FileBacked
from lessons.models.deadlines import Due, Late
from lessons.models.deletion import NOT_DELETED, Deletable, PresentManager
from lessons.models.release import Released, Status
from lessons.models.shared import SameParent
from lessons.quizzes.front_matter import MAX_BONUS
from lessons.texts.due_rules import MAX_DAYS
from lessons.texts.team_rules import MAX_TEAM


class TeamsBy(models.TextChoices):
    """The people who make the teams of a lab. Staff may always change them."""

    STAFF = "staff", "Staff"
    LEARNERS = "learners", "Learners"
    RANDOM = "random", "At random, when staff ask for it"


class LabQuerySet(models.QuerySet["Lab"]):
    def released(self) -> "LabQuerySet":
        """Return labs that are no drafts: open to learners, or to be opened."""
        return self.exclude(status=Status.DRAFT)

    def proved(self) -> "LabQuerySet":
        """Return released labs whose scenarios prove every check; `labs.release` decides when they open."""
        return self.released().filter(current__proved=True)

    def counted(self) -> "LabQuerySet":
        """Return labs whose points the course counts: open to learners, or to be opened once proved."""
        proved_or_waiting = Q(current__proved=True) | Q(current__proof__isnull=True)
        return self.released().filter(proved_or_waiting, current__isnull=False)


class Lab(Deletable, FileBacked, Released, Due):
    """A Git exercise: `source` is lab.yaml, `brief` Markdown. Each change of lab.yaml makes a LabVersion.

    It opens with the first lesson that names it, or later if it is scheduled. Its deadline counts from the meeting of
    a session. After it, each started day takes `late_percent` of the points, but never more than down to
    `late_floor` percent; `last_days` days later, a push earns nothing. With `team_most`, it is done in teams.
    """

    Late = Late
    TeamsBy = TeamsBy

    course = models.ForeignKey(Course, models.CASCADE, related_name="labs")
    slug = models.SlugField()
    title = models.CharField(max_length=200, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    source = models.TextField("lab.yaml")
    brief = models.TextField("brief (Markdown)", blank=True)
    brief_html = models.TextField(editable=False)
    late = models.CharField("a late submission", max_length=10, choices=Late, default=Late.REFUSE)
    late_percent = models.PositiveSmallIntegerField(
        "percent a day", default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    late_floor = models.PositiveSmallIntegerField(
        "at least percent", default=0, validators=[MaxValueValidator(100)]
    )
    last_days = models.PositiveSmallIntegerField(
        "last date, in days after the deadline",
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_DAYS)],
        help_text="After that, a push earns no points. Empty: no last date.",
    )
    bonus = models.PositiveSmallIntegerField(
        "bonus points",
        default=0,
        validators=[MaxValueValidator(MAX_BONUS)],
        help_text="Points beside the 100 of the course. 0: the lab counts as the others do.",
    )
    team_most = models.PositiveSmallIntegerField(
        "people in a team, at most",
        null=True,
        blank=True,
        validators=[MinValueValidator(2), MaxValueValidator(MAX_TEAM)],
        help_text="Empty: each learner does the lab alone.",
    )
    team_least = models.PositiveSmallIntegerField(
        "people in a team, at least",
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_TEAM)],
    )
    teams_by = models.CharField("teams are made by", max_length=10, choices=TeamsBy, default=TeamsBy.STAFF)
    current = models.ForeignKey("LabVersion", models.PROTECT, null=True, editable=False, related_name="+")

    history = HistoricalRecords(
        excluded_fields=["deletion", "loaded_digest", "loaded_from", "brief_html", "current"]
    )
    objects = PresentManager.from_queryset(LabQuerySet)()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            *Released.Meta.constraints,
            models.UniqueConstraint(
                fields=["course", "slug"], condition=NOT_DELETED, name="lab_slug_unique_in_course"
            ),
            models.UniqueConstraint(fields=["id", "course"], name="lab_and_course"),
            SameParent(field="current", parent="lab", name="current_version_of_its_lab", own="id"),
            models.CheckConstraint(
                condition=Q(team_most=None) | Q(team_least__lte=F("team_most")),
                name="team_sizes_in_order",
                violation_error_message="The minimum size of a team can’t be above the maximum.",
            ),
        ]
        # serves the next open lab: when a lab opens is looked up for the nearest alone
        indexes = [models.Index(fields=["course", "position", "slug"], name="lab_order")]

    def __str__(self) -> str:
        return self.title or self.slug

    def get_absolute_url(self) -> str:
        return reverse("lab", args=[self.course.slug, self.slug])

    @property
    def is_for_teams(self) -> bool:
        return self.team_most is not None

    @property
    def is_proved(self) -> bool:
        return self.current is not None and self.current.proved


class StarterFiles(models.Model):
    """The files of a folder that a lab starts from, as a ZIP, by the commit that they make.

    `created_at` is when they were last uploaded or saved; the rest is never changed.
    """

    commit = models.CharField(max_length=40, unique=True)
    archive = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.commit


class LabVersion(models.Model):
    """The checks of a lab as graded. Never changed except for its proof.

    `proof` is the JSON of its scenarios' results, None before they ran; until `proving_until` a worker has claimed
    them. `proving_tries` counts the claims, `proving_fault` says why there was no answer, and `proving_told` is set
    once the staff were mailed. The same fields describe the build of its environment if that is missing.

    `starter` is empty, or has the full name of the branch that `git clone` checks out (`head`), the object ID of each
    ref by its full name (`refs`), and the commits of these (`commits`).
    """

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="versions")
    digest = models.CharField(max_length=64)
    source = models.TextField()
    schema = models.PositiveSmallIntegerField(default=1)
    max_points = models.DecimalField(max_digits=7, decimal_places=2)
    rubric_points = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        default=0,
        editable=False,
        help_text="Those of its points that people give.",
    )
    review_works = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="The works that each learner reviews; 0 without peer review."
    )
    pass_mark = models.PositiveSmallIntegerField()
    proof = models.JSONField(null=True, editable=False)
    proved = models.BooleanField(default=False, editable=False)
    proving_until = models.DateTimeField(null=True, editable=False)
    proving_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    proving_fault = models.TextField(blank=True, editable=False)
    proving_told = models.BooleanField(default=False, editable=False)
    environment_missing = models.BooleanField(default=False, editable=False)
    starter = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lab", "digest"], name="one_lab_version_per_digest"),
            models.UniqueConstraint(fields=["id", "lab"], name="lab_version_and_lab"),
        ]

    def __str__(self) -> str:
        return f"{self.lab}, {self.digest[:8]}"

    @property
    def is_unsettled(self) -> bool:
        # its scenarios must run, or its environment must be built again
        return self.environment_missing or (not self.proved and self.proof is None)
