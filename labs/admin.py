from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from labs import actions, deadline_admin, repository_queries
from labs.authoring.admin import LabAdmin
from labs.grader.words import count
from labs.models import (
    AccessToken,
    Choice,
    Connection,
    Delivery,
    FailedCheck,
    GitHubAnswer,
    Installation,
    Lab,
    LabVersion,
    LocalReport,
    Receipt,
    Report,
    Repository,
    Submission,
)
from lessons.admin.lists import MAX_LISTED, percent_column, points_column
from lessons.admin.scope import ReadOnlyAdmin, ReadOnlyInline
from portal.accounts.http import UserRequest

__all__ = ["deadline_admin"]

admin.site.register(Lab, LabAdmin)


@admin.register(LabVersion)
class LabVersionAdmin(ReadOnlyAdmin):
    content = ("lab",)
    course_path = "lab__course"
    learner_path = ""
    exact_search = ("digest",)
    list_display = [
        "lab",
        "digest",
        "proved",
        points_column("max_points"),
        percent_column("pass_mark"),
        "created_at",
    ]
    list_filter = ["lab__course", "lab"]
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
    content = ("lab",)
    inlines = [ReportInline]
    actions = ["grade_again"]
    list_display = [
        "public_id", "lab", "learner", "number", "state", "counts", "is_late", "tries", "queued_at", "ended_at",
    ]  # fmt: skip
    readonly_fields = ["counts", "late_points", "due_at", "late_days"]
    list_filter = ["state", "queued_at", "course", "lab"]
    exact_search = ("public_id",)
    list_select_related = ["lab", "enrollment__user", "enrollment__cohort__course"]

    @admin.display
    def learner(self, submission: Submission) -> str:
        return submission.enrollment.user.email

    @admin.display(description="counts", boolean=True)
    def counts(self, submission: Submission) -> bool:
        return submission.is_best

    @admin.display(description="late", boolean=True)
    def is_late(self, submission: Submission) -> bool:
        return submission.due_at is not None

    @admin.action(description="Grade again", permissions=["view"])
    def grade_again(self, request: UserRequest, queryset: QuerySet[Submission]) -> None:
        chosen = list(queryset.select_related("lab__course")[: MAX_LISTED + 1])
        if len(chosen) > MAX_LISTED:
            self.message_user(request, f"Select at most {MAX_LISTED:,} submissions.", messages.ERROR)
            return
        queued = sum(actions.grade_again(submission=item, by=request.user) for item in chosen)
        self.message_user(request, f"Submissions queued again: {queued}.")
        if queued < len(chosen):
            message = f"{count(len(chosen) - queued, 'submission')} skipped: already queued or running."
            self.message_user(request, message, messages.WARNING)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    content = ("lab",)
    course_path = "lab__course"
    learner_path = "submission__enrollment"
    list_display = [
        "submission",
        points_column("points"),
        points_column("max_points"),
        "passed",
        "is_current",
        "engine",
        "created_at",
    ]
    list_filter = ["passed", "is_current", "lab"]
    list_select_related = ["submission__lab", "submission__enrollment__user"]
    readonly_fields = ["checks"]
    exclude = ["data"]

    @admin.display(description="checks")
    def checks(self, report: Report) -> str:
        rows = ((item["outcome"], item["says"], item.get("why", "")) for item in report.data["results"])
        return format_html(
            "<table>{}</table>", format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
        )


@admin.register(LocalReport)
class LocalReportAdmin(ReadOnlyAdmin):
    content = ("lab",)
    is_in_menu = False
    list_display = ["lab", "enrollment", "place", "head", "engine", "received_at"]
    list_filter = ["place", "course", "lab"]
    list_select_related = ["lab", "enrollment__user", "enrollment__cohort__course"]


@admin.register(FailedCheck)
class FailedCheckAdmin(ReadOnlyAdmin):
    content = ("submission__lab",)
    is_in_menu = False
    course_path = "submission__course"
    learner_path = "submission__enrollment"
    list_display = ["submission", "name"]
    list_filter = ["submission__lab"]
    list_select_related = ["submission__lab", "submission__enrollment__user"]


class AlsoByOthersFilter(admin.SimpleListFilter):
    title = "repository URL"
    parameter_name = "also_by_others"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> list[tuple[str, str]]:
        return [
            ("1", "Also submitted by others"),
            ("practice", "Practice remote"),
            ("elsewhere", "Elsewhere"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Repository]) -> QuerySet[Repository]:
        chosen = {
            "1": Q(repository_queries.also_by_others(), host__isnull=False),
            "practice": Q(host=None),
            "elsewhere": Q(host__isnull=False),
        }
        return queryset.filter(chosen.get(self.value() or "", Q()))


@admin.register(Repository)
class RepositoryAdmin(ReadOnlyAdmin):
    content = ("lab",)
    list_display = ["lab", "enrollment", "place", "also_by_others", "created_at"]
    list_filter = [AlsoByOthersFilter, "course", "lab"]
    list_select_related = ["lab", "enrollment__user", "enrollment__cohort__course"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Repository]:
        found: QuerySet[Repository] = (
            super().get_queryset(request).annotate(also_by_others=repository_queries.also_by_others())
        )
        return found

    @admin.display(description="repository URL", empty_value="practice remote")
    def place(self, repository: Repository) -> str | None:
        return str(repository.address) if repository.address else None

    @admin.display(description="also submitted by others", boolean=True)
    def also_by_others(self, repository: Repository) -> bool:
        return bool(repository.also_by_others)  # type: ignore[attr-defined]  # annotated above


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    content = ("repository__lab",)
    course_path = "repository__course"
    learner_path = "repository__enrollment"
    list_display = ["repository", "via", "received_at", "digest"]
    list_filter = ["via", "repository__lab"]
    list_select_related = ["repository__lab", "repository__enrollment__user"]


class DeliveryInline(ReadOnlyInline):
    model = Delivery
    fields = ["received_at", "event", "action", "ref", "commit", "outcome", "reason"]
    readonly_fields = ["received_at"]


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    content = ("repository__lab",)
    course_path = "repository__course"
    learner_path = "repository__enrollment"
    inlines = [DeliveryInline]
    list_display = ["repository", "place", "owner_proved_by", "last_heard_at", "disconnected_at"]
    list_filter = ["repository__course", "repository__lab", "owner_proved_by"]
    list_select_related = ["repository__lab", "repository__enrollment__user"]

    @admin.display(description="repository URL")
    def place(self, connection: Connection) -> str:
        return str(connection.repository.address)


@admin.register(GitHubAnswer)
class GitHubAnswerAdmin(ReadOnlyAdmin):
    content = ("repository__lab",)
    is_in_menu = False
    course_path = "repository__course"
    learner_path = "repository__enrollment"
    exclude = ["submissions"]
    list_display = ["repository", "commit", "asked_at", "ask_at", "tries"]
    list_filter = ["repository__course", "repository__lab"]
    list_select_related = ["repository__lab", "repository__enrollment__user"]


@admin.register(Choice)
class ChoiceAdmin(ReadOnlyAdmin):
    content = ("submission__lab",)
    is_in_menu = False
    course_path = "submission__course"
    learner_path = "submission__enrollment"
    list_display = ["submission", "reason", "by", "at"]
    list_filter = ["submission__lab"]
    list_select_related = ["submission__lab", "submission__enrollment__user", "by"]


class AdministratorsOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # no arguments at runtime
    """Rows that concern no course: instructors do not see them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    has_view_permission = has_change_permission = has_delete_permission = lambda self, request, obj=None: (
        bool(request.user.is_superuser)
    )


@admin.register(Installation)
class InstallationAdmin(AdministratorsOnly):
    list_display = ["account", "installation_id", "created_at", "suspended_at", "deleted_at"]
    list_filter = ["suspended_at", "deleted_at"]
    search_fields = ["account"]

    has_change_permission = has_delete_permission = AdministratorsOnly.has_add_permission


@admin.register(AccessToken)
class AccessTokenAdmin(AdministratorsOnly):
    """Instructors need no access to learners' tokens."""

    list_display = ["user", "name", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["revoked_at", "expires_at"]
    search_fields = ["user__email", "name"]
    readonly_fields = ["user", "name", "created_at", "last_used_at", "expires_at"]
    list_select_related = ["user"]
