"""A course as a learner of a cohort sees it at a chosen time, for its staff. Nothing is stored."""

import zoneinfo
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from lessons.lesson_queries import ListedLesson, ListedSession, Neighbour, OpenLesson
from lessons.models import Cohort, Course, Enrollment
from lessons.models.cohort import validate_start
from lessons.queries import OpenCourse
from lessons.rights import cohorts_taught
from portal.accounts.models import User

_TIME = "%Y-%m-%dT%H:%M"  # of an input of the type datetime-local


class ChoiceForm(forms.Form):
    """A cohort of the course, and a time in the zone of the course."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label="No cohort: without dates",
        error_messages={"invalid_choice": "This course has no such cohort. Choose one from the list."},
    )
    at = forms.CharField(label="Time", widget=forms.TextInput(attrs={"type": "datetime-local"}))

    def __init__(self, data: Any, *, course: Course, cohorts: QuerySet[Cohort]) -> None:
        super().__init__(data, auto_id="view_%s")
        self.zone = zoneinfo.ZoneInfo(course.time_zone)
        self.fields["cohort"].queryset = cohorts  # type: ignore[attr-defined]  # a choice of rows
        self.fields["at"].help_text = f"In the zone of the course, {course.time_zone}."

    def clean_at(self) -> datetime:
        try:
            when = datetime.strptime(self.cleaned_data["at"][:16], _TIME)  # noqa: DTZ007 - the zone is added below
        except ValueError as error:
            raise ValidationError("Enter a date and a time, such as 2026-11-28T20:30.") from error
        validate_start(when)
        return when.replace(tzinfo=self.zone)


@dataclass(frozen=True)
class View:
    """The cohort and the time that staff chose. All pages of the view keep the choice in their URLs."""

    course: Course
    form: ChoiceForm
    cohort: Cohort | None
    at: datetime

    @property
    def reader(self) -> OpenCourse:
        # No row has this key, so no progress is found.
        learner = Enrollment(pk=0, user=User(), course=self.course, cohort=self.cohort)
        return OpenCourse(self.course, learner, now=self.at)

    @property
    def outline(self) -> str:
        return self._with_choice(reverse("course_as_learner", args=[self.course.slug]))

    @property
    def home(self) -> str:
        return self._with_choice(reverse("home_as_learner", args=[self.course.slug]))

    @property
    def progress(self) -> str:
        return self._with_choice(reverse("progress_as_learner", args=[self.course.slug]))

    def page(self, address: str, rest: str = "as-learner/") -> str:
        """Return the URL of a lesson, quiz or lab in this view, "" for ""."""
        return address and self._with_choice(f"{address}{rest}")

    def moved(self, item: Neighbour | None) -> Neighbour | None:
        return item and replace(item, url=self.page(item.url))

    @property
    def query(self) -> str:
        cohort = self.cohort.slug if self.cohort else ""
        local = self.at.astimezone(self.form.zone).strftime(_TIME)
        return urlencode({"cohort": cohort, "at": local})

    def _with_choice(self, address: str) -> str:
        return f"{address}?{self.query}"


def read_view(request: HttpRequest, course: Course) -> View:
    """Return the view that the URL asks for; without a choice, that of the first cohort now."""
    cohorts = course.cohorts.filter(pk__in=cohorts_taught(request.user).values("pk"))
    first = cohorts.first()
    now = timezone.now()
    local = now.astimezone(zoneinfo.ZoneInfo(course.time_zone)).strftime(_TIME)
    given = {name: request.GET[name] for name in ("cohort", "at") if name in request.GET}
    form = ChoiceForm(
        {"cohort": first.slug if first else "", "at": local, **given}, course=course, cohorts=cohorts
    )
    form.is_valid()
    cohort, at = form.cleaned_data.get("cohort"), form.cleaned_data.get("at")
    return View(
        course, form, first if "cohort" in form.errors else cohort, at if at and "at" in given else now
    )


def keep_within(view: View, found: OpenLesson) -> OpenLesson:
    """Return the lesson with the previous, next and listed lessons inside the view."""
    return replace(
        found,
        before=view.moved(found.before),
        after=view.moved(found.after),
        sessions=[_session(view, each) for each in found.sessions],
    )


def _session(view: View, session: ListedSession) -> ListedSession:
    _, _, fragment = session.url.partition("#")
    lessons = [_lesson(view, each) for each in session.lessons]
    return replace(session, url=f"{view.outline}#{fragment}", lessons=lessons)


def _lesson(view: View, lesson: ListedLesson) -> ListedLesson:
    return replace(lesson, url=view.page(lesson.url))
