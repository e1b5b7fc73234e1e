import zoneinfo
from datetime import UTC, datetime
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils import timezone

from lessons.models import Cohort, Course, Meeting
from lessons.release import NotOpenYetError
from lessons.texts.clock_changes import next_clock_change

DAY_MINUTES = 24 * 60

register = template.Library()


@register.filter
def meeting_times(meeting: Meeting) -> str:
    """Return “Saturday 29 August, 16:00 to 19:00 your time (London). That is 20:30 to 23:30 IST.”

    The second sentence is left out if both zones agree.
    """
    theirs = span(meeting, meeting.zone)
    mine = span(meeting, reader_zone())
    zone_name = meeting.starts_at.astimezone(meeting.zone).tzname()
    if mine == theirs:
        return f"{theirs} {zone_name}"
    return f"{mine} your time ({city()}). That is {theirs.removeprefix(day_of(mine))} {zone_name}."


@register.filter
def class_times(meeting: Meeting) -> str:
    """Return the times in the cohort's zone only, for people whose zone is unknown."""
    return f"{span(meeting, meeting.zone)} {meeting.starts_at.astimezone(meeting.zone).tzname()}"


@register.filter
def meeting_day(meeting: Meeting) -> str:
    """Return the day in the reader's zone: “Saturday 29 August”."""
    return span(meeting, reader_zone()).partition(", ")[0]


@register.filter
def class_day(meeting: Meeting) -> str:
    return span(meeting, meeting.zone).partition(", ")[0]


@register.filter
def class_hours(meeting: Meeting) -> str:
    """Return “20:30 to 23:30 IST”."""
    return class_times(meeting).partition(", ")[2]


@register.filter
def clocks(meeting: Meeting) -> list[tuple[str, str]]:
    """Return (zone, times) for the reader and for the class, one pair if both zones agree.

    The day is repeated only if it is a different one for the class.
    """
    mine, theirs = span(meeting, reader_zone()), span(meeting, meeting.zone)
    name = meeting.starts_at.astimezone(meeting.zone).tzname() or ""
    hours = mine.partition(", ")[2]
    if mine == theirs:
        return [(name, hours)]
    return [(f"{city()} (you)", hours), (f"{name} (class)", theirs.removeprefix(day_of(mine)))]


@register.filter
def end_clocks(meeting: Meeting) -> list[tuple[str, str]]:
    """Return (zone, end) for the reader and for the class, one pair if both zones agree."""
    mine, theirs = meeting.ends_at.astimezone(reader_zone()), meeting.ends_at.astimezone(meeting.zone)
    of_class = (theirs.tzname() or "", f"{theirs:%H:%M}")
    if mine.utcoffset() == theirs.utcoffset():
        return [of_class]
    return [(city(), f"{mine:%H:%M}"), of_class]


@register.filter
def day_bars(meeting: Meeting) -> list[tuple[str, str, list[tuple[float, float]]]]:
    """Return `clocks` with the parts of a day of 24 hours that the meeting takes: (start, length) in percent."""
    zones = (reader_zone(), meeting.zone)
    return [
        (name, times, _day_parts(meeting, zone))
        for (name, times), zone in zip(clocks(meeting), zones, strict=False)
    ]


def _day_parts(meeting: Meeting, zone: zoneinfo.ZoneInfo) -> list[tuple[float, float]]:
    start = meeting.starts_at.astimezone(zone)
    begins = start.hour * 60 + start.minute
    first = min(meeting.minutes, DAY_MINUTES - begins)
    parts = [(begins, first), (0, meeting.minutes - first)]
    return [
        (round(100 * begin / DAY_MINUTES, 1), round(100 * length / DAY_MINUTES, 1))
        for begin, length in parts
        if length
    ]


@register.filter
def clock_change(coming: list[Meeting], now: datetime) -> str:
    """Return “Your clocks go back on 25 October. From then, class starts an hour earlier for you.”, "" if none do."""
    if not coming:
        return ""
    mine, theirs = reader_zone(), coming[0].zone
    found = next_clock_change(now, [meeting.starts_at for meeting in coming], mine, theirs)
    if found is None:
        return ""
    local = found.at.astimezone(mine if found.of_reader else theirs)
    whose = "Your clocks" if found.of_reader else f"The clocks of the class ({theirs.key.rpartition('/')[2]})"
    minutes = round(abs(found.shift).total_seconds() / 60)
    length = "an hour" if minutes == 60 else f"{minutes} minutes"
    return (
        f"{whose} go {'forward' if found.forward else 'back'} on {local.day} {local:%B}. From then, class starts "
        f"{length} {'later' if found.shift.total_seconds() > 0 else 'earlier'} for you."
    )


@register.filter
def google_link(meeting: Meeting) -> str:
    """Return the address at which Google Calendar adds a meeting. It has no link to join."""
    times = "/".join(
        f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}" for when in (meeting.starts_at, meeting.ends_at)
    )
    page = f"{settings.PUBLIC_URL}{meeting.get_absolute_url()}"
    values = {"action": "TEMPLATE", "text": meeting.session.title, "dates": times, "details": page}
    return f"https://calendar.google.com/calendar/render?{urlencode(values)}"


@register.filter
def opening_time(when: datetime, course: Course | Cohort) -> str:
    """Return “Saturday 29 August, 16:00 your time (London). That is 20:30 IST”.

    The day is repeated only if it is a different one there. The second sentence is left out if both zones agree.
    """
    theirs, mine = when.astimezone(zoneinfo.ZoneInfo(course.time_zone)), when.astimezone(reader_zone())
    if mine.utcoffset() == theirs.utcoffset():
        return f"{_moment(theirs)} {theirs.tzname()}"
    there = _moment(theirs).removeprefix(day_of(_moment(mine)))
    return f"{_moment(mine)} your time ({city()}). That is {there} {theirs.tzname()}"


@register.filter
def opening_brief(when: datetime | None, course: Course | Cohort) -> str:
    """Return “Sat 29 Aug, 20:30 IST”, in the zone of the course. None is an unknown time: it waits for a meeting."""
    if when is None:
        return "with the meeting, which has no date yet"
    theirs = when.astimezone(zoneinfo.ZoneInfo(course.time_zone))
    return f"{theirs:%a} {theirs.day} {theirs:%b}, {theirs:%H:%M} {theirs.tzname()}"


@register.filter
def clock_time(when: datetime) -> str:
    """Return “21:35 IST” in the zone of the reader, with the day in front if it is not today."""
    local = when.astimezone(reader_zone())
    day = "" if local.date() == timezone.localdate() else day_of(_moment(local))
    return f"{day}{local:%H:%M} {local.tzname()}"


def not_open_words(error: NotOpenYetError) -> str:
    """Return “Lab: Merging opens Sat 29 Aug, 20:30 IST.” for programs."""
    return f"{error.title} opens {opening_brief(error.opens_at, error.course)}."


def _moment(when: datetime) -> str:
    return f"{when:%A} {when.day} {when:%B}, {when:%H:%M}"


def reader_zone() -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(timezone.get_current_timezone_name())


def span(meeting: Meeting, zone: zoneinfo.ZoneInfo) -> str:
    start, end = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
    return f"{start:%A} {start.day} {start:%B}, {start:%H:%M} to {end:%H:%M}"


def day_of(text: str) -> str:
    return text.partition(", ")[0] + ", "


def city() -> str:
    return timezone.get_current_timezone_name().rpartition("/")[2].replace("_", " ")


@register.filter
def until(meeting: Meeting, now: datetime | None = None) -> str:
    """Return “Starts in 2 days”, “Starts in 3 hours” or “Live now”."""
    seconds = (meeting.starts_at - (now or timezone.now())).total_seconds()
    if seconds <= 0:
        return "Live now"
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"Starts in {count} {unit}{'s' if count > 1 else ''}"
    return "Starts within a minute"
