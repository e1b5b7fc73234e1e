from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5
from django.utils import timezone

from labs.models.lab import Lab, LabVersion
from labs.models.submission import Submission
from lessons.models import Course
from lessons.models.shared import SameParent, shared_field


class Feedback(models.Model):
    """The marks that staff give a submission by the rubric of its lab: a draft until they release it.

    `marks` and `released` map criterion IDs to points as text. The learner sees `released`, which alone counts.
    `version` rises with each change, so that a form says which state it saw. `lab_version` is that of `marks`.
    """

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="feedback")
    lab = shared_field(Lab, of=("submission", "lab_version"))
    lab_version = models.ForeignKey(LabVersion, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    marks = models.JSONField(default=dict)
    released = models.JSONField(default=dict)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            SameParent(field="submission", parent="lab", name="feedback_on_a_submission_for_its_lab"),
            SameParent(field="lab_version", parent="lab", name="feedback_by_a_version_of_its_lab"),
        ]

    def __str__(self) -> str:
        return f"Feedback on {self.submission}"

    @property
    def is_draft(self) -> bool:
        return self.released_at is None or self.marks != self.released


class ReplacedMarks(models.Model):
    """Marks that were replaced, with their author and time; for staff only.

    If they were `released`, the learner has seen them.
    """

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="replaced")
    marks = models.JSONField(default=dict)
    lab_version = models.ForeignKey(LabVersion, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    was_released = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Earlier marks: {self.feedback}"


class SavedComment(models.Model):
    """A comment that the staff of a course use again. `uses` counts how often it was taken."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="saved_comments")
    text = models.TextField(max_length=5000)
    uses = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-uses", "pk"]
        # a long text does not fit into an index of PostgreSQL
        constraints = [models.UniqueConstraint("course", MD5("text"), name="one_saved_comment_per_digest")]

    def __str__(self) -> str:
        return self.text[:60]


class Comment(models.Model):
    """A comment on a submission, on a line of a file at a commit if it has a `path`, or a reply to one.

    Drafts have no `released_at`: only staff see them. `html` is rendered when the comment is written. `excerpt` has
    numbered lines of the file around the line.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="comments")
    reply_to = models.ForeignKey("self", models.CASCADE, null=True, related_name="replies")
    path = models.CharField(max_length=4096, blank=True)
    line = models.PositiveIntegerField(null=True)
    commit = models.CharField(max_length=64, blank=True)
    excerpt = models.JSONField(default=list)
    text = models.TextField(max_length=5000)
    html = models.TextField(editable=False)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    is_staff = models.BooleanField(default=False, help_text="Written as staff of the course.")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(path="", line=None) | ~Q(path="") & Q(line__gte=1),
                name="comment_on_a_line_of_a_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission}: {self.text[:60]}"
