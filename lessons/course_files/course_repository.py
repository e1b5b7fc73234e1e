"""Read the files of a course from a commit with GitPython: bounded, and never a checkout.

Only the files that `reading` asks for are read, from at most three folders deep, so a tree with very many paths costs
nothing.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from stat import S_ISREG

from git import Blob, Commit, Tree
from git.objects import Submodule
from gitdb.exc import ODBError

from lessons.course_files.source import MAX_BYTES
from lessons.repositories import FetchedRepository, RepositoryUnavailableError
from lessons.texts.problem import Problem

MAX_FILES = 2_000
MAX_TOTAL_BYTES = 16 << 20
MAX_TREE_BYTES = 512 << 10  # of one folder, some 10,000 entries
MAX_TREES = 1_000
MAX_SUGGESTED = 3
_COMMIT = re.compile(r"[0-9a-f]{7,40}", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[^/\x00-\x1f\x7f\ud800-\udfff]{1,255}")


@dataclass
class CommitFiles:
    """The course files of a commit, by their path in the course's folder. `problems` name those that cannot be read."""

    commit: str
    subject: str
    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_commit(repository: FetchedRepository, revision: str, folder: str) -> CommitFiles:
    """Read a course at a branch, tag or commit; an empty revision is the branch that was fetched for.

    Raises RepositoryUnavailableError.
    """
    commit = _find_commit(repository, revision)
    subject = str(commit.message).strip().split("\n", 1)[0]
    shown = "".join(letter if letter.isprintable() else " " for letter in subject)
    found = CommitFiles(commit.hexsha, shown[:200])
    reader = _Reader(found)
    top = reader.folder(commit.tree, folder)
    if top is None or not any(item.name == "course.yaml" for item in reader.entries(top)):
        raise RepositoryUnavailableError(_no_course(_Reader(found), commit, folder))
    reader.read_course(top)
    return found


def _find_commit(repository: FetchedRepository, revision: str) -> Commit:
    name = revision.strip() or repository.branch
    for ref in (name, f"refs/heads/{name}", f"refs/tags/{name}"):
        if ref.startswith("refs/") and ref in repository.refs:
            return _as_commit(repository, repository.refs[ref], name)
    # Only digits go to Git, so no other syntax of revisions is read.
    if _COMMIT.fullmatch(name):
        return _as_commit(repository, name.lower(), name)
    branches = [ref.removeprefix("refs/heads/") for ref in repository.refs if ref.startswith("refs/heads/")]
    more = ", …" if len(branches) > 10 else ""
    known = f"Its branches: {', '.join(sorted(branches)[:10])}{more}."
    raise RepositoryUnavailableError(
        f"There is no branch, tag or commit “{name[:100]}” in the repository. {known}"
    )


def _as_commit(repository: FetchedRepository, object_id: str, name: str) -> Commit:
    try:
        found: Commit = repository.repo.commit(object_id)
        found.message  # noqa: B018 - reads it, which a complete ID alone does not
    except (ValueError, ODBError) as error:
        message = (
            f"“{name[:100]}” is not a commit of the repository’s branches and tags. Push it, then try again."
        )
        raise RepositoryUnavailableError(message) from error
    return found


def _no_course(reader: "_Reader", commit: Commit, folder: str) -> str:
    where = f"the folder “{folder}”" if folder else "the top folder"
    found = list(reader.courses(commit.tree))
    if not found:
        return f"There is no course.yaml in {where} of commit {commit.hexsha[:7]}."
    named = " or ".join(f"“{path}”" if path else "the top folder (leave it empty)" for path in found)
    return f"There is no course.yaml in {where} of commit {commit.hexsha[:7]}. Set the folder to {named}."


Entry = Blob | Tree | Submodule


class _Reader:
    """Read blobs and trees within limits."""

    def __init__(self, found: CommitFiles) -> None:
        self._found = found
        self._trees = self._bytes = 0

    def folder(self, tree: Tree, path: str) -> Tree | None:
        for part in PurePosixPath(path).parts:
            inside = next((item for item in self.entries(tree) if item.name == part), None)
            if not isinstance(inside, Tree):
                return None
            tree = inside
        return tree

    def entries(self, tree: Tree) -> list[Entry]:
        self._trees += 1
        if self._trees > MAX_TREES or tree.size > MAX_TREE_BYTES:
            raise RepositoryUnavailableError(
                "The repository has too many files or folders. Give the course a repository or folder of its own."
            )
        return [
            item for item in tree if _PLAIN_NAME.fullmatch(item.name) and item.name not in (".", "..", ".git")
        ]

    def courses(self, top: Tree) -> Iterator[str]:
        """Yield up to three folders that contain course.yaml, outer ones first."""
        waiting, seen, found = [(top, "", 2)], 0, 0
        while waiting and seen < MAX_TREES // 4 and found < MAX_SUGGESTED:
            tree, path, depth = waiting.pop(0)
            seen += 1
            for item in self.entries(tree):
                inside = f"{path}/{item.name}".lstrip("/")
                if item.name == "course.yaml":
                    found += 1
                    yield path
                elif isinstance(item, Tree) and depth:
                    waiting.append((item, inside, depth - 1))

    def read_course(self, top: Tree) -> None:
        for item in self.entries(top):
            if item.name == "course.yaml":
                self._read(item, item.name)
            elif isinstance(item, Tree) and item.name == "labs":
                self._read_labs(item)
            elif isinstance(item, Tree):
                self._read_folder(
                    item, item.name, lambda name: name == "session.yaml" or name.endswith(".md")
                )

    def _read_labs(self, labs: Tree) -> None:
        for lab in self.entries(labs):
            if isinstance(lab, Tree):
                self._read_folder(lab, f"labs/{lab.name}", lambda name: name in ("lab.yaml", "brief.md"))
                self._read_starter(lab, f"labs/{lab.name}")

    def _read_starter(self, lab: Tree, folder: str) -> None:
        waiting = [(item, f"{folder}/starter") for item in self.entries(lab) if item.name == "starter"]
        while waiting:
            item, path = waiting.pop()
            if isinstance(item, Tree):
                waiting += [(inside, f"{path}/{inside.name}") for inside in self.entries(item)]
            else:
                self._read(item, path)

    def _read_folder(self, tree: Tree, path: str, is_wanted: Callable[[str], bool]) -> None:
        for item in self.entries(tree):
            if is_wanted(item.name):
                self._read(item, f"{path}/{item.name}")

    def _read(self, item: Entry, path: str) -> None:
        if not isinstance(item, Blob) or not S_ISREG(item.mode):
            self._refuse(path, "is not a regular file. Symbolic links and submodules are not read.")
            return
        try:
            size = item.size
        except (ValueError, ODBError):  # larger files are not fetched
            self._refuse(path, f"is larger than {MAX_BYTES:,} bytes, which is the limit. Split it.")
            return
        if size > MAX_BYTES:
            self._refuse(path, f"the file is {size:,} bytes. The limit is {MAX_BYTES:,}. Split it.")
            return
        self._bytes += size
        if len(self._found.files) >= MAX_FILES or self._bytes > MAX_TOTAL_BYTES:
            raise RepositoryUnavailableError(
                f"The course has more than {MAX_FILES:,} files or {MAX_TOTAL_BYTES >> 20} MB of text. Split it."
            )
        self._found.files[path] = item.data_stream.read()

    def _refuse(self, path: str, message: str) -> None:
        self._found.problems.append(Problem(1, "", message, path=path))


# --- keeping them ---------------------------------------------------------------------------------------------------


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
