"""Write a course to files, as `load_course` reads them.

A file that was loaded keeps its text, comments and order wherever nobody has changed the portal since. All files are
read again and compared with the portal; one that says something else is written anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lessons.attachments import ADDRESS
from lessons.course_files.lab_files import lab_files
from lessons.course_files.layout import Layout
from lessons.course_files.loading import check_markdown, cohort_content, content_of
from lessons.course_files.reading import CourseEntry, CourseFiles, read_course, stored_body
from lessons.course_files.shapes import shaped, values_of
from lessons.course_files.source import BOM, LoadError, in_memory
from lessons.links import PICTURE
from lessons.models import Course, Lesson, Meeting, Quiz, QuizDeadline, Session
from lessons.models.release import Release, Status
from lessons.texts.yaml_edit import dump_yaml, edit_yaml, plain_yaml

Texts = dict[str, str]


@dataclass
class Dump:
    """The files of a course by relative path. `warnings` name what files cannot hold, or what would not load.

    `starters` are the files of folders that labs start from, which need not be texts.
    """

    files: Texts = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    starters: dict[str, bytes] = field(default_factory=dict)

    def contents(self) -> dict[str, bytes]:
        return {path: text.encode() for path, text in self.files.items()} | self.starters


def dump_course(course: Course) -> Dump:
    """Return the files of a course; loading them changes nothing in the portal."""
    layout = Layout(course)
    texts = {layout.paths[row]: _kept(row, layout) for row in layout.rows}
    texts |= {f"labs/{lab.slug}/brief.md": lab.brief for lab in layout.labs}
    for row in _different(texts, layout):
        texts[layout.paths[row]] = _fresh(row, layout)
    differing = [f"{layout.paths[row]}: cannot hold what the portal has" for row in _different(texts, layout)]
    warnings = [*differing, *_lost(layout), *_problems(texts)]
    return Dump(texts, warnings, lab_files().starters(course))


# --- texts ----------------------------------------------------------------------------------------------------------


def _fresh(row: Any, layout: Layout) -> str:
    if not isinstance(row, Course | Session | Lesson):
        return str(row.source)
    of = "course" if isinstance(row, Course) else ""
    text = dump_yaml(shaped(None, values_of(row, layout), of))
    return f"---\n{text}---\n\n{stored_body(row.source)}" if isinstance(row, Lesson) else text


def _kept(row: Any, layout: Layout) -> str:
    """Return the loaded text with what has changed in the portal."""
    text = layout.loaded.get(row)
    if text is None:
        return _fresh(row, layout)
    if isinstance(row, Lesson):
        return _kept_lesson(row, text, layout)
    if isinstance(row, Course | Session):
        of = "course" if isinstance(row, Course) else ""
        return _edited(text.removeprefix(BOM), row, layout, of) or _fresh(row, layout)
    return text  # `_different` finds it if the row has another source


def _kept_lesson(row: Lesson, text: str, layout: Layout) -> str:
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines) if number and line.rstrip() == "---"), 0)
    head = _edited("".join(f"{line}\n" for line in lines[1:end]), row, layout, "lesson")
    if not head:
        return _fresh(row, layout)
    body = "\n".join(lines[end + 1 :])
    if stored_body(body) != stored_body(row.source):
        body = "\n" + stored_body(row.source)
    return f"{lines[0]}\n{head}{lines[end]}\n{body}"


def _edited(text: str, row: Course | Session | Lesson, layout: Layout, of: str) -> str | None:
    before = plain_yaml(text)
    if before is None:
        return None
    wanted = shaped(before, values_of(row, layout), of)
    if isinstance(row, Course) and "key" in before:  # not stored if the course is from a repository
        wanted["key"] = before["key"]
    return edit_yaml(text, {**dict.fromkeys(before.keys() - wanted.keys()), **wanted})


# --- reading them again ---------------------------------------------------------------------------------------------


def _read(texts: Texts) -> CourseFiles | None:
    try:
        return read_course(in_memory({path: text.encode() for path, text in texts.items()}))
    except LoadError:
        return None


def _different(texts: Texts, layout: Layout) -> list[Any]:
    files = _read(texts)
    if files is None:
        return [row for row in layout.rows if isinstance(row, Course)]
    found = [files.course, *files.sessions, *files.lessons, *files.quizzes, *lab_files().read(files)]
    entries = {str(entry.source.path): entry for entry in found}
    return [row for row in layout.rows if not _says(row, entries.get(layout.paths[row]), files, layout)]


def _says(row: Any, entry: CourseEntry | None, files: CourseFiles, layout: Layout) -> bool:
    if entry is None or _without_place(content_of(row, entry)) != _without_place(entry.content):
        return False
    if not isinstance(row, Course):
        return True
    cohorts = sorted(row.cohorts.all(), key=lambda cohort: cohort.slug)
    read = sorted(files.cohorts, key=lambda entry: str(entry.content["slug"]))
    return (
        [cohort_content(cohort) for cohort in cohorts] == [entry.content for entry in read]
        and [entry.path for entry in files.sessions] == [layout.folder(item) for item in layout.sessions]
        and list(files.labs) == [lab.slug for lab in layout.labs]
    )


def _without_place(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != "position"}


# --- what is worth a warning ----------------------------------------------------------------------------------------


def _problems(texts: Texts) -> list[str]:
    files = _read(texts)
    if files is None:
        return ["course.yaml: would not load"]
    lab_files().read(files)
    check_markdown(files)
    return [f"would not load: {problem}" for problem in sorted(files.problems)]


def _lost(layout: Layout) -> Iterator[str]:
    for quiz in layout.quizzes:
        if quiz.slug != quiz.lesson.slug:
            yield (
                f"{layout.paths[quiz]}: the quiz has the slug “{quiz.slug}”. "
                f"Files give it that of its lesson, “{quiz.lesson.slug}”."
            )
    for row in layout.rows:
        if getattr(row, "release", "") not in ("", Release.NOW):
            yield f"{layout.paths[row]}: the rule when it opens for a cohort stays in the portal"
        if getattr(row, "status", "") == Status.SCHEDULED:
            yield f"{layout.paths[row]}: the time at which it opens stays in the portal, so it is a draft in the files"
        if isinstance(row, Quiz) and row.is_draft:
            yield f"{layout.paths[row]}: the quiz is a draft, but in the files it opens with its lesson"
        if not isinstance(row, Course | Session) and PICTURE.search(row.source):
            yield f"{layout.paths[row]}: its images stay in the portal, and are not in the files"
        if not isinstance(row, Course | Session) and ADDRESS.search(row.source):
            yield f"{layout.paths[row]}: its files to download stay in the portal"
    deadlines = QuizDeadline.objects.filter(quiz__in=[quiz.pk for quiz in layout.quizzes])
    for deadline in deadlines.select_related("quiz", "cohort"):
        yield f"{layout.paths[deadline.quiz]}: the deadline for {deadline.cohort.title} stays in the portal"
    if names := list(layout.course.snippets.values_list("name", flat=True)):
        yield f"course.yaml: snippets stay in the portal: {', '.join(names)}"
    if Meeting.objects.filter(cohort__course=layout.course).exclude(join_url="").exists():
        yield "course.yaml: links to join meetings stay in the portal"
