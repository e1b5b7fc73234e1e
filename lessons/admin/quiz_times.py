"""Deadlines of quizzes for cohorts, extensions and extra time for learners."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from lessons import staffing
from lessons.admin.deadlines import ByEmailForm, DeadlineAdmin, ExtensionAdmin, ForLearnerAdmin, LearnerForm
from lessons.models import Attempt, ExtraTime, QuizDeadline, QuizExtension
from lessons.pages.quiz_words import end_in_words


@admin.register(QuizDeadline)
class QuizDeadlineAdmin(DeadlineAdmin):
    content = ("quiz",)
    fixed_once_saved = ("quiz", "cohort")
    list_display = ["quiz", "cohort", "due"]
    search_fields = ["quiz__title", "quiz__slug", "cohort__title"]
    date_hierarchy = "closes_at"
    list_select_related = ["quiz__course", "cohort__course"]


@admin.register(QuizExtension)
class QuizExtensionAdmin(ExtensionAdmin):
    content = ("quiz",)
    rest = ("quiz", "until", "reason")
    fixed_once_saved = ("enrollment", "quiz")
    list_display = ["enrollment", "quiz", "due", "reason"]
    list_select_related = ["enrollment__user", "enrollment__cohort__course", "quiz"]


class ExtraTimeForm(LearnerForm):
    class Meta:
        model = ExtraTime
        fields = ["quiz", "percent", "minutes"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        quiz, enrollment = cleaned.get("quiz"), self.enrollment(cleaned)
        if enrollment is None:
            return cleaned
        self.check_course(cleaned, enrollment)
        same = ExtraTime.objects.filter(enrollment=enrollment, quiz=quiz).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error("quiz", "This learner already has extra time there. Change that entry instead.")
        return cleaned


class AddExtraTimeForm(ExtraTimeForm, ByEmailForm):
    pass


@admin.register(ExtraTime)
class ExtraTimeAdmin(ForLearnerAdmin):
    learner_forms = (AddExtraTimeForm, ExtraTimeForm)
    rest = ("quiz", "percent", "minutes")
    content = ("course", "quiz")
    list_display = ["enrollment", "quiz", "percent", "minutes"]
    list_select_related = ["enrollment__user", "enrollment__cohort__course", "quiz"]
    fixed_once_saved = ("enrollment",)

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
