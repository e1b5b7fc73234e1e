from django.conf import settings
from django.db import models

from lessons.models.notes import Notes


class ModelDraft(models.Model):
    """A request to a language model to draft something for a lesson of notes, and its answer.

    `key` is LessonDraft.key. `text` is what is sent, "" once it was. `items` has `text`, `key` of a question, and
    `answer`: None until a person accepted (True) or skipped (False) it. `dropped` says what was left out, and why.
    """

    class Kind(models.TextChoices):
        QUESTIONS = "questions", "quiz questions"
        SUMMARY = "summary", "a summary"

    class State(models.TextChoices):
        QUEUED = "queued"
        DONE = "done"
        FAILED = "failed"

    notes = models.ForeignKey(Notes, models.CASCADE, related_name="model_drafts")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    text = models.TextField(blank=True)
    items = models.JSONField(default=list, blank=True)
    dropped = models.JSONField(default=list, blank=True)
    problem = models.TextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notes", "key", "kind"], name="one_model_draft_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.get_kind_display()} for {self.key}"
