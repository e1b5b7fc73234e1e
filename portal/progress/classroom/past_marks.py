"""Past marks of a classroom: those of learners of the cohort are shown with their results, the others wait."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from labs.classroom.course_files import ORIGIN, CoursePlan, LabPlan
from labs.classroom.model import Assignment, Mark, Person
from lessons.models import Cohort, Enrollment
from portal.progress.classroom.matching import Matcher
from portal.progress.models import ExternalMark, WaitingMark

Names = tuple[str, ...]


@dataclass
class MarkChanges:
    """Numbers of created, updated and unchanged marks, and the people whose marks wait, with the reason."""

    created: int = 0
    updated: int = 0
    same: int = 0
    waiting: dict[str, str] = field(default_factory=dict)  # person: why
    twice: list[str] = field(default_factory=list)

    def count(self, made: bool | None) -> None:
        if made is None:
            self.same += 1
        elif made:
            self.created += 1
        else:
            self.updated += 1


def write_marks(plan: CoursePlan, cohort: Cohort) -> MarkChanges:
    """Write the marks of all assignments. Call it inside a transaction. A second call changes nothing."""
    matcher, changes = Matcher(cohort), MarkChanges()
    for lab in plan.labs:
        _write_of(lab, cohort, matcher, changes)
    return changes


def _write_of(lab: LabPlan, cohort: Cohort, matcher: Matcher, changes: MarkChanges) -> None:
    assignment, names = lab.assignment, lab.origin_keys
    known = _rows_by(
        ExternalMark.objects.filter(origin=ORIGIN, origin_key__in=names, enrollment__cohort=cohort)
    )
    waiting = _waiting_by_person(WaitingMark.objects.filter(cohort=cohort, origin_key__in=names))
    seen: set[int] = set()
    for mark in assignment.marks:
        match = matcher.find(mark.person)
        values = _values(assignment, mark, names[0])
        rows = [waiting[key] for key in person_keys(mark.person) if key in waiting]
        if match.enrollment is None:
            changes.waiting[str(mark.person)] = match.why
            changes.count(_keep_waiting(next(iter(rows), None), mark, cohort, values))
        elif match.enrollment.pk in seen:
            changes.twice.append(f"{mark.person} in “{assignment.title}”")
        else:
            seen.add(match.enrollment.pk)
            changes.count(_save(known.get(match.enrollment.pk), match.enrollment, values))
            WaitingMark.objects.filter(pk__in=[row.pk for row in rows]).delete()


# Any: values of fields
def _values(assignment: Assignment, mark: Mark, key: str) -> dict[str, Any]:
    own = {"origin_key": key, "title": assignment.title[:200], "points": mark.points, "out_of": mark.out_of}
    return {**own, "recorded_at": mark.recorded_at} if mark.recorded_at else own


# Any: a queryset
def _waiting_by_person(rows: Any) -> dict[str, WaitingMark]:
    return {key: row for row in rows for key in person_keys(_person_of(row))}


def _person_of(row: WaitingMark) -> Person:
    return Person(row.identifier, row.github_name, row.github_id, row.name)


def _rows_by(rows: Any) -> dict[int, ExternalMark]:  # Any: a queryset
    return {row.enrollment_id: row for row in rows}


# Any: values of fields
def _save(row: ExternalMark | None, enrollment: Enrollment, values: dict[str, Any]) -> bool | None:
    if row is None:
        ExternalMark.objects.create(enrollment=enrollment, origin=ORIGIN, **values)
        return True
    return _update(row, values)


# Any: a row of either kind, and values of its fields
def _update(row: Any, values: dict[str, Any]) -> bool | None:
    # None if the row has these values already
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return False if changed else None


def person_keys(person: Person) -> Names:
    """Return the keys under which a mark of a person may wait, the best first."""
    keys = (
        person.github_id and f"id:{person.github_id}",
        person.github_name and f"name:{person.github_name.casefold()}",
        person.identifier and f"is:{person.identifier.casefold()}",
        person.name and f"called:{person.name.casefold()}",
    )
    return tuple(key for key in keys if key)


# Any: values of fields
def _keep_waiting(row: WaitingMark | None, mark: Mark, cohort: Cohort, values: dict[str, Any]) -> bool | None:
    names = ("identifier", "github_name", "github_id", "name")
    named = {name: value for name in names if (value := getattr(mark.person, name))}
    if row is None:
        key = person_keys(mark.person)[0][:250]
        WaitingMark.objects.create(cohort=cohort, person_key=key, **named, **values)
        return True
    # Values from a different file stay, in their spelling.
    return _update(
        row, {**{name: value for name, value in named.items() if not getattr(row, name)}, **values}
    )


def attach_waiting() -> int:
    """Give marks that wait to learners who joined meanwhile. Return how many."""
    cohorts = Cohort.objects.filter(Exists(WaitingMark.objects.filter(cohort=OuterRef("pk")))).order_by("pk")
    return sum(_attach_of(cohort) for cohort in cohorts)


@transaction.atomic
def _attach_of(cohort: Cohort) -> int:
    matcher, attached = Matcher(cohort), 0
    for row in WaitingMark.objects.filter(cohort=cohort).select_for_update().order_by("pk"):
        match = matcher.find(_person_of(row))
        if match.enrollment is not None:
            own = {"enrollment": match.enrollment, "origin": ORIGIN, "origin_key": row.origin_key}
            ExternalMark.objects.get_or_create(**own, defaults=row.values())
            row.delete()
            attached += 1
    return attached
