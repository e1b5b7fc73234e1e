"""Defaults and checks of single values in course files. A check raises ValidationError with what to write instead."""

import re
import zoneinfo
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug as validate_letters

from lessons.models.cohort import has_local_time, validate_start
from lessons.models.course import MAX_SLUG, MAX_TITLE
from lessons.models.course import validate_lesson_slug as validate_not_reserved
from lessons.models.release import Status

SCORING = {
    "labs": 70,
    "quizzes": 30,
    "attendance": 0,
    "checklists": 0,
    "drop_labs": 0,
    "drop_quizzes": 0,
}
# Used if a file leaves the key out, by the name of the list or file that the key is in. Any: values of YAML
# Any: the values of YAML, text or numbers.
DEFAULTS: dict[str, dict[str, Any]] = {
    "course": {"time_zone": "Asia/Kolkata", "pass_mark": 70, "late_days": 0, "scoring": SCORING},
    "scoring": SCORING,
    "cohorts": {"time_zone": "Asia/Kolkata"},
    "meetings": {"minutes": 180},
    "labs": {
        "status": Status.PUBLISHED.value,
        "late": "refuse",
        "late_percent": 10,
        "late_floor": 0,
        "bonus": 0,
        "team_least": 2,
        "teams_by": "staff",
    },
    "lesson": {"status": Status.DRAFT.value},
}


def validate_slug(slug: str) -> None:
    validate_letters(slug)
    if len(slug) > MAX_SLUG:
        raise ValidationError(f"has more than {MAX_SLUG} characters. Shorten it.")


def validate_title(text: str) -> None:
    if len(text) > MAX_TITLE:
        raise ValidationError(f"has more than {MAX_TITLE} characters. Shorten it.")


def validate_lesson_slug(slug: str) -> None:
    validate_slug(slug)
    validate_not_reserved(slug)


def validate_local_time(text: str) -> None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", text):
        raise ValidationError("write the date and time like “2025-11-29 20:30”")
    try:
        found = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the cohort's zone is added by the caller
    except ValueError as error:
        raise ValidationError(f"this date and time does not exist: {error}") from error
    validate_start(found)


def is_local_time(text: str, zone: str) -> bool:
    """Return False for a time that the zone's clocks skip. Invalid values are not judged here."""
    try:
        return has_local_time(zoneinfo.ZoneInfo(zone), datetime.fromisoformat(text))
    except (ValueError, KeyError, OSError):
        return True
