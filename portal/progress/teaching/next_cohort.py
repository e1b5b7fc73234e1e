"""The page that creates the next cohort from one start date: first a preview of its calendar, then the cohort."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from labs.deadlines import terms_of
from labs.models import Lab
from lessons.attempt_times import deadlines_in
from lessons.cohort_dates import make_next_cohort, write_next_cohort
from lessons.deadlines import Deadline
from lessons.models import Cohort, Course, Enrollment, Meeting, Quiz
from lessons.models.cohort import validate_start
from lessons.models.course import MAX_TITLE, validate_no_null
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.views.staff import of_course
from lessons.staffing import invitation_address
from lessons.term import CannotCopyError
from portal.accounts.http import UserRequest


class CohortField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no arguments at runtime
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class NextCohortForm(forms.Form):
    like = CohortField(label="Copy the dates of", queryset=Cohort.objects.none(), empty_label=None)
    title = forms.CharField(
        label="Title of the new cohort", max_length=MAX_TITLE, validators=[validate_no_null]
    )
    starts_on = forms.DateField(
        label="Date of its first meeting",
        validators=[validate_start],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="All dates move by the same number of days, and keep their time of day.",
    )

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["like"]
        field.queryset = course.cohorts.order_by("-pk")

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if self.fields["like"].queryset.filter(title=title).exists():  # type: ignore[attr-defined]  # a CohortField
            raise forms.ValidationError("This course has a cohort with this title. Choose another title.")
        return title

    @property
    def values(self) -> str:
        """Return the entered values in one line: a cohort is made only from values whose preview was shown."""
        data = self.cleaned_data
        return f"{data['like'].pk} {data['starts_on']} {data['title']}"


@dataclass(frozen=True)
class PlannedDue:
    """A deadline of the new cohort. `rule` is how it follows from a meeting, "" for a date."""

    kind: str
    title: str
    rule: str
    at: datetime | None


@dataclass(frozen=True)
class Preview:
    """The calendar that the new cohort would have, each meeting with the start of that of the other cohort."""

    cohort: Cohort
    meetings: list[tuple[Meeting, datetime | None]]
    dues: list[PlannedDue]

    @property
    def changes_weekday(self) -> bool:
        first, before = self.meetings[0]
        zone = first.zone
        return (
            before is not None
            and first.starts_at.astimezone(zone).weekday() != before.astimezone(zone).weekday()
        )


@of_course
@require_http_methods(["GET", "HEAD", "POST"])
def next_cohort(request: UserRequest, course: Course) -> HttpResponse:
    """Show the form or a preview of all dates, or create the cohort."""
    form = NextCohortForm(
        request.POST if request.method == "POST" else None,
        course=course,
        initial={"like": course.cohorts.order_by("-pk").first()},
    )
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("action") == "create" and request.POST.get("previewed") == form.values:
                return _create(request, course, form)
            preview = preview_of(form)
        except CannotCopyError as error:
            form.add_error("starts_on", str(error))
        except IntegrityError:  # a cohort with this name was created meanwhile
            form.add_error("title", "A cohort with this title was created just now. Choose another title.")
    context = {
        "course": course,
        "form": form,
        "preview": preview,
        "is_changed": request.POST.get("action") == "create",
        "crumbs": staff_crumbs(course, ("Next cohort", "")),
    }
    return render(request, "teaching/next_cohort.html", context, status=422 if form.errors else 200)


def _create(request: UserRequest, course: Course, form: NextCohortForm) -> HttpResponse:
    cohort = make_next_cohort(**form.cleaned_data, by=request.user)
    words = f"You created {cohort.title}. Learners join at {invitation_address(cohort)}."
    messages.success(request, f"{words} Add the links to join its meetings.")
    return redirect("teach", course.slug)


def preview_of(form: NextCohortForm) -> Preview:
    """Return the calendar of the new cohort: create it, read its dates, and roll back. Raises CannotCopyError."""
    with transaction.atomic():
        cohort = write_next_cohort(**form.cleaned_data)
        like = form.cleaned_data["like"]
        before = dict(like.meetings.order_by().values_list("session", "starts_at"))
        meetings = list(cohort.meetings.select_related("session", "cohort"))
        found = Preview(cohort, [(each, before.get(each.session_id)) for each in meetings], _dues(cohort))
        transaction.set_rollback(True)
    return found


def _dues(cohort: Cohort) -> list[PlannedDue]:
    course = cohort.course
    nobody = Enrollment(pk=0, cohort=cohort, course=course)  # no learner, so no extension
    quizzes, labs = deadlines_in(course, cohort.pk), terms_of(nobody)
    found = [
        _due("Quiz", title, quizzes[key])
        for key, title in Quiz.objects.filter(course=course).values_list("pk", "title")
        if key in quizzes
    ]
    found += [
        _due("Lab", title, labs[key].deadline)
        for key, title in Lab.objects.filter(course=course).values_list("pk", "title")
        if key in labs
    ]
    return sorted(found, key=lambda due: (due.at.timestamp() if due.at else float("inf"), due.title))


def _due(kind: str, title: str, deadline: Deadline) -> PlannedDue:
    return PlannedDue(kind, title, str(deadline.rule) if deadline.rule else "", deadline.at)
