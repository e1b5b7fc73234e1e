from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from labs.models import Submission
from lessons.models import Attempt, Course, Enrollment
from lessons.models.shared import SameParent, shared_field
from portal.progress.models.override import Override


class Inquiry(models.Model):
    """A question of a learner about a grade, answered by staff in the same place.

    `thing` is the key of what it is about: "submission:12", "answer:12:key" or, with the learner, "score:lab:12:34".
    Exactly one of `submission`, `attempt` and `override` is set. The points are those when it was asked and when it
    was answered.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        KEPT = "kept", "Answered: the points stay"
        CHANGED = "changed", "Answered: the points changed"

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="inquiries")
    course = shared_field(Course, of=("enrollment",))
    thing = models.CharField(max_length=120)
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="inquiries")
    attempt = models.ForeignKey(Attempt, models.CASCADE, null=True, related_name="inquiries")
    override = models.ForeignKey(Override, models.CASCADE, null=True, related_name="inquiries")
    title = models.CharField(max_length=300)
    reason = models.TextField(max_length=2000)
    reason_html = models.TextField(editable=False)
    points_then = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(max_length=2000, blank=True)
    answer_html = models.TextField(editable=False, blank=True)
    points_now = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "thing"], condition=Q(state="open"), name="one_open_inquiry_per_thing"
            ),
            SameParent(field="enrollment", parent="course", name="inquiry_of_a_learner_of_its_course"),
        ]
        indexes = [
            models.Index(fields=["course", "asked_at"], condition=Q(state="open"), name="open_inquiries")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
