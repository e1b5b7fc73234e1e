from django.conf import settings
from django.db import models
from django.utils import timezone

from labs.models.lab import Lab
from labs.models.submission import Submission
from lessons.models import Enrollment
from lessons.models.shared import SameParent, shared_field


class Choice(models.Model):
    """The submission that staff made the one that counts, for a learner and lab. The learner sees the reason.

    It counts once it has a report; until then, and after the choice is withdrawn, the best one counts.
    """

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="choice")
    enrollment = shared_field(Enrollment, of=("submission",))
    lab = shared_field(Lab, of=("submission",))
    reason = models.TextField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "lab"], name="one_choice_per_learner_and_lab"),
            SameParent(field="submission", parent="lab", name="choice_of_a_submission_for_its_lab"),
        ]

    def __str__(self) -> str:
        return str(self.submission)
