"""The page that creates the next cohort from one start date: first a preview of its calendar, then the cohort."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lessons.cohort_dates import make_next_cohort
from lessons.models import Cohort, Course
from lessons.models.cohort import validate_start
from lessons.models.course import MAX_TITLE, validate_no_null
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.views.staff import of_course
from lessons.rights import teaches_whole
from lessons.staffing import invitation_address
from lessons.term import CannotCopyError
from portal.accounts.http import UserRequest
from portal.progress.teaching.cohort_preview import preview_of


class CohortField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no arguments at runtime
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class NextCohortForm(forms.Form):
    like = CohortField(
        label="Copy the dates of",
        queryset=Cohort.objects.none(),
        empty_label=None,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose a cohort of this course."),
    )
    title = forms.CharField(
        label="Title of the new cohort",
        max_length=MAX_TITLE,
        validators=[validate_no_null],
        error_messages={"required": "Enter a title for the new cohort."},
    )
    starts_on = forms.DateField(
        label="Date of its first meeting",
        validators=[validate_start],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages=dict.fromkeys(("required", "invalid"), "Enter the date of the first meeting."),
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


@of_course
@require_http_methods(["GET", "HEAD", "POST"])
def next_cohort(request: UserRequest, course: Course) -> HttpResponse:
    """Show the form or a preview of all dates, or create the cohort."""
    if not teaches_whole(request.user, course):
        raise Http404
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
            preview = preview_of(**form.cleaned_data)
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
