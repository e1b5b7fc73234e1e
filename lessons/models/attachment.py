from django.db import models

from lessons.models.course import Lesson


class Attachment(models.Model):
    """A file or an image of a lesson or its quiz, derived when either is saved. `token` names it in storage.

    Anyone who may read one of these lessons may have it. `for_staff`: only a block for staff has it, or a page that
    could not be rendered, so that it is for those who teach the course.
    """

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="attachments")
    token = models.CharField(max_length=32, db_index=True)
    for_staff = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "token"], name="one_attachment_per_lesson_and_file")
        ]

    def __str__(self) -> str:
        return f"{self.lesson}: {self.token}"
