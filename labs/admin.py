from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from labs import actions, queries
from labs.lab_admin import LabAdmin
from labs.models import (
    AccessToken,
    Lab,
    LabVersion,
    NeededWork,
    OutsideReport,
    Receipt,
    Report,
    Repository,
    Submission,
)
from lessons.admin.scope import ReadOnlyAdmin, ReadOnlyInline
from portal.accounts.http import UserRequest

admin.site.register(Lab, LabAdmin)


@admin.register(LabVersion)
class LabVersionAdmin(ReadOnlyAdmin):
    course_path = "lab__course"
    list_display = ["lab", "digest", "proved", "max_points", "pass_mark", "created_at"]
    list_filter = ["lab__course", "lab"]
    search_fields = ["lab__title", "digest"]
    list_select_related = ["lab"]


class ReportInline(ReadOnlyInline):
    model = Report
    fields = ["created_at", "is_current", "points", "max_points", "passed", "engine", "link"]
    readonly_fields = ["created_at", "link"]
    ordering = ["-pk"]

    @admin.display(description="report")
    def link(self, report: Report) -> str:
        return format_html('<a href="{}">Report</a>', reverse("admin:labs_report_change", args=[report.pk]))


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    course_path = "lab__course"
    inlines = [ReportInline]
    actions = ["grade_again"]
    list_display = ["public_id", "lab", "learner", "number", "state", "tries", "queued_at", "ended_at"]
    list_filter = ["state", "lab__course", "lab"]
    search_fields = ["public_id", "head", "enrollment__user__email", "enrollment__user__name"]
    date_hierarchy = "queued_at"
    list_select_related = ["lab__course", "enrollment__user", "enrollment__cohort__course"]

    @admin.display(ordering="enrollment__user__email")
    def learner(self, submission: Submission) -> str:
        return submission.enrollment.user.email

    @admin.action(description="Grade again", permissions=["view"])
    def grade_again(self, request: UserRequest, queryset: QuerySet[Submission]) -> None:
        queued = sum(actions.grade_again(submission=item, by=request.user) for item in queryset)
        self.message_user(request, f"Queued again: {queued}.")
        if queued < len(queryset):
            message = f"Left alone because they wait or run already: {len(queryset) - queued}."
            self.message_user(request, message, messages.WARNING)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    course_path = "submission__lab__course"
    list_display = ["submission", "points", "max_points", "passed", "is_current", "engine", "created_at"]
    list_filter = ["passed", "is_current", "submission__lab"]
    search_fields = ["submission__public_id", "submission__enrollment__user__email"]
    list_select_related = ["submission__lab", "submission__enrollment__user"]
    readonly_fields = ["checks"]
    exclude = ["data"]

    @admin.display(description="checks")
    def checks(self, report: Report) -> str:
        rows = ((item["outcome"], item["says"], item.get("why", "")) for item in report.data["results"])
        return format_html(
            "<table>{}</table>", format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        )


@admin.register(OutsideReport)
class OutsideReportAdmin(ReadOnlyAdmin):
    course_path = "lab__course"
    list_display = ["lab", "enrollment", "place", "head", "engine", "received_at"]
    list_filter = ["place", "lab__course", "lab"]
    search_fields = ["head", "enrollment__user__email"]
    list_select_related = ["lab", "enrollment__user", "enrollment__cohort__course"]


@admin.register(NeededWork)
class NeededWorkAdmin(ReadOnlyAdmin):
    course_path = "submission__lab__course"
    list_display = ["submission", "name"]
    list_filter = ["submission__lab"]
    search_fields = ["name", "submission__public_id", "submission__enrollment__user__email"]
    list_select_related = ["submission__lab", "submission__enrollment__user"]


class AlsoByOthersFilter(admin.SimpleListFilter):
    title = "address"
    parameter_name = "also_by_others"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("1", "Also submitted by others")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Repository]) -> QuerySet[Repository]:
        return queryset.filter(queries.also_by_others()) if self.value() else queryset


@admin.register(Repository)
class RepositoryAdmin(ReadOnlyAdmin):
    course_path = "lab__course"
    list_display = ["lab", "enrollment", "place", "also_by_others", "created_at"]
    list_filter = [AlsoByOthersFilter, "host", "lab__course", "lab"]
    search_fields = ["enrollment__user__email", "owner", "name"]
    list_select_related = ["lab", "enrollment__user", "enrollment__cohort__course"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Repository]:
        return super().get_queryset(request).annotate(also_by_others=queries.also_by_others())

    @admin.display(description="address", empty_value="practice remote")
    def place(self, repository: Repository) -> str | None:
        return str(repository.address) if repository.address else None

    @admin.display(description="also submitted by others", boolean=True)
    def also_by_others(self, repository: Repository) -> bool:
        return repository.also_by_others  # type: ignore[attr-defined]  # annotated above


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    course_path = "repository__lab__course"
    list_display = ["repository", "via", "received_at", "digest"]
    list_filter = ["via", "repository__lab"]
    search_fields = ["digest", "repository__enrollment__user__email"]
    list_select_related = ["repository__lab", "repository__enrollment__user"]


@admin.register(AccessToken)
class AccessTokenAdmin(admin.ModelAdmin):
    """Administrators alone: an instructor has no business with a learner's access."""

    list_display = ["user", "created_at", "last_used_at", "revoked_at"]
    list_filter = ["revoked_at"]
    search_fields = ["user__email"]
    readonly_fields = ["user", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    has_view_permission = has_change_permission = has_delete_permission = lambda self, request, obj=None: (
        bool(request.user.is_superuser)
    )
