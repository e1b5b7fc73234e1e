"""Deadlines of labs for cohorts, extensions for learners, and the outages that lengthened deadlines."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from labs.models import LabDeadline, LabExtension, Outage
from lessons.admin.deadlines import (
    ZONE,
    AddExtensionForm,
    CohortDeadlineForm,
    DeadlineAdmin,
    ExtensionAdmin,
    ExtensionForm,
    clean_in_zone,
    show_in_zone,
)
from lessons.admin.releasing import WallTimeField
from lessons.admin.scope import ReadOnlyAdmin
from lessons.models.deadlines import Late


class LabDeadlineForm(CohortDeadlineForm):
    last_at = WallTimeField(
        label="Last date", required=False, help_text=f"After that, a push earns no points. {ZONE}"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            show_in_zone(self.initial, "last_at", self.instance.cohort.time_zone)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cohort = cleaned.get("cohort") or (self.instance.cohort if self.instance.pk else None)
        if cohort and "last_at" not in self.errors:
            clean_in_zone(self, cleaned, "last_at", cohort)
        return cleaned


@admin.register(LabDeadline)
class LabDeadlineAdmin(DeadlineAdmin):
    form = LabDeadlineForm
    of = "lab"
    content = ("lab",)
    fixed_once_saved = ("lab", "cohort")
    list_display = ["lab", "cohort", "due"]
    search_fields = ["lab__title", "lab__slug", "cohort__title"]
    date_hierarchy = "closes_at"
    list_select_related = ["lab__course", "cohort__course"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_fields(request, obj), "last_at"]

    def save_model(self, request: HttpRequest, obj: LabDeadline, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.last_at and obj.lab.late == Late.REFUSE:
            words = (
                f"The last date has no effect yet: a late submission for {obj.lab} earns no points at all."
            )
            self.message_user(request, words, messages.WARNING)


class LabExtensionForm(ExtensionForm):
    of = "lab"


class AddLabExtensionForm(AddExtensionForm):
    of = "lab"


@admin.register(LabExtension)
class LabExtensionAdmin(ExtensionAdmin):
    learner_forms = (AddLabExtensionForm, LabExtensionForm)
    content = ("lab",)
    rest = ("lab", "until", "reason")
    fixed_once_saved = ("enrollment", "lab")
    list_display = ["enrollment", "lab", "due", "reason"]
    list_select_related = ["enrollment__user", "enrollment__cohort__course", "lab"]


@admin.register(Outage)
class OutageAdmin(ReadOnlyAdmin):
    content = ("lab",)
    course_path = "lab__course"
    is_in_menu = False
    list_display = ["enrollment", "lab", "begins_at", "ends_at"]
    list_filter = ["lab__course", "lab"]
    list_select_related = ["lab", "enrollment__user", "enrollment__cohort__course"]
