"""Match course files to rows by key, then by slug, then by text.

A changed slug is followed: the row and all learners' work stay, and its old URL redirects.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lessons.course_files.reading import CourseEntry, CourseFiles
from lessons.course_files.source import digest
from lessons.models import Cohort, Course, FormerSlug, Lesson, Quiz, Session

Here = Callable[[Any, CourseEntry], dict[str, Any]]
ALIKE, ALIKE_IN_PLACE = 0.85, 0.5  # a file at an unchanged path may differ more
KINDS = ("session", "lesson", "quiz", "lab", "cohort")


@dataclass
class Plan:
    """The row of each entry by `id(entry)`, the renames, and the rows whose files are gone."""

    course: Course
    # Any: rows of lessons and labs
    rows: dict[int, Any] = field(default_factory=dict)
    renamed: dict[str, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    # Any: rows of lessons and labs
    removed: list[tuple[str, Any]] = field(default_factory=list)
    in_order: set[int] = field(default_factory=set)

    def has_order_of(self, entry: CourseEntry) -> bool:
        """Return True if the portal has this entry's siblings in the same order."""
        return id(entry) in self.in_order

    def row(self, entry: CourseEntry, model: Any) -> Any:  # Any: a row of lessons or labs
        # A new row is not saved yet.
        if self.rows.get(id(entry)) is None:
            self.rows[id(entry)] = model(course=self.course, slug=entry.content["slug"])
        return self.rows[id(entry)]


def find_course(files: CourseFiles) -> Course:
    """Return the course of a folder, or a new one. A changed slug is followed."""
    entry, rows = files.course, Course.objects.all()
    found = rows.filter(loaded_from=entry.origin).first() if entry.has_key else None
    found = found or rows.filter(slug=entry.content["slug"]).first()
    found = found or rows.filter(loaded_from__in=[entry.path, entry.origin]).exclude(loaded_digest="").first()
    return found or Course()


def plan_load(course: Course, files: CourseFiles, labs: list[CourseEntry]) -> Plan:
    plan = Plan(course)
    entries = {"session": files.sessions, "lesson": files.lessons, "lab": labs, "cohort": files.cohorts}
    rows = {kind: _rows(course, kind) for kind in KINDS}
    for kind, of_kind in entries.items():
        _match(plan, of_kind, rows[kind])
    lessons = {entry.content["slug"]: plan.rows.get(id(entry)) for entry in files.lessons}
    for entry in files.quizzes:
        lesson = lessons.get(entry.content["lesson"])
        by_slug = next((row for row in rows["quiz"] if row.slug == entry.content["slug"]), None)
        plan.rows[id(entry)] = (getattr(lesson, "quiz", None) if lesson else None) or by_slug
    entries["quiz"] = files.quizzes
    _compare_orders(plan, files, labs)
    for kind in KINDS:
        _find_renamed(plan, kind, entries[kind], rows[kind])
        found = {row.pk for entry in entries[kind] if (row := plan.rows.get(id(entry)))}
        plan.removed += [(kind, row) for row in rows[kind] if row.pk not in found and row.loaded_digest]
    return plan


def _compare_orders(plan: Plan, files: CourseFiles, labs: list[CourseEntry]) -> None:
    within: dict[str, list[CourseEntry]] = {}
    for entry in files.lessons:
        within.setdefault(entry.content["session"], []).append(entry)
    for siblings in (files.sessions, labs, *within.values()):
        rows = [row for entry in siblings if (row := plan.rows.get(id(entry)))]
        places = [(row.position, row.pk) for row in rows]
        if places == sorted(places) and len({getattr(row, "session_id", None) for row in rows}) == 1:
            plan.in_order.update(map(id, siblings))


def _rows(course: Course, kind: str) -> list[Any]:
    if not course.pk:
        return []
    names = {
        "session": "sessions",
        "lesson": "lessons",
        "quiz": "quizzes",
        "lab": "labs",
        "cohort": "cohorts",
    }
    # Locked, so that somebody who saves one in the portal meanwhile waits, and is told of the new version. Ordered by
    # key, because the default order of lessons needs a join, which the lock does not allow.
    return list(getattr(course, names[kind]).select_for_update().order_by("pk"))


def _match(plan: Plan, entries: list[CourseEntry], rows: list[Any]) -> None:
    # Text is compared only with loaded rows whose slug is no longer in any file.
    free = {row.pk: row for row in rows}
    for is_it in (_has_key_of, _has_slug_of):
        for entry in entries:
            if id(entry) in plan.rows:
                continue
            row = next((row for row in free.values() if is_it(row, entry)), None)
            if row is not None:
                plan.rows[id(entry)] = free.pop(row.pk)
    unmatched = [entry for entry in entries if id(entry) not in plan.rows]
    for row, entry in _alike([row for row in free.values() if row.loaded_digest], unmatched):
        if row.pk in free and id(entry) not in plan.rows:
            plan.rows[id(entry)] = free.pop(row.pk)


def _has_key_of(row: Any, entry: CourseEntry) -> bool:
    return entry.has_key and row.loaded_from == entry.origin


def _has_slug_of(row: Any, entry: CourseEntry) -> bool:
    return bool(row.slug == entry.content["slug"])


def _alike(rows: list[Any], entries: list[CourseEntry]) -> list[tuple[Any, CourseEntry]]:
    # Most similar first; ties go to an unchanged path. A path alone proves nothing: it may contain a
    # different file now. Cohorts are never matched by title, because their learners are people.
    words = {
        id(entry): _words(str(entry.content.get("source") or entry.content["title"])) for entry in entries
    }
    found = []
    for row in rows:
        if isinstance(row, Cohort):
            continue
        own = _words(str(getattr(row, "source", "") or row.title))
        for entry in entries:
            likeness, stays = _likeness(own, words[id(entry)]), row.loaded_from == entry.path
            if likeness > (ALIKE_IN_PLACE if stays else ALIKE):
                found.append((likeness, stays, row, entry))
    found.sort(key=lambda pair: pair[:2], reverse=True)
    return [(row, entry) for _, _, row, entry in found]


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def _likeness(words: Counter[str], others: Counter[str]) -> float:
    # From 0 to 1. A lesson's links to itself change with its slug, so a renamed text is rarely identical.
    return 2 * (words & others).total() / ((words + others).total() or 1)


def _find_renamed(plan: Plan, kind: str, entries: list[CourseEntry], rows: list[Any]) -> None:
    found = [(entry, row) for entry in entries if (row := plan.rows.get(id(entry)))]
    renamed = {row.slug: entry.content["slug"] for entry, row in found if row.slug != entry.content["slug"]}
    plan.renamed[kind] = renamed
    kept = {row.slug for row in rows} - renamed.keys()
    for entry, row in found:
        if row.slug in renamed and renamed[row.slug] in kept:
            entry.source.add(
                1, f"the slug “{renamed[row.slug]}” is already used by a different {kind} in the portal"
            )


# --- renames --------------------------------------------------------------------------------------------------------


def follow_renames(plan: Plan, entries: Iterable[tuple[CourseEntry, Here]]) -> list[str]:
    """Update the slugs of rows and keep the old URLs. Return the renames as sentences.

    A row that nobody changed in the portal still counts as unchanged: only the names of other rows in it are
    new.
    """
    if not any(plan.renamed.values()):
        return []
    known = [(plan.rows[id(entry)], entry, here) for entry, here in entries if plan.rows.get(id(entry))]
    before = [here(row, entry) for row, entry, here in known]
    said = [line for kind in KINDS for line in _rename(plan, kind)]
    for row, _, _ in known:
        for name in ("session", "lesson"):
            if name in {field.name for field in row._meta.fields}:
                row.refresh_from_db(fields=[name])
    for (row, entry, here), old in zip(known, before, strict=True):
        _keep_digest(plan, row, entry, here, old)
    return said


def _rename(plan: Plan, kind: str) -> list[str]:
    renamed = plan.renamed[kind]
    rows = [row for row in plan.rows.values() if row and _kind(row) == kind and row.slug in renamed]
    for row in rows:  # two rows may swap slugs
        type(row).objects.filter(pk=row.pk).update(slug=f"renaming-{row.pk}")
    said = []
    for row in rows:
        old, row.slug = row.slug, renamed[row.slug]
        type(row).objects.filter(pk=row.pk).update(slug=row.slug)
        said.append(f"{kind} {old} is now {row.slug}")
        if kind in FormerSlug.Kind.values:
            FormerSlug.objects.update_or_create(
                course=plan.course, kind=kind, slug=old, defaults={"target": row.pk}
            )
    if kind == "lab" and renamed:
        _rename_in_lessons(plan, renamed)
    return said


def _rename_in_lessons(plan: Plan, renamed: Mapping[str, str]) -> None:
    loaded = {row.pk: row for row in plan.rows.values() if isinstance(row, Lesson)}
    for lesson in Lesson.objects.filter(course=plan.course).exclude(lab_slugs=[]).only("lab_slugs"):
        slugs = [renamed.get(slug, slug) for slug in lesson.lab_slugs]
        Lesson.objects.filter(pk=lesson.pk).update(lab_slugs=slugs)
        if lesson.pk in loaded:
            loaded[lesson.pk].lab_slugs = slugs


def _kind(row: Any) -> str:
    return str(row._meta.model_name)


def _keep_digest(plan: Plan, row: Any, entry: CourseEntry, here: Here, old: dict[str, Any]) -> None:
    new = here(row, entry)
    if new == old:
        return
    if digest(old) == row.loaded_digest:
        row.loaded_digest = digest(new)
    elif digest(_as_before(plan, _kind(row), entry.content)) == row.loaded_digest:
        row.loaded_digest = digest(entry.content)
    type(row).objects.filter(pk=row.pk).update(loaded_digest=row.loaded_digest)


def _as_before(plan: Plan, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    # With the slugs from before the renames.
    old = {of: {new: slug for slug, new in renamed.items()} for of, renamed in plan.renamed.items()}
    found = {**content, "slug": old[kind].get(content["slug"], content["slug"])}
    for name in ("session", "lesson"):
        if name in found:
            found[name] = old[name].get(found[name], found[name])
    if "lab_slugs" in found:
        found["lab_slugs"] = [old["lab"].get(slug, slug) for slug in found["lab_slugs"]]
    if "meetings" in found:
        names = old["session"]
        found["meetings"] = [
            {**item, "session": names.get(item["session"], item["session"])} for item in found["meetings"]
        ]
    return found


# --- what is gone from the files ------------------------------------------------------------------------------------


class FilesGoneError(Exception):
    """The files of some rows are gone, and the caller chose neither keep nor draft."""


# Any: rows of lessons and labs
def describe(removed: Iterable[tuple[str, Any]]) -> list[str]:
    return [
        f"{kind} {row.slug}{f', {row.status}' if hasattr(row, 'status') else ''}" for kind, row in removed
    ]


def settle_removed(plan: Plan, answer: str) -> None:
    """Leave removed rows to the portal with `keep`, or hide them from learners with `draft`. Raises FilesGoneError."""
    if plan.removed and answer not in ("keep", "draft"):
        raise FilesGoneError("\n".join(describe(plan.removed)))
    for _, row in plan.removed:
        if answer == "draft":
            _hide(row)
        type(row).objects.filter(pk=row.pk).update(loaded_digest="", loaded_from="")


def _hide(row: Any) -> None:
    # Never deletes learners' work.
    if isinstance(row, Quiz):
        Quiz.objects.filter(pk=row.pk).update(current=None)
    elif isinstance(row, Cohort):
        Cohort.objects.filter(pk=row.pk).update(open=False)
    elif isinstance(row, Session):
        if not (row.lessons.exists() or row.meetings.exists()):
            row.delete()
    else:
        row.status = type(row).Status.DRAFT
        row.save(update_fields=["status"])
