"""The page that copies a course for the next term."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from lessons.admin.scope import get_row_to_change
from lessons.copying import copy_course
from lessons.deleting import count_content
from lessons.models import Cohort, Course
from lessons.models.cohort import validate_start
from lessons.models.course import MAX_SLUG, MAX_TITLE, validate_no_null
from lessons.pages.breadcrumb import staff_crumbs
from lessons.queries import leads
from lessons.term import CannotCopyError, Term, first_date, suggested_slug, suggested_title
from portal.accounts.http import UserRequest

SLUG = "Part of the address, such as {}. You can’t change it later."
DAY = "%Y-%m-%d"


class CohortField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no arguments at runtime
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)


class CopyForm(forms.Form):
    title = forms.CharField(max_length=MAX_TITLE, validators=[validate_no_null])
    slug = forms.SlugField(max_length=MAX_SLUG)
    like = CohortField(
        label="Dates of",
        queryset=Cohort.objects.none(),
        required=False,
        empty_label="no cohort",
        help_text="The start date replaces that of its first meeting.",
    )
    starts_on = forms.DateField(
        label="Start date",
        required=False,
        validators=[validate_start],
        widget=forms.DateInput({"type": "date"}, format=DAY),
        help_text="All dates move by the same number of days, and keep their time of day.",
    )
    cohort_title = forms.CharField(
        label="First cohort",
        required=False,
        max_length=MAX_TITLE,
        validators=[validate_no_null],
        help_text="Its title. It gets the meetings and deadlines of the cohort above on the new dates. "
        "Leave it empty for no cohort.",
    )
    as_drafts = forms.BooleanField(label="Make everything a draft", required=False)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["like"]
        field.queryset = course.cohorts.order_by("-pk")
        self.fields["slug"].help_text = SLUG.format(suggested_slug(course))

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if Course.objects.filter(slug=slug).exists():
            raise forms.ValidationError(f"The slug {slug} is taken. Choose a different one.")
        return slug

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("cohort_title") and not cleaned.get("like") and "like" not in self.errors:
            self.add_error("like", "Choose the cohort whose meetings the first cohort gets.")
        return cleaned


@method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
def copy_view(options: "ModelAdmin[Course]", request: UserRequest, object_id: str) -> HttpResponse:
    course = get_row_to_change(options, request, object_id)
    if not (options.has_add_permission(request) and leads(request.user, course)):
        raise PermissionDenied
    newest = course.cohorts.order_by("-pk").first()
    initial = {"title": suggested_title(course), "slug": suggested_slug(course), "like": newest}
    form = CopyForm(request.POST if request.method == "POST" else None, course=course, initial=initial)
    if request.method == "POST" and form.is_valid() and (new := _copy(request, course, form)):
        messages.success(request, f"You copied {course} to {new}. You teach it. Add others to its staff.")
        return redirect("teach", new.slug)
    return _page(request, course, form)


def _copy(request: UserRequest, course: Course, form: CopyForm) -> Course | None:
    # None if it cannot be copied; the form says why
    try:
        return copy_course(course=course, term=Term(**form.cleaned_data), by=request.user)
    except CannotCopyError as error:
        form.add_error("starts_on", str(error))
    except IntegrityError:  # taken in the meantime
        form.add_error("slug", "This slug is taken. Choose a different one.")
    return None


def _page(request: UserRequest, course: Course, form: CopyForm) -> HttpResponse:
    newest = course.cohorts.order_by("-pk").first()
    context = {
        "course": course,
        "form": form,
        "counts": [str(each) for each in count_content(course) if each.number],
        "first": first_date(course, newest),
        "crumbs": staff_crumbs(course, ("Copy", "")),
    }
    return render(request, "authoring/copy.html", context, status=422 if form.errors else 200)
