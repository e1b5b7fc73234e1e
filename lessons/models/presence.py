from django.conf import settings
from django.db import models


class Presence(models.Model):
    """Somebody has the form of a row open. It lasts as long as their browser keeps sending heartbeats."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    model = models.CharField(max_length=50)
    key = models.BigIntegerField()
    since = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "key", "user"], name="one_presence_per_form")]

    def __str__(self) -> str:
        return f"{self.user} has {self.model} {self.key} open"
