from django.db import models
from django.utils import timezone


class UnusedFile(models.Model):
    """An uploaded image or file that no text uses, and the time since then. `path` is that in storage."""

    path = models.CharField(max_length=200, unique=True)
    token = models.CharField(max_length=32, db_index=True)
    since = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.path
