from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string

from lessons.admin.scope import CourseScopedAdmin, OwnCoursesOnly, ReadOnlyAdmin
from lessons.admin.slugs import SluggedAdmin
from lessons.models import Cohort, Meeting, Reading, Tick
from lessons.staffing import invitation_address


class MeetingInline(OwnCoursesOnly, admin.TabularInline):  # type: ignore[type-arg]  # no arguments at runtime
    model = Meeting
    extra = 1  # works without JavaScript
    fields = ["session", "starts_at", "minutes", "join_url"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Meeting]:
        return super().get_queryset(request).select_related("session")


@admin.register(Cohort)
class CohortAdmin(SluggedAdmin):
    inlines = [MeetingInline]
    fixed_once_saved = ("slug", "course")
    list_display = ["title", "course", "time_zone", "open", "invite_code"]
    list_filter = ["course", "open"]
    search_fields = ["title", "slug", "invite_code"]
    list_select_related = ["course"]
    readonly_fields = ["invitation"]
    change_form_template = "admin/lessons/cohort/change_form.html"

    def get_fields(self, request: HttpRequest, obj: Cohort | None = None) -> Any:
        # The code is created on the first save, so that nobody copies one that changes.
        fields = ["course", "title", "slug", "time_zone", "open"]
        return [*fields, "invite_code", "invitation"] if obj else fields

    @admin.display(description="invitation")
    def invitation(self, cohort: Cohort) -> str:
        context = {"title": "Invite learners", "text": invitation_address(cohort)}
        return render_to_string("partials/_code.html", context)

    def save_model(self, request: HttpRequest, obj: Cohort, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            self.message_user(request, f"Learners join at {invitation_address(obj)}")


@admin.register(Meeting)
class MeetingAdmin(CourseScopedAdmin):
    course_path = "cohort__course"
    returns_to_outline = True
    list_display = ["session", "cohort", "starts_at", "minutes"]
    list_filter = ["cohort"]
    search_fields = ["session__title", "cohort__title"]
    date_hierarchy = "starts_at"
    list_select_related = ["session", "cohort__course"]


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    content = ("lesson",)
    list_display = ["lesson", "enrollment", "heading", "read_at", "updated_at"]
    list_filter = ["course", "lesson"]
    exact_search = ("lesson__slug",)
    list_select_related = ["lesson", "enrollment__user", "enrollment__cohort__course"]


@admin.register(Tick)
class TickAdmin(ReadOnlyAdmin):
    content = ("lesson", "session")
    is_in_menu = False
    list_display = ["key", "enrollment", "lesson", "session", "created_at"]
    list_filter = ["course"]
    list_select_related = ["lesson", "session", "enrollment__user", "enrollment__cohort__course"]
