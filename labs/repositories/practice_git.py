"""GitPython, hardened, for repositories that the portal created itself and for mirrors of repositories of staff.

The engine never uses it: docs/architecture.md says why.
"""

import errno
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from git import Git, GitCommandError, Repo
from git.config import GitConfigParser
from git.exc import GitError
from gitdb.exc import ODBError

from labs.grader.git.processes import ENVIRONMENT, SETTINGS, RepositoryError

MAX_BYTES = 1 << 20  # of a file that is read or compared
MAX_SECONDS = 3  # of processor time: two crafted files of 1 MB take 10 s to compare
_LIMITS = (f"--cpu={MAX_SECONDS}", "--data=268435456", f"--fsize={MAX_BYTES}", "--core=0")
_OWN = (*SETTINGS, f"core.bigFileThreshold={MAX_BYTES}", "core.multiPackIndex=false", "pack.threads=1")
# With either of these Git reads objects from elsewhere, so a folder could show a different learner's files.
_BORROWS = ("objects/info/alternates", "commondir")


class HardenedGit(Git):
    """Start every git process with our environment, settings and limits instead of the portal's."""

    def execute(self, command: Any, *arguments: Any, **options: Any) -> Any:
        return super().execute(_harden(command[1:]), *arguments, **options)


def _harden(arguments: list[str]) -> list[str]:
    limits = ["prlimit", *_LIMITS, "--"] if shutil.which("prlimit") else []
    # GitPython can only add to the environment, and ours has the portal's secrets.
    environment = ["env", "-i", *(f"{name}={value}" for name, value in ENVIRONMENT.items())]
    settings = [part for setting in _OWN for part in ("-c", setting)]
    return [*limits, *environment, "git", "--no-pager", *settings, *arguments]


class PracticeRepo(Repo):
    GitCommandWrapperType = HardenedGit

    def __init__(self, path: Path, **options: Any) -> None:
        super().__init__(path, expand_vars=False, **{**options, "search_parent_directories": False})
        self.git.set_persistent_git_options(git_dir=str(path))

    def _config_reader(self, config_level: Any = None, git_dir: Any = None) -> GitConfigParser:
        # the repository's own file only: no user, system or included configuration
        return GitConfigParser([Path(git_dir or self.git_dir) / "config"], merge_includes=False)


def create(path: Path) -> None:
    """Create an empty bare repository: SHA-1, refs in files, branch `main`, no template and so no hooks.

    Raises OSError if the disk is full, RepositoryError.
    """
    git = HardenedGit(path.parent)
    try:
        git.init(path, bare=True, quiet=True, template="", initial_branch="main", object_format="sha1")
    except GitCommandError as error:
        if "No space left" in str(error.stderr):
            raise OSError(errno.ENOSPC, "No space left to create a repository") from error
        raise RepositoryError(f"git init failed at {path}: {error.stderr}") from error


@contextmanager
def open_repository(path: Path) -> Iterator[PracticeRepo]:
    """Open a practice repository or a mirror to read it. Turns everything GitPython raises into RepositoryError."""
    if borrowed := next((name for name in _BORROWS if (path / name).exists()), None):
        raise RepositoryError(
            f"The repository at {path} has {borrowed}, so it reads objects from a different repository."
        )
    try:
        with closing(PracticeRepo(path)) as repo:
            if not repo.bare:
                raise RepositoryError(f"The repository at {path} is not bare.")
            yield repo
    except (GitError, ODBError, ValueError, TypeError, OSError) as error:
        raise RepositoryError(f"{path} cannot be read: {error}") from error
