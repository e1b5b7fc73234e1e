from django.db import models

from lessons.models.course import Course, Lesson, Session


class Notes(models.Model):
    """Raw notes of a course, as they were last uploaded. `lessons.notes_import` makes lessons from them.

    `decisions` are the trainer's answers by Suggestion.id. `pictures` maps the path of a picture in the notes
    to [digest of its content, name of the stored image].
    """

    course = models.ForeignKey(Course, models.CASCADE, related_name="notes")
    name = models.CharField("file", max_length=200)
    data = models.BinaryField()
    encoding = models.CharField(max_length=40, blank=True)
    decisions = models.JSONField(default=dict, blank=True)
    pictures = models.JSONField(default=dict, blank=True)
    address = models.CharField("repository", max_length=500, blank=True)
    branch = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=500, blank=True)
    commit = models.CharField(max_length=64, blank=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["course", "name"]
        verbose_name_plural = "notes"
        constraints = [models.UniqueConstraint(fields=["course", "name"], name="notes_name_unique_in_course")]

    def __str__(self) -> str:
        return self.name


class NotesDay(models.Model):
    """The session that an evening of the notes belongs to. `number` is LessonDraft.session."""

    notes = models.ForeignKey(Notes, models.CASCADE, related_name="days")
    number = models.PositiveIntegerField()
    session = models.ForeignKey(Session, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notes", "number"], name="one_session_per_day_of_notes"),
        ]

    def __str__(self) -> str:
        return f"Day {self.number} of {self.notes}"


class NotesLesson(models.Model):
    """A lesson that was made from notes. `title` and `markdown` are those of the last import.

    Any difference between `markdown` and the source of the lesson is an edit made in the portal.
    `questions` are the keys of questions that its quiz was given, and that it is not given again.
    """

    notes = models.ForeignKey(Notes, models.CASCADE, related_name="lessons")
    lesson = models.OneToOneField(Lesson, models.CASCADE, related_name="from_notes")
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    date = models.DateField(null=True, blank=True)
    markdown = models.TextField()
    questions = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notes", "key"], name="one_lesson_per_key_of_notes"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson} from {self.notes}"


class IncomingNotes(models.Model):
    """Notes that are not stored yet: they are fetched from a repository, or wait for somebody to choose an encoding.

    `into` are the notes that they will update, `notes` those that they became. `problem` says what to do.
    """

    class State(models.TextChoices):
        FETCHING = "fetching"
        UNSURE = "unsure"
        FAILED = "failed"
        STORED = "stored"

    course = models.ForeignKey(Course, models.CASCADE, related_name="incoming_notes")
    state = models.CharField(max_length=10, choices=State)
    name = models.CharField(max_length=200, blank=True)
    data = models.BinaryField(default=b"")
    into = models.ForeignKey(Notes, models.CASCADE, null=True, related_name="+")
    notes = models.ForeignKey(Notes, models.CASCADE, null=True, related_name="+")
    address = models.CharField(max_length=500, blank=True)
    branch = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=500, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    problem = models.TextField(blank=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name or self.path or self.address
