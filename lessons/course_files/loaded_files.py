"""Keep the texts of loaded files, for `dumping`."""

from collections.abc import Iterable, Iterator

from lessons.course_files.deleted import deleted_targets
from lessons.course_files.matching import Plan
from lessons.course_files.reading import CourseEntry, CourseFiles
from lessons.models import LoadedFile


def store_loaded_files(
    files: CourseFiles, plan: Plan, labs: list[CourseEntry], kept: Iterable[tuple[str, int]] = ()
) -> None:
    """Replace the stored files of a course, after its rows were written; those of `kept` targets stay."""
    rows = {(kind, target): (path, text) for kind, target, path, text in _texts(files, plan, labs)}
    stored = {(row.kind, row.target): row for row in LoadedFile.objects.filter(course=plan.course)}
    stay = {*kept, *deleted_targets(plan.course)}
    gone = [
        row.pk for key, row in stored.items() if key not in stay and rows.get(key) != (row.path, row.text)
    ]
    LoadedFile.objects.filter(pk__in=gone).delete()
    LoadedFile.objects.bulk_create(
        LoadedFile(course=plan.course, kind=kind, target=target, path=path, text=text)
        for (kind, target), (path, text) in rows.items()
        if (kind, target) not in stored or stored[kind, target].pk in gone
    )


def _texts(files: CourseFiles, plan: Plan, labs: list[CourseEntry]) -> Iterator[tuple[str, int, str, str]]:
    kinds = LoadedFile.Kind
    yield kinds.COURSE, plan.course.pk, "course.yaml", files.course.source.raw
    named = (
        (kinds.SESSION, files.sessions, "/session.yaml"),
        (kinds.LESSON, files.lessons, ""),
        (kinds.QUIZ, files.quizzes, ""),
        (kinds.LAB, labs, "/lab.yaml"),
    )
    for kind, entries, name in named:
        for entry in entries:
            yield kind, plan.rows[id(entry)].pk, entry.path + name, entry.source.raw
