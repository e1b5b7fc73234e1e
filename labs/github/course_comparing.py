"""Compare a course with the repository that it is read from: which files a commit would add, change and remove."""

from collections.abc import Iterator, Mapping
from stat import S_IXUSR
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from labs.authoring.course_files import read_labs
from labs.github.owner_file import BRANCH, NAME
from labs.models import CourseCommit
from lessons.course_files.course_repository import MAX_FILES, MAX_TOTAL_BYTES, pack, read_commit
from lessons.course_files.dumping import dump_course
from lessons.course_files.reading import read_course
from lessons.course_files.source import BOM, LoadError, in_memory
from lessons.models import CourseRepository
from lessons.pages.differences import differences
from lessons.repositories import FetchedRepository, RepositoryUnavailableError, fetched

MAX_SHOWN_FILES, MAX_SHOWN_LINES, MAX_LINE = 30, 200, 400  # of each file
MAX_WARNINGS = 20
MAX_OWNER_FILE = 200  # bytes
READ_AGAIN = (
    "Somebody pushed to `{branch}` since the course was read from it. "
    "Update the course first, so that their changes are in it, then compare again."
)
Files = dict[str, bytes]
Json = dict[str, Any]


class CannotCompareError(Exception):
    """The course cannot be committed as it is; the message says what to do."""


class NotProvedError(CannotCompareError):
    """Nobody has shown yet that the course may write to the repository."""


def challenge_of(repository: CourseRepository) -> str:
    """Return the content of the file that only somebody who may push to a repository can put there."""
    value = f"{repository.course_id} {repository.address.lower()}"
    return salted_hmac("labs.github.course_challenge", value, algorithm="sha256").hexdigest()[:40]


def is_proved(repository: CourseRepository) -> bool:
    return CourseCommit.objects.filter(repository=repository, is_proved=True).exists()


def compare(row: CourseCommit) -> Json:
    """Return the fields of a finished comparison. Raises CannotCompareError, RepositoryUnavailableError."""
    repository = row.repository
    if not repository.commit:
        raise CannotCompareError("The course was not read from this repository yet. Update it first.")
    with fetched(repository.address, repository.branch) as found:
        if not is_proved(repository):
            _require_owner_file(repository, found)
        branch = found.branch
        here, modes = _read_base(repository, found)
        base = found.repo.commit(found.refs[f"refs/heads/{branch}"])
        base_tree = base.tree.hexsha
    dump = dump_course(repository.course)
    after, changes = _changes(here, dump.contents(), modes)
    if len(after) > MAX_FILES or sum(map(len, after.values())) > MAX_TOTAL_BYTES:
        raise CannotCompareError(
            "The course has more files or text than a repository is read with. Split it."
        )
    return {
        "is_proved": True,
        "branch": branch,
        "base": base.hexsha,
        "base_tree": base_tree,
        "changes": changes,
        "warnings": dump.warnings[:MAX_WARNINGS],
        "files": pack(after),
    }


def _require_owner_file(repository: CourseRepository, found: FetchedRepository) -> None:
    if challenge_of(repository) not in [_owner_file(found, name) for name in (BRANCH, found.branch)]:
        raise NotProvedError(
            f"`{NAME}` is on neither `{BRANCH}` nor `{found.branch}`, or has different content."
        )


def _owner_file(found: FetchedRepository, branch: str) -> str:
    tip = found.refs.get(f"refs/heads/{branch}")
    items = found.repo.commit(tip).tree if tip else []
    file = next((item for item in items if item.name == NAME and item.type == "blob"), None)
    if file is None or file.size > MAX_OWNER_FILE:
        return ""
    return str(file.data_stream.read().decode("utf-8", "replace").strip())


def _read_base(repository: CourseRepository, found: FetchedRepository) -> tuple[Files, dict[str, str]]:
    # Whatever was pushed since the course was read would be undone by a commit of the portal's state.
    here = read_commit(found, found.branch, repository.folder)
    conflict = CannotCompareError(READ_AGAIN.format(branch=found.branch))
    try:
        read = read_commit(found, repository.commit, repository.folder)
    except RepositoryUnavailableError:
        raise conflict from None
    if here.files != read.files:
        raise conflict
    tree = found.repo.commit(here.commit).tree
    for part in filter(None, repository.folder.split("/")):
        tree = tree / part
    modes = {path: "100755" for path in here.files if (tree / path).mode & S_IXUSR}
    return here.files, modes


def _changes(here: Files, wanted: Files, modes: Mapping[str, str]) -> tuple[Files, list[Json]]:
    """Return the files after the commit, and what changes. Files that are not of the course stay as they are."""
    after, changes, lines_left = dict(here), [], MAX_SHOWN_FILES
    for path, data in sorted(wanted.items()):
        new = _as_before(here.get(path), data)
        if here.get(path) == new:
            continue
        after[path] = new
        change = "changed" if path in here else "added"
        changes.append(_change(path, change, here.get(path, b""), new, modes, has_lines=lines_left > 0))
        lines_left -= 1
    for path in sorted(_course_paths(here) - wanted.keys()):
        del after[path]
        changes.append(_change(path, "removed", b"", b"", modes, has_lines=False))
    return after, changes


def _as_before(old: bytes | None, new: bytes) -> bytes:
    # line ends and a byte order mark stay, so that they make no difference
    if old is None:
        return new
    mark = BOM.encode()
    if b"\r\n" in old and old.count(b"\n") == old.count(b"\r\n"):
        new = new.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return mark + new if old.startswith(mark) and not new.startswith(mark) else new


def _course_paths(files: Files) -> set[str]:
    # the files that make the course: a README next to them is not one
    try:
        course = read_course(in_memory(files))
    except LoadError:
        return set()
    entries = [*course.sessions, *course.lessons, *course.quizzes]
    labs = [entry.path for entry in read_labs(course)]
    found = {str(entry.source.path) for entry in entries}
    return {path for path in files if path in found or any(path.startswith(f"{lab}/") for lab in labs)}


def _change(
    path: str, change: str, old: bytes, new: bytes, modes: Mapping[str, str], *, has_lines: bool
) -> Json:
    lines = list(_lines(old, new)) if has_lines else []
    return {"path": path, "change": change, "mode": modes.get(path, "100644"), "lines": lines}


def _lines(old: bytes, new: bytes) -> Iterator[list[str]]:
    try:
        found = differences(old.decode(), new.decode())
    except UnicodeDecodeError:
        yield ["@", "Not a text"]
        return
    for line in found[:MAX_SHOWN_LINES]:
        yield [line.sign, line.text[:MAX_LINE]]
    if len(found) > MAX_SHOWN_LINES:
        yield ["@", f"{len(found) - MAX_SHOWN_LINES:,} more lines"]


def page_of(repository: CourseRepository) -> str:
    return f"{settings.GITHUB_WEB_URL}/{name_of(repository)}"


def name_of(repository: CourseRepository) -> str:
    return repository.address.removeprefix(f"https://{settings.GITHUB_HOST}/")
