from django.db import models

from labs.models.lab import Lab


class LabTimes(models.Model):
    """Seconds from receipt to first result of a lab's submissions of the last 30 days, written by `grading.times`.

    Half of them took at most `half`, and 95% at most `most`.
    """

    lab = models.OneToOneField(Lab, models.CASCADE, primary_key=True, related_name="times")
    results = models.PositiveIntegerField()
    half = models.FloatField()
    most = models.FloatField()
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "lab times"

    def __str__(self) -> str:
        return f"{self.lab}: {self.half:.1f} s, {self.most:.1f} s"
