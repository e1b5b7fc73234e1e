"""Parse lab.yaml, once per text and process."""

from dataclasses import asdict
from functools import lru_cache

from django.utils import timezone

from labs.grader.problem import Problem as EngineProblem
from labs.grader.schema_1.upgrade import Upgraded, upgrade
from labs.grader.spec import SCHEMAS, LabSpec, SpecError, load_spec
from labs.grader.starters import FolderFiles, start_of_folder
from labs.models import StarterFiles
from lessons.course_files.course_repository import pack, unpack
from lessons.texts.problem import Problem


def parse_spec(source: str) -> LabSpec:
    """Return the lab that a saved or submitted lab.yaml describes, with the files of its starter. Raises SpecError."""
    spec, problems = _parse(source)
    if spec is None:
        raise SpecError(list(problems))
    if spec.start is None or spec.start.is_complete:
        return spec
    return _parse_with_files(source, spec.starters[0], spec.start.line)


@lru_cache(maxsize=64)
def _parse_with_files(source: str, commit: str, line: int) -> LabSpec:
    files = _kept_files.get(commit) or _stored_files(commit)
    if files is None:
        missing = (
            f"the portal has no files for commit {commit[:7]}: upload the folder, or load the course files"
        )
        raise SpecError([EngineProblem(line, "starter.commit", missing)])
    return load_spec(source, files)


# Files that are read from a course before anything is written, by the commit that they make.
_kept_files: dict[str, FolderFiles] = {}
_MAX_KEPT = 50


def keep_starter_files(files: FolderFiles) -> str:
    """Keep the files of a folder for `parse_spec`, and return the commit that they make. Raises StepError."""
    commit = start_of_folder(files).play().starters[0]
    while len(_kept_files) >= _MAX_KEPT:
        del _kept_files[next(iter(_kept_files))]
    _kept_files[commit] = files
    return commit


def store_starter_files(spec: LabSpec) -> None:
    """Write the files of a folder to the database, once for each content."""
    if spec.folder is not None:
        store_files(spec.starters[0], spec.folder)


def store_files(commit: str, files: FolderFiles) -> None:
    # The new time keeps housekeeping from removing an old row before lab.yaml names it.
    values = {"archive": pack(files), "created_at": timezone.now()}
    StarterFiles.objects.update_or_create(commit=commit, defaults=values)


def _stored_files(commit: str) -> FolderFiles | None:
    archive = StarterFiles.objects.filter(commit=commit).values_list("archive", flat=True).first()
    return None if archive is None else unpack(bytes(archive))


# A save asks for the same text several times, and a version never changes. Problems are kept as values, because an
# exception would keep the frames that it passed through.
@lru_cache(maxsize=64)
def _parse(source: str) -> tuple[LabSpec | None, tuple[EngineProblem, ...]]:
    try:
        return load_spec(source), ()
    except SpecError as error:
        return None, error.problems


def in_newest_schema(source: str) -> Upgraded:
    """Return the text in the newest schema; unchanged if it is not a valid lab yet."""
    try:
        return Upgraded(source) if parse_spec(source).schema == SCHEMAS[-1] else upgrade(source)
    except SpecError:
        return Upgraded(source)


def starter_refs(spec: LabSpec) -> dict[str, object]:
    """Return the refs of a starter that the portal makes, as `LabVersion.starter` has them."""
    if spec.start is None:
        return {}
    world = spec.start.play()
    head = f"refs/heads/{world.default_branch}"
    return {"head": head, "refs": world.refs, "commits": list(spec.starters)}


def problems_of(error: SpecError) -> list[Problem]:
    # in the type of other course texts, for pages that show both
    return [Problem(**asdict(problem)) for problem in error.problems]
