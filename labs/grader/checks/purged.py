"""`purged: {path: secrets.env}` - a file is in no commit of any branch or tag, not only deleted in the newest one.

`path` may be a pattern such as `data/*.csv` or a folder such as `data/`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..blobs import Blob
from ..findings import LookedAt
from ..globs import path_matcher
from ..parameters import FilePath
from ..repository import Repository
from ..words import count, decoded, listed, quoted
from .base import Kind, Run, Verdict, needs_work, passed
from .removal import IN_HISTORY, came_in, take_out

MOST_SHOWN = 3


@dataclass(frozen=True)
class PurgedCheck(Kind):
    kind = "purged"

    path: FilePath

    def check(self, run: Run) -> Verdict:
        brought = list(_brought(run.repository, self.path))
        if not brought:
            commits = count(len(run.repository.history), "commit")
            return passed(
                f"{quoted(self.path)} is in none of {commits}.",
                looked_at=LookedAt(_count_files(run.repository), "file", IN_HISTORY),
            )
        paths = list(dict.fromkeys(quoted(decoded(blob.path)) for blob in brought))
        return needs_work(
            f"{quoted(self.path)} is in this repository's history: commit {brought[0].commit[:7]} brought "
            f"{paths[0]}. Deleting a file does not take it out of earlier commits.",
            expected=f"no {quoted(self.path)} in any commit of any branch or tag",
            found=listed(paths, most=MOST_SHOWN),
            fix=take_out(run, brought),
            evidence=[came_in(run, blob) for blob in brought[:MOST_SHOWN]],
        )


def _count_files(repository: Repository) -> int:
    """Return the number of paths in the newest commit that changes any, 0 if no commit has a file."""
    return next((len(made) for made in map(repository.change_of, repository.history) if made), 0)


def _brought(repository: Repository, path: str) -> Iterator[Blob]:
    """Each coming of a file that is meant, the oldest first. Parents that are not there count as empty."""
    history, meant = repository.history, path_matcher(path)
    for commit in list(history)[::-1]:
        merged = [history[parent] for parent in history.parents(commit.id)[1:]]
        for name, (old, new) in repository.change_of(commit).items():
            brought = new if old is None and meant(name) else None
            if brought and not any(repository.entry(other, name) for other in merged):
                yield Blob(brought.id, name, commit.id, None)
