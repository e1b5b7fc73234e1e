from typing import Any

from django.contrib import admin

from lessons import actions
from lessons.admin.editing import AuthoredAdmin, AuthoringForm, EditorWidget
from lessons.admin.scope import ReadOnlyAdmin, ReadOnlyInline
from lessons.models import Answer, Attempt, Quiz, QuizVersion
from lessons.previews import quiz_problems

QUIZ_FIELDS: list[Any] = ["course", "lesson", "slug", "source"]


class QuizForm(AuthoringForm):
    class Meta:
        model = Quiz
        fields = QUIZ_FIELDS
        widgets = {"source": EditorWidget("quiz")}

    def clean_source(self) -> str:
        return self.checked("source", quiz_problems)

    def clean(self) -> dict:
        cleaned = super().clean()
        lesson, course = cleaned.get("lesson"), self.course()
        if lesson and course and lesson.course_id != course.pk:
            self.add_error("lesson", f"This lesson belongs to {lesson.course}. Choose one of {course}.")
        return cleaned


@admin.register(Quiz)
class QuizAdmin(AuthoredAdmin):
    form = QuizForm
    fixed_once_saved = ("slug", "course", "lesson")
    fields = QUIZ_FIELDS
    list_display = ["title", "lesson", "course", "slug"]
    list_filter = ["course", "lesson__session"]
    search_fields = ["title", "slug", "source"]
    list_select_related = ["lesson", "course"]

    def save_text(self, item: Quiz) -> None:
        actions.save_quiz(quiz=item)


@admin.register(QuizVersion)
class QuizVersionAdmin(ReadOnlyAdmin):
    course_path = "quiz__course"
    list_display = ["quiz", "digest", "question_count", "max_points", "created_at"]
    list_filter = ["quiz__course"]
    search_fields = ["quiz__title", "digest"]
    list_select_related = ["quiz"]


class AnswerInline(ReadOnlyInline):
    model = Answer
    fields = ["key", "response", "credit", "flagged", "saved_at"]
    readonly_fields = ["saved_at"]


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    course_path = "quiz__course"
    inlines = [AnswerInline]
    list_display = ["quiz", "enrollment", "number", "points", "score", "passed", "started_at", "submitted_at"]
    list_filter = ["quiz__course", "passed", "quiz"]
    search_fields = ["enrollment__user__email", "enrollment__user__name", "quiz__title"]
    list_select_related = ["quiz", "enrollment__user", "enrollment__cohort__course"]
    exclude = ["layout"]


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    course_path = "attempt__quiz__course"
    list_display = ["key", "attempt", "credit", "flagged", "saved_at"]
    list_filter = ["attempt__quiz__course", "attempt__quiz"]
    search_fields = ["key", "attempt__enrollment__user__email"]
    list_select_related = ["attempt__quiz", "attempt__enrollment__user"]
