"""`purged: {path: secrets.env}` - a file is in no commit of any branch or tag, not only deleted in the newest one.

`path` may be a pattern such as `data/*.csv` or a folder such as `data/`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..blobs import Blob
from ..globs import path_matcher
from ..history import Commit
from ..parameters import FilePath
from ..repository import Repository
from ..words import count, decoded, listed, quoted
from .base import Kind, Run, Verdict, needs_work, passed
from .removal import came_in, take_out

MOST_SHOWN = 3


@dataclass(frozen=True)
class PurgedCheck(Kind):
    kind = "purged"
    seconds = 20.0

    path: FilePath

    def check(self, run: Run) -> Verdict:
        brought = list(_brought(run.repository, self.path))
        if not brought:
            commits = count(len(run.repository.history), "commit")
            return passed(f"{quoted(self.path)} is in none of {commits}.")
        paths = list(dict.fromkeys(quoted(decoded(blob.path)) for blob in brought))
        return needs_work(
            f"{quoted(self.path)} is in this repository's history: commit {brought[0].commit[:7]} brought "
            f"{paths[0]}. Deleting a file does not take it out of earlier commits.",
            expected=f"no {quoted(self.path)} in any commit of any branch or tag",
            found=listed(paths, most=MOST_SHOWN),
            fix=take_out(run, brought),
            evidence=[came_in(run, blob) for blob in brought[:MOST_SHOWN]],
        )


def _brought(repository: Repository, path: str) -> Iterator[Blob]:
    """Each coming of a file that is meant, the oldest first. Parents that are not there count as empty."""
    history, meant = repository.history, path_matcher(path)
    for commit_id in history.newest_last(history.commits):
        for name, blob_id in _new_paths(repository, history[commit_id]).items():
            if meant(name):
                yield Blob(blob_id, name, commit_id, None)


def _new_paths(repository: Repository, commit: Commit) -> dict[bytes, str]:
    """The paths of a commit that none of its parents has, and their objects."""
    history = repository.history
    parents = [history[parent] for parent in history.parents(commit.id)]
    changes = [repository.changes(parent, commit) for parent in parents] or [repository.changes(None, commit)]
    return {
        name: new.id
        for name, (_, new) in changes[0].items()
        if new and all(name in change and change[name][0] is None for change in changes)
    }
