from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from lessons.admin.scope import CourseScopedAdmin, OwnCoursesOnly, ReadOnlyAdmin
from lessons.models import Cohort, CourseStaff, Enrollment, Meeting, Reading, Tick


class MeetingInline(OwnCoursesOnly, admin.TabularInline):
    model = Meeting
    extra = 0
    fields = ["session", "starts_at", "minutes", "join_url"]


@admin.register(Cohort)
class CohortAdmin(CourseScopedAdmin):
    inlines = [MeetingInline]
    fixed_once_saved = ("slug", "course")
    list_display = ["title", "course", "time_zone", "open", "invitation"]
    list_filter = ["course", "open"]
    search_fields = ["title", "slug", "invite_code"]
    list_select_related = ["course"]
    readonly_fields = ["invitation"]

    @admin.display(description="invitation")
    def invitation(self, cohort: Cohort) -> str:
        return format_html('<a href="{0}">{0}</a>', reverse("join_with_code", args=[cohort.invite_code]))


@admin.register(Meeting)
class MeetingAdmin(CourseScopedAdmin):
    course_path = "cohort__course"
    list_display = ["session", "cohort", "starts_at", "minutes"]
    list_filter = ["cohort"]
    search_fields = ["session__title", "cohort__title"]
    date_hierarchy = "starts_at"
    list_select_related = ["session", "cohort__course"]


@admin.register(Enrollment)
class EnrollmentAdmin(CourseScopedAdmin):
    list_display = ["user", "cohort", "is_active", "created_at"]
    list_filter = ["is_active", "cohort"]
    search_fields = ["user__email", "user__name"]
    autocomplete_fields = ["user"]
    list_select_related = ["user", "cohort__course"]


@admin.register(CourseStaff)
class CourseStaffAdmin(CourseScopedAdmin):
    list_display = ["user", "course", "role"]
    list_filter = ["role", "course"]
    search_fields = ["user__email", "user__name"]
    autocomplete_fields = ["user"]
    list_select_related = ["user", "course"]


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    course_path = "lesson__course"
    list_display = ["lesson", "enrollment", "heading", "read_at", "updated_at"]
    list_filter = ["lesson__course", "lesson"]
    search_fields = ["enrollment__user__email", "lesson__title"]
    list_select_related = ["lesson", "enrollment__user", "enrollment__cohort__course"]


@admin.register(Tick)
class TickAdmin(ReadOnlyAdmin):
    course_path = "enrollment__course"
    list_display = ["key", "enrollment", "lesson", "session", "created_at"]
    list_filter = ["lesson__course"]
    search_fields = ["key", "enrollment__user__email"]
    list_select_related = ["lesson", "session", "enrollment__user", "enrollment__cohort__course"]
