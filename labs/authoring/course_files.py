"""Load labs from disk into the database: lab.yaml and brief.md in the folders that course.yaml lists under `labs`."""

from labs.authoring.saving import save_lab
from labs.grader.spec import LabSpec, SpecError
from labs.grading import proofs
from labs.models import Lab
from labs.specs import in_newest_schema, parse_spec, problems_of
from lessons.actions import markdown_problems
from lessons.course_files.loading import Changes, content_of
from lessons.course_files.matching import Plan
from lessons.course_files.reading import CourseEntry, CourseFiles
from lessons.course_files.source import Source, digest
from lessons.links import Links


def read_labs(files: CourseFiles) -> list[CourseEntry]:
    """Return the labs of a course folder; add their problems to `files.problems`."""
    return [_read_lab(files, slug, position) for position, slug in enumerate(files.labs, 1)]


def _read_lab(files: CourseFiles, slug: str, position: int) -> CourseEntry:
    folder = files.folder / "labs" / slug
    lab, brief = Source(folder / "lab.yaml", files.problems), Source(folder / "brief.md", files.problems)
    if lab.read():
        _check_spec(files, lab)
    if brief.read():
        brief.add_all(markdown_problems(brief.text, files.links()))
    content = {
        "slug": slug,
        "status": Lab.Status.PUBLISHED,
        "position": position,
        "source": in_newest_schema(lab.text).text,
        "brief": brief.text,
    }
    return CourseEntry(lab, content, path=f"labs/{slug}", key=files.labs[slug])


def _check_spec(files: CourseFiles, source: Source) -> None:
    try:
        spec = parse_spec(source.text)
    except SpecError as error:
        source.add_all(problems_of(error))
    else:
        _check_links(files, source, spec)


def _check_links(files: CourseFiles, source: Source, spec: LabSpec) -> None:
    links = files.links()
    for check in spec.checks:
        slug, _, fragment = (check.lesson or "").partition("#")
        if slug and links("lesson", slug, fragment) is None:
            line = next(
                (n for n, text in enumerate(source.text.splitlines(), 1) if str(check.lesson) in text), 1
            )
            source.add(line, f"this course has no lesson “{slug}”")


def check_proofs(entries: list[CourseEntry]) -> None:
    """Add a problem for each check that the scenarios do not prove. A worker later proves labs that run code."""
    for entry in entries:
        try:
            spec = parse_spec(entry.source.text)
        except SpecError:
            continue
        if proofs.must_be_proved_now(spec):
            entry.source.add_all(proofs.problems(proofs.proof_here(entry.source.text)))


def write_labs(files: CourseFiles, entries: list[CourseEntry], plan: Plan, changes: Changes) -> None:
    """Write the labs of a course. Call it inside a transaction, after `write_course`."""
    links = files.links()
    for entry in entries:
        lab = plan.row(entry, Lab)
        _settle_schema(lab, entry)
        changes.write(lab, entry, lambda item: _save(item, links))


def _settle_schema(lab: Lab, entry: CourseEntry) -> None:
    # A file loaded before texts were saved in the newest schema counts as unchanged.
    before = digest({**entry.content, "source": entry.source.text})
    if lab.pk and lab.loaded_digest == before and digest(content_of(lab, entry)) != before:
        lab.loaded_digest = digest(entry.content)


def _save(lab: Lab, links: Links) -> Lab:
    proof = proofs.proof_here(lab.source) if proofs.must_be_proved_now(parse_spec(lab.source)) else None
    return save_lab(lab=lab, links=links, proof=proof, wake=False)  # the broker may not run yet
