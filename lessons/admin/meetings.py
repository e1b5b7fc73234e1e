"""The meetings of a cohort, in its time zone: one row for each session that needs a date."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from lessons.admin.lists import taught_course_ids
from lessons.admin.releasing import WallTimeField, in_zone
from lessons.admin.scope import OwnCoursesOnly
from lessons.meetings import NEEDS_REASON, is_news, save_meeting
from lessons.models import Cohort, Course, Meeting, Session
from lessons.models.cohort import validate_start
from lessons.models.course import validate_no_null
from lessons.pages.numbers import read_number

MAX_DATES_OFFERED = 40
HELP = "In the time zone of the cohort."
ZONE_CHANGED = "The time zone of the cohort changed."


class MeetingForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    """`cohort` is that of the page, None if the form has a field for it. A change of date needs a reason."""

    starts_at = WallTimeField(
        label="Starts at", help_text=HELP, error_messages={"required": "Enter both the date and the time."}
    )
    is_cancelled = forms.BooleanField(label="Cancelled", required=False)
    reason = forms.CharField(
        label="Reason for the change",
        required=False,
        max_length=200,
        validators=[validate_no_null],
        help_text="Required if you change the session or the times of a meeting that is not over, or cancel it. "
        "Learners see it.",
    )

    def __init__(self, *args: Any, cohort: Cohort | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["join_url"].label = "Link to join"
        self.cohort = cohort or (self.instance.cohort if self.instance.pk else None)
        if self.instance.pk and (zone := _zone(self.cohort)):
            self.initial["starts_at"] = self.instance.starts_at.astimezone(zone).replace(tzinfo=None)
        self.initial["is_cancelled"] = self.instance.is_cancelled

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        when, cohort = cleaned.get("starts_at"), cleaned.get("cohort") or self.cohort
        # Without a valid zone, the form of the cohort has an error.
        if when and cohort and _zone(cohort):
            try:
                validate_start(when)
                cleaned["starts_at"] = in_zone(when, cohort.time_zone)
            except forms.ValidationError as error:
                self.add_error("starts_at", error)
        self._require_reason(cleaned)
        return cleaned

    def _require_reason(self, cleaned: dict[str, Any]) -> None:
        if not self.instance.pk or self.errors or cleaned.get("reason"):
            return
        before = Meeting.objects.filter(pk=self.instance.pk).first()
        after = Meeting(**{name: cleaned[name] for name in ("session", "starts_at", "minutes")})
        if before and is_news(before, after, cancelled=cleaned["is_cancelled"]):
            if self._zone_changes() and not {"session", "minutes", "is_cancelled"} & set(self.changed_data):
                cleaned["reason"] = ZONE_CHANGED
            else:
                self.add_error("reason", NEEDS_REASON)

    def _zone_changes(self) -> bool:
        # in the form of the cohort, where one new zone moves every meeting
        cohort = self.cohort
        if cohort is None:
            return False
        return Cohort.objects.filter(pk=cohort.pk).exclude(time_zone=cohort.time_zone).exists()

    # Any: as Django declares it
    def save(self, commit: bool = True) -> Any:
        meeting = super().save(commit=False)
        if commit:
            self.save_change(meeting)
        return meeting

    def save_change(self, meeting: Meeting) -> None:
        cancelled, reason = bool(self.cleaned_data.get("is_cancelled")), self.cleaned_data.get("reason", "")
        # one notice is sent about a new zone, and not one about each meeting
        save_meeting(meeting=meeting, cancelled=cancelled, reason=reason, quiet=reason == ZONE_CHANGED)


def _zone(cohort: Cohort | None) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(cohort.time_zone) if cohort else None
    except (ValueError, KeyError, OSError):
        return None


class MeetingFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # no arguments at runtime
    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "cohort": self.instance}


class MeetingInline(OwnCoursesOnly, admin.StackedInline):  # type: ignore[type-arg]  # no arguments at runtime
    model = Meeting
    form = MeetingForm
    formset = MeetingFormSet
    extra = 1  # works without JavaScript
    view_on_site = False
    # in one line where there is room
    fields = [("session", "starts_at", "minutes", "join_url"), ("is_cancelled", "reason", "recording_url")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Meeting]:
        return super().get_queryset(request).select_related("session", "cohort")

    def get_extra(self, request: HttpRequest, obj: Cohort | None = None, **kwargs: Any) -> int:
        return max(len(undated_sessions(request, obj)), self.extra)


def undated_sessions(request: HttpRequest, cohort: Cohort | None) -> list[int]:
    """Return the sessions that still need a date in this cohort; for a new one, those of the course in the form."""
    kept = request.__dict__
    if "_undated" not in kept:
        sessions = Session.objects.filter(course__in=_courses(request, cohort))
        if cohort:
            sessions = sessions.exclude(meetings__cohort=cohort)
        kept["_undated"] = list(sessions.values_list("pk", flat=True)[:MAX_DATES_OFFERED])
    found: list[int] = kept["_undated"]
    return found


def _courses(request: HttpRequest, cohort: Cohort | None) -> QuerySet[Course]:
    if cohort:
        return Course.objects.filter(pk=cohort.course_id)
    taught = taught_course_ids(request)
    given = request.POST.get("course") or request.GET.get("course") or ""
    if not given and len(taught) == 1:
        given = str(taught[0])
    key = read_number(given)
    courses = Course.objects.filter(pk=key) if key >= 0 else Course.objects.none()
    return courses if request.user.is_superuser else courses.filter(pk__in=taught)
