from django.core.validators import MaxLengthValidator
from django.db import models

from lessons.models.course import Course

MAX_TEXT = 20_000


class Snippet(models.Model):
    """A named piece of Markdown that the staff of a course insert into its texts, or start a lesson from."""

    class Kind(models.TextChoices):
        LESSON = "lesson", "Piece of a lesson"
        QUIZ = "quiz", "Questions of a quiz"
        TEMPLATE = "template", "Template of a lesson"

    course = models.ForeignKey(Course, models.CASCADE, related_name="snippets")
    kind = models.CharField("use", max_length=10, choices=Kind, default=Kind.LESSON)
    name = models.CharField(max_length=100)
    text = models.TextField("Markdown", validators=[MaxLengthValidator(MAX_TEXT)])

    class Meta:
        ordering = ["course", "kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "kind", "name"],
                name="snippet_name_unique_in_course",
                violation_error_message="The course has a snippet with this name and use. Choose another name.",
            )
        ]

    def __str__(self) -> str:
        return self.name
