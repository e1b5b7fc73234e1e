"""Write a planned course: by `lessons.course_files`, so that changes by staff in the portal stay."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import transaction

from labs.classroom.course_files import SLUG_OF_COHORT, CoursePlan, LabPlan, course_yaml
from labs.models import Lab, LabDeadline, StarterFiles
from labs.specs import keep_starter_files, store_files
from lessons.course_files.loading import Changes
from lessons.course_files.matching import FilesGoneError
from lessons.course_files.reading import read_course
from lessons.course_files.source import LoadError, in_memory
from lessons.course_files.whole import load_course
from lessons.deadline_changes import deadlines_moved
from lessons.models import Cohort, Course, CourseStaff
from lessons.slugs import free_slug
from lessons.staffing import create_course
from portal.accounts.models import User
from portal.progress.classroom.past_marks import MarkChanges, write_marks
from portal.progress.models import ClassroomCourse


class CannotImportError(Exception):
    """A course was not imported, and nothing of it was written; the message says why and what to do."""


@dataclass
class Imported:
    """A course that was written, and its changes."""

    course: Course
    is_new: bool
    changes: Changes
    marks: MarkChanges
    deadlines: list[str] = field(default_factory=list)
    kept_deadlines: list[str] = field(default_factory=list)

    @property
    def has_changed(self) -> bool:
        """Return True if anything was written."""
        changes, marks = self.changes, self.marks
        written = (changes.created, changes.updated, changes.renamed, self.deadlines)
        return any(written) or bool(marks.created or marks.updated)


def find_imported(plan: CoursePlan, by: User | None) -> Course | None:
    """Return the course that an earlier import made of this classroom, among those that `by` teaches."""
    courses = Course.objects.select_for_update().filter(loaded_from__in=[f"key:{key}" for key in plan.keys])
    if by is not None and not by.is_superuser:
        led = CourseStaff.objects.filter(user=by, role=CourseStaff.Role.INSTRUCTOR, cohort=None)
        courses = courses.filter(pk__in=led.values("course"))
    return courses.order_by("pk").first()


@transaction.atomic
def import_course(*, plan: CoursePlan, zone: str, by: User | None) -> Imported:
    """Write a course with cohort, labs, deadlines and past marks, all of it or nothing.

    A second call with the same files changes nothing. Raises CannotImportError.
    """
    found = find_imported(plan, by)
    course = found or _new_course(plan, zone, by)
    known, _ = ClassroomCourse.objects.get_or_create(course=course)
    if plan.classroom.has_title or not known.title:
        known.title = plan.classroom.title[:200]
    _follow_earlier_keys(plan, course)
    changes = _load(plan, course, known.title)
    cohort = course.cohorts.order_by("pk").get(slug=SLUG_OF_COHORT)
    imported = Imported(course, found is None, changes, write_marks(plan, cohort))
    _write_deadlines(plan, cohort, imported, known)
    return imported


def _new_course(plan: CoursePlan, zone: str, by: User | None) -> Course:
    keys = [f"key:{key}" for key in plan.keys]
    deleted = Course.with_deleted().filter(loaded_from__in=keys, deletion__isnull=False)
    if by is not None and not by.is_superuser:
        deleted = deleted.filter(staff__user=by)
    if deleted.exists():
        raise CannotImportError(
            "The course of this classroom was deleted. Restore it under “Deleted items and courses”."
        )
    slug = free_slug(plan.slug, set(Course.with_deleted().values_list("slug", flat=True)))
    course = Course(slug=slug, title=plan.classroom.title[:200], time_zone=zone)
    if by is None:
        course.save()
        return course
    return create_course(course=course, by=by)


def _follow_earlier_keys(plan: CoursePlan, course: Course) -> None:
    # Files with the number of an assignment, and files with only its name, mean the same lab.
    rows = list(Lab.objects.filter(course=course).exclude(loaded_from=""))
    for lab in plan.labs:
        row = next((row for row in rows if _is_same(lab, row)), None)
        own = row.loaded_from.removeprefix("key:") if row else ""
        if row is not None and own.startswith("github-classroom-lab-") and own != lab.key:
            lab.former_keys.append(own)
            if not lab.assignment.key:
                lab.key, lab.former_keys = own, [lab.key]


def _is_same(lab: LabPlan, row: Lab) -> bool:
    if row.loaded_from == f"key:{lab.key}":
        return True
    is_named = row.slug == lab.slug or row.title.casefold() == lab.assignment.title.casefold()
    number = row.loaded_from.removeprefix("key:github-classroom-lab-")
    return is_named and not (lab.assignment.key and number.isdigit())


# --- the files ------------------------------------------------------------------------------------------------------


def _load(plan: CoursePlan, course: Course, title: str) -> Changes:
    folder = _Folder(plan, course)
    files = folder.with_course_yaml(title)
    try:
        read = read_course(in_memory(files), plan.key)
        return load_course(read, course=course, untouched_labs=folder.untouched)
    except LoadError as error:
        raise CannotImportError(f"The course cannot be saved: {error}") from error
    except FilesGoneError as error:  # something else of it was loaded, which these files do not have
        raise CannotImportError(f"The course has parts that are not in these files: {error}") from error


class _Folder:
    """The files of the whole course. Labs of it that an import lacks, or only names, are `untouched`.

    So each import may bring a part: a course needs not be in one export.
    """

    def __init__(self, plan: CoursePlan, course: Course) -> None:
        self._plan, self._course = plan, course
        self._files: dict[str, bytes] = {}
        self._keys: dict[str, str] = {}  # by slug, in the order of the course
        self._titles: dict[str, str] = {}
        self.untouched: set[str] = set()
        planned = {key: lab for lab in plan.labs for key in (lab.key, *lab.former_keys)}
        rows = list(Lab.objects.filter(course=course).exclude(loaded_digest="").order_by("position", "pk"))
        for row in rows:
            self._add_row(row, planned.get(row.loaded_from.removeprefix("key:")))
        for lab in plan.labs:
            if lab.key not in self._keys.values():
                self._add_planned(lab, free_slug(lab.slug, self._titles))

    def _add_row(self, row: Lab, lab: LabPlan | None) -> None:
        if lab is not None and not lab.is_only_named:
            self._add_planned(lab, row.slug)
            return
        self.untouched.add(row.slug)
        self._keys[row.slug] = lab.key if lab else row.loaded_from.removeprefix("key:")
        self._titles[row.slug] = row.title
        self._files[f"labs/{row.slug}/lab.yaml"] = row.source.encode()
        self._files[f"labs/{row.slug}/brief.md"] = row.brief.encode()

    def _add_planned(self, lab: LabPlan, slug: str) -> None:
        self._keys[slug], self._titles[slug] = lab.key, lab.assignment.title
        start = f"labs/{lab.slug}/"
        own = {path: data for path, data in self._plan.files.items() if path.startswith(start)}
        self._files |= {f"labs/{slug}/{path.removeprefix(start)}": data for path, data in own.items()}
        if lab.assignment.files:
            # In the database before the labs are read: a process keeps the files of a few starters only.
            commit = keep_starter_files(lab.assignment.files)
            if not StarterFiles.objects.filter(commit=commit).exists():
                store_files(commit, lab.assignment.files)

    def with_course_yaml(self, title: str) -> dict[str, bytes]:
        labs = [{"slug": slug, "key": key, "status": "draft"} for slug, key in self._keys.items()]
        place = {"slug": self._course.slug, "zone": self._course.time_zone}
        return self._files | course_yaml(self._plan, title=title, labs=labs, titles=self._titles, **place)


# --- deadlines ------------------------------------------------------------------------------------------------------


def _write_deadlines(plan: CoursePlan, cohort: Cohort, imported: Imported, known: ClassroomCourse) -> None:
    labs = {row.loaded_from: row for row in Lab.objects.filter(course=imported.course)}
    wanted = {lab.key: lab.assignment.due for lab in plan.labs if lab.assignment.due}
    for key, due in wanted.items():
        lab = labs.get(f"key:{key}")
        if lab is not None:
            _write_deadline(lab, cohort, due, known.deadlines.get(key), imported)
    known.deadlines = {**known.deadlines, **{key: due.isoformat() for key, due in wanted.items()}}
    known.save()
    if imported.deadlines:
        deadlines_moved(imported.course.pk)


def _write_deadline(lab: Lab, cohort: Cohort, due: datetime, before: str | None, imported: Imported) -> None:
    row = LabDeadline.objects.filter(lab=lab, cohort=cohort).first()
    if row is None and before is None:
        LabDeadline.objects.create(lab=lab, cohort=cohort, closes_at=due)
        imported.deadlines.append(lab.title)
    elif row is None or row.closes_at == due:
        return  # removed by staff, or the same
    elif row.closes_at and before == row.closes_at.astimezone(UTC).isoformat():
        row.closes_at = due
        row.save(update_fields=["closes_at"])
        imported.deadlines.append(lab.title)
    else:
        imported.kept_deadlines.append(lab.title)
