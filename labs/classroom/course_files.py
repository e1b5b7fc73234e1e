"""The folder of a course, in memory, made of a classroom: `lessons.course_files` loads it as any other."""

import re
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from labs.classroom.attaching import slug_of
from labs.classroom.lab_files import lab_files
from labs.classroom.model import Assignment, Classroom, Finding, Reading
from lessons.texts.yaml_edit import dump_yaml

ORIGIN = "github-classroom"
SESSION = "assignments"
MAX_TITLE = 200
MAX_KEY = 50
MAX_NAMED = 5
SLUG_OF_COHORT = "classroom"


@dataclass
class LabPlan:
    """A lab to make: its folder is `labs/SLUG`. `is_only_named` is true if the files say nothing about its content."""

    slug: str
    key: str
    assignment: Assignment
    is_only_named: bool
    former_keys: list[str] = field(default_factory=list)  # from earlier imports with fewer files

    @property
    def origin_keys(self) -> tuple[str, ...]:
        """Return the names of the assignment in past marks, the current one first."""
        return tuple(
            dict.fromkeys(
                key.removeprefix(key_of("lab", "")).strip("-") for key in (self.key, *self.former_keys)
            )
        )


@dataclass
class CoursePlan:
    """A course to make of a classroom, with everything that was changed or left out."""

    classroom: Classroom
    key: str
    slug: str
    labs: list[LabPlan] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """Return the keys that an earlier import may have given to the course, the current one first."""
        return list(dict.fromkeys([self.key, key_of("course", slug_of(self.classroom.title))]))


def plan_course(classroom: Classroom, zone: str) -> CoursePlan:
    """Return the course of a classroom. Deadlines are named in this time zone; they stay the same moments."""
    reading = Reading()
    plan = CoursePlan(
        classroom, key_of("course", classroom.key or slug_of(classroom.title)), slug_of(classroom.title)
    )
    for assignment in classroom.assignments:
        assignment.title = assignment.title[:MAX_TITLE] or assignment.slug
        key = key_of("lab", assignment.key or slug_of(assignment.slug))
        lab = LabPlan(_free(slug_of(assignment.slug), plan.labs), key, assignment, assignment.is_only_named)
        plan.labs.append(lab)
        plan.files |= lab_files(assignment, lab.slug, reading)
        _name_terms(assignment, zone, reading)
    plan.findings = reading.findings
    return plan


def key_of(kind: str, name: str) -> str:
    """Return the key of an imported row in course files; it stays the same when its title changes."""
    plain = re.sub(r"[^a-z0-9-]+", "-", name.casefold()).strip("-")
    return f"{ORIGIN}-{kind}-{plain}"[:MAX_KEY].strip("-")


def _free(slug: str, labs: Iterable[LabPlan]) -> str:
    taken = {lab.slug for lab in labs}
    numbered = (f"{slug}-{number}" for number in range(2, 1000))
    return slug if slug not in taken else next(each for each in numbered if each not in taken)


def _name_terms(assignment: Assignment, zone: str, reading: Reading) -> None:
    if assignment.is_group:
        groups = sorted({mark.group for mark in assignment.marks if mark.group not in ("", "group")})
        names = f" ({', '.join(groups[:MAX_NAMED])}{', …' if groups[MAX_NAMED:] else ''})" if groups else ""
        why = f"It was a group assignment{names}, and each learner has a lab and a mark of their own here"
        reading.add(
            assignment.title, "groups were not imported", why, "Make teams for the lab if it should be shared"
        )
    if assignment.due and assignment.due < datetime.now(assignment.due.tzinfo):
        local = assignment.due.astimezone(zoneinfo.ZoneInfo(zone))
        why = f"It was {local:%d %B %Y %H:%M} in {zone}, so pushes of this cohort earn no points"
        reading.add(
            assignment.title, "the deadline has passed", why, "The next cohort has deadlines of its own"
        )


def course_yaml(
    plan: CoursePlan,
    *,
    title: str,
    slug: str,
    zone: str,
    labs: Sequence[Mapping[str, str]],
    titles: Mapping[str, str],
) -> dict[str, bytes]:
    """Return course.yaml, and the session and lesson that name the labs. All of it is a draft.

    `labs` are the entries of course.yaml, and `titles` their titles by slug.
    """
    named = [lab["slug"] for lab in labs]
    course = {
        "schema": 1,
        "key": plan.key,
        "slug": slug,
        "title": title,
        "time_zone": zone,
        "sessions": [SESSION],
        "labs": [dict(lab) for lab in labs],
        "cohorts": [
            {
                "slug": SLUG_OF_COHORT,
                "title": title,
                "time_zone": zone,
                "key": key_of("cohort", plan.classroom.key or slug_of(plan.classroom.title)),
            }
        ],
    }
    lesson = {"slug": SESSION, "title": "Assignments", "summary": "The labs of this course.", "labs": named}
    text = "".join(f"- [{_plain(titles[slug])}](lab:{slug})\n" for slug in named) or "No assignments yet.\n"
    return {
        "course.yaml": dump_yaml(course).encode(),
        f"{SESSION}/session.yaml": dump_yaml({"slug": SESSION, "title": "Assignments"}).encode(),
        f"{SESSION}/01-{SESSION}.md": f"---\n{dump_yaml(lesson)}---\n\n{text}".encode(),
    }


def _plain(title: str) -> str:
    # without signs of Markdown
    return " ".join(re.sub(r"[^\w .,:()'’–-]", " ", title).split()) or "Lab"
