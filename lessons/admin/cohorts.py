from typing import Any

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.http import HttpRequest
from django.template.loader import render_to_string

from lessons.admin.deadlines import MovesDeadlines
from lessons.admin.meetings import MeetingForm, MeetingInline, undated_sessions
from lessons.admin.scope import CourseScopedAdmin, ReadOnlyAdmin
from lessons.admin.slugs import SluggedAdmin
from lessons.cohort_ends import settle_cohort
from lessons.meetings import notify_of_zone
from lessons.models import Cohort, Course, Meeting, Reading, Tick
from lessons.rights import limited_courses
from lessons.staffing import invitation_address


@admin.register(Cohort)
class CohortAdmin(MovesDeadlines, SluggedAdmin):
    cohort_path = "pk"
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
        fields = ["course", "title", "slug", "time_zone", "open", "capacity", "is_over"]
        return [*fields, "invite_code", "invitation"] if obj else fields

    @admin.display(description="invitation")
    def invitation(self, cohort: Cohort) -> str:
        context = {"title": "Invite learners", "text": invitation_address(cohort)}
        return render_to_string("partials/_code.html", context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        course = self.choosable_rows(Course, request).filter(pk=initial.get("course") or 0).first()
        return initial | ({"time_zone": course.time_zone} if course else {})

    # Any: as Django declares it
    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "course":  # a new cohort concerns the whole course
            limited = limited_courses(request.user)
            kwargs["queryset"] = Course.objects.exclude(pk__in=limited) if limited else Course.objects.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # Any: as Django declares them
    def get_formset_kwargs(
        self, request: HttpRequest, obj: Cohort, inline: "InlineModelAdmin[Any, Any]", prefix: str
    ) -> Any:
        # One row for each session without a date; a row without a date is not saved.
        found = super().get_formset_kwargs(request, obj, inline, prefix)
        cohort = obj if obj.pk else None
        return found | {"initial": [{"session": key} for key in undated_sessions(request, cohort)]}

    def save_model(self, request: HttpRequest, obj: Cohort, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"capacity", "open", "is_over"} & set(form.changed_data):
            settle_cohort(cohort=obj)
        if not change:
            self.message_user(request, f"Learners join at {invitation_address(obj)}")

    # Any: as Django declares it
    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and "time_zone" in form.changed_data:
            notify_of_zone(form.instance)


@admin.register(Meeting)
class MeetingAdmin(MovesDeadlines, CourseScopedAdmin):
    form = MeetingForm
    course_path = "cohort__course"
    cohort_path = "cohort"
    returns_to_outline = True
    view_on_site = False  # type: ignore[assignment]  # Django takes False for never
    list_display = ["session", "cohort", "starts_at", "minutes"]
    list_filter = ["cohort"]
    search_fields = ["session__title", "cohort__title"]
    date_hierarchy = "starts_at"
    list_select_related = ["session", "cohort__course"]

    def get_fields(self, request: HttpRequest, obj: Meeting | None = None) -> Any:
        fields = ["cohort", "session", "starts_at", "minutes", "join_url"]
        return [*fields, "recording_url", "is_cancelled", "reason"] if obj else fields

    def save_model(self, request: HttpRequest, obj: Meeting, form: Any, change: bool) -> None:
        form.save_change(obj)


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
