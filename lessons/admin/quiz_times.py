"""Deadlines of quizzes for cohorts, and extra time for learners, who are added by email like everywhere."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from lessons import staffing
from lessons.admin.scope import CourseScopedAdmin
from lessons.models import Attempt, Cohort, Enrollment, ExtraTime, QuizDeadline
from lessons.pages.quiz_words import end_in_words
from portal.accounts.models import User


@admin.register(QuizDeadline)
class QuizDeadlineAdmin(CourseScopedAdmin):
    content = ("quiz",)
    fixed_once_saved = ("quiz", "cohort")
    fields = ["quiz", "cohort", "closes_at"]
    list_display = ["quiz", "cohort", "closes_at"]
    list_filter = ["course", "cohort"]
    search_fields = ["quiz__title", "quiz__slug", "cohort__title"]
    date_hierarchy = "closes_at"
    list_select_related = ["quiz__course", "cohort__course"]


class ExtraTimeForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    by: User  # the user who makes the change

    class Meta:
        model = ExtraTime
        fields = ["quiz", "percent", "minutes"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        quiz, enrollment = cleaned.get("quiz"), self._enrollment(cleaned)
        if enrollment is None:
            return cleaned
        if quiz and quiz.course_id != enrollment.course_id:
            self.add_error("quiz", f"This quiz is not in {enrollment.cohort.course}.")
        same = ExtraTime.objects.filter(enrollment=enrollment, quiz=quiz).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error("quiz", "This learner already has extra time there. Change that entry instead.")
        return cleaned

    def _enrollment(self, cleaned: dict[str, Any]) -> Enrollment | None:
        found: Enrollment = self.instance.enrollment
        return found


class AddExtraTimeForm(ExtraTimeForm):
    """Find the learner by their email and cohort. Posted keys of enrollments are ignored."""

    email = forms.EmailField(label="email", help_text="The email address they sign in with.")
    cohort = forms.ModelChoiceField(Cohort.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cohorts = Cohort.objects.select_related("course").filter(course__deletion=None)
        own = cohorts if self.by.is_superuser else cohorts.filter(course__staff__user=self.by)
        self.fields["cohort"].queryset = own  # type: ignore[attr-defined]  # a ModelChoiceField

    def _enrollment(self, cleaned: dict[str, Any]) -> Enrollment | None:
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


@admin.register(ExtraTime)
class ExtraTimeAdmin(CourseScopedAdmin):
    content = ("course", "quiz")
    list_display = ["enrollment", "quiz", "percent", "minutes"]
    list_filter = ["course"]
    search_fields = ["enrollment__user__email", "enrollment__user__name"]
    list_select_related = ["enrollment__user", "enrollment__cohort__course", "quiz"]
    fixed_once_saved = ("enrollment",)

    def get_fields(self, request: HttpRequest, obj: ExtraTime | None = None) -> Any:
        rest = ["quiz", "percent", "minutes"]
        return ["enrollment", *rest] if obj else ["email", "cohort", *rest]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs.setdefault("form", ExtraTimeForm if obj else AddExtraTimeForm)
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form

    def save_model(self, request: Any, obj: ExtraTime, form: Any, change: bool) -> None:
        staffing.save_extra_time(extra=obj, by=request.user)
        self._tell_of_open_attempts(request, obj)

    def _tell_of_open_attempts(self, request: HttpRequest, extra: ExtraTime) -> None:
        attempts = Attempt.objects.open().filter(enrollment=extra.enrollment_id).timed()
        if extra.quiz_id:
            attempts = attempts.filter(quiz=extra.quiz_id)
        for attempt in attempts.select_related("quiz"):
            if words := end_in_words(attempt):
                self.message_user(request, f"{attempt.quiz}, attempt {attempt.number}: {words}")
