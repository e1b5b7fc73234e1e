from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from lessons import actions
from lessons.admin.scope import CourseScopedAdmin, SourceWidget, at_line
from lessons.links import links_within
from lessons.models import Course, Lesson, Session
from lessons.rendering import TooComplex


@admin.register(Course)
class CourseAdmin(CourseScopedAdmin):
    course_path = ""
    fixed_once_saved = ("slug",)
    list_display = ["title", "slug", "time_zone", "pass_mark"]
    list_filter = ["time_zone"]
    search_fields = ["title", "slug"]


@admin.register(Session)
class SessionAdmin(CourseScopedAdmin):
    fixed_once_saved = ("slug", "course")
    list_display = ["title", "course", "position", "slug"]
    list_filter = ["course"]
    search_fields = ["title", "slug"]
    list_select_related = ["course"]

    def save_model(self, request: HttpRequest, obj: Session, form, change: bool) -> None:
        actions.save_session(session=obj)


LESSON_FIELDS: list[Any] = [
    "course", "slug", "session", "position", "title", "summary", "status", "public", "lab_slugs", "source",
]  # fmt: skip


class LessonForm(forms.ModelForm):
    class Meta:
        model = Lesson
        fields = LESSON_FIELDS
        widgets = {"source": SourceWidget}

    def clean_source(self) -> str:
        source = self.cleaned_data["source"].replace("\r\n", "\n")
        course = self.instance.course if self.instance.pk else self.cleaned_data.get("course")
        if course is None:
            return source
        try:
            problems = actions.render_markdown(source, links_within(course)).problems
        except TooComplex as error:
            raise forms.ValidationError(str(error)) from error
        if problems:
            raise forms.ValidationError([at_line(line, message) for line, message in problems])
        return source

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        session, course = (
            cleaned.get("session"),
            cleaned.get("course") or getattr(self.instance, "course", None),
        )
        if session and course and session.course_id != course.pk:
            self.add_error("session", f"This session belongs to {session.course}. Choose one of {course}.")
        return cleaned


@admin.register(Lesson)
class LessonAdmin(CourseScopedAdmin):
    form = LessonForm
    fixed_once_saved = ("slug", "course")
    list_display = ["title", "session", "position", "status", "public", "minutes", "updated_at"]
    list_filter = ["status", "public", "course", "session"]
    search_fields = ["title", "slug", "summary", "source"]
    list_select_related = ["session", "course"]
    fields = LESSON_FIELDS

    def save_model(self, request: HttpRequest, obj: Lesson, form, change: bool) -> None:
        actions.save_lesson(lesson=obj)
