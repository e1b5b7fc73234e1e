"""Load labs from disk into the database: lab.yaml and brief.md in the folders that course.yaml lists under `labs`."""

from labs.authoring.saving import save_lab
from labs.authoring.starter_folder import name_commit_of_folder
from labs.grader.git.processes import RepositoryError
from labs.grader.spec import LabSpec, SpecError
from labs.grader.starters import FOLDER, FolderFiles
from labs.grading import proofs
from labs.models import Lab
from labs.specs import in_newest_schema, parse_spec, problems_of
from labs.team_queries import has_work
from lessons.course_files.lab_files import CannotCheckError
from lessons.course_files.loading import Changes, content_of
from lessons.course_files.matching import Plan
from lessons.course_files.reading import CourseEntry, CourseFiles
from lessons.course_files.source import LoadError, Source, digest
from lessons.gate import judge_markdown
from lessons.links import Links
from lessons.models import Course
from lessons.texts.problem import Problem


def read_labs(files: CourseFiles) -> list[CourseEntry]:
    """Return the labs of a course folder; add their problems to `files.problems`."""
    return [_read_lab(files, slug, position) for position, slug in enumerate(files.labs, 1)]


def _read_lab(files: CourseFiles, slug: str, position: int) -> CourseEntry:
    folder = files.folder / "labs" / slug
    lab, brief = Source(folder / "lab.yaml", files.problems), Source(folder / "brief.md", files.problems)
    draft = slug in files.draft_labs
    if lab.read():
        name_commit_of_folder(lab, folder)
        files.add_found(_spec_problems(files, lab), draft=draft)
    if brief.read():
        files.add_verdict(brief, judge_markdown(brief.text, files.links()), draft=draft)
    content = {
        "slug": slug,
        "status": Lab.Status.DRAFT if draft else Lab.Status.PUBLISHED,
        "position": position,
        "source": in_newest_schema(lab.text).text,
        "brief": brief.text,
        **files.lab_terms.get(slug, {}),
    }
    return CourseEntry(lab, content, path=f"labs/{slug}", key=files.labs[slug])


def _spec_problems(files: CourseFiles, source: Source) -> list[Problem]:
    try:
        spec = parse_spec(source.text)
    except SpecError as error:
        return source.in_this_file(problems_of(error))
    return source.in_this_file(_broken_lessons(spec, source.text, files.links()))


def _broken_lessons(spec: LabSpec, text: str, links: Links) -> list[Problem]:
    lines, found = text.splitlines(), []
    for check in spec.checks:
        slug, _, fragment = (check.lesson or "").partition("#")
        if slug and links("lesson", slug, fragment) is None:
            below = enumerate(lines[check.line - 1 :], check.line)
            line = next((number for number, line in below if str(check.lesson) in line), check.line)
            found.append(Problem(line, "", f"this course has no lesson “{slug}”"))
    return found


def broken_lessons(lab: Lab, links: Links) -> list[Problem]:
    """Return the lessons of checks that are not in the course; none if lab.yaml can't be read."""
    try:
        return _broken_lessons(parse_spec(lab.source), lab.source, links)
    except SpecError:
        return []


def check_proofs(files: CourseFiles, entries: list[CourseEntry], *, stored: bool = True) -> None:
    """Add a problem for each check that the scenarios do not prove. A worker later proves labs that run code.

    With `stored`, labs that the database has proved are not proved again. Raises CannotCheckError.
    """
    for entry in entries:
        try:
            spec = parse_spec(entry.source.text)
        except SpecError:
            continue
        if entry.content["status"] == Lab.Status.DRAFT:
            continue
        if not stored and proofs.runs_code(spec):
            note = Problem(1, "", "its scenarios run code, so they were not checked here")
            files.warnings.extend(entry.source.in_this_file([note]))
        elif not stored or proofs.must_be_proved_now(spec):
            entry.source.add_all(_proof_problems(entry.source.text))


def _proof_problems(text: str) -> list[Problem]:
    try:
        return proofs.problems(proofs.proof_here(text))
    except (OSError, RepositoryError) as error:
        raise CannotCheckError(f"The scenarios of a lab could not run: {error}") from error


def write_labs(files: CourseFiles, entries: list[CourseEntry], plan: Plan, changes: Changes) -> None:
    """Write the labs of a course. Call it inside a transaction, after `write_course`."""
    links = files.links()
    for entry in entries:
        lab = plan.row(entry, Lab)
        _keep_team_lab(lab, entry)
        _settle_schema(lab, entry)
        same_order = plan.has_order_of(entry)
        try:
            changes.write(lab, entry, lambda item: _save(item, links), same_order=same_order)
        except SpecError as error:  # a draft in the file that is scheduled here
            raise LoadError(entry.source.in_this_file(problems_of(error))) from error


def _keep_team_lab(lab: Lab, entry: CourseEntry) -> None:
    # the owners of a submission must not change after it was received
    if lab.pk and "team_most" in entry.content and not lab.is_for_teams and has_work(lab):
        text = "somebody has submitted for this lab already, so it stays without teams. Remove team_most"
        raise LoadError(entry.source.in_this_file([Problem(1, "", text)]))


def _settle_schema(lab: Lab, entry: CourseEntry) -> None:
    # A file loaded before texts were saved in the newest schema counts as unchanged.
    before = digest({**entry.content, "source": entry.source.text})
    if lab.pk and lab.loaded_digest == before and digest(content_of(lab, entry)) != before:
        lab.loaded_digest = digest(entry.content)


def _save(lab: Lab, links: Links) -> Lab:
    is_unproved = not lab.is_draft and proofs.must_be_proved_now(parse_spec(lab.source))
    proof = proofs.proof_here(lab.source) if is_unproved else None
    return save_lab(lab=lab, links=links, proof=proof, wake=False)  # the broker may not run yet


def _folder_of(lab: Lab) -> FolderFiles:
    try:
        return parse_spec(lab.source).folder or {}
    except SpecError:
        return {}


class LabFolders:
    """The interface to labs for `lessons.course_files`."""

    read = staticmethod(read_labs)
    check_proofs = staticmethod(check_proofs)
    write = staticmethod(write_labs)
    broken_lessons = staticmethod(broken_lessons)

    @staticmethod
    def starters(course: Course) -> dict[str, bytes]:
        return {
            f"labs/{lab.slug}/{FOLDER}/{path}": data
            for lab in Lab.objects.filter(course=course)
            for path, data in _folder_of(lab).items()
        }

    @staticmethod
    def rows(course: Course) -> list[Lab]:
        return list(Lab.objects.filter(course=course))
