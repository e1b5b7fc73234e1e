from django import forms
from django.contrib import admin
from django.http import HttpRequest

from lessons import actions
from lessons.admin.scope import CourseScopedAdmin, ReadOnlyAdmin, ReadOnlyInline, SourceWidget, at_line
from lessons.models import Answer, Attempt, Quiz, QuizVersion
from lessons.quizzes import QuizSyntaxError, parse


class QuizForm(forms.ModelForm):
    class Meta:
        model = Quiz
        fields = ["course", "lesson", "slug", "source"]
        widgets = {"source": SourceWidget}

    def clean_source(self) -> str:
        source = self.cleaned_data["source"].replace("\r\n", "\n")
        try:
            parse(source)
        except QuizSyntaxError as error:
            raise forms.ValidationError(
                [at_line(problem.line, problem.message) for problem in error.problems]
            ) from error
        return source

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        lesson, course = (
            cleaned.get("lesson"),
            cleaned.get("course") or getattr(self.instance, "course", None),
        )
        if lesson and course and lesson.course_id != course.pk:
            self.add_error("lesson", f"This lesson belongs to {lesson.course}. Choose one of {course}.")
        return cleaned


@admin.register(Quiz)
class QuizAdmin(CourseScopedAdmin):
    form = QuizForm
    fixed_once_saved = ("slug", "course", "lesson")
    list_display = ["title", "lesson", "course", "slug"]
    list_filter = ["course", "lesson__session"]
    search_fields = ["title", "slug", "source"]
    list_select_related = ["lesson", "course"]

    def save_model(self, request: HttpRequest, obj: Quiz, form, change: bool) -> None:
        actions.save_quiz(quiz=obj)


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
