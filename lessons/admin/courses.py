from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest
from django.urls import path

from lessons import actions
from lessons.admin.editing import AuthoredAdmin, AuthoringForm, EditorWidget
from lessons.admin.ordering import order_view
from lessons.admin.scope import CourseScopedAdmin
from lessons.authoring import next_position
from lessons.models import Course, Lesson, Session
from lessons.previews import markdown_problems


@admin.register(Course)
class CourseAdmin(CourseScopedAdmin):
    course_path = ""
    fixed_once_saved = ("slug",)
    list_display = ["title", "slug", "time_zone", "pass_mark"]
    list_filter = ["time_zone"]
    search_fields = ["title", "slug"]

    def get_urls(self) -> list:
        order = self.admin_site.admin_view(lambda request, object_id: order_view(self, request, object_id))
        return [path("<path:object_id>/order/", order, name="lessons_course_order"), *super().get_urls()]


@admin.register(Session)
class SessionAdmin(CourseScopedAdmin):
    fixed_once_saved = ("slug", "course")
    list_display = ["title", "course", "position", "slug"]
    list_filter = ["course"]
    search_fields = ["title", "slug"]
    list_select_related = ["course"]
    exclude = ["position"]  # the order of a course has a page of its own

    def save_model(self, request: HttpRequest, obj: Session, form, change: bool) -> None:
        if not change:
            obj.position = next_position(obj)
        actions.save_session(session=obj)


LESSON_FIELDS: list[Any] = [
    "course", "slug", "session", "title", "summary", "status", "public", "lab_slugs", "source",
]  # fmt: skip


class LessonForm(AuthoringForm):
    class Meta:
        model = Lesson
        fields = LESSON_FIELDS
        widgets = {
            "source": EditorWidget("lesson"),
            "summary": AdminTextareaWidget({"rows": 3}),
            "lab_slugs": AdminTextareaWidget({"rows": 2}),
        }

    def clean_source(self) -> str:
        return self.checked("source", markdown_problems)

    def clean(self) -> dict:
        cleaned = super().clean()
        session, course = cleaned.get("session"), self.course()
        if session and course and session.course_id != course.pk:
            self.add_error("session", f"This session belongs to {session.course}. Choose one of {course}.")
        return cleaned


@admin.register(Lesson)
class LessonAdmin(AuthoredAdmin):
    form = LessonForm
    texts = ("title", "summary", "source")
    change_form_template = "admin/authoring/lesson.html"
    fixed_once_saved = ("slug", "course")
    list_display = ["title", "session", "position", "status", "public", "minutes", "updated_at"]
    list_filter = ["status", "public", "course", "session"]
    search_fields = ["title", "slug", "summary", "source"]
    list_select_related = ["session", "course"]
    fields = LESSON_FIELDS

    def save_text(self, item: Lesson) -> None:
        if item.pk is None:
            item.position = next_position(item)
        actions.save_lesson(lesson=item)
