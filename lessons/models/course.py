from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, ProhibitNullCharactersValidator, validate_slug
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from lessons.models.deletion import NOT_DELETED, Deletable, PresentManager
from lessons.models.release import Release, Released, Status
from lessons.models.shared import SameParent, SharedField
from portal.accounts.models import validate_time_zone

# Words that the URLs of a course use in place of a lesson slug.
RESERVED_SLUGS = {"quizzes", "labs", "progress", "prepare", "as-learner"}


def validate_lesson_slug(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(f"“{slug}” is reserved for the portal. Choose a different slug.")


validate_no_null = ProhibitNullCharactersValidator()
MAX_SLUG, MAX_TITLE = 50, 200
MAX_SKILLS = 20  # of a lesson
MAX_PREPARE = 50  # each becomes a form on the course page


def validate_prepare(items: object) -> None:
    """Refuse anything but a list of items with a unique key and a text of at most 1,000 characters."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValidationError('Enter a list such as [{"key": "git", "text": "Install Git"}].')
    if len(items) > MAX_PREPARE:
        raise ValidationError(
            f"The list has {len(items)} items. The limit is {MAX_PREPARE}. Shorten the list."
        )
    for item in items:
        if set(item) != {"key", "text"} or not all(
            isinstance(value, str) and value for value in item.values()
        ):
            raise ValidationError('Each item must have a "key", a "text" and nothing else.')
        if len(item["text"]) > 1000:
            raise ValidationError(f"The text of “{item['key']}” has more than 1,000 characters. Shorten it.")
        validate_no_null(item["text"])  # PostgreSQL cannot store NUL in JSON
        validate_slug(item["key"])
    if len({item["key"] for item in items}) < len(items):
        raise ValidationError("Two items have the same key. Give each item its own key.")


def validate_slugs(items: object) -> None:
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValidationError('Enter a list such as ["first-repository"].')
    for item in items:
        validate_slug(item)


def validate_skill(name: str) -> None:
    validate_slug(name)
    if len(name) > MAX_SLUG:
        raise ValidationError(f"“{name[:20]}…” is longer than {MAX_SLUG} characters.")


class FileBacked(models.Model):
    """A row that may come from a file. `loaded_digest` is the digest of the file when it was last loaded.

    `loaded_from` is the key in the file, as `key:word`, or else the path of the file.
    """

    loaded_digest = models.CharField(max_length=64, blank=True, editable=False)
    loaded_from = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        abstract = True


def _weight(kind: str, default: int) -> "models.PositiveSmallIntegerField[int, int]":
    words = f"Points of 100 for all {kind} together. The weights add up to 100."
    return models.PositiveSmallIntegerField(
        f"weight of {kind}", default=default, validators=[MaxValueValidator(100)], help_text=words
    )


def _drops(kind: str) -> "models.PositiveSmallIntegerField[int, int]":
    words = f"The number of lowest results of {kind} that don’t count. 0: all count."
    return models.PositiveSmallIntegerField(
        f"dropped {kind}", default=0, validators=[MaxValueValidator(100)], help_text=words
    )


class Course(Deletable, FileBacked):
    slug = models.SlugField(max_length=MAX_SLUG)
    title = models.CharField(max_length=MAX_TITLE)
    summary = models.TextField(blank=True)
    time_zone = models.CharField(max_length=64, default="Asia/Kolkata", validators=[validate_time_zone])
    pass_mark = models.PositiveSmallIntegerField(
        default=70, validators=[MaxValueValidator(100)], help_text="In points of 100."
    )
    late_days = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(100)],
        help_text="Late days that each learner may spend on the labs of the course. 0: none.",
    )
    holds_scores = models.BooleanField(
        "hold changed scores back",
        default=False,
        help_text="Learners see a score that was changed by hand only after staff release it in the gradebook.",
    )
    marks_blindly = models.BooleanField(
        "mark under pseudonyms",
        default=False,
        help_text="Staff who mark see pseudonyms in place of names. Instructors see the names in the gradebook.",
    )
    lab_weight = _weight("labs", 70)
    quiz_weight = _weight("quizzes", 30)
    attendance_weight = _weight("attendance", 0)
    checklist_weight = _weight("checklists", 0)
    dropped_labs = _drops("labs")
    dropped_quizzes = _drops("quizzes")
    notes_habits = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=NOT_DELETED, name="course_slug_unique"),
            models.CheckConstraint(
                condition=Q(
                    lab_weight=100 - F("quiz_weight") - F("attendance_weight") - F("checklist_weight")
                ),
                name="weights_make_100",
                violation_error_message="The weights of labs, quizzes, attendance and checklists must add up to 100.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("course", args=[self.slug])


class Session(Deletable, FileBacked):
    """A unit of the syllabus. It has no date of its own: each cohort has a Meeting for it."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="sessions")
    slug = models.SlugField(max_length=MAX_SLUG)
    title = models.CharField(max_length=MAX_TITLE)
    summary = models.TextField(blank=True)
    prepare = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_prepare],
        help_text='A list of items: [{"key": "git", "text": "Install Git"}, …]',
    )
    prepare_html = models.JSONField(default=list, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    release = models.CharField(
        "lessons open",
        max_length=10,
        choices=Release,
        default=Release.NOW,
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "slug"], condition=NOT_DELETED, name="session_slug_unique_in_course"
            ),
            models.UniqueConstraint(fields=["id", "course"], name="session_and_course"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def checklist_keys(self) -> set[str]:
        return {item["key"] for item in self.prepare}


# Long columns, for pages that show no lesson to leave out. `staff_html` is for staff alone.
LESSON_TEXTS = ("source", "html", "staff_html", "text")


class LessonQuerySet(models.QuerySet["Lesson"]):
    def listed(self) -> "LessonQuerySet":
        """Return lessons that learners may know of: all but drafts. `release` says which of them are open."""
        return self.exclude(status=Status.DRAFT)

    def in_order(self) -> "LessonQuerySet":
        return self.order_by("session__position", "position", "pk")


class Lesson(Deletable, FileBacked, Released):
    """One page to read. `source` is the original; the fields below it are derived by `actions.save_lesson`."""

    course = SharedField(Course, models.CASCADE, related_name="lessons", of=("session",))
    session = models.ForeignKey(Session, models.CASCADE, related_name="lessons")
    slug = models.SlugField(max_length=MAX_SLUG, validators=[validate_lesson_slug])
    title = models.CharField(max_length=MAX_TITLE)
    summary = models.TextField(blank=True)
    release = models.CharField(
        "opens for a cohort",
        max_length=10,
        blank=True,
        choices=[("", "As its session"), *Release.choices],
    )
    public = models.BooleanField(default=False, help_text="Anyone can read it without signing in.")
    position = models.PositiveSmallIntegerField(default=0)
    lab_slugs = models.JSONField(
        "labs",
        default=list,
        blank=True,
        validators=[validate_slugs],
        help_text='The slugs of its labs: ["first-repository"]',
    )
    skills = models.JSONField(
        default=list, blank=True, validators=[validate_slugs], help_text='What it teaches: ["branching"]'
    )
    source = models.TextField("Markdown")

    html = models.TextField(editable=False)
    # The page with the blocks for staff, "" if there are none. Never for learners.
    staff_html = models.TextField(editable=False, default="")
    plan = models.JSONField(default=list, editable=False)  # (part, planned minutes)
    contents = models.JSONField(default=list, editable=False)
    checklist = models.JSONField(default=list, editable=False)
    minutes = models.PositiveSmallIntegerField(default=1, editable=False)
    text = models.TextField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    # None for a lesson that was last saved before errors were counted.
    gate_errors = models.PositiveSmallIntegerField(null=True, editable=False)

    history = HistoricalRecords(
        excluded_fields=[
            "skills",
            "deletion",
            "loaded_digest",
            "loaded_from",
            "html",
            "staff_html",
            "plan",
            "contents",
            "checklist",
            "minutes",
            "text",
            "updated_at",
            "gate_errors",
        ]
    )
    objects = PresentManager.from_queryset(LessonQuerySet)()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ["session__position", "position", "pk"]
        constraints = [
            *Released.Meta.constraints,
            models.UniqueConstraint(
                fields=["course", "slug"], condition=NOT_DELETED, name="lesson_slug_unique_in_course"
            ),
            models.UniqueConstraint(fields=["id", "course"], name="lesson_and_course"),
            SameParent(field="session", parent="course", name="lesson_in_a_session_of_its_course"),
        ]
        indexes = [
            # serves the order of a course without reading the wide rows with the texts
            models.Index(
                fields=[
                    "course",
                    "status",
                    "session",
                    "position",
                    "public",
                    "release",
                    "publish_at",
                    "deletion",
                ],
                name="lesson_order",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("lesson", args=[self.course.slug, self.slug])

    @property
    def checklist_keys(self) -> set[str]:
        return {key for key, _ in self.checklist}


class FormerSlug(models.Model):
    """A slug from before a rename. `target` is the key of the row that had it."""

    class Kind(models.TextChoices):
        COURSE = "course"
        LESSON = "lesson"
        QUIZ = "quiz"
        LAB = "lab"

    course = models.ForeignKey(Course, models.CASCADE, related_name="former_slugs")
    kind = models.CharField(max_length=10, choices=Kind)
    slug = models.SlugField()
    target = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "kind", "slug"], name="one_target_per_former_slug")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug} of {self.course}"


class LoadedFile(models.Model):
    """A course file as last loaded, so that `dump_course` keeps its layout and comments.

    `target` is the key of the row that was made from it. Cohorts are in course.yaml.
    """

    class Kind(models.TextChoices):
        COURSE = "course"
        SESSION = "session"
        LESSON = "lesson"
        QUIZ = "quiz"
        LAB = "lab"

    course = models.ForeignKey(Course, models.CASCADE, related_name="loaded_files")
    kind = models.CharField(max_length=10, choices=Kind)
    target = models.BigIntegerField()
    path = models.TextField()
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "kind", "target"], name="one_loaded_file_per_row")
        ]

    def __str__(self) -> str:
        return f"{self.path} of {self.course}"
