"""Ask Git which rules of the committed `.gitignore` and `.gitattributes` files apply to paths.

Git reads copies of those files in a private folder without any configuration.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...git.processes import output_of
from ...git.repository import TooLargeError
from ...git.trees import Entry
from ...words import decoded, quoted
from .base import Run

MAX_PATH, MAX_NAME = 1000, 80  # in characters of up to three bytes; all file systems accept these
Sources = dict[str, bytes]
Files = Mapping[bytes, Entry]


@dataclass(frozen=True)
class Rule:
    """The line of a `.gitignore` that decides whether a path is ignored."""

    source: str
    line: int
    pattern: str

    @property
    def ignores(self) -> bool:
        return not self.pattern.startswith("!")


def rule_files(run: Run, files: Files, path: str, name: str) -> Sources:
    """Return the files called `name` in each folder above a path, and in the path itself if it ends with a slash.

    As in Git, only regular files count.
    """
    parts = path.split("/")
    found: Sources = {}
    for depth in range(len(parts)):
        source = "/".join([*parts[:depth], name])
        entry = files.get(source.encode(errors="surrogateescape"))
        if entry and entry.is_file:
            if len(source) > MAX_PATH or max(map(len, parts)) > MAX_NAME:
                raise TooLargeError(f"the path {quoted(source)} is too long")
            content = run.repository.content(entry.id)
            if content is None:
                raise TooLargeError(f"{quoted(source)} is over 1 MB. Such files are not read")
            found[source] = content
    return found


def ask_git(
    sources: Sources,
    paths: Iterable[str],
    *arguments: str,
    what: str,
    folder: str = "",
    ends: tuple[int, ...] = (0,),
) -> list[str]:
    """Run a Git command that reads paths and prints fields, both separated by NUL, and return the fields.

    `folder` is created in the working tree, in addition to those of the sources.
    """
    with private_repository() as (git_dir, tree):
        (tree / folder).mkdir(parents=True, exist_ok=True)
        for name, content in sources.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(content)
        output = output_of(
            git_dir,
            f"--work-tree={tree}",
            *arguments,
            stdin="".join(f"{path}\0" for path in paths).encode(errors="surrogateescape"),
            limit=1 << 20,
            what=what,
            ends=ends,
        )
    return list(map(decoded, output.split(b"\0")[:-1]))


def deciding_rule(sources: Sources, path: str, *, is_folder: bool = False) -> Rule | None:
    """Return the rule that `git check-ignore` reports for a path. `sources` are the `.gitignore` files by path.

    A folder may end with a slash, but then Git also applies `folder/*` to it.
    """
    said = ask_git(
        sources,
        [path],
        *("check-ignore", "--no-index", "--verbose", "--non-matching", "--stdin", "-z"),
        what="the answer about ignored files",
        folder=path if is_folder else path.rpartition("/")[0],
        ends=(0, 1),  # 1: not ignored
    )
    source, line, pattern, _ = said[:4]
    return Rule(source, int(line), pattern) if source else None


@contextmanager
def private_repository() -> Iterator[tuple[Path, Path]]:
    """Yield the folders of a temporary empty repository and its working tree."""
    with tempfile.TemporaryDirectory(prefix="labcheck-") as folder:
        git_dir, tree = Path(folder, "git"), Path(folder, "tree")
        for part in (git_dir / "objects", git_dir / "refs", tree):
            part.mkdir(parents=True)
        (git_dir / "HEAD").write_text("ref: refs/heads/main\n")
        yield git_dir, tree
