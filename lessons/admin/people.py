"""Learners and staff of a course in the admin, added by email so that nobody sees a list of strangers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from lessons import staffing
from lessons.admin.scope import CourseScopedAdmin
from lessons.models import Course, CourseStaff, Enrollment
from portal.accounts.admin import RecordsRoles
from portal.accounts.models import User


class ByEmailForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    """Find a person by their sign-in email. Posted user IDs are ignored."""

    email = forms.EmailField(label="email", help_text="The email address they sign in with.")

    def _find(self, find: Any, what_to_do: str) -> None:
        email = self.cleaned_data.get("email")
        try:
            self.instance.user = find(email) if email else None
        except staffing.UnknownPersonError as error:
            self.add_error("email", f"{error} {what_to_do}")


class EnrollForm(ByEmailForm):
    class Meta:
        model = Enrollment
        fields = ["email", "cohort"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cohort = cleaned.get("cohort")
        if not (cohort and cleaned.get("email")):
            return cleaned
        address = staffing.invitation_address(cohort)
        self._find(staffing.person_at, f"Send them this link to sign up and join: {address}")
        if not self.errors:
            self._enroll(cohort)
        return cleaned

    def _enroll(self, cohort: Any) -> None:
        # Reuses the person's earlier enrollment in this cohort, if any.
        of_user = Enrollment.objects.filter(user=self.instance.user, course=cohort.course_id)
        if there := of_user.active().select_related("cohort__course").first():
            self.add_error(
                "email", f"This person is already in {there.cohort}. To move them, open that enrollment."
            )
        elif before := of_user.filter(cohort=cohort).first():
            self.instance = before
        self.instance.is_active = True
        self.instance.course_id = cohort.course_id


class FixedForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    """Refuse to save: without a field to change, the admin would say that something was changed."""

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("Move or end an enrollment on the page of the learner: follow the link.")


@admin.register(Enrollment)
class EnrollmentAdmin(CourseScopedAdmin):
    form = EnrollForm
    cohort_path = "cohort"
    # The page of the learner moves and ends with a reason, a notice and a look at the places.
    fixed_once_saved = ("user", "course", "cohort", "is_active", "change")
    list_display = ["user", "cohort", "is_active", "created_at"]
    list_filter = ["is_active", "cohort"]
    search_fields = ["user__email", "user__name"]
    list_select_related = ["user", "cohort__course"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["user", "course", "cohort", "is_active", "change"] if obj else ["email", "cohort"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{**kwargs, "form": FixedForm} if obj else kwargs)

    @admin.display(description="change")
    def change(self, obj: Enrollment) -> str:
        if not obj.is_active:
            return "It has ended. To enroll the person again, add them with their email."
        address = reverse("change_learner", args=[obj.course.slug, obj.pk])
        return format_html('<a href="{}">Move to another cohort, or end</a>', address)

    def save_model(self, request: Any, obj: Enrollment, form: Any, change: bool) -> None:
        if not change:  # a saved enrollment has no fields to change
            staffing.save_enrollment(enrollment=obj, by=request.user)


class AddStaffForm(ByEmailForm):
    class Meta:
        model = CourseStaff
        fields = ["email", "course", "cohort", "role"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._find(staffing.owner_of, "Ask them to sign up. Then add them here.")
        course, cohort, user = cleaned.get("course"), cleaned.get("cohort"), self.instance.user_id
        there = CourseStaff.objects.filter(course=course, cohort=cohort, user=user).first() if user else None
        if course and there:
            place = there.cohort or course
            self.add_error(
                "email", f"This person is already an {there.get_role_display().lower()} of {place}."
            )
        return cleaned


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    by: User  # the user who makes the change

    class Meta:
        model = CourseStaff
        fields = ["role"]

    def clean_role(self) -> str:
        role = str(self.cleaned_data["role"])
        if role != CourseStaff.Role.INSTRUCTOR:
            before = CourseStaff.objects.filter(pk=self.instance.pk)
            try:
                staffing.refuse_to_orphan(without=before, by=self.by)
            except staffing.NoInstructorError as error:
                raise forms.ValidationError(str(error)) from error
        return role


@admin.register(CourseStaff)
class CourseStaffAdmin(RecordsRoles, CourseScopedAdmin):
    fixed_once_saved = ("user", "course", "cohort")
    fields = ["user", "course", "cohort", "role"]
    list_display = ["user", "course", "cohort", "role"]
    list_filter = ["role", "course", "cohort"]
    search_fields = ["user__email", "user__name"]
    list_select_related = ["user", "course", "cohort__course"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["user", "course", "cohort", "role"] if obj else ["email", "course", "cohort", "role"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs.setdefault("form", StaffForm if obj else AddStaffForm)
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "course" and not request.user.is_superuser:
            kwargs["queryset"] = Course.objects.filter(pk__in=self._courses_led_by(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: Any, obj: CourseStaff, form: Any, change: bool) -> None:
        staffing.save_course_staff(staff=obj, by=request.user)

    def get_deleted_objects(self, objs: Any, request: Any) -> Any:
        # Protects the last instructor of a course, with the reason on the page.
        *found, protected = super().get_deleted_objects(objs, request)
        try:
            staffing.refuse_to_orphan(without=objs, by=request.user)
        except staffing.NoInstructorError as error:
            self.message_user(request, str(error), messages.ERROR)
            protected = [*protected, str(error)]
        return *found, protected

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        with transaction.atomic():  # one transaction for the check and the deletion
            return super().changelist_view(request, extra_context)

    # Assistants may see the staff; only instructors may change it.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self._leads(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._leads(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._leads(request, obj)

    def _leads(self, request: HttpRequest, obj: CourseStaff | None = None) -> bool:
        if request.user.is_superuser:
            return True
        led = self._courses_led_by(request.user)
        return led.filter(course=obj.course_id).exists() if obj else led.exists()

    def _courses_led_by(self, user: Any) -> QuerySet[CourseStaff, Any]:
        led = CourseStaff.objects.filter(user=user.pk, role=CourseStaff.Role.INSTRUCTOR, cohort=None)
        return led.values("course")
