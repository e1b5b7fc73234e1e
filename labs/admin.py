from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from labs import actions
from labs.authoring import save_lab
from labs.grader.spec import SpecError, load_spec
from labs.models import AccessToken, Lab, LabVersion, Receipt, Report, Repository, Submission
from lessons.actions import render_markdown
from lessons.admin.scope import CourseScopedAdmin, ReadOnlyAdmin, ReadOnlyInline, SourceWidget, at_line
from lessons.links import links_within
from portal.accounts.http import UserRequest


class LabForm(forms.ModelForm):
    class Meta:
        model = Lab
        fields = ["course", "slug", "status", "position", "source", "brief"]
        widgets = {"source": SourceWidget, "brief": SourceWidget}

    def clean_source(self) -> str:
        source = self.cleaned_data["source"].replace("\r\n", "\n")
        try:
            load_spec(source)
        except SpecError as error:
            raise forms.ValidationError(
                [
                    at_line(item.line, f"{item.key}: {item.message}" if item.key else item.message)
                    for item in error.problems
                ]
            ) from error
        return source

    def clean_brief(self) -> str:
        brief = self.cleaned_data["brief"].replace("\r\n", "\n")
        course = self.instance.course if self.instance.pk else self.cleaned_data.get("course")
        problems = render_markdown(brief, links_within(course)).problems if course else []
        if problems:
            raise forms.ValidationError([at_line(line, message) for line, message in problems])
        return brief


@admin.register(Lab)
class LabAdmin(CourseScopedAdmin):
    form = LabForm
    fixed_once_saved = ("slug", "course")
    list_display = ["title", "course", "status", "position", "slug"]
    list_filter = ["status", "course"]
    search_fields = ["title", "slug", "source"]
    list_select_related = ["course"]

    def save_model(self, request: HttpRequest, obj: Lab, form, change: bool) -> None:
        save_lab(lab=obj)


@admin.register(LabVersion)
class LabVersionAdmin(ReadOnlyAdmin):
    course_path = "lab__course"
    list_display = ["lab", "digest", "max_points", "pass_mark", "created_at"]
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


@admin.register(Repository)
class RepositoryAdmin(ReadOnlyAdmin):
    course_path = "lab__course"
    list_display = ["lab", "enrollment", "created_at"]
    list_filter = ["lab__course", "lab"]
    search_fields = ["enrollment__user__email"]
    list_select_related = ["lab", "enrollment__user", "enrollment__cohort__course"]


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
