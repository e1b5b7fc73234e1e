"""Deadlines for cohorts and extensions for learners, the same for quizzes and labs."""

import zoneinfo
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from lessons import staffing
from lessons.admin.releasing import WallTimeField, in_zone
from lessons.admin.scope import CourseScopedAdmin
from lessons.deadline_changes import deadlines_moved
from lessons.models import Cohort, Enrollment, Session
from lessons.models.cohort import validate_start
from lessons.rights import cohorts_taught
from lessons.templatetags.times import opening_time
from lessons.texts.due_rules import EXAMPLE, Rule, parse_rule
from portal.accounts.models import User

ZONE = "In the time zone of the cohort."
Cleaned = dict[str, Any]  # Any: each field has its own type


class RuleField(forms.CharField):
    """Text such as “session 3 + 6 days 23:59”; the value is a Rule, None for an empty text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=60, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Rule) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            rule = parse_rule(text)
        except ValueError as error:
            raise forms.ValidationError(f"This {error}.") from error
        if rule.session is None:
            raise forms.ValidationError(f"Name the session, as in “{EXAMPLE}”.")
        return rule


class CohortDeadlineForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    """A date in the zone of the cohort, or a rule."""

    closes_at = WallTimeField(label="Either a date", required=False, help_text=ZONE)
    rule = RuleField(
        label="or a rule",
        help_text=f"Such as “{EXAMPLE}”. It follows the cohort’s meetings. Leave the date empty.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            return
        zone = self.instance.cohort.time_zone
        self.fields["closes_at"].help_text = f"In the time zone of the cohort, {zone}."
        self.initial["rule"] = self.instance.rule
        show_in_zone(self.initial, "closes_at", zone)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cohort = cleaned.get("cohort") or (self.instance.cohort if self.instance.pk else None)
        if {"closes_at", "rule"} & self.errors.keys() or cohort is None:
            return cleaned
        if bool(cleaned.get("closes_at")) == bool(cleaned.get("rule")):
            self.add_error("closes_at", "Enter either a date or a rule.")
            return cleaned
        clean_in_zone(self, cleaned, "closes_at", cohort)
        self.instance.rule = cleaned.get("rule")
        return cleaned


def show_in_zone(initial: MutableMapping[str, object], name: str, zone: str) -> None:
    if isinstance(when := initial.get(name), datetime):
        initial[name] = when.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)


# Any: forms of several models
def clean_in_zone(form: Any, cleaned: Cleaned, name: str, cohort: Cohort) -> None:
    """Replace a time on the wall by one in the zone of a cohort, or add an error to the form."""
    if when := cleaned.get(name):
        try:
            validate_start(when)
            cleaned[name] = in_zone(when, cohort.time_zone)
        except forms.ValidationError as error:
            form.add_error(name, error)


class LearnerForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    """Something for one learner. `of` names the field of the quiz or lab."""

    by: User  # the user who makes the change
    of = "quiz"

    def enrollment(self, cleaned: Cleaned) -> Enrollment | None:
        found: Enrollment = self.instance.enrollment
        return found

    def check_course(self, cleaned: Cleaned, enrollment: Enrollment) -> None:
        row = cleaned.get(self.of)
        if row and row.course_id != enrollment.course_id:
            self.add_error(self.of, f"This {self.of} is not in {enrollment.cohort.course}.")


class ByEmailForm(LearnerForm):
    """Find the learner by their email and cohort. Posted keys of enrollments are ignored."""

    email = forms.EmailField(label="email", help_text="The email address they sign in with.")
    cohort = forms.ModelChoiceField(Cohort.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cohorts = Cohort.objects.select_related("course").filter(course__deletion=None)
        own = cohorts.filter(pk__in=cohorts_taught(self.by))
        self.fields["cohort"].queryset = own  # type: ignore[attr-defined]  # a ModelChoiceField

    def enrollment(self, cleaned: Cleaned) -> Enrollment | None:
        email, cohort = cleaned.get("email"), cleaned.get("cohort")
        if not (email and cohort):
            return None
        found = Enrollment.objects.active().filter(user__email__iexact=email, cohort=cohort)
        enrollment = found.select_related("user", "cohort__course").first()
        if enrollment is None:
            self.add_error("email", f"No learner of {cohort} uses this email.")
            return None
        self.instance.enrollment = enrollment
        return enrollment


class ExtensionForm(LearnerForm):
    until = WallTimeField(label="New deadline", help_text=ZONE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            zone = self.instance.enrollment.cohort.time_zone
            self.fields["until"].help_text = f"In the time zone of the cohort, {zone}."
            show_in_zone(self.initial, "until", zone)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        enrollment = self.enrollment(cleaned)
        if enrollment is None:
            return cleaned
        self.check_course(cleaned, enrollment)
        clean_in_zone(self, cleaned, "until", enrollment.cohort)
        row = cleaned.get(self.of) or getattr(self.instance, f"{self.of}_id", None)
        rows = type(self.instance)._default_manager.filter(enrollment=enrollment, **{self.of: row})
        if row and rows.exclude(pk=self.instance.pk).exists():
            self.add_error(self.of, "This learner already has an extension there. Change that one instead.")
        return cleaned


class AddExtensionForm(ExtensionForm, ByEmailForm):
    pass


class MovesDeadlines:
    """For the admin of rows that deadlines depend on: with their course, and perhaps a cohort."""

    # Any: as Django declares them
    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]  # a mixin of ModelAdmin
        deadlines_moved(*_place(form.instance))

    # Any: as above
    def delete_model(self, request: Any, obj: Any) -> None:
        place = _place(obj)
        super().delete_model(request, obj)  # type: ignore[misc]  # as above
        deadlines_moved(*place)

    # Any: as above
    def delete_queryset(self, request: Any, queryset: Any) -> None:
        places = {_place(row) for row in queryset}
        super().delete_queryset(request, queryset)  # type: ignore[misc]  # as above
        for place in places:
            deadlines_moved(*place)


def _place(row: Any) -> tuple[int, ...]:
    if isinstance(row, Session):
        return (row.course_id,)
    cohort: Cohort = row if isinstance(row, Cohort) else row.cohort
    return cohort.course_id, cohort.pk


class DeadlineAdmin(MovesDeadlines, CourseScopedAdmin):
    """`of` names the field of the quiz or lab."""

    cohort_path = "cohort"
    form = CohortDeadlineForm
    of = "quiz"
    list_filter = ["course", "cohort"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [self.of, "cohort", "closes_at", "rule"]

    # Any: a deadline of a quiz or lab
    @admin.display(description="deadline", ordering="closes_at")
    def due(self, row: Any) -> str:
        # in the zones of the reader and of the cohort
        return opening_time(row.closes_at, row.cohort) if row.closes_at else str(row.rule)


class ForLearnerAdmin(CourseScopedAdmin):
    """Rows for one learner: `learner_forms` are the forms to add and to change one."""

    learner_forms: tuple[type[forms.ModelForm], type[forms.ModelForm]]  # type: ignore[type-arg]  # as above
    rest: tuple[str, ...] = ()
    cohort_path = "enrollment__cohort"
    search_fields = ["enrollment__user__email", "enrollment__user__name"]
    list_filter = ["course"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["enrollment", *self.rest] if obj else ["email", "cohort", *self.rest]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        adding, changing = self.learner_forms
        kwargs.setdefault("form", changing if obj else adding)
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form


class ExtensionAdmin(ForLearnerAdmin):
    learner_forms = (AddExtensionForm, ExtensionForm)

    # Any: an extension of a quiz or lab
    @admin.display(description="new deadline", ordering="until")
    def due(self, row: Any) -> str:
        return opening_time(row.until, row.enrollment.cohort)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        staffing.save_extension(extension=obj, by=request.user)

    def delete_model(self, request: Any, obj: Any) -> None:
        staffing.delete_extension(extension=obj, by=request.user)

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        for each in queryset:
            self.delete_model(request, each)
