"""Find the Git directory of a repository, and read its branches and tags."""

from collections.abc import Mapping
from pathlib import Path

from ..words import decoded, quoted
from .processes import TooLargeError, output_of

MAX_REF_BYTES = 4 << 20
BRANCHES, TAGS = "refs/heads/", "refs/tags/"


class UnreadableError(Exception):
    """The learner's set-up cannot be graded. `code` is stable, `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def short_names(refs: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): refs[name] for name in sorted(refs) if name.startswith(prefix)}


def git_dir_of(path: Path) -> Path:
    if not path.is_dir():
        raise UnreadableError("not_found", f"The folder {quoted(str(path))} does not exist.")
    dot_git = path / ".git"
    if dot_git.is_file():  # a linked worktree or a submodule has the path of its repository here
        address = dot_git.read_text(errors="surrogateescape").removeprefix("gitdir:").strip()
        dot_git = path / address
    for candidate in (dot_git, path):
        head = candidate / "HEAD"
        # old versions of Git made it a symbolic link to the branch, which may be unborn
        if head.is_file() or head.is_symlink():
            return candidate.resolve()
    raise UnreadableError(
        "no_repository",
        f"{quoted(str(path))} is not a Git repository. Usually the repository is the parent folder, "
        "or `git init` was not run there.",
    )


def refs_on_disk(git_dir: Path, branches: str) -> dict[str, str]:
    # refs under `branches` count as local branches
    arguments = ("for-each-ref", "--format=%(objectname) %(refname)", branches, TAGS)
    try:
        output = output_of(git_dir, *arguments, limit=MAX_REF_BYTES, what="the list of branches and tags")
    except TooLargeError as limit:
        raise UnreadableError("too_many_refs", f"Could not read the repository: {limit}.") from limit
    found: dict[str, str] = {}
    for line in output.splitlines():
        object_id, _, name = line.partition(b" ")
        ref = decoded(name)
        if branches != BRANCHES and ref.startswith(branches):
            ref = BRANCHES + ref.removeprefix(branches)
        found[ref] = object_id.decode("ascii")
    if branches != BRANCHES:
        found.pop(f"{BRANCHES}HEAD", None)  # names the remote's default branch
    return found
