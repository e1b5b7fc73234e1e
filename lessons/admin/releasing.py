"""The fields that say when content opens: status, and a time in the zone of the course."""

import zoneinfo
from datetime import datetime
from typing import Any

from django import forms

from lessons.models import Course
from lessons.models.cohort import has_local_time, validate_start
from lessons.models.release import Status


class WallTimeField(forms.SplitDateTimeField):
    """A date and time without a zone, as a clock on the wall shows it. The form adds the zone."""

    # Not the admin's widget, whose shortcuts enter the time in the zone of the account.
    widget = forms.SplitDateTimeWidget(
        date_attrs={"type": "date", "aria-label": "Date"},
        time_attrs={"type": "time", "aria-label": "Time"},
        date_format="%Y-%m-%d",
        time_format="%H:%M",
    )

    def compress(self, data_list: Any) -> datetime | None:
        found = [each for each in data_list if each not in self.empty_values]
        if not found:
            return None
        if len(found) < 2:
            raise forms.ValidationError("Enter both the date and the time.")
        return datetime.combine(*found)

    def prepare_value(self, value: Any) -> Any:
        # A list is not converted to the zone of the account by the widget.
        return [value.date(), value.time()] if isinstance(value, datetime) else value


class ReleasingForm(forms.ModelForm):  # type: ignore[type-arg]  # no arguments at runtime
    """Require a time if the status is Scheduled, and clear it otherwise."""

    publish_at = WallTimeField(label="Opens at", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "publish_at" not in self.fields:
            return
        course = self.instance.course if self.instance.pk else None
        zone = f"the zone of the course, {course.time_zone}" if course else "the zone of the course"
        self.fields["publish_at"].help_text = f"Only for Scheduled. In {zone}."
        if course and isinstance(when := self.initial.get("publish_at"), datetime):
            self.initial["publish_at"] = when.astimezone(_zone(course)).replace(tzinfo=None)

    def course(self) -> Course | None:
        """Return the course of the form, None until one is chosen."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "publish_at" in self.fields and "publish_at" not in self.errors:
            self._clean_time(cleaned)
        return cleaned

    def _clean_time(self, cleaned: dict[str, Any]) -> None:
        when, course = cleaned.get("publish_at"), self.course()
        if cleaned.get("status") != Status.SCHEDULED:
            cleaned["publish_at"] = None
        elif when is None:
            self.add_error("publish_at", "Enter the date and time at which it opens.")
        elif course:
            try:
                validate_start(when)
                cleaned["publish_at"] = in_zone(when, course.time_zone)
            except forms.ValidationError as error:
                self.add_error("publish_at", error)


def _zone(course: Course) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(course.time_zone)


def in_zone(when: datetime, name: str) -> datetime:
    """Return a time on the wall as one in this zone. Raises ValidationError if the clocks skip it."""
    zone = zoneinfo.ZoneInfo(name)
    if not has_local_time(zone, when):
        raise forms.ValidationError(f"The clocks in {name} skip this time. Choose a later one.")
    return when.replace(tzinfo=zone)
