from django.db import models

from lessons.models.course import Lesson


class Attachment(models.Model):
    """A file that a lesson or its quiz links to, derived when either is saved. `token` names the file in storage.

    Anyone who may read one of these lessons may download the file.
    """

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="attachments")
    token = models.CharField(max_length=32, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "token"], name="one_attachment_per_lesson_and_file")
        ]

    def __str__(self) -> str:
        return f"{self.lesson}: {self.token}"
