"""`purged: {path: secrets.env}` - a file is not in any commit of any branch or tag, not even an earlier one.

`path` may be a pattern such as `data/*.csv` or a folder such as `data/`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..formats.globs import is_glob, path_matcher
from ..git.blobs import Blob
from ..git.repository import Repository
from ..parameters import FilePath
from ..words import count, decoded, listed, quoted
from ._shared.base import Kind, Run, Verdict, needs_work, passed
from ._shared.contents import not_read
from ._shared.removal import IN_HISTORY, find_origin, remove_from_history, tagged_objects
from .commits import first_file

MAX_SHOWN = 3


@dataclass(frozen=True)
class PurgedCheck(Kind):
    kind = "purged"
    about = "files"

    path: FilePath

    def check(self, run: Run) -> Verdict:
        brought = list(_brought(run.repository, self.path))
        if not brought:
            commits = count(len(run.repository.history), "commit")
            return passed(
                f"{quoted(self.path)} is not in the history ({commits}).",
                fix=lambda: first_file(run),
                looked_at=self._looked_at(run.repository),
            )
        paths = list(dict.fromkeys(quoted(decoded(blob.path)) for blob in brought))
        return needs_work(
            f"{quoted(self.path)} is in this repository's history: commit {brought[0].commit[:7]} added "
            f"{paths[0]}. Deleting a file does not remove it from earlier commits.",
            expected=f"no {quoted(self.path)} in any commit of any branch or tag",
            found=listed(paths, limit=MAX_SHOWN),
            fix=remove_from_history(run, brought),
            evidence=[find_origin(run, blob) for blob in brought[:MAX_SHOWN]],
        )

    def _looked_at(self, repository: Repository) -> LookedAt:
        # all paths in the history; those in submodules are not known
        paths: dict[bytes, bool] = {}
        for commit in repository.history:
            for path, (old, new) in repository.change_of(commit).items():
                paths[path] = paths.get(path, False) or any(one.is_submodule for one in (old, new) if one)
        inside = [path for path, is_submodule in paths.items() if is_submodule and self._may_be_in(path)]
        unread = (*not_read(submodules=len(inside)), *tagged_objects(repository))
        return LookedAt(len(paths), "file", IN_HISTORY, unread=unread)

    def _may_be_in(self, folder: bytes) -> bool:
        return is_glob(self.path) or self.path.encode().startswith(folder + b"/")


def _brought(repository: Repository, path: str) -> Iterator[Blob]:
    # each time that a matching file was added, oldest first; missing parents count as empty
    history, meant = repository.history, path_matcher(path)
    for commit in list(history)[::-1]:
        merged = [history[parent] for parent in history.parents(commit.id)[1:]]
        for name, (old, new) in repository.change_of(commit).items():
            brought = new if old is None and meant(name) else None
            if brought and not any(repository.entry(other, name) for other in merged):
                yield Blob(brought.id, name, commit.id, None)
