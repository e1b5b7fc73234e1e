"""The values that the YAML of course files holds, and the shape in which an existing file holds them."""

from collections.abc import Mapping
from typing import Any

from lessons.course_files.lab_terms import terms_values
from lessons.course_files.layout import Layout
from lessons.course_files.loading import cohort_content
from lessons.course_files.scoring import scoring_values
from lessons.course_files.values import DEFAULTS
from lessons.models import Course, Lesson, Session
from lessons.models.release import Status

Values = dict[str, Any]  # Any: the values of YAML
UNORDERED = ("cohorts", "meetings")  # the portal has its own order


def values_of(row: Course | Session | Lesson, layout: Layout) -> Values:
    """Return all values of a file's YAML; what is empty may be left out."""
    named: Values = {"slug": row.slug, "title": row.title.strip(), "summary": row.summary.strip()}
    key = {"key": _key(row)}
    if isinstance(row, Lesson):
        return {
            **named,
            "status": _status(row),
            "public": row.public,
            "labs": row.lab_slugs,
            "skills": row.skills,
            **key,
        }
    if isinstance(row, Session):
        return {
            **named,
            "prepare": [{"key": item["key"], "text": item["text"]} for item in row.prepare],
            **key,
        }
    return {
        "schema": 1,
        **named,
        "time_zone": row.time_zone,
        "pass_mark": row.pass_mark,
        "late_days": row.late_days,
        "scoring": scoring_values(row),
        **key,
        "sessions": [layout.folder(session) for session in layout.sessions],
        "labs": [
            {"slug": lab.slug, "key": _key(lab), "status": _status(lab), **terms_values(lab)}
            for lab in layout.labs
        ],
        "cohorts": [{**cohort_content(cohort), "key": _key(cohort)} for cohort in row.cohorts.all()],
    }


def _status(row: Any) -> str:
    # A date belongs to a term, not to the files, which must not open early what is scheduled.
    return str(Status.DRAFT if row.status == Status.SCHEDULED else row.status)


def _key(row: Any) -> str:
    kind, _, word = row.loaded_from.partition(":")
    return word if kind == "key" else ""


# Any: values of YAML
def shaped(before: Any, value: Any, of: str) -> Any:
    """Return a value as the file writes it: a key that the file leaves out stays out if it has its default."""
    if isinstance(value, Mapping):
        return _shaped_mapping(before, value, of)
    if isinstance(value, list) and isinstance(before, list):
        named = {_name(item): item for item in before}
        if of in UNORDERED:
            places = list(named)
            value = sorted(value, key=lambda item: _place(places, _name(item)))
        return [shaped(named.get(_name(item)), item, of) for item in value]
    if isinstance(value, list):
        return [shaped(None, item, of) for item in value]
    return value


def _shaped_mapping(before: Any, value: Mapping[str, Any], of: str) -> Any:
    old = before if isinstance(before, Mapping) else {}
    defaults = DEFAULTS.get(of, {}) if old or of in ("labs", "scoring") else {}
    made: Values = {}
    for key, item in value.items():
        if key in old:
            is_default = _is_empty(item) or item == defaults.get(key, ...)
            made[key] = None if old[key] is None and is_default else shaped(old[key], item, key)
        elif key == "sessions" or not (
            _is_empty(item) or item in (defaults.get(key, ...), DEFAULTS.get(key))
        ):
            made[key] = shaped(None, item, key)
    if of == "labs" and not old and set(made) == {"slug"}:
        return made["slug"]
    return {**{key: made[key] for key in old if key in made}, **made}


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [])


def _name(item: Any) -> str:
    if isinstance(item, Mapping):
        return str(item.get("slug") or item.get("key") or item.get("session"))
    return str(item)


def _place(places: list[str], name: str) -> int:
    return places.index(name) if name in places else len(places)
