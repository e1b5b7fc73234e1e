"""Write a calendar as text (RFC 5545). No queries here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

PRODUCT = "-//Learning portal//Calendar//EN"
REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """One entry. A deadline has no `ends_at`. `uid` never changes, `sequence` grows with each change."""

    uid: str
    title: str
    starts_at: datetime
    url: str
    sequence: int
    changed_at: datetime
    ends_at: datetime | None = None
    description: str = ""
    is_cancelled: bool = False


def to_ics(name: str, entries: Iterable[Entry]) -> bytes:
    """Return the calendar in UTF-8, with all times in UTC."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        calendar.add_component(_event(entry))
    text: bytes = calendar.to_ical()
    return text


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("summary", f"Cancelled: {entry.title}" if entry.is_cancelled else entry.title)
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    if entry.ends_at:
        event.add("dtend", entry.ends_at.astimezone(UTC))
    else:
        event.add("transp", "TRANSPARENT")  # a deadline takes no time
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("url", entry.url)
    if entry.description:
        event.add("description", entry.description)
    return event
